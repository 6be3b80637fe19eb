"""Reads the time bank for pages: boards, visits, balances. Never writes.

Every question names who asks, and nobody sees more than `rules` allow: the check-in code leaves
this module for the visit's elder, and a delegate who may have to pass it on. `by` who acts for
another sees the affairs of `by.principal`, as far as a delegation in force now names them; where
it does not, `community.NotDelegated` is raised.
"""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct, Role
from ledger import Balance
from timebank import rules, visit_rows
from timebank.errors import NotYours, UnknownVisit
from timebank.tables import VisitRow
from timebank.values import State, Visit

VISITS_ON_A_PAGE = 60

_VISITS = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})
_BALANCE = frozenset({DelegatedAct.REQUEST, DelegatedAct.PASSBOOK})
_REQUEST = frozenset({DelegatedAct.REQUEST})


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A step in a visit's life: when, where it then stood, by whom, with its minutes and note.

    `for_name` is the member on whose behalf it was done; empty where they did it themselves.
    """

    at: datetime
    state: State
    actor_name: str
    minutes: int | None
    note: str
    for_name: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A visit as one member sees it, with the names of both people; no volunteer yet is empty."""

    visit: Visit
    elder_name: str
    volunteer_name: str


@dataclasses.dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for a volunteer, and whether the one who looks is free then."""

    visit: Visit
    elder_name: str
    free_then: bool


async def open_requests(by: Actor, *, at: datetime | None = None) -> list[OpenRequest]:
    """Return the requests that this volunteer could take on: those offered to them, then soonest.

    Raises `NotYours` for whoever is no volunteer.
    """
    moment = at or datetime.now(UTC)
    if by.on_behalf_of is not None or Role.VOLUNTEER not in by.roles:
        raise NotYours("accept")
    visits = await visit_rows.find(
        "(visit.state = 'requested' OR (visit.state = 'offered' AND volunteer_id = {}))"
        " AND starts_at > {} AND elder_id <> {}"
        " ORDER BY visit.state = 'requested', starts_at, visit.id LIMIT {}",
        by.member_id,
        moment,
        by.member_id,
        VISITS_ON_A_PAGE,
        community_id=by.community_id,
    )
    busy = await visit_rows.busy_quarters(by.member_id, moment)
    names = await names_of(visits, by)
    return [
        OpenRequest(
            _without_code(visit, by),
            names[visit.elder_id],
            busy.isdisjoint(rules.quarters(visit.starts_at, visit.minutes_booked)),
        )
        for visit in visits
    ]


async def my_visits(by: Actor) -> list[Seen]:
    """Return the visits that a member receives or gives, latest first.

    Whoever acts for another sees those that the other receives.
    """
    await _refuse_unless(by, _VISITS)
    visits = await visit_rows.find(
        "(elder_id = {} OR volunteer_id = {}) ORDER BY starts_at DESC, visit.id DESC LIMIT {}",
        by.principal,
        by.member_id if by.on_behalf_of is None else None,
        VISITS_ON_A_PAGE,
        community_id=by.community_id,
    )
    names = await names_of(visits, by)
    return [seen_by(visit, names, by) for visit in visits]


async def visit_page(visit_id: UUID, by: Actor) -> tuple[Seen, list[Step]]:
    """Return a visit and its history. Raises `UnknownVisit`, `NotYours`."""
    await _refuse_unless(by, _VISITS)
    visit = await visit_rows.one(visit_id, community_id=by.community_id)
    if by.on_behalf_of is not None and visit.elder_id != by.on_behalf_of:
        raise UnknownVisit(visit_id)
    if not rules.may_see(visit, member=by.principal, roles=by.roles):
        raise NotYours("see")
    steps = await visit_rows.history(visit)
    names = await names_of([visit], by, more={step["actor"] for step in steps})
    return seen_by(visit, names, by), [_step(step, names) for step in steps]


async def my_balance(by: Actor) -> Balance:
    """Return a balance of minutes: saved, set aside, available."""
    await _refuse_unless(by, _BALANCE)
    account = await _account(by)
    return _nothing(by) if account is None else await ledger.balance(account)


async def last_place(by: Actor) -> str:
    """Return where the elder's latest visit was asked for, so that nobody types it twice."""
    await _refuse_unless(by, _REQUEST)
    rows = await VisitRow.raw(
        "SELECT place FROM visit WHERE community_id = {} AND elder_id = {}"
        " ORDER BY asked_at DESC LIMIT 1",
        by.community_id,
        by.principal,
    )
    return str(rows[0]["place"]) if rows else ""


async def busy_then(
    volunteer_id: UUID,
    starts_at: datetime,
    minutes: int,
    /,
    *,
    community_id: UUID,  # noqa: ARG001 (a member is of one community)
) -> bool:
    """Return whether a volunteer has promised any of a stretch of time to a visit."""
    taken = await visit_rows.busy_quarters(volunteer_id, starts_at)
    return not taken.isdisjoint(rules.quarters(starts_at, minutes))


async def given_and_waiting(community_id: UUID) -> tuple[int, int, int]:
    """Return a community's confirmed visits, the minutes they passed on, and its open requests."""
    rows = await VisitRow.raw(
        "SELECT count(*) FILTER (WHERE state IN ('confirmed', 'resolved')) AS confirmed,"
        " coalesce(sum(minutes_confirmed), 0)::bigint AS minutes,"
        " count(*) FILTER (WHERE state = 'requested' AND starts_at > now()) AS waiting"
        " FROM visit WHERE community_id = {}",
        community_id,
    )
    return rows[0]["confirmed"], rows[0]["minutes"], rows[0]["waiting"]


async def _refuse_unless(by: Actor, acts: frozenset[DelegatedAct]) -> None:
    """Raise `NotDelegated` where somebody looks for another who does not let them do any of it."""
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, acts)


async def given_by(
    belonging: Iterable[tuple[UUID, datetime, datetime | None]], *, community_id: UUID
) -> tuple[int, int]:
    """Return how many confirmed visits these members gave while they belonged, and the minutes.

    `belonging` names a member with a first and a last moment, or none; a member may come several
    times, and a visit counts once. It counts when it began.
    """
    spans = list(belonging)
    rows = await VisitRow.raw(
        """
        SELECT count(*) AS visits, coalesce(sum(minutes_confirmed), 0)::bigint AS minutes
        FROM visit
        WHERE community_id = {} AND state IN ('confirmed', 'resolved') AND EXISTS (
            SELECT FROM unnest({}::uuid[], {}::timestamptz[], {}::timestamptz[])
                AS span (member_id, since, until)
            WHERE span.member_id = volunteer_id
                AND tstzrange(since, until) @> coalesce(checked_in_at, starts_at))
        """,
        community_id,
        *([span[part] for span in spans] for part in range(3)),
    )
    return rows[0]["visits"], rows[0]["minutes"]


async def _account(by: Actor) -> ledger.AccountId | None:
    """Return the account in question, None if it was never needed: reading opens none."""
    found = await ledger.find_account(
        community_id=ledger.CommunityId(by.community_id),
        kind="member",
        unit=ledger.MINUTE,
        owner=by.principal,
    )
    return found.id if found else None


def _nothing(by: Actor) -> Balance:
    return Balance(ledger.AccountId(by.principal), ledger.MINUTE, 0, 0)


async def names_of(
    visits: Iterable[Visit], by: Actor, more: set[UUID] | None = None
) -> dict[UUID, str]:
    """Return the names of both sides of these visits, and of `more` members."""
    wanted = set(more or ())
    for visit in visits:
        wanted |= {visit.elder_id} | ({visit.volunteer_id} if visit.volunteer_id else set())
    return await community.named_members(wanted, community_id=by.community_id)


def _without_code(visit: Visit, by: Actor) -> Visit:
    seen = rules.may_see_code(visit, of=by.principal, hand=by.member_id)
    return visit if seen else dataclasses.replace(visit, code="")


def seen_by(visit: Visit, names: dict[UUID, str], by: Actor) -> Seen:
    """Return a visit as this actor may see it."""
    volunteer = names[visit.volunteer_id] if visit.volunteer_id else ""
    return Seen(_without_code(visit, by), names[visit.elder_id], volunteer)


def _step(row: dict[str, Any], names: dict[UUID, str]) -> Step:
    return Step(
        row["at"],
        State(row["state"]),
        names.get(row["actor"], ""),
        row["minutes"],
        row["note"],
        names.get(row["on_behalf_of"], ""),
    )
