"""The open books to take away: every transfer with its document, as CSV, JSON and Excel."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from app import money_trail
from app.acts import act
from app.i18n import gettext as _
from app.money_trail_files import LINES, Paper, pieces
from app.passbook_file import MEDIA_TYPES
from app.passbook_period import period_of
from app.results.names import kept_as
from app.routes.open_books import (
    both_books,
    community_sums,
    place_of,
    project_of,
    span_of,
    sums_as_data,
)
from ledger import MINUTE
from marketplace.open_books import reading
from marketplace.open_books.values import TrailPage

AnyRequest = Request[Any, Any, Any]
NAME: Final = "money"


@get("/projects/{project_id:uuid}/money/{file:str}", opt=act("money_trail.read"))
async def project_file(
    request: AnyRequest, project_id: FromPath[UUID], file: FromPath[str]
) -> Stream:
    """Give all of a project's transfers, with its sums by source above them."""
    kind = _kind(file)
    place = await place_of(request)
    project = await project_of(place, project_id)
    both = await both_books(place, project)
    header = [_("Source"), _("Gave"), _("Went back"), _("Was spent"), _("Is still there")]

    async def pages(page: int | None) -> TrailPage:
        return await reading.project_trail(
            project.id, community_id=place.home.id, page=page, size=LINES, named=place.named
        )

    paper = Paper(
        title=project.title,
        home=place.home,
        pages=pages,
        sums=[header, *(row for one in both for row in money_trail.source_rows(one.reckoning))],
        told={
            "project": str(project.id),
            "made_at": datetime.now(UTC).isoformat(),
            "books": [sums_as_data(one) for one in both],
        },
        titles={project.id: project.title},
        named=place.named,
    )
    return _stream(paper, kind, f"{project.title}-{NAME}")


@get("/open-books/{file:str}", opt=act("money_trail.read"))
async def community_file(request: AnyRequest, file: FromPath[str]) -> Stream:
    """Give all transfers of a community's rounds and projects in a period, sums above them."""
    kind = _kind(file)
    place = await place_of(request)
    zone = ZoneInfo(place.home.time_zone)
    chosen = period_of(request.query_params, zone)
    span = span_of(chosen, zone)
    both = [
        await reading.community_books(place.home.id, span),
        await reading.community_books(place.home.id, span, unit=MINUTE),
    ]

    async def pages(page: int | None) -> TrailPage:
        return await reading.community_trail(
            place.home.id, span, page=page, size=LINES, named=place.named
        )

    sums = [[_("Source"), _("Gave"), _("Went back")]]
    for one in both:
        sums += money_trail.given_rows(one)
    projects = await reading.project_sums(place.home.id)
    paper = Paper(
        title=chosen.title,
        home=place.home,
        pages=pages,
        sums=sums,
        told={
            "period": chosen.name or "all",
            "made_at": datetime.now(UTC).isoformat(),
            "books": [community_sums(one) for one in both],
        },
        titles={one.id: one.title for one in projects},
        named=place.named,
    )
    return _stream(paper, kind, f"{place.home.code}-{NAME}-{chosen.name or 'all'}")


def _kind(file: str) -> str:
    """Return the kind of file that an address asks for; 404 for any other."""
    name, _dot, kind = file.partition(".")
    if name != "transfers" or kind not in MEDIA_TYPES:
        raise NotFoundException
    return kind


def _stream(paper: Paper, kind: str, name: str) -> Stream:
    return Stream(
        pieces(paper, kind),
        media_type=MEDIA_TYPES[kind],
        headers=kept_as(f"{name}.{kind}"),
    )


handlers = [project_file, community_file]
