"""Verbs of custodians: volunteer or be named, answer, step back; their terms, and whose checks."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role, system
from marketplace import rules as roles
from marketplace.aftercare import rows, rules, telling
from marketplace.aftercare.beginning import begun
from marketplace.aftercare.errors import (
    CustodianAlready,
    CustodianMoved,
    NotACustodian,
    NotYourAnswer,
)
from marketplace.aftercare.policy import aftercare_policy_at
from marketplace.aftercare.tables import CheckRow, CustodianRow
from marketplace.aftercare.values import (
    Aftercare,
    Check,
    Custodian,
    CustodianId,
    CustodianState,
)
from marketplace.errors import NotAResident
from marketplace.needs.standing import oneself, resident_standing
from marketplace.refusals import verb

WAITING: Final = frozenset({CustodianState.VOLUNTEERED, CustodianState.NAMED})
OPEN: Final = WAITING | {CustodianState.SERVING}

_ASK: Final = """
INSERT INTO custodian (id, community_id, project_id, member_id, state, asked_by, asked_at)
VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_ANSWER: Final = """
UPDATE custodian SET state = {}, answered_by = {}, answered_at = {}, term_until = {}, ended_at = {},
    why = {} WHERE community_id = {} AND id = {}
"""


async def volunteer(
    project_id: UUID,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    call_id: UUID | None = None,
) -> Custodian:
    """Offer to look after a finished project; a coordinator or a custodian says yes.

    With `call_id` a caller does, by their own word. The same `id` again returns the offer. Raises
    `NotAResident`, `NotForAnother`, `NotYourDesk`, `NoWordGiven`, `CustodianAlready`,
    `NotDelivered`, `UnknownProject`.
    """
    async with verb():
        whose = await resident_standing(by, call_id)
        care = await begun(project_id, by=by)
        return await _ask(care, whose.member_id, CustodianState.VOLUNTEERED, by=by, key=id)


async def name_custodian(
    project_id: UUID,
    member_id: UUID,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
) -> Custodian:
    """Ask a resident to look after a finished project: coordinators and custodians do; they answer.

    The same `id` again returns the question. Raises `NotForAnother`, `NotACustodian`,
    `NotYourAnswer` for oneself, `NotAResident`, `CustodianAlready`, `NotDelivered`,
    `UnknownProject`.
    """
    oneself(by)
    if member_id == by.member_id:  # who wants to do it themselves volunteers, and another says yes
        raise NotYourAnswer
    async with verb():
        if not await community.keep_active(member_id, community_id=by.community_id):
            raise NotAResident
        roles.resides((await community.member(member_id)).roles)
        care = await begun(project_id, by=by)
        await looks_after(care, by)
        return await _ask(care, member_id, CustodianState.NAMED, by=by, key=id)


async def _ask(
    care: Aftercare, member_id: UUID, state: CustodianState, *, by: Actor, key: UUID | None
) -> Custodian:
    custodian_id = CustodianId(key or ledger.new_id())
    known = await rows.custodians_of(care.project_id, community_id=care.community_id)
    for one in known:
        if one.id == custodian_id and one.member_id == member_id:
            return one
        if one.member_id == member_id and one.state in OPEN:
            raise CustodianAlready
    now = datetime.now(UTC)
    made = await CustodianRow.raw(
        _ASK,
        custodian_id,
        care.community_id,
        care.project_id,
        member_id,
        state.value,
        by.member_id,
        now,
    )
    if not made:
        raise CustodianMoved
    if state is CustodianState.NAMED:
        await _note("name", care, by, member=member_id)
        await telling.tell({member_id}, "custodian.named", care, by=by)
    else:
        await _note("volunteer", care, by, member=member_id)
        asked = await telling.coordinators(care.community_id) | await telling.hands(care, now)
        await telling.tell(asked - {member_id}, "custodian.volunteered", care, by=by)
    return await rows.custodian(
        custodian_id, project_id=care.project_id, community_id=care.community_id
    )


async def answer_custodian(
    project_id: UUID, custodian_id: UUID, *, yes: bool, by: Actor, at: datetime | None = None
) -> Custodian:
    """Say yes or no: who was named for themselves, a coordinator or custodian to a volunteer.

    With a yes the term begins, and checks that nobody has are shared out. The same answer again
    changes nothing. Raises `NotForAnother`, `NotYourAnswer`, `CustodianMoved`,
    `UnknownCustodian`, `NotDelivered`.
    """
    oneself(by)
    moment = at or datetime.now(UTC)
    wanted = CustodianState.SERVING if yes else CustodianState.DECLINED
    async with verb():
        seen = await rows.custodian(
            custodian_id, project_id=project_id, community_id=by.community_id
        )
        # The member before the project, as a merge and every other verb have it.
        active = await community.keep_active(seen.member_id, community_id=by.community_id)
        care = await rows.locked(project_id, community_id=by.community_id)
        one = await rows.custodian(
            custodian_id, project_id=care.project_id, community_id=care.community_id
        )
        if one.member_id != seen.member_id:  # merged at this moment
            raise CustodianMoved
        await _may_answer(care, one, by)
        if one.state is wanted:
            return one
        if one.state not in WAITING:
            raise CustodianMoved
        if yes and not active:
            raise NotAResident
        day = await telling.today(care.community_id, moment)
        months = (await aftercare_policy_at(care.community_id, moment)).term_months
        await _set(
            one,
            wanted,
            by=by,
            at=moment,
            term_until=rules.months_after(day, months) if yes else None,
            ended_at=None if yes else moment,
        )
        await _note("accept" if yes else "decline", care, by, member=one.member_id)
        if one.state is CustodianState.VOLUNTEERED:
            kind = "custodian.accepted" if yes else "custodian.declined"
            await telling.tell({one.member_id}, kind, care, by=by)
        else:
            kind = "custodian.said_yes" if yes else "custodian.said_no"
            await telling.tell({one.asked_by}, kind, care, by=by)
        if yes:
            await share_checks(care, at=moment, by=by)
        return await rows.custodian(
            one.id, project_id=care.project_id, community_id=care.community_id
        )


async def _may_answer(care: Aftercare, one: Custodian, by: Actor) -> None:
    """Raise `NotYourAnswer` for whoever is not asked: nobody says yes to themselves."""
    volunteered = one.asked_by == one.member_id or one.state is CustodianState.VOLUNTEERED
    if not volunteered:
        if by.member_id != one.member_id:
            raise NotYourAnswer
        return
    if by.member_id == one.member_id:
        raise NotYourAnswer
    if Role.COORDINATOR not in by.roles and by.member_id not in await telling.hands(
        care, datetime.now(UTC)
    ):
        raise NotYourAnswer


async def step_back(
    project_id: UUID, custodian_id: UUID, why: str, *, by: Actor, at: datetime | None = None
) -> Custodian:
    """Look after a project no longer, or take an offer back; a coordinator may end a term too.

    The checks pass to the other custodians, and the coordinators are told. A second time changes
    nothing. Raises `NotForAnother`, `NotACustodian`, `WordsMissing`, `TooLong`,
    `UnknownCustodian`, `NotDelivered`.
    """
    oneself(by)
    moment = at or datetime.now(UTC)
    said = rules.text("why", why)
    async with verb():
        care = await rows.locked(project_id, community_id=by.community_id)
        one = await rows.custodian(
            custodian_id, project_id=care.project_id, community_id=care.community_id
        )
        if by.member_id != one.member_id and Role.COORDINATOR not in by.roles:
            raise NotACustodian
        if one.state not in OPEN:
            return one
        await _end(care, one, said, by=by, at=moment)
        told = await telling.coordinators(care.community_id) | {one.member_id}
        await telling.tell(told, "custodian.stepped_back", care, by=by, fill={"why": said})
        return await rows.custodian(
            one.id, project_id=care.project_id, community_id=care.community_id
        )


async def _end(care: Aftercare, one: Custodian, why: str, *, by: Actor, at: datetime) -> None:
    await CustodianRow.raw(
        "UPDATE custodian SET state = 'ended', ended_at = {}, why = {}"
        " WHERE community_id = {} AND id = {}",
        at,
        why,
        care.community_id,
        one.id,
    )
    await _note("step_back", care, by, member=one.member_id)
    await share_checks(care, at=at, by=by)


async def _set(
    one: Custodian,
    state: CustodianState,
    *,
    by: Actor,
    at: datetime,
    term_until: object,
    ended_at: datetime | None,
) -> None:
    await CustodianRow.raw(
        _ANSWER,
        state.value,
        by.member_id,
        at,
        term_until,
        ended_at,
        one.why,
        one.community_id,
        one.id,
    )


async def end_terms(*, at: datetime | None = None) -> int:
    """End the terms that are over, tell custodian and coordinators; a job. Return how many."""
    moment = at or datetime.now(UTC)
    ended = 0
    for home in await community.communities():
        day = await telling.today(home.id, moment)
        due = await CustodianRow.raw(
            "SELECT id, project_id FROM custodian WHERE community_id = {} AND state = 'serving'"
            " AND term_until < {} ORDER BY id",
            home.id,
            day,
        )
        for row in due:
            async with verb():
                care = await rows.locked(row["project_id"], community_id=home.id)
                one = await rows.custodian(
                    row["id"], project_id=care.project_id, community_id=home.id
                )
                if one.state is not CustodianState.SERVING or one.serves(day):
                    continue
                by = system(home.id)
                await _end(care, one, "", by=by, at=moment)
                told = await telling.coordinators(home.id) | {one.member_id}
                await telling.tell(told, "custodian.term_over", care, by=by)
                ended += 1
    return ended


async def looks_after(care: Aftercare, by: Actor, at: datetime | None = None) -> None:
    """Refuse whoever is neither a custodian of the project nor a coordinator: `NotACustodian`."""
    oneself(by)
    if Role.COORDINATOR in by.roles:
        return
    if by.member_id not in await telling.hands(care, at or datetime.now(UTC)):
        raise NotACustodian


async def share_checks(care: Aftercare, *, at: datetime, by: Actor) -> None:
    """Share the checks that nobody has among those who serve; what nobody can take is nobody's.

    Within the transaction in which the project's aftercare was locked.
    """
    day = await telling.today(care.community_id, at)
    every = await rows.checks_of(care.project_id, community_id=care.community_id)
    serving = [
        one
        for one in await rows.custodians_of(care.project_id, community_id=care.community_id)
        if one.serves(day)
    ]
    found = rules.shared(every, serving)
    await _hand_over(care, _orphaned(every, serving, found), None)
    for member_id in sorted(set(found.values())):
        own = [check for check, whose in found.items() if whose == member_id]
        await _hand_over(care, own, member_id)
        await telling.tell({member_id}, "check.assigned", care, by=by, fill={"count": len(own)})


def _orphaned(
    every: Iterable[Check], serving: Iterable[Custodian], found: dict[UUID, UUID]
) -> list[UUID]:
    """Return the open checks whose custodian does not serve on their day, nor anybody else."""
    able = list(serving)
    return [
        one.id
        for one in every
        if one.custodian_id is not None
        and one.done_at is None
        and one.id not in found
        and not any(each.member_id == one.custodian_id and each.serves(one.due_on) for each in able)
    ]


async def _hand_over(care: Aftercare, checks: Iterable[UUID], member_id: UUID | None) -> None:
    ids = list(checks)
    if ids:
        await CheckRow.raw(
            "UPDATE follow_up SET custodian_id = {} WHERE community_id = {} AND id = ANY({})"
            " AND done_at IS NULL",
            member_id,
            care.community_id,
            ids,
        )


async def _note(act: str, care: Aftercare, by: Actor, *, member: UUID) -> None:
    await community.record(
        f"custodian.{act}",
        by=by,
        subject_kind="project",
        subject_id=care.project_id,
        details={"member": member} if member != by.member_id else None,
    )
