"""Who may vote in a round: one rule, asked at each ballot and for the roll at closing."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, Elector
from marketplace.councils import council_members
from marketplace.errors import NotInTheElectorate, VotingClosed
from marketplace.values import Round, RoundState


class WhyNot(StrEnum):
    """Why somebody may not vote in a round."""

    NO_ROLE = "no_role"
    NOT_VERIFIED = "not_verified"
    ELSEWHERE = "elsewhere"
    AGE_UNKNOWN = "age_unknown"
    TOO_YOUNG = "too_young"
    NO_SEAT = "no_seat"


# Whoever votes lives here and is at home in the round's area, is old enough on the day, and was
# checked where the round asks for it. Where age counts, an age that nobody knows counts as none:
# the desk can write the date of birth down. In a delegates' meeting only its members vote, and
# their seat stands for their role.
def why_not(
    current: Round, elector: Elector, *, on: date, seats: Collection[UUID] | None
) -> WhyNot | None:
    """Return why a member may not vote in a round on a day; None where nothing is in the way.

    `seats` are the members of the round's council, None where the round has none.
    """
    asked = current.electorate
    if seats is not None and elector.member_id not in seats:
        return WhyNot.NO_SEAT
    if seats is None and not elector.roles & asked.roles:
        return WhyNot.NO_ROLE
    if current.area_id is not None and current.area_id not in elector.lineage:
        return WhyNot.ELSEWHERE
    if asked.verified and not elector.verified:
        return WhyNot.NOT_VERIFIED
    return _too_young(elector.birth_date, asked.age_min, on) if asked.age_min else None


def _too_young(born: date | None, age_min: int, on: date) -> WhyNot | None:
    if born is None:
        return WhyNot.AGE_UNKNOWN
    return WhyNot.TOO_YOUNG if age(born, on) < age_min else None


def age(born: date, on: date) -> int:
    """Return the whole years between a birth and a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


async def may_vote(current: Round, member_id: UUID, at: datetime | None = None) -> WhyNot | None:
    """Return why a member may not vote in a round at a moment; None where they may."""
    found = await community.electors(current.community_id, member_id=member_id)
    if not found:
        return WhyNot.NO_ROLE
    return why_not(current, found[0], on=await _day(current, at), seats=await _seats(current))


async def admit(current: Round, *, by: Actor, at: datetime | None = None) -> None:
    """Let somebody vote in a round, within the verb's transaction.

    Raises `VotingClosed` where the ballot is not open, or its time has passed though nobody has
    closed it yet; `NotInTheElectorate` for whoever may not vote.
    """
    moment = at or datetime.now(UTC)
    ends = current.voting_closes_at
    if current.state is not RoundState.VOTING or (ends is not None and ends <= moment):
        raise VotingClosed
    reason = await may_vote(current, by.member_id, moment)
    if reason is not None:
        raise NotInTheElectorate(reason)


async def voters(current: Round, at: datetime | None = None) -> list[UUID]:
    """Return everybody who may vote in a round at a moment, now unless given, by their ids."""
    on, seats = await _day(current, at), await _seats(current)
    if seats is not None:
        return [
            one.member_id
            for one in await community.electors(current.community_id)
            if why_not(current, one, on=on, seats=seats) is None
        ]
    return sorted(
        member_id
        for one, alike in await community.electors_alike(current.community_id)
        if why_not(current, one, on=on, seats=None) is None
        for member_id in alike
    )


async def _day(current: Round, at: datetime | None) -> date:
    """Return the day on which ages are counted: in the community's own time, where they count."""
    moment = at or datetime.now(UTC)
    if not current.electorate.age_min:
        return moment.date()
    here = await community.community(current.community_id)
    return moment.astimezone(ZoneInfo(here.time_zone)).date()


async def _seats(current: Round) -> Collection[UUID] | None:
    council = current.electorate.council_id
    if council is None:
        return None
    return await council_members(council, community_id=current.community_id)
