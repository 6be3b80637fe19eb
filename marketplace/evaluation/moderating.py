"""Looks after comments as after arguments: reports, a ruling with a public reason, a second look.

The rules are those of the talk about needs. Whoever rules never learns whose the words are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.deliberation import ReportReason
from marketplace.deliberation import rules as talk
from marketplace.deliberation.rows import told_by
from marketplace.deliberation.values import Report, Ruling, SecondLook
from marketplace.evaluation import circle, rules, telling
from marketplace.evaluation.errors import (
    CommentReported,
    GoneComment,
    LookAsked,
    NothingToRule,
    NotYetClosed,
    NotYourComment,
    OwnComment,
    UnknownEvaluation,
)
from marketplace.evaluation.tables import (
    CommentLookRow,
    CommentReportRow,
    CommentRulingRow,
    RatingRow,
)
from marketplace.evaluation.values import EvaluationState
from marketplace.needs.standing import oneself
from marketplace.reading import titles
from marketplace.refusals import verb
from marketplace.screening import coordinators
from marketplace.screening.verbs import coordinates

_COMMENT: Final = """
SELECT evaluation_rating.id, member_id, words, project_id, state FROM evaluation_rating
JOIN evaluation ON evaluation.id = evaluation_id
WHERE evaluation_rating.community_id = {} AND evaluation_rating.id = ANY({})
"""

_WAITING: Final = """
SELECT rating.id FROM evaluation_rating AS rating
WHERE rating.community_id = {} AND words <> '' AND (
    EXISTS (SELECT FROM comment_report AS report WHERE report.rating_id = rating.id
        AND reported_at > coalesce((SELECT max(ruled_at) FROM comment_ruling
            WHERE rating_id = rating.id), '-infinity'))
    OR EXISTS (SELECT FROM comment_second_look AS look WHERE look.rating_id = rating.id
        AND asked_at > coalesce((SELECT max(ruled_at) FROM comment_ruling
            WHERE rating_id = rating.id), '-infinity')))
"""


@dataclass(frozen=True, slots=True)
class CommentCase:
    """Words that wait for a coordinator, without a name: reports, rulings, a second look."""

    id: UUID
    project_id: UUID
    title: str
    words: str
    reports: Sequence[Report]
    rulings: Sequence[Ruling]
    second_look: SecondLook | None

    @property
    def hidden(self) -> bool:
        """Whether the words are hidden now."""
        return bool(self.rulings) and self.rulings[-1].hidden

    @property
    def again(self) -> bool:
        """Whether it is the second look that waits."""
        last = self.rulings[-1].ruled_at if self.rulings else None
        return self.second_look is not None and (last is None or self.second_look.asked_at > last)

    @property
    def since(self) -> datetime | None:
        """Since when something waits here; None where nothing does."""
        last = self.rulings[-1].ruled_at if self.rulings else None
        waiting = [
            one.reported_at for one in self.reports if last is None or one.reported_at > last
        ]
        if self.again and self.second_look is not None:
            waiting.append(self.second_look.asked_at)
        return min(waiting, default=None)


@dataclass(frozen=True, slots=True)
class _Said:
    """A comment as the verbs know it, with its author."""

    id: UUID
    member_id: UUID
    words: str
    project_id: UUID


async def report_comment(
    rating_id: UUID, reason: ReportReason, words: str = "", *, by: Actor, at: datetime | None = None
) -> None:
    """Report a published comment to the coordinators, once each; nobody else learns who did.

    Raises `OwnComment`, `GoneComment`, `CommentReported`, `NotYetClosed`, `TooLong`,
    `UnknownEvaluation`, `NotForAnother`.
    """
    oneself(by)
    said = rules.text("words", words, most=talk.REPORT_MAX, needed=False)
    async with verb(one_comment_report_each=CommentReported()):
        found = await _said(rating_id, by.community_id, lock=True)
        if found.member_id == by.member_id:
            raise OwnComment
        if not found.words or (await _case(found, by.community_id)).hidden:
            raise GoneComment
        await CommentReportRow.raw(
            "INSERT INTO comment_report (rating_id, reported_by, community_id, reason, words,"
            " reported_at) VALUES ({}, {}, {}, {}, {}, {})",
            found.id,
            by.member_id,
            by.community_id,
            reason.value,
            said,
            at or datetime.now(UTC),
        )
        await _record("report_comment", found, by, {"kind": reason.value})


async def rule_on_comment(
    rating_id: UUID,
    reason: str,
    *,
    hidden: bool,
    number: int,
    by: Actor,
    at: datetime | None = None,
) -> CommentCase:
    """Hide a comment or keep it, with a reason that everybody reads; its author is told.

    `number` is that of the ruling that this one will be, as the form showed it. Raises
    `NotACoordinator`, `NothingToRule`, `NotImpartial`, `SameModerator`, `WordsMissing`, `TooLong`,
    `UnknownEvaluation`.
    """
    coordinates(by)
    why = rules.text("reason", reason, most=talk.REASON_MAX)
    async with verb(one_comment_ruling_at_a_time=NothingToRule()):
        found = await _said(rating_id, by.community_id, lock=True)
        case = await _case(found, by.community_id)
        if case.since is None or not found.words or number != len(case.rulings) + 1:
            raise NothingToRule
        await _impartial(found, case, by)
        await CommentRulingRow.raw(
            "INSERT INTO comment_ruling (rating_id, number, community_id, hidden, reason,"
            " ruled_by, ruled_at) VALUES ({}, {}, {}, {}, {}, {}, {})",
            found.id,
            number,
            by.community_id,
            hidden,
            why,
            by.member_id,
            at or datetime.now(UTC),
        )
        act = "hide_comment" if hidden else "keep_comment"
        await _record(act, found, by, {"reason": why, "again": case.again})
        if hidden != case.hidden or case.again:
            await _tell_author(found, case, why, hidden=hidden, community_id=by.community_id)
        return await _case(found, by.community_id)


async def ask_look_at_comment(
    rating_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> None:
    """Ask another coordinator to look again at one's own comment that was hidden; once.

    Raises `NotYourComment`, `LookAsked`, `WordsMissing`, `TooLong`, `UnknownEvaluation`,
    `NotForAnother`.
    """
    oneself(by)
    said = rules.text("words", words, most=talk.REASON_MAX)
    async with verb(one_comment_look_each=LookAsked()):
        found = await _said(rating_id, by.community_id, lock=True)
        if found.member_id != by.member_id:
            raise NotYourComment
        if not (await _case(found, by.community_id)).hidden:
            raise LookAsked
        await CommentLookRow.raw(
            "INSERT INTO comment_second_look (rating_id, community_id, asked_by, words, asked_at)"
            " VALUES ({}, {}, {}, {}, {})",
            found.id,
            by.community_id,
            by.member_id,
            said,
            at or datetime.now(UTC),
        )
        await _record("ask_look", found, by, {})


async def waiting_comments(community_id: UUID) -> list[CommentCase]:
    """Return the comments that wait for a coordinator, the longest waiting first."""
    ids = [row["id"] for row in await RatingRow.raw(_WAITING, community_id)]
    if not ids:
        return []
    cases = await _cases(await _all_said(ids, community_id), community_id)
    waiting = [(one.since, one.id, one) for one in cases if one.since is not None]
    return [case for _since, _id, case in sorted(waiting, key=lambda found: found[:2])]


async def comment_case(rating_id: UUID, *, community_id: UUID) -> CommentCase:
    """Return a comment with its reports and rulings. Raises `UnknownEvaluation`."""
    return await _case(await _said(rating_id, community_id), community_id)


async def is_author(rating_id: UUID, *, by: Actor) -> bool:
    """Whether a comment is the member's own."""
    return (await _said(rating_id, by.community_id)).member_id == by.member_id


async def may_rule_on_comment(case: CommentCase, *, by: Actor) -> None:
    """Refuse a coordinator whom the words concern. Raises `NotImpartial`, `SameModerator`."""
    await _impartial(await _said(case.id, by.community_id), case, by)


async def _impartial(found: _Said, case: CommentCase, by: Actor) -> None:
    staff = await coordinators(by.community_id)
    names = await community.named_members({*staff, by.member_id}, community_id=by.community_id)
    project = await circle.project_of(found.project_id, community_id=by.community_id)
    talk.moderating(
        by.member_id,
        concerned={
            found.member_id,
            *(one.reported_by for one in case.reports),
            *await circle.close_to_undertaker(project),
            *talk.named_in(found.words, names.items()),
        },
        coordinators=staff,
        hid_by=case.rulings[-1].ruled_by if case.again and case.rulings else None,
    )


async def _tell_author(
    found: _Said, case: CommentCase, why: str, *, hidden: bool, community_id: UUID
) -> None:
    project = await circle.project_of(found.project_id, community_id=community_id)
    kind = "evaluation.comment_hidden" if hidden else "evaluation.comment_kept"
    again = f"/projects/{project.id}/evaluation/comments/{found.id}/again"
    link = again if hidden and not case.again else None
    await telling.tell(project, [found.member_id], kind, fill={"why": why}, link=link)


async def _said(rating_id: UUID, community_id: UUID, *, lock: bool = False) -> _Said:
    found = await _all_said([rating_id], community_id, lock=lock)
    if not found:
        raise UnknownEvaluation
    return found[0]


async def _all_said(
    rating_ids: Sequence[UUID], community_id: UUID, *, lock: bool = False
) -> list[_Said]:
    held = " FOR NO KEY UPDATE OF evaluation_rating" if lock else ""
    rated = await RatingRow.raw(_COMMENT + held, community_id, list(rating_ids))
    if any(row.pop("state") != EvaluationState.CLOSED for row in rated):
        raise NotYetClosed
    return [_Said(**row) for row in rated]


async def _case(found: _Said, community_id: UUID) -> CommentCase:
    (case,) = await _cases([found], community_id)
    return case


async def _cases(found: Sequence[_Said], community_id: UUID) -> list[CommentCase]:
    ids = [one.id for one in found]
    reports = await CommentReportRow.raw(
        "SELECT rating_id AS of, reported_by, reason, words, reported_at FROM comment_report"
        " WHERE community_id = {} AND rating_id = ANY({}) ORDER BY reported_at, reported_by",
        community_id,
        ids,
    )
    rulings = await CommentRulingRow.raw(
        "SELECT rating_id AS of, number, hidden, reason, ruled_by, ruled_at FROM comment_ruling"
        " WHERE community_id = {} AND rating_id = ANY({}) ORDER BY number",
        community_id,
        ids,
    )
    looks = await CommentLookRow.raw(
        "SELECT rating_id AS of, asked_by, words, asked_at FROM comment_second_look"
        " WHERE community_id = {} AND rating_id = ANY({})",
        community_id,
        ids,
    )
    reported, ruled, again = told_by(reports, rulings, looks)
    named = await titles({one.project_id for one in found}, community_id=community_id)
    return [
        CommentCase(
            one.id,
            one.project_id,
            named[one.project_id],
            one.words,
            reported[one.id],
            ruled[one.id],
            again.get(one.id),
        )
        for one in found
    ]


async def _record(act: str, found: _Said, by: Actor, details: dict[str, object]) -> None:
    await community.record(
        f"evaluation.{act}",
        by=by,
        subject_kind="project",
        subject_id=found.project_id,
        details={"comment": found.id, **details},
    )
