"""The one appeal against a refusal: made by who raised the need, decided by another coordinator."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.needs import NeedState, authors, followers, locked, move
from marketplace.needs.errors import NotForAnother
from marketplace.refusals import verb
from marketplace.screening import rows, rules
from marketplace.screening.errors import (
    AppealDecided,
    AppealedAlready,
    NoAppeal,
    NotRefused,
)
from marketplace.screening.policy import screening_policy
from marketplace.screening.tables import ScreeningAppealRow
from marketplace.screening.telling import tell_coordinators
from marketplace.screening.values import Appeal, CouncilWord
from marketplace.screening.verbs import coordinates

_APPEAL: Final = """
INSERT INTO screening_appeal (need_id, community_id, appealed_by, words, appealed_at, due_at)
VALUES ({}, {}, {}, {}, {}, {})
"""

_DECIDE: Final = """
UPDATE screening_appeal SET granted = {}, reason = {}, decided_by = {}, decided_at = {},
    council_decision_id = {}, council_words = {}
WHERE community_id = {} AND need_id = {}
"""


async def appeal(need_id: UUID, words: str, *, by: Actor, at: datetime | None = None) -> Appeal:
    """Appeal against a need's refusal: once, by who raised it, within the term.

    Raises `NotItsAuthor`, `NotRefused`, `AppealOver`, `AppealedAlready`, `WordsMissing`, `TooLong`,
    `UnknownNeed`.
    """
    if by.on_behalf_of is not None:
        raise NotForAnother
    moment = at or datetime.now(UTC)
    async with verb(one_appeal_each=AppealedAlready()):
        need = await locked(need_id, community_id=by.community_id)
        screening = await rows.find(need.id, community_id=need.community_id)
        if await rows.find_appeal(need.id, community_id=need.community_id) is not None:
            raise AppealedAlready
        rules.appeal(
            by.member_id,
            words,
            authors=await authors(need.id),
            until=screening.appeal_until if screening and need.state is NeedState.REFUSED else None,
            at=moment,
        )
        policy = await screening_policy(need.community_id, moment)
        zone = await rows.zone_of(need.community_id)
        await ScreeningAppealRow.raw(
            _APPEAL,
            need.id,
            need.community_id,
            by.member_id,
            words.strip(),
            moment,
            rules.due(moment, policy.appeal_answer_days, zone),
        )
        await community.record("screening.appeal", by=by, subject_kind="need", subject_id=need.id)
        but = {by.member_id, screening.decided_by if screening else None}
        await tell_coordinators(need, "screening.appealed", but=but)
        return await _appeal(need.id, need.community_id)


async def decide_appeal(
    need_id: UUID,
    reason: str,
    *,
    granted: bool,
    by: Actor,
    council: CouncilWord | None = None,
    at: datetime | None = None,
) -> Appeal:
    """Decide an appeal: granted, the need is accepted after all; else its refusal stands.

    Whoever screened the need may only write down what a council decided. Raises `NotACoordinator`,
    `OwnNeed`, `SameScreener`, `NoAppeal`, `AppealDecided`, `NotRefused`, `WordsMissing`,
    `TooLong`, `UnknownNeed`.
    """
    coordinates(by)
    moment = at or datetime.now(UTC)
    async with verb(appeal_stands=AppealDecided()):
        need = await locked(need_id, community_id=by.community_id)
        screening = await rows.find(need.id, community_id=need.community_id)
        found = await rows.find_appeal(need.id, community_id=need.community_id, lock=True)
        if found is None or screening is None:
            raise NoAppeal
        rules.ruling(
            by.member_id,
            reason,
            council,
            screened_by=screening.decided_by,
            involved=await followers(need.id, need.community_id),
            decided=found.decided,
        )
        if need.state is not NeedState.REFUSED:
            raise NotRefused
        await ScreeningAppealRow.raw(
            _DECIDE,
            granted,
            reason.strip(),
            by.member_id,
            moment,
            council.decision_id if council else None,
            council.words.strip() if council else "",
            need.community_id,
            need.id,
        )
        if granted:
            await move(need, NeedState.ACCEPTED, by=by, why=reason.strip())
        else:
            await _tell_refused(need.id, need.title, reason.strip(), by)
        await community.record(
            "screening.decide_appeal",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={
                "granted": granted,
                "reason": reason.strip(),
                "council_decision": str(council.decision_id) if council else None,
            },
        )
        return await _appeal(need.id, need.community_id)


async def _appeal(need_id: UUID, community_id: UUID) -> Appeal:
    found = await rows.find_appeal(need_id, community_id=community_id)
    if found is None:
        raise NoAppeal
    return found


async def _tell_refused(need_id: UUID, title: str, reason: str, by: Actor) -> None:
    for member_id in await followers(need_id, by.community_id):
        await community.tell(
            member_id,
            "screening.appeal_refused",
            community_id=by.community_id,
            fill={"title": title, "why": reason},
            link=f"/needs/{need_id}/screening",
        )
