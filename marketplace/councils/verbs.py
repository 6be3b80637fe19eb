"""The verbs of councils: entered, a seat taken, a seat ended. Each is one transaction."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

import community
import ledger
from community import Actor, Role
from marketplace.councils import reading
from marketplace.councils.errors import (
    CouncilFull,
    InvalidCouncil,
    NoPlaceForYou,
    SeatedAlready,
    TermOver,
    UnknownCouncil,
    UnknownSeat,
)
from marketplace.councils.tables import CouncilRow, CouncilSeatRow
from marketplace.councils.values import Council, CouncilDraft, Entry, Seat, SeatRole

NAME_LENGTH_MAX: Final = 60
WORDS_LENGTH_MAX: Final = 300
SEATS_MIN, SEATS_MAX = 3, 500
TERM_YEARS_MAX: Final = 10

_ADD: Final = """
INSERT INTO council (id, community_id, name, kind, area_id, seats, term_from, term_to, votes_public,
    founded_by, founded_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING id
"""

_ADD_SEAT: Final = """
INSERT INTO council_seat (id, community_id, council_id, member_id, role, entry, words, since,
    entered_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""


async def found_council(
    draft: CouncilDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Council:
    """Enter a council with its seats and its term; the same `id` again is answered with the first.

    Raises `NoPlaceForYou`, `InvalidCouncil`.
    """
    moment = at or datetime.now(UTC)
    _require_keeper(by)
    check_draft(draft)
    async with ledger.transaction():
        if draft.area_id is not None:
            await _require_area(draft.area_id, by.community_id)
        council_id = id or ledger.new_id()
        stored = await CouncilRow.raw(
            _ADD,
            council_id,
            by.community_id,
            draft.name.strip(),
            draft.kind.value,
            draft.area_id,
            draft.seats,
            draft.term_from,
            draft.term_to,
            draft.votes_public,
            by.member_id,
            moment,
        )
        council = await reading.council(council_id, community_id=by.community_id)
        if stored:
            await community.record(
                "council.found", by=by, subject_kind="council", subject_id=council.id
            )
        return council


async def seat_member(  # noqa: PLR0913 (a seat has these parts)
    council_id: UUID,
    member_id: UUID,
    role: SeatRole,
    entry: Entry,
    *,
    by: Actor,
    words: str = "",
    at: datetime | None = None,
) -> Seat:
    """Give a member a seat, and tell them.

    Raises `NoPlaceForYou`, `InvalidCouncil`, `CouncilFull`, `SeatedAlready`, `TermOver`,
    `UnknownCouncil`.
    """
    moment = at or datetime.now(UTC)
    _require_keeper(by)
    if len(words) > WORDS_LENGTH_MAX:
        raise InvalidCouncil("words", "too long")
    try:
        async with ledger.transaction():
            council = await _open(council_id, by.community_id, moment)
            if not await community.keep_active(member_id, community_id=by.community_id):
                raise InvalidCouncil("member", "nobody")
            if role is not SeatRole.ALTERNATE and council.seated >= council.seats:
                raise CouncilFull
            seat = Seat(
                ledger.new_id(), council.id, member_id, role, entry, words.strip(), moment, None
            )
            await CouncilSeatRow.raw(
                _ADD_SEAT,
                seat.id,
                by.community_id,
                council.id,
                member_id,
                role.value,
                entry.value,
                seat.words,
                moment,
                by.member_id,
            )
            await _note("seat", council, seat, by)
            await _tell("council.seated", council, seat, by)
            return seat
    except asyncpg.UniqueViolationError as broken:
        if broken.constraint_name in {"one_open_seat_each", "one_chair_at_a_time"}:
            raise SeatedAlready from broken
        raise


async def end_seat(
    council_id: UUID, seat_id: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """End a seat; it stays in the council's history. A second time changes nothing.

    Raises `NoPlaceForYou`, `UnknownSeat`, `UnknownCouncil`.
    """
    _require_keeper(by)
    async with ledger.transaction():
        council = await _locked(council_id, by.community_id)
        found = await reading.found_seats(
            "council_id = {} AND id = {}", council.id, seat_id, community_id=by.community_id
        )
        if not found:
            raise UnknownSeat
        (seat,) = found
        if seat.until is not None:
            return
        await CouncilSeatRow.raw(
            "UPDATE council_seat SET until = {}, ended_by = {} WHERE id = {} AND community_id = {}",
            max(at or datetime.now(UTC), seat.since),
            by.member_id,
            seat.id,
            by.community_id,
        )
        await _note("unseat", council, seat, by)
        await _tell("council.unseated", council, seat, by)


def check_draft(draft: CouncilDraft) -> None:
    """Refuse a council without a name, with impossible seats or a term that cannot be."""
    if not draft.name.strip():
        raise InvalidCouncil("name", "missing")
    if len(draft.name) > NAME_LENGTH_MAX:
        raise InvalidCouncil("name", "too long")
    if not SEATS_MIN <= draft.seats <= SEATS_MAX:
        raise InvalidCouncil("seats", "out of bounds")
    if draft.term_from >= draft.term_to:
        raise InvalidCouncil("term_to", "before it begins")
    if draft.term_to.year - draft.term_from.year > TERM_YEARS_MAX:
        raise InvalidCouncil("term_to", "too long")


def _require_keeper(by: Actor) -> None:
    if by.on_behalf_of is not None or not {Role.COORDINATOR, Role.ADMINISTRATOR} & by.roles:
        raise NoPlaceForYou


async def _require_area(area_id: UUID, community_id: UUID) -> None:
    known = {community_id, *(one.id for one in await community.grids(community_id))}
    if area_id not in known:
        raise InvalidCouncil("area", "unknown")


async def _locked(council_id: UUID, community_id: UUID) -> Council:
    """Return a council and keep its seats as they are until the transaction ends."""
    rows = await CouncilRow.raw(
        "SELECT id FROM council WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        council_id,
    )
    if not rows:
        raise UnknownCouncil
    return await reading.council(council_id, community_id=community_id)


async def _open(council_id: UUID, community_id: UUID, moment: datetime) -> Council:
    council = await _locked(council_id, community_id)
    home = await community.community(community_id)
    if council.term_to < _day(moment, home.time_zone):
        raise TermOver
    return council


def _day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()


async def _note(act: str, council: Council, seat: Seat, by: Actor) -> None:
    await community.record(
        f"council.{act}",
        by=by,
        subject_kind="council",
        subject_id=council.id,
        details={"member": str(seat.member_id), "role": seat.role.value},
    )


async def _tell(kind: str, council: Council, seat: Seat, by: Actor) -> None:
    if seat.member_id == by.member_id:
        return
    await community.tell(
        seat.member_id,
        kind,
        community_id=council.community_id,
        fill={"council": council.name},
        link=f"/councils/{council.id}",
    )
