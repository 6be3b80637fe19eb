"""Opens and closes rounds at their dates, and tells whom it concerns: jobs that may be repeated.

A round is claimed by locking its row and passing over rows that another worker has: whoever finds
it later sees its new state. What was told is written down in the messages' own transaction. So each
step is done once, however many workers there are and wherever one of them is killed.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import community
from community import Fill, Role
from marketplace.casting import end_key
from marketplace.closing import close_now
from marketplace.electorate import voters
from marketplace.errors import BallotDamaged, DatesWrong, KeyMissing, NothingToVoteOn
from marketplace.opening import open_now
from marketplace.paper.errors import PaperUnfinished
from marketplace.reading import read_round
from marketplace.refusals import verb
from marketplace.tables import RoundChangeRow, RoundNoticeRow, RoundRow
from marketplace.values import Round, RoundId

BEFORE: Final = timedelta(hours=24)
"""How long before a date coordinators and voters are reminded of it."""

_DUE: Final = "SELECT id, community_id FROM round WHERE "
_OPENS: Final = _DUE + "state = 'proposing' AND voting_opens_at <= {}"
_CLOSES: Final = _DUE + "state = 'voting' AND voting_closes_at <= {}"
_CLAIM: Final = " AND id = {} FOR NO KEY UPDATE SKIP LOCKED"

_ONCE: Final = """
INSERT INTO round_notice (round_id, kind) VALUES ({}, {})
ON CONFLICT ON CONSTRAINT round_told_once DO NOTHING RETURNING round_id
"""

# A reminder of a date says which date, so that another date is told anew.
_WAITING: Final = """
SELECT id, community_id, kind FROM round
CROSS JOIN LATERAL (VALUES
    ('ballot_opens', state = 'voting'),
    ('result', state = 'closed'),
    ('closes ' || voting_closes_at, state = 'voting'
        AND voting_closes_at > {} AND voting_closes_at <= {}),
    ('opens ' || voting_opens_at, state = 'proposing'
        AND voting_opens_at > {} AND voting_opens_at <= {})
) AS news (kind, now)
WHERE now AND NOT EXISTS (
    SELECT FROM round_notice WHERE round_id = round.id AND round_notice.kind = news.kind)
UNION ALL
SELECT round.id, community_id, 'change ' || round_change.id FROM round_change
JOIN round ON round.id = round_id
WHERE state = 'voting' AND NOT EXISTS (
    SELECT FROM round_notice WHERE round_notice.round_id = round.id
        AND round_notice.kind = 'change ' || round_change.id)
ORDER BY 1, 3
"""


async def open_due(at: datetime | None = None) -> int:
    """Open the ballots whose time has come; return how many. Nothing on one: staff hear it once."""
    moment = at or datetime.now(UTC)
    return await _each(
        partial(_open, round_id, community_id, moment)
        for round_id, community_id in await _due(_OPENS, moment)
    )


async def _open(round_id: RoundId, community_id: UUID, at: datetime) -> bool:
    try:
        async with verb():
            current = await _claimed(_OPENS, round_id, community_id, at)
            if current is None:
                return False
            await open_now(current, by=community.system(community_id), at=at)
    except (NothingToVoteOn, DatesWrong):
        await _cannot_open(round_id, community_id)
        return False
    return True


async def _cannot_open(round_id: RoundId, community_id: UUID) -> None:
    async with verb():
        current = await read_round(round_id, community_id=community_id)
        if await _first(round_id, f"cannot_open {current.voting_opens_at}"):
            await _tell_coordinators(current, "round.cannot_open", {})


async def close_due(at: datetime | None = None) -> int:
    """Close and count the rounds whose time is over; return how many.

    One that cannot be counted yet stays, with nobody voting any more, and staff hear it once; the
    next run tries again.
    """
    moment = at or datetime.now(UTC)
    return await _each(
        partial(_close, round_id, community_id, moment)
        for round_id, community_id in await _due(_CLOSES, moment)
    )


async def _close(round_id: RoundId, community_id: UUID, at: datetime) -> bool:
    try:
        async with verb():
            current = await _claimed(_CLOSES, round_id, community_id, at)
            if current is None:
                return False
            await close_now(round_id, by=community.system(community_id))
    except (PaperUnfinished, KeyMissing, BallotDamaged):
        await _cannot_close(round_id, community_id)
        return False
    await end_key(round_id)
    return True


async def _cannot_close(round_id: RoundId, community_id: UUID) -> None:
    async with verb():
        current = await read_round(round_id, community_id=community_id)
        if await _first(round_id, f"cannot_close {current.voting_closes_at}"):
            await _tell_coordinators(current, "round.cannot_close", {})


async def _each(steps: Iterable[Callable[[], Awaitable[bool]]]) -> int:
    """Take each step, though another fails; return how many came to something.

    A round that fails for a reason nobody thought of would else hold up, at each run, all that come
    after it. The first failure is raised at the end, for the log.
    """
    done, failed = 0, []
    for step in steps:
        try:
            done += await step()
        except Exception as error:  # noqa: BLE001 (raised below)
            failed.append(error)
    if failed:
        raise failed[0]
    return done


async def _due(when: str, at: datetime) -> list[tuple[RoundId, UUID]]:
    rows = await RoundRow.raw(when + " ORDER BY id", at)
    return [(RoundId(row["id"]), row["community_id"]) for row in rows]


async def _claimed(when: str, round_id: RoundId, community_id: UUID, at: datetime) -> Round | None:
    """Return a round that is still due, locked; None where another worker has it or had it."""
    rows = await RoundRow.raw(when + _CLAIM, at, round_id)
    return await read_round(round_id, community_id=community_id) if rows else None


async def tell_due(at: datetime | None = None) -> int:
    """Tell voters and coordinators what is new of their rounds; return how much was told.

    Voters: the ballot opens, it closes tomorrow, it was changed, the result is out. Coordinators:
    a day before a ballot opens or closes by itself. Who has voted cannot be told apart without
    breaking secrecy, so everybody is reminded.
    """
    moment = at or datetime.now(UTC)
    soon = moment + BEFORE
    waiting = await RoundRow.raw(_WAITING, moment, soon, moment, soon)
    return await _each(
        partial(_tell, row["id"], row["kind"], row["community_id"]) for row in waiting
    )


async def _tell(round_id: RoundId, kind: str, community_id: UUID) -> bool:
    async with verb():
        if not await _first(round_id, kind):
            return False
        what, _, which = kind.partition(" ")
        await _NEWS[what](await read_round(round_id, community_id=community_id), which)
        return True


async def _first(round_id: RoundId, kind: str) -> bool:
    """Say whether this is the first time that this is told; whoever asks at once waits."""
    return bool(await RoundNoticeRow.raw(_ONCE, round_id, kind))


async def _ballot_opens(current: Round, _which: str) -> None:
    ends = current.voting_closes_at
    kind, fill = (
        ("round.ballot_open_until", {"closes": ends}) if ends else ("round.ballot_open", {})
    )
    await _tell_voters(current, kind, fill, link=f"/rounds/{current.id}/ballot")


async def _closes(current: Round, _which: str) -> None:
    fill = {"closes": _date(current.voting_closes_at)}
    await _tell_voters(current, "round.closes_soon", fill, link=f"/rounds/{current.id}/ballot")
    await _tell_coordinators(current, "round.closes_by_itself", fill)


async def _opens(current: Round, _which: str) -> None:
    fill = {"opens": _date(current.voting_opens_at)}
    await _tell_coordinators(current, "round.opens_by_itself", fill)


async def _result(current: Round, _which: str) -> None:
    await _tell_voters(current, "round.result", {})


async def _changed(current: Round, which: str) -> None:
    (row,) = await RoundChangeRow.raw(
        "SELECT kind, before, after, why FROM round_change WHERE id = {}::uuid", which
    )
    if row["kind"] == "extended":
        fill: Fill = {"closes": datetime.fromisoformat(row["after"]), "why": row["why"]}
        await _tell_voters(current, "round.extended", fill)
    else:
        fill = {"before": row["before"], "after": row["after"], "why": row["why"]}
        await _tell_voters(current, "round.title_corrected", fill)


def _date(moment: datetime | None) -> datetime:
    """Return the date of what is told because of that date."""
    if moment is None:
        raise ValueError("nothing is told of a date that a round does not have")
    return moment


_NEWS: Final[dict[str, Callable[[Round, str], Awaitable[None]]]] = {
    "ballot_opens": _ballot_opens,
    "closes": _closes,
    "opens": _opens,
    "result": _result,
    "change": _changed,
}


async def _tell_voters(current: Round, kind: str, fill: Fill, *, link: str = "") -> None:
    await community.tell_all(
        await voters(current),
        kind,
        community_id=current.community_id,
        fill={"name": current.name, **fill},
        link=link or f"/rounds/{current.id}",
    )


async def _tell_coordinators(current: Round, kind: str, fill: Fill) -> None:
    staff = await community.members(current.community_id, Role.COORDINATOR)
    await community.tell_all(
        [one.id for one in staff],
        kind,
        community_id=current.community_id,
        fill={"name": current.name, **fill},
        link=f"/rounds/{current.id}",
    )
