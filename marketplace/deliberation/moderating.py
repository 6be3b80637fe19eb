"""Looks after words: reports, hiding or keeping them with a public reason, a second look."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.deliberation import rows, rules
from marketplace.deliberation.errors import (
    AskedAlready,
    GoneWords,
    NotHidden,
    NothingToRule,
    NotYourWords,
    OwnWords,
    ReportedAlready,
)
from marketplace.deliberation.tables import (
    ArgumentReportRow,
    ArgumentRulingRow,
    SecondLookRow,
)
from marketplace.deliberation.values import Argument, Case, ReportReason
from marketplace.errors import TooLong
from marketplace.needs import authors, read_need
from marketplace.needs.errors import NotForAnother
from marketplace.refusals import verb
from marketplace.screening import coordinators
from marketplace.screening.verbs import coordinates

_REPORT: Final = """
INSERT INTO argument_report (argument_id, reported_by, community_id, reason, words, reported_at)
VALUES ({}, {}, {}, {}, {}, {})
"""

_WAITING: Final = """
taken_back_at IS NULL AND (
    EXISTS (SELECT FROM argument_report AS report WHERE report.argument_id = argument.id
        AND reported_at > coalesce((SELECT max(ruled_at) FROM argument_ruling
            WHERE argument_id = argument.id), '-infinity'))
    OR EXISTS (SELECT FROM argument_second_look AS look WHERE look.argument_id = argument.id
        AND asked_at > coalesce((SELECT max(ruled_at) FROM argument_ruling
            WHERE argument_id = argument.id), '-infinity'))
) ORDER BY said_at, argument.id
"""


async def report(
    argument_id: UUID,
    reason: ReportReason,
    words: str = "",
    *,
    by: Actor,
    at: datetime | None = None,
) -> None:
    """Report words to the coordinators, once each. Nobody else learns who did.

    Raises `ReportedAlready`, `OwnWords`, `GoneWords`, `TooLong`, `UnknownArgument`.
    """
    _in_person(by)
    if len(words.strip()) > rules.REPORT_MAX:
        raise TooLong("words", most=rules.REPORT_MAX)
    async with verb(one_argument_report_each=ReportedAlready()):
        argument = await rows.locked(argument_id, community_id=by.community_id)
        if by.member_id in {argument.said_by, argument.speaker}:
            raise OwnWords
        if not argument.shown:
            raise GoneWords
        await ArgumentReportRow.raw(
            _REPORT,
            argument.id,
            by.member_id,
            by.community_id,
            reason.value,
            words.strip(),
            at or datetime.now(UTC),
        )
        await _record("argument.report", argument, by, {"kind": reason.value})


async def rule_on(
    argument_id: UUID,
    reason: str,
    *,
    hidden: bool,
    number: int,
    by: Actor,
    at: datetime | None = None,
) -> Case:
    """Hide words or keep them, with a reason that everybody reads; their author is told.

    `number` is that of the ruling that this one will be, as the form showed it: who comes second is
    told. Raises `NotACoordinator`, `NothingToRule`, `NotImpartial`, `SameModerator`,
    `WordsMissing`, `TooLong`, `UnknownArgument`.
    """
    coordinates(by)
    said = rules.text("reason", reason, most=rules.REASON_MAX)
    async with verb(one_ruling_at_a_time=NothingToRule()):
        argument = await rows.locked(argument_id, community_id=by.community_id)
        case = await rows.case(argument)
        if case.since is None or argument.taken_back_at or number != len(case.rulings) + 1:
            raise NothingToRule
        await _impartial(case, by)
        await ArgumentRulingRow.raw(
            "INSERT INTO argument_ruling (argument_id, number, community_id, hidden, reason,"
            " ruled_by, ruled_at) VALUES ({}, {}, {}, {}, {}, {}, {})",
            argument.id,
            number,
            by.community_id,
            hidden,
            said,
            by.member_id,
            at or datetime.now(UTC),
        )
        await _record(
            "argument.hide" if hidden else "argument.keep",
            argument,
            by,
            {"reason": said, "again": case.again},
        )
        if hidden != argument.hidden or case.again:
            await _tell_author(case, said, hidden=hidden)
        return await rows.case(await rows.one(argument.id, community_id=by.community_id))


async def ask_second_look(
    argument_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> None:
    """Ask another coordinator to look again at one's own words that were hidden; once.

    Raises `NotYourWords`, `NotHidden`, `AskedAlready`, `WordsMissing`, `TooLong`,
    `UnknownArgument`.
    """
    _in_person(by)
    said = rules.text("words", words, most=rules.REASON_MAX)
    async with verb(one_second_look_each=AskedAlready()):
        argument = await rows.locked(argument_id, community_id=by.community_id)
        if argument.said_by != by.member_id:
            raise NotYourWords
        if not argument.hidden or argument.taken_back_at is not None:
            raise NotHidden
        await SecondLookRow.raw(
            "INSERT INTO argument_second_look (argument_id, community_id, asked_by, words,"
            " asked_at) VALUES ({}, {}, {}, {}, {})",
            argument.id,
            by.community_id,
            by.member_id,
            said,
            at or datetime.now(UTC),
        )
        await _record("argument.ask_again", argument, by, {})


async def waiting_cases(community_id: UUID) -> list[Case]:
    """Return the words that wait for a coordinator, the longest waiting first."""
    cases = await rows.cases(
        await rows.arguments(_WAITING, community_id=community_id), community_id=community_id
    )
    waiting = [(one.since, one.argument.id, one) for one in cases if one.since is not None]
    return [case for _since, _id, case in sorted(waiting, key=lambda found: found[:2])]


async def case_of(argument_id: UUID, *, community_id: UUID) -> Case:
    """Return an argument with its reports and rulings. Raises `UnknownArgument`."""
    return await rows.case(await rows.one(argument_id, community_id=community_id))


async def may_rule(case: Case, *, by: Actor) -> None:
    """Refuse a coordinator whom the words concern. Raises `NotImpartial`, `SameModerator`."""
    await _impartial(case, by)


async def _impartial(case: Case, by: Actor) -> None:
    argument = case.argument
    staff = await coordinators(by.community_id)
    names = await community.named_members({*staff, by.member_id}, community_id=by.community_id)
    parent = (
        await rows.one(argument.parent_id, community_id=by.community_id)
        if argument.parent_id
        else None
    )
    said = " ".join(one.words for one in argument.versions)
    involved = rules.concerned(
        argument,
        others=[
            parent.said_by if parent else None,
            *(one.reported_by for one in case.reports),
            *await authors(argument.need_id),
            *rules.named_in(said, names.items()),
        ],
    )
    rules.moderating(
        by.member_id,
        concerned=involved,
        coordinators=staff,
        hid_by=case.rulings[-1].ruled_by if case.again and case.rulings else None,
    )


async def _tell_author(case: Case, reason: str, *, hidden: bool) -> None:
    argument = case.argument
    if argument.said_by is None:
        return
    need = await read_need(argument.need_id, community_id=argument.community_id)
    kind = "argument.hidden" if hidden else "argument.kept"
    page = f"/arguments/{argument.id}/again" if hidden and not case.again else None
    await community.tell(
        argument.said_by,
        kind,
        community_id=argument.community_id,
        fill={"title": need.title, "why": reason},
        link=page or f"/needs/{need.id}/arguments",
    )


def _in_person(by: Actor) -> None:
    if by.on_behalf_of is not None:
        raise NotForAnother


async def _record(act: str, argument: Argument, by: Actor, details: dict[str, object]) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="argument",
        subject_id=argument.id,
        details={"need": str(argument.need_id), **details},
    )
