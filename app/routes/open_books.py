"""The open books: every transfer of a project, or of a community, with its document and sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from app import money_trail
from app import money_trail_words as words
from app.acts import ACTS, act
from app.guards import actor_of
from app.i18n import gettext as _
from app.money_trail import Names
from app.money_trail_files import as_data
from app.neighbourhood import acting, community_shown
from app.passbook_file import KIND_NAMES
from app.passbook_period import ChosenPeriod, period_of, periods_offered
from app.routes.typed import whole_number
from app.wording import number
from community import Actor, Community, named_members
from ledger import MINUTE
from marketplace import Project, ProjectId
from marketplace.errors import UnknownProject
from marketplace.open_books import flag_rules, flagging, reading, rules
from marketplace.open_books.values import Books, CommunityBooks, Span
from marketplace.reading import read_project

AnyRequest = Request[Any, Any, Any]
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
PAGES_MAX: Final = 10_000
PLACE_DIGITS: Final = 18
"""A place in the book has no more digits than fit."""
PROJECTS_SHOWN: Final = 50
LINES_SHOWN: Final = 20
"""Transfers of a whole community on one page: on a telephone each is a small card."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose book is shown to whom; `named` says that they see who gave without a name."""

    home: Community
    by: Actor | None
    named: bool


async def place_of(request: AnyRequest) -> Place:
    """Return whose book a request is about, and what its reader may see."""
    home, by = await community_shown(request), await actor_of(request)
    return Place(home, by, money_trail.sees_names(by, home))


async def project_of(place: Place, project_id: UUID) -> Project:
    """Return a project of the community shown; 404 where there is none."""
    try:
        return await read_project(ProjectId(project_id), community_id=place.home.id)
    except UnknownProject as error:
        raise NotFoundException from error


def cursor(request: AnyRequest) -> int | None:
    """Return from where a page of the trail goes on; None for its beginning."""
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= PLACE_DIGITS else None


async def both_books(place: Place, project: Project) -> tuple[Books, Books]:
    """Return a project's books of money and of hours."""
    here = place.home.id
    return (
        await reading.project_books(project.id, community_id=here),
        await reading.project_books(project.id, community_id=here, unit=MINUTE),
    )


@get("/projects/{project_id:uuid}/money", name="money_trail", opt=act("money_trail.read"))
async def project_trail(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show where a project's money and hours came from, what became of them, and every transfer."""
    place = await place_of(request)
    project = await project_of(place, project_id)
    before = cursor(request)
    page = await reading.project_trail(
        project.id, community_id=place.home.id, page=before, named=place.named
    )
    names = await money_trail.names_for(page.lines, place.home)
    money, hours = await both_books(place, project)
    flags = await flagging.project_flags(project.id, community_id=place.home.id)
    context = {
        "project": project,
        "named": place.named,
        "books": [one for one in (money, hours) if one.reckoning.sources],
        "tables": {one.reckoning.unit: _tables(one) for one in (money, hours)},
        "unit_words": money_trail.unit_words,
        "signed": words.signed,
        "balanced": money_trail.balanced([money.line, hours.line]),
        "transfers": money.transfers + hours.transfers,
        "lines": [money_trail.shown(one, names, named=place.named) for one in page.lines],
        "flags": [flag_words(one) for one in flag_rules.public(flags)],
        "before": before,
        "file_kinds": KIND_NAMES,
        "older": page.older,
        "zone": ZoneInfo(place.home.time_zone),
    }
    return Template("marketplace/money_trail.html", context=context)


def _tables(books: Books) -> dict[str, list[list[str]]]:
    shown = rules.few(books.spendings, reading.RECEIPTS_MAX)
    return {
        "sources": money_trail.source_rows(books.reckoning),
        "streams": money_trail.stream_rows(books.streams, shown, books.reckoning.unit),
    }


def flag_words(flag: flag_rules.Flag) -> str:
    """Return a flag as everybody may read it: two parts, and that there is a tie."""
    return _("Somebody %(part)s, and somebody %(other)s: %(tie)s.") % {
        "part": _(words.PARTS[flag.part]),
        "other": _(words.PARTS[flag.other]),
        "tie": _(words.TIES[flag.relation]),
    }


def sums_as_data(books: Books) -> dict[str, Any]:
    """Return the sums of a book as programs read them, in fen or minutes."""
    reckoning = books.reckoning
    return {
        "unit": reckoning.unit,
        "sources": [
            {
                "source": one.source,
                "given": one.given,
                "returned": one.returned,
                "spent": one.spent,
                "held": one.held,
            }
            for one in reckoning.sources
        ],
        "given": reckoning.given,
        "returned": reckoning.returned,
        "spent": reckoning.spent,
        "held": reckoning.held,
        "transfers": books.transfers,
        "balanced": books.line.balanced,
    }


@get("/api/projects/{project_id:uuid}/money", name="money_trail.data", opt=act("money_trail.read"))
async def project_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a project's sums, its picture, and a page of its transfers."""
    place = await place_of(request)
    project = await project_of(place, project_id)
    page = await reading.project_trail(
        project.id, community_id=place.home.id, page=cursor(request), named=place.named
    )
    names = await money_trail.names_for(page.lines, place.home)
    both = await both_books(place, project)
    return {
        "project": str(project.id),
        "title": project.title,
        "seen_at": datetime.now(UTC).isoformat(),
        "books": [sums_as_data(one) for one in both],
        "charts": {
            one.reckoning.unit: money_trail.chart(
                one.streams,
                rules.few(one.spendings, reading.RECEIPTS_MAX),
                one.reckoning.unit,
            )
            for one in both
        },
        "transfers": [
            as_data(money_trail.shown(one, names, named=place.named)) for one in page.lines
        ],
        "older": page.older,
    }


# A whole community


def span_of(chosen: ChosenPeriod, zone: ZoneInfo) -> Span:
    """Return a period as two moments: everything begins long ago and ends tomorrow."""
    until = datetime.now(UTC) + timedelta(days=1)
    if chosen.first is None or chosen.after is None:
        return Span(BEGINNING, until)
    first = datetime(chosen.first.year, chosen.first.month, chosen.first.day, tzinfo=zone)
    after = datetime(chosen.after.year, chosen.after.month, chosen.after.day, tzinfo=zone)
    return Span(first.astimezone(UTC), after.astimezone(UTC) - timedelta.resolution)


async def community_names(place: Place, lines: Any) -> Names:
    """Return the names that a community's lines need, those of projects too."""
    sums = await reading.project_sums(place.home.id)
    return await money_trail.names_for(lines, place.home, {one.id: one.title for one in sums})


@get("/open-books", name="open_books", opt=act("money_trail.read"))
async def community_trail(request: AnyRequest) -> Template:
    """Show what came to a community's rounds and projects in a period, and what became of it."""
    place = await place_of(request)
    zone, before = ZoneInfo(place.home.time_zone), cursor(request)
    chosen = period_of(request.query_params, zone)
    span = span_of(chosen, zone)
    page = await reading.community_trail(
        place.home.id, span, page=before, size=LINES_SHOWN, named=place.named
    )
    names = await community_names(place, page.lines)
    both = await _community_books(place, span)
    projects = await reading.project_sums(place.home.id)
    context = {
        "home": place.home,
        "chosen": chosen,
        "periods": periods_offered(place.home.created_at, datetime.now(UTC), zone),
        "books": [one for one in both if one.transfers or one.had],
        "tables": {one.unit: _community_tables(one) for one in both},
        "unit_words": money_trail.unit_words,
        "signed": words.signed,
        "balanced": money_trail.balanced(one.line for one in both),
        "transfers": sum(one.transfers for one in both),
        "lines": [money_trail.shown(one, names, named=place.named) for one in page.lines],
        "projects": projects[:PROJECTS_SHOWN],
        "more": len(projects) - PROJECTS_SHOWN,
        "may_see_conflicts": place.by is not None
        and bool(ACTS["conflict.read"].reach(place.by.roles)),
        "before": before,
        "file_kinds": KIND_NAMES,
        "older": page.older,
        "named": place.named,
        "zone": zone,
    }
    return Template("marketplace/money_trail_community.html", context=context)


async def _community_books(place: Place, span: Span) -> tuple[CommunityBooks, CommunityBooks]:
    return (
        await reading.community_books(place.home.id, span),
        await reading.community_books(place.home.id, span, unit=MINUTE),
    )


def _community_tables(found: CommunityBooks) -> dict[str, list[list[str]]]:
    unit = found.unit
    sources = money_trail.given_rows(found)
    kinds = [
        [
            words.account_words(kind),
            words.signed(found.had.get(kind, 0), unit),
            words.signed(found.holds.get(kind, 0), unit),
        ]
        for kind in dict.fromkeys([*found.had, *found.holds])
    ]
    streams = money_trail.stream_rows(found.streams, (), unit)
    return {"sources": sources, "kinds": kinds, "streams": streams}


@get("/api/open-books", name="open_books.data", opt=act("money_trail.read"))
async def community_data(request: AnyRequest) -> dict[str, Any]:
    """Answer a community's sums of a period, its picture, and a page of its transfers."""
    place = await place_of(request)
    zone = ZoneInfo(place.home.time_zone)
    chosen = period_of(request.query_params, zone)
    span = span_of(chosen, zone)
    page = await reading.community_trail(
        place.home.id, span, page=cursor(request), named=place.named
    )
    names = await community_names(place, page.lines)
    both = await _community_books(place, span)
    return {
        "community": place.home.code,
        "period": chosen.name or "all",
        "seen_at": datetime.now(UTC).isoformat(),
        "books": [community_sums(one) for one in both],
        "charts": {one.unit: money_trail.chart(one.streams, (), one.unit) for one in both},
        "transfers": [
            as_data(money_trail.shown(one, names, named=place.named)) for one in page.lines
        ],
        "older": page.older,
    }


def community_sums(found: CommunityBooks) -> dict[str, Any]:
    """Return a community's sums as programs read them, in fen or minutes."""

    def plain(amounts: Mapping[str, int]) -> dict[str, int]:
        return dict(amounts)

    return {
        "unit": found.unit,
        "before": plain(found.had),
        "given": plain(found.given),
        "returned": plain(found.returned),
        "spent": found.spent,
        "after": plain(found.holds),
        "transfers": found.transfers,
        "balanced": found.line.balanced,
    }


# Conflicts of interest


@get("/conflicts", name="conflicts", opt=act("conflict.read"))
async def conflicts(request: AnyRequest) -> Template:
    """List for the auditor which projects have parts that are tied, who has them, and how."""
    by = await acting(request)
    page = max(1, min(whole_number(request.query_params.get("page", ""), 1), PAGES_MAX))
    listed, more = await flagging.flagged_projects(by.community_id, page=page)
    people = {one for _project, found in listed for one in flagging.members_in(found)}
    names = await named_members(people, community_id=by.community_id)
    rows = [
        (
            project,
            [
                [
                    _(words.PARTS[one.part]),
                    _named(one.member_id, names),
                    _(words.PARTS[one.other]),
                    _named(one.other_id, names),
                    words.tie_words(one),
                ]
                for one in found
            ],
        )
        for project, found in listed
    ]
    context = {"projects": rows, "page": page, "more": more, "number": number}
    return Template("marketplace/money_trail_conflicts.html", context=context)


def _named(member_id: UUID | None, names: Mapping[UUID, str]) -> str:
    if member_id is None:
        return _("the organisation")
    return names.get(member_id, _("a former member"))


handlers = [project_trail, project_data, community_trail, community_data, conflicts]
