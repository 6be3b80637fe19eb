"""Brings together what a result's page needs beside it: addresses, names, earlier rounds."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import community
from app.i18n import current_language
from app.i18n import gettext as _
from app.marketplace_words import money_words
from app.results.page import Around, OwnResult, ResultPage, as_page, own_result
from app.wording import number, percent
from community import UnknownArea
from marketplace import BallotForm, Project, Round, result_reading
from marketplace.earlier import earlier_rounds
from marketplace.election import Grouping
from marketplace.needs.categories import categories

EARLIER: Final = 5
"""Earlier rounds that a result is set beside."""

Columns = tuple[tuple[str, str], ...]


async def around_round(current: Round, projects: Sequence[Project]) -> Around:
    """Return what a round's result is shown with."""
    return Around(
        addresses={project.ballot_id: f"/projects/{project.id}" for project in projects},
        kinds={
            one.key: one.name(current_language())
            for one in await categories(current.community_id, retired=True)
        },
        areas={
            one.name: await _area_name(one.name)
            for one in current.terms.ceilings
            if one.grouping is Grouping.NEIGHBOURHOOD
        },
        knapsack=current.terms.kind is BallotForm.KNAPSACK,
    )


async def _area_name(area_id: str) -> str:
    """Return what an area of a round's terms is called; its id where it is no longer known."""
    try:
        return (await community.area(UUID(area_id))).name
    except (UnknownArea, ValueError):
        return area_id


async def shown_round(current: Round, projects: Sequence[Project], asked: str | None) -> ResultPage:
    """Return a closed round's result as its page shows it, under the rule that was asked for.

    Raises `NotYetCounted`.
    """
    result = await result_reading.round_result(current)
    return as_page(result, asked, await around_round(current, projects))


async def shown_project(current: Round, project: Project) -> OwnResult | None:
    """Return what became of one project of a closed round; None for one that left it before."""
    result = await result_reading.round_result(current)
    if project.ballot_id not in {line.id for line in result.lines}:
        return None
    return own_result(result, project.ballot_id, await around_round(current, [project]))


async def beside_earlier(current: Round) -> tuple[tuple[str, ...], ...]:
    """Return this round and those before it, one row each: turnout, and what was chosen.

    Nothing where it is the first.
    """
    found = await earlier_rounds(current, most=EARLIER)
    if len(found) < 2:  # noqa: PLR2004 (itself and one to set it beside)
        return ()
    return tuple(
        (
            one.name,
            percent(one.votes, one.voters) if one.voters else "–",
            number(one.votes),
            _("%(chosen)s of %(projects)s")
            % {
                "chosen": number(one.chosen),
                "projects": number(one.projects),
            },
            money_words(one.spent_fen, 2, "CNY"),
        )
        for one in found
    )
