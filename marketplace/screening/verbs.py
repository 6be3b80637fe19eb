"""Screens a need: progress is saved by one coordinator or another, then there is one outcome.

Each verb is one transaction that begins by locking the need, so two screeners come one after the
other, and the second is told.
"""

import dataclasses
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace import rules as roles
from marketplace.needs import Need, NeedState, followers, locked, move
from marketplace.needs.errors import NotForAnother
from marketplace.needs.tables import NeedRow
from marketplace.refusals import verb
from marketplace.screening import rows, rules
from marketplace.screening.errors import ChangedMeanwhile, NotAlike, NotWaiting
from marketplace.screening.policy import screening_policy
from marketplace.screening.tables import ScreeningRow
from marketplace.screening.values import (
    Draft,
    Outcome,
    Question,
    Screening,
    ScreeningList,
)

_DECIDE: Final = """
UPDATE screening SET outcome = {}, reason = {}, decided_by = {}, decided_at = {}, appeal_until = {}
WHERE community_id = {} AND need_id = {}
"""


def coordinates(by: Actor) -> None:
    """Refuse whoever is no coordinator in their own name."""
    if by.on_behalf_of is not None:
        raise NotForAnother
    roles.coordinates(by.roles)


async def save_screening(
    need_id: UUID, draft: Draft, *, revision: int, by: Actor, at: datetime | None = None
) -> Screening:
    """Save what a screener has so far; another coordinator may go on with it.

    `revision` is the one that the form was filled from. The same answers again change nothing.
    Raises `NotACoordinator`, `OwnNeed`, `NotWaiting`, `ChangedMeanwhile`, `InvalidPoint`,
    `InvalidBand`, `TooLong`, `NotAlike`, `UnknownNeed`.
    """
    coordinates(by)
    async with verb():
        asked = await rows.current_list(by.community_id)
        rules.progress(draft, asked.points)
        draft = _tidy(draft)
        need, screening = await _waiting(need_id, by)
        if screening.draft == draft and screening.saved_by is not None:
            return screening
        if screening.revision != revision:
            raise ChangedMeanwhile
        await _alike_exist(draft.alike, need)
        await rows.save(
            screening, draft, number=asked.number, by=by.member_id, at=at or datetime.now(UTC)
        )
        await community.record(
            "screening.save",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"answered": len(draft.answers), "of": len(asked.points)},
        )
        return await rows.opened(need.id, community_id=need.community_id)


async def decide_screening(
    need_id: UUID,
    outcome: Outcome,
    reason: str,
    *,
    revision: int,
    by: Actor,
    at: datetime | None = None,
) -> Screening:
    """Give a screening its outcome: the need moves on and its followers are told the reason.

    Raises `NotACoordinator`, `OwnNeed`, `NotWaiting`, `ChangedMeanwhile`, `PointsOpen`,
    `InvalidPoint`, `InvalidBand`, `BandOutside`, `AgainstTheChecklist`, `WordsMissing`, `TooLong`,
    `UnknownNeed`.
    """
    coordinates(by)
    moment = at or datetime.now(UTC)
    async with verb(screening_stands=ChangedMeanwhile()):
        need, screening = await _waiting(need_id, by)
        if screening.revision != revision:
            raise ChangedMeanwhile
        asked = await rows.current_list(need.community_id)
        policy = await screening_policy(need.community_id, moment)
        rules.complete(screening.draft, asked.points, policy)
        rules.outcome(screening.draft, outcome, reason)
        refused = outcome is Outcome.REFUSED
        until = moment + timedelta(days=policy.appeal_days) if refused else None
        await ScreeningRow.raw(
            _DECIDE,
            outcome.value,
            reason.strip(),
            by.member_id,
            moment,
            until,
            need.community_id,
            need.id,
        )
        state = NeedState.REFUSED if refused else NeedState.ACCEPTED
        await move(need, state, by=by, why=reason.strip())
        await community.record(
            "screening.decide",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"outcome": outcome.value, "reason": reason.strip()},
        )
        return await rows.opened(need.id, community_id=need.community_id)


async def change_list(
    duties: Sequence[str],
    questions: Sequence[Question],
    *,
    number: int,
    by: Actor,
    at: datetime | None = None,
) -> ScreeningList:
    """Change what a community screens by; what was screened before keeps its own version.

    `number` is that of the version that the form was filled from. Raises `NotACoordinator`,
    `ChangedMeanwhile`, `WordsMissing`, `TooLong`, `InvalidList`.
    """
    coordinates(by)
    wanted = tuple(line.strip() for line in duties if line.strip())
    asked = tuple(Question(one.key, one.words.strip()) for one in questions if one.words.strip())
    rules.listed(wanted, [one.words for one in asked])
    async with verb(one_screening_list_each=ChangedMeanwhile()):
        before = await rows.current_list(by.community_id)
        if (before.duties, before.questions) == (wanted, asked):
            return before
        if before.number != number:
            raise ChangedMeanwhile
        new = ScreeningList(number + 1, wanted, asked, by.member_id, at or datetime.now(UTC))
        await rows.add_list(new, community_id=by.community_id)
        await community.record(
            "screening.change_list",
            by=by,
            subject_kind="area",
            subject_id=by.community_id,
            details={"number": new.number, "duties": len(wanted), "questions": len(asked)},
        )
        return new


async def _waiting(need_id: UUID, by: Actor) -> tuple[Need, Screening]:
    """Lock a need that waits for screening, for somebody who may screen it."""
    need = await locked(need_id, community_id=by.community_id)
    if need.state is not NeedState.SECONDED:
        raise NotWaiting(need.state)
    rules.impartial(by.member_id, await followers(need.id, need.community_id))
    return need, await rows.opened(need.id, community_id=need.community_id)


async def _alike_exist(alike: Collection[UUID], need: Need) -> None:
    found = await NeedRow.raw(
        "SELECT id FROM need WHERE community_id = {} AND id = ANY({}) AND id <> {}",
        need.community_id,
        list(alike),
        need.id,
    )
    if len(found) != len(set(alike)):
        raise NotAlike


def _tidy(draft: Draft) -> Draft:
    answers = {
        point: dataclasses.replace(answer, note=answer.note.strip())
        for point, answer in draft.answers.items()
    }
    return Draft(answers, draft.band, tuple(dict.fromkeys(draft.alike)))
