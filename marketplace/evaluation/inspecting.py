"""Inspects what was delivered: who may, and the signature with its checklist and photographs."""

import json
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.moving import move
from marketplace.delivery.policy import delivery_policy_at
from marketplace.delivery.values import DeliveryState
from marketplace.errors import NotACoordinator
from marketplace.evaluation import circle, reading, rows, rules, telling
from marketplace.evaluation.errors import (
    ApprovedItsMoney,
    CloseToUndertaker,
    EvaluationOver,
    NamedAlready,
    NotAnInspector,
    SignedAlready,
)
from marketplace.evaluation.policy import evaluation_policy_at
from marketplace.evaluation.tables import InspectorRow, SignOffPhotoRow, SignOffRow
from marketplace.evaluation.values import Evaluation, EvaluationState, SignOff, SignOffDraft
from marketplace.needs.errors import NotForAnother
from marketplace.refusals import verb
from marketplace.values import Project

INSPECTORS: Final = frozenset({Role.COORDINATOR, Role.AUDITOR})

_NAME: Final = """
INSERT INTO project_inspector (project_id, member_id, community_id, named_by, named_at, why)
VALUES ({}, {}, {}, {}, {}, {})
"""

_SIGN: Final = """
INSERT INTO sign_off (id, evaluation_id, community_id, inspector_id, passed, findings, words,
    mend_by, signed_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""


async def name_inspector(
    project_id: UUID, member_id: UUID, why: str, *, by: Actor, at: datetime | None = None
) -> None:
    """Name a resident as an inspector of a project, with a public reason.

    Raises `NotACoordinator`, `NamedAlready`, `CloseToUndertaker`, `NotAnInspector` for whoever is
    no resident, `WordsMissing`, `TooLong`, `UnknownProject`.
    """
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotACoordinator
    reason = rules.text("why", why, most=rules.LENGTHS_MAX["why"])
    async with verb(named_once=NamedAlready()):
        project = await circle.project_of(project_id, community_id=by.community_id)
        found = await community.electors(by.community_id, member_id=member_id)
        if not found or Role.RESIDENT not in found[0].roles:
            raise NotAnInspector
        await _impartial(project, member_id)
        await community.keep_active(member_id, community_id=by.community_id)
        await InspectorRow.raw(
            _NAME,
            project.id,
            member_id,
            by.community_id,
            by.member_id,
            at or datetime.now(UTC),
            reason,
        )
        await community.record(
            "evaluation.name_inspector",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"member": member_id, "why": reason},
        )
        link = f"{telling.page(project.id)}/sign"
        await telling.tell(project, [member_id], "evaluation.named", link=link)


async def may_sign(project: Project, *, by: Actor) -> None:
    """Refuse whoever does not inspect a project.

    Raises `NotForAnother`, `NotAnInspector`, `CloseToUndertaker`, `ApprovedItsMoney`.
    """
    if by.on_behalf_of is not None:
        raise NotForAnother
    named = await reading.inspectors_named(project.id, community_id=by.community_id)
    if not by.roles & INSPECTORS and by.member_id not in {one.member_id for one in named}:
        raise NotAnInspector
    await _impartial(project, by.member_id)


async def _impartial(project: Project, member_id: UUID) -> None:
    if member_id in await circle.close_to_undertaker(project):
        raise CloseToUndertaker
    if (await delivery_policy_at(project.community_id)).tied_decide:
        return  # a flag says it in public
    if member_id in await circle.approvers(project):
        raise ApprovedItsMoney


async def sign(
    project_id: UUID,
    draft: SignOffDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> SignOff:
    """Sign a delivered project off, or, where a point is wanting, send it back with a term.

    The answers carry the outcome. The same `id` again returns the first signature. Raises
    `NotAnInspector`, `CloseToUndertaker`, `ApprovedItsMoney`, `SignedAlready`, `EvaluationOver`,
    `FindingsWrong`,
    `TermWrong`, `PhotosWrong`, `WordsMissing`, `TooLong`, `NotForAnother`, `UnknownEvaluation`.
    """
    moment, key = at or datetime.now(UTC), id or ledger.new_id()
    async with verb(one_signature_each=SignedAlready()):
        await locked_delivery(project_id, community_id=by.community_id)
        found = await rows.of_project(project_id, community_id=by.community_id)
        found = await rows.locked(found.id, community_id=by.community_id)
        for one in await rows.sign_offs(found):
            if one.inspector_id == by.member_id and one.id == key:
                return one
        project = await circle.project_of(project_id, community_id=by.community_id)
        await may_sign(project, by=by)
        if found.state is not EvaluationState.OPEN:
            raise EvaluationOver
        home = await community.community(by.community_id)
        policy = await evaluation_policy_at(by.community_id, moment)
        kept = rules.sign_off(
            draft,
            found.checks,
            today=moment.astimezone(ZoneInfo(home.time_zone)).date(),
            days_max=policy.mend_days_max,
        )
        signed = await _keep(found, key, kept, by=by, at=moment)
        if not signed.passed:
            await _send_back(found, project, signed, by=by, at=moment)
        return signed


async def _keep(
    found: Evaluation, key: UUID, kept: SignOffDraft, *, by: Actor, at: datetime
) -> SignOff:
    passed = rules.passes(kept.findings)
    findings = [
        {"check": one.check.value, "answer": one.answer.value, "words": one.words}
        for one in kept.findings
    ]
    stored = await SignOffRow.raw(
        _SIGN,
        key,
        found.id,
        found.community_id,
        by.member_id,
        passed,
        json.dumps(findings, ensure_ascii=False),
        kept.words,
        kept.mend_by,
        at,
    )
    if not stored:  # another's form
        raise SignedAlready
    for number, (image, words) in enumerate(kept.photos, start=1):
        await SignOffPhotoRow.raw(
            "INSERT INTO sign_off_photo (sign_off_id, number, community_id, image, words)"
            " VALUES ({}, {}, {}, {}, {})",
            key,
            number,
            found.community_id,
            image,
            words,
        )
    await rows.note("sign", found, by=by, passed=passed, photos=len(kept.photos))
    photos = tuple(words for _image, words in kept.photos)
    return SignOff(
        key, found.id, by.member_id, passed, kept.findings, kept.words, kept.mend_by, at, photos
    )


async def _send_back(
    found: Evaluation, project: Project, signed: SignOff, *, by: Actor, at: datetime
) -> None:
    """End this evaluation without a score: the project is under way again, until the term."""
    delivery = await locked_delivery(project.id, community_id=by.community_id)
    await rows.end(found, EvaluationState.SENT_BACK, at=at)
    hands = await telling.undertaker(project)
    await move(delivery, DeliveryState.UNDER_WAY, by=by, why=signed.words, but_not=hands)
    await rows.note("send_back", found, by=by, until=signed.mend_by)
    await telling.tell(
        project,
        hands,
        "evaluation.sent_back",
        fill={"why": signed.words, "day": signed.mend_by} if signed.mend_by else {},
        settles=True,
    )
