"""Tells those who raised or second a need what became of it, within the verb's transaction."""

from collections.abc import Mapping
from typing import Final

import community
from community import Actor
from marketplace.needs.reading import followers
from marketplace.needs.values import Need, NeedState

_ARRIVED: Final[Mapping[NeedState, str]] = {
    NeedState.SECONDED: "need.seconded",
    NeedState.ACCEPTED: "need.accepted",
    NeedState.REFUSED: "need.refused",
    NeedState.PLANNED: "need.planned",
    NeedState.ENTERED: "need.entered",
    NeedState.WITHDRAWN: "need.withdrawn",
    NeedState.MERGED: "need.merged",
    NeedState.HIDDEN: "need.hidden",
}


# What followers read depends on where the need came from: back in the open is not the same news as
# having passed the screening.
def notice(was: NeedState, now: NeedState) -> str:
    """Return the kind of message that tells of a move."""
    match was, now:
        case (NeedState.HIDDEN, _):
            return "need.shown"
        case (NeedState.MERGED, _):
            return "need.unmerged"
        case (NeedState.ENTERED, _):
            return "need.back"
        case (NeedState.PLANNED, NeedState.ACCEPTED):
            return "need.plan_gone"
        case _:
            return _ARRIVED[now]


async def tell_moved(need: Need, state: NeedState, *, by: Actor, why: str) -> None:
    """Tell a need's followers, but not who did it, that it moved from where it stood."""
    await _tell(need, notice(need.state, state), by, why)


async def tell_edited(need: Need, *, by: Actor) -> None:
    """Tell those who stand behind a need that its words are others now."""
    await _tell(need, "need.edited", by, "")


async def _tell(need: Need, kind: str, by: Actor, why: str) -> None:
    whom = [one for one in await followers(need.id, need.community_id) if one != by.member_id]
    await community.tell_all(
        whom,
        kind,
        community_id=need.community_id,
        fill={"title": need.title, "why": why},
        link=f"/needs/{need.id}",
    )
