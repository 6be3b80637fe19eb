"""Sums a deliberation up in equal space: a coordinator writes both sides, figures are counted."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from marketplace.deliberation import rows, rules
from marketplace.deliberation.errors import NotImpartial, SummaryChanged
from marketplace.deliberation.policy import deliberation_policy
from marketplace.deliberation.tables import SummaryRow
from marketplace.deliberation.values import Argument, Figures, Side, TwoSides
from marketplace.needs import authors
from marketplace.refusals import verb
from marketplace.screening import coordinators
from marketplace.screening.verbs import coordinates

_SUMMARIES: Final = """
SELECT need_id, number, in_favour, against, for_count, against_count, question_count,
    answered_count, written_by, written_at
FROM argument_summary WHERE community_id = {} AND need_id = {} ORDER BY number DESC
"""

_WRITE: Final = """
INSERT INTO argument_summary (need_id, number, community_id, in_favour, against, for_count,
    against_count, question_count, answered_count, written_by, written_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""


async def sum_up(
    need_id: UUID,
    in_favour: str,
    against: str,
    *,
    number: int,
    by: Actor,
    at: datetime | None = None,
) -> TwoSides:
    """Write both sides of what was said, in equal space; each time a version that stands.

    `number` is that of the version that the form showed, 0 for none. Whoever raised the need or
    took a side writes it only where no other coordinator can. Raises `NotACoordinator`, `NotOpen`,
    `NotImpartial`, `Lopsided`, `WordsMissing`, `TooLong`, `SummaryChanged`, `UnknownNeed`.
    """
    coordinates(by)
    moment = at or datetime.now(UTC)
    async with verb(one_argument_summary_each=SummaryChanged()):
        need = await rows.held_need(need_id, community_id=by.community_id)
        state = await rows.round_state(need.id, community_id=by.community_id, lock=True)
        rules.may_talk(need.state, state)
        policy = await deliberation_policy(by.community_id, moment)
        texts = in_favour.strip(), against.strip()
        rules.equal_space(*texts, most=policy.summary_max)
        before = await two_sides(need.id, community_id=by.community_id)
        if before is not None and (before.in_favour, before.against) == texts:
            return before
        if number != (before.number if before else 0):
            raise SummaryChanged
        said = await rows.of_need(need.id, community_id=by.community_id)
        await _neutral(need.id, said, by)
        counted = rules.figures(said)
        await SummaryRow.raw(
            _WRITE,
            need.id,
            number + 1,
            by.community_id,
            *texts,
            counted.in_favour,
            counted.against,
            counted.questions,
            counted.answered,
            by.member_id,
            moment,
        )
        await community.record(
            "argument.sum_up",
            by=by,
            subject_kind="need",
            subject_id=need.id,
            details={"number": number + 1},
        )
        (written, *_older) = await summaries(need.id, community_id=by.community_id)
        return written


async def two_sides(need_id: UUID, *, community_id: UUID) -> TwoSides | None:
    """Return both sides as last summed up, for the top of the talk and for the ballot; else None.

    Its figures are those of that moment; `figures_of` counts anew.
    """
    found = await summaries(need_id, community_id=community_id)
    return found[0] if found else None


async def summaries(need_id: UUID, *, community_id: UUID) -> list[TwoSides]:
    """Return every version of a need's summary, the latest first."""
    return [_two_sides(row) for row in await SummaryRow.raw(_SUMMARIES, community_id, need_id)]


async def figures_of(need_id: UUID, *, community_id: UUID) -> Figures:
    """Count how much was said on each side about a need."""
    return rules.figures(await rows.of_need(need_id, community_id=community_id))


async def _neutral(need_id: UUID, said: list[Argument], by: Actor) -> None:
    took_sides = {one.said_by for one in said if one.side in {Side.FOR, Side.AGAINST}}
    partial = took_sides | set(await authors(need_id))
    others = set(await coordinators(by.community_id)) - partial - {by.member_id}
    if by.member_id in partial and others:
        raise NotImpartial


def _two_sides(row: dict[str, Any]) -> TwoSides:
    figures = Figures(
        row.pop("for_count"),
        row.pop("against_count"),
        row.pop("question_count"),
        row.pop("answered_count"),
    )
    return TwoSides(**row, figures=figures)
