"""Verbs of checks: whose one is, its result, the reminder before it, and that it was missed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor, system
from marketplace.aftercare import photos, rows, rules, telling
from marketplace.aftercare.attention import open_attention
from marketplace.aftercare.custodians import looks_after
from marketplace.aftercare.errors import CheckDone, NotACustodian
from marketplace.aftercare.policy import aftercare_policy_at
from marketplace.aftercare.tables import CheckRow
from marketplace.aftercare.values import Aftercare, Check, Outcome
from marketplace.needs.standing import Standing, oneself
from marketplace.refusals import verb

_RESULT: Final = """
UPDATE follow_up SET outcome = {}, words = {}, done_by = {}, done_at = {}
WHERE community_id = {} AND id = {} AND done_at IS NULL
"""

# What a stopped project left behind, nobody looks after.
_STANDS: Final = """
EXISTS (SELECT FROM delivery WHERE delivery.project_id = follow_up.project_id
    AND delivery.state <> 'stopped')
"""

_SOON: Final = f"""
SELECT id, project_id FROM follow_up WHERE community_id = {{}} AND done_at IS NULL
    AND reminded_at IS NULL AND missed_at IS NULL AND due_on <= {{}} AND {_STANDS}
ORDER BY due_on, id
"""  # noqa: S608 (a piece of our own)

_LATE: Final = f"""
SELECT id, project_id FROM follow_up WHERE community_id = {{}} AND done_at IS NULL
    AND missed_at IS NULL AND due_on < {{}} AND {_STANDS} ORDER BY due_on, id
"""  # noqa: S608 (a piece of our own)

_CLAIM: Final = """
SELECT id FROM follow_up WHERE community_id = {} AND id = {} AND done_at IS NULL AND """

_CLAIM_ONE: Final = " FOR NO KEY UPDATE SKIP LOCKED"


async def assign_check(
    project_id: UUID, check_id: UUID, member_id: UUID, *, by: Actor, at: datetime | None = None
) -> Check:
    """Give a check to one of the custodians; custodians and coordinators do.

    Raises `NotForAnother`, `NotACustodian` (also where the member is none on its day),
    `CheckDone`, `UnknownCheck`, `NotDelivered`.
    """
    oneself(by)
    async with verb():
        care = await rows.locked(project_id, community_id=by.community_id)
        await looks_after(care, by, at)
        one = await rows.check(check_id, project_id=care.project_id, community_id=care.community_id)
        if one.done_at is not None:
            raise CheckDone
        known = await rows.custodians_of(care.project_id, community_id=care.community_id)
        today = await telling.today(care.community_id, at or datetime.now(UTC))
        if member_id not in rules.hands(known, max(one.due_on, today)):
            raise NotACustodian
        if one.custodian_id == member_id:
            return one
        await CheckRow.raw(
            "UPDATE follow_up SET custodian_id = {} WHERE community_id = {} AND id = {}",
            member_id,
            care.community_id,
            one.id,
        )
        await _note("assign", care, by, one, member=member_id)
        await telling.tell({member_id}, "check.assigned", care, by=by, fill={"count": 1})
        return await rows.check(one.id, project_id=care.project_id, community_id=care.community_id)


async def report_check(  # noqa: PLR0913 (a result has these parts)
    project_id: UUID,
    check_id: UUID,
    outcome: Outcome,
    words: str,
    *,
    by: Actor,
    images: Sequence[bytes] = (),
    at: datetime | None = None,
) -> Check:
    """Write down what a check found; faults go on the list of what needs attention.

    Custodians and coordinators do, once. The same result again changes nothing. Raises
    `NotForAnother`, `NotACustodian`, `CheckDone`, `CheckTooEarly`, `WordsMissing`, `TooLong`,
    `TooManyPhotos`, `UnknownCheck`, `NotDelivered`.
    """
    oneself(by)
    moment = at or datetime.now(UTC)
    rules.photos(images)
    async with verb():
        care = await rows.locked(project_id, community_id=by.community_id)
        await looks_after(care, by, moment)
        one = await rows.check(check_id, project_id=care.project_id, community_id=care.community_id)
        if (one.done_by, one.outcome, one.words) == (by.member_id, outcome, words.strip()):
            return one
        policy = await aftercare_policy_at(care.community_id, moment)
        said = rules.checking(
            one,
            outcome,
            words,
            on=await telling.today(care.community_id, moment),
            remind_days=policy.remind_days,
        )
        await photos.keep(
            images,
            care.project_id,
            community_id=care.community_id,
            added_by=by.member_id,
            check_id=one.id,
        )
        await CheckRow.raw(
            _RESULT, outcome.value, said, by.member_id, moment, care.community_id, one.id
        )
        await _note("report", care, by, one)
        if outcome is not Outcome.GOOD:
            await open_attention(care, said, Standing(by.member_id), by=by, check_id=one.id)
        return await rows.check(one.id, project_id=care.project_id, community_id=care.community_id)


async def remind_of_checks(*, at: datetime | None = None) -> int:
    """Remind whoever has a check that its day comes, each exactly once; a job. Return how many.

    Of one that nobody has, all custodians are told, or the coordinators where there are none.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for home in await community.communities():
        day = await telling.today(home.id, moment)
        days = (await aftercare_policy_at(home.id, moment)).remind_days
        for due in await CheckRow.raw(_SOON, home.id, day + timedelta(days=days)):
            async with verb():
                claimed = await CheckRow.raw(
                    f"{_CLAIM} reminded_at IS NULL AND missed_at IS NULL {_CLAIM_ONE}",
                    home.id,
                    due["id"],
                )
                if not claimed:
                    continue
                care, one = await _claimed(due, home.id)
                await CheckRow.raw(
                    "UPDATE follow_up SET reminded_at = {} WHERE community_id = {} AND id = {}",
                    moment,
                    home.id,
                    one.id,
                )
                by = system(home.id)
                await _note("remind", care, by, one)
                await telling.tell(
                    await _whom(care, one, moment),
                    "check.due",
                    care,
                    by=by,
                    fill={"day": one.due_on},
                    link=_page(one),
                )
                told += 1
    return told


async def miss_checks(*, at: datetime | None = None) -> int:
    """Mark the checks as missed that got no result, and tell, each exactly once; a job.

    Custodians and coordinators are told. Return how many.
    """
    moment = at or datetime.now(UTC)
    missed = 0
    for home in await community.communities():
        day = await telling.today(home.id, moment)
        late = (await aftercare_policy_at(home.id, moment)).late_days
        for due in await CheckRow.raw(_LATE, home.id, day - timedelta(days=late)):
            async with verb():
                claimed = await CheckRow.raw(
                    f"{_CLAIM} missed_at IS NULL {_CLAIM_ONE}", home.id, due["id"]
                )
                if not claimed:
                    continue
                care, one = await _claimed(due, home.id)
                await CheckRow.raw(
                    "UPDATE follow_up SET missed_at = {} WHERE community_id = {} AND id = {}",
                    moment,
                    home.id,
                    one.id,
                )
                by = system(home.id)
                await _note("miss", care, by, one)
                whom = await _whom(care, one, moment) | await telling.coordinators(home.id)
                await telling.tell(
                    whom, "check.missed", care, by=by, fill={"day": one.due_on}, link=_page(one)
                )
                missed += 1
    return missed


async def _claimed(due: dict[str, UUID], community_id: UUID) -> tuple[Aftercare, Check]:
    care = await rows.found(due["project_id"], community_id=community_id)
    assert care is not None  # noqa: S101 (a check belongs to a finished project, by its foreign key)
    return care, await rows.check(due["id"], project_id=care.project_id, community_id=community_id)


async def _whom(care: Aftercare, one: Check, at: datetime) -> set[UUID]:
    hands = set(await telling.hands(care, at))
    if one.custodian_id in hands:
        return {one.custodian_id}
    return hands or await telling.coordinators(care.community_id)


def _page(one: Check) -> str:
    return f"/projects/{one.project_id}/checks/{one.id}"


async def _note(
    act: str, care: Aftercare, by: Actor, one: Check, *, member: UUID | None = None
) -> None:
    details: dict[str, object] = {"number": one.number}
    if member is not None:
        details["member"] = member
    await community.record(
        f"check.{act}",
        by=by,
        subject_kind="project",
        subject_id=care.project_id,
        details=details,
    )
