"""The roster's pages: bring people in from a file, see what it would do, take people out."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

import community
import ledger
from app.acts import act
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.roster import pages
from app.roster.reading import FILE_BYTES_MAX
from app.roster.report import faulty_rows, kept_file
from app.roster.synonyms import header_of
from app.roster.words import unreadable_words
from app.roster.writing import (
    MEDIA_TYPES,
    cells_of,
    columns_for,
    csv_pieces,
    example_rows,
    pieces_of,
    workbook_file,
)
from app.routes.typed import key_of, typed
from app.templating import page_or_fragment
from app.uploads import AROUND_BYTES, Kind, Unfit, taken
from community import Actor, Role
from community.roster import (
    RosterImport,
    RosterStatus,
    UnknownRoster,
    confirm_roster,
    drop_roster,
    planned_rows,
    receive_roster,
    record_export,
    roster_entries,
    roster_import,
    roster_imports,
)

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
KINDS: Final = frozenset({Kind.WORKBOOK, Kind.OLD_WORKBOOK, Kind.TEXT})  # the old one is told so
ONE: Final = "/roster/imports/{import_id:uuid}"


@get("/roster", name="roster", opt=act("roster.import"))
async def roster_page(request: AnyRequest) -> Template:
    """Ask for a file, and show the latest ones."""
    return await _roster_page(await acting(request), Form.of({"key": str(ledger.new_id())}))


async def _roster_page(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    imports = await roster_imports(home.id)
    context = {
        "form": form,
        "imports": [(one, pages.status_words(one)) for one in imports],
        "names": await community.named_members(
            {one.uploaded_by for one in imports}, community_id=home.id
        ),
        "columns": pages.example_columns(),
        "megabytes": FILE_BYTES_MAX // 1024 // 1024,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("roster/roster.html", context=context, status_code=200 if form.ok else REFUSED)


@post(
    "/roster",
    name="roster.upload",
    opt=act("roster.import"),
    status_code=303,
    request_max_body_size=FILE_BYTES_MAX + AROUND_BYTES,
)
async def upload(request: AnyRequest) -> Template | Redirect:
    """Keep the file for a worker to read; nothing is in the register yet."""
    by = await acting(request)
    form = await typed(request)
    try:
        handed_in = taken(await request.form(), "file", kinds=KINDS, bytes_max=FILE_BYTES_MAX)
    except Unfit as unfit:
        told = {"code": "wrong_kind", "kind": unfit.kind}
        form.refuse("file", unreadable_words(told) if unfit.kind else unfit.why)
        return await _roster_page(by, form)
    kept = await receive_roster(
        key_of(form) or ledger.new_id(), handed_in.file, file_name=handed_in.name, by=by
    )
    return Redirect(f"/roster/imports/{kept.id}", status_code=303)


async def _found(import_id: UUID, by: Actor) -> RosterImport:
    try:
        return await roster_import(import_id, community_id=by.community_id)
    except UnknownRoster as error:
        raise NotFoundException from error


@get(ONE, name="roster.import", opt=act("roster.import"))
async def import_page(request: AnyRequest, import_id: FromPath[UUID]) -> Template:
    """Show how far a file is, and what its rows would do; asked again while a worker has it."""
    by = await acting(request)
    found = await _found(import_id, by)
    show = pages.shown_outcome(request.query_params.get("show"), found)
    after = request.query_params.get("after", "")
    rows = await planned_rows(
        found.id,
        outcome=show,
        after=int(after) if after.isdecimal() and len(after) < 8 else 0,  # noqa: PLR2004 (digits)
        size=pages.ROWS_ON_A_PAGE + 1,
    )
    home = await community.community(by.community_id)
    context = {
        "roster": found,
        "show": show,
        "after": after,
        "page": pages.import_page(found, rows[: pages.ROWS_ON_A_PAGE]),
        "onward": rows[pages.ROWS_ON_A_PAGE - 1].row_number
        if len(rows) > pages.ROWS_ON_A_PAGE
        else None,
        "zone": ZoneInfo(home.time_zone),
    }
    return page_or_fragment(request, "roster/import.html", context)


@post(ONE + "/confirm", opt=act("roster.import"), status_code=303)
async def confirm(request: AnyRequest, import_id: FromPath[UUID]) -> Redirect:
    """Have a plan carried out as it was shown; whoever comes second finds it under way."""
    by = await acting(request)
    form = await typed(request)
    found = await _found(import_id, by)
    found = await confirm_roster(found.id, leave_out=form.value("leave_out") == "yes", by=by)
    back = Redirect(f"/roster/imports/{found.id}", status_code=303)
    if found.status is RosterStatus.CHECKED:
        return noticed(back, _("Nothing was taken in: look at the faults first."), "wrong")
    return back


@post(ONE + "/drop", opt=act("roster.import"), status_code=303)
async def drop(request: AnyRequest, import_id: FromPath[UUID]) -> Redirect:
    """Let a file go without taking anybody in."""
    by = await acting(request)
    found = await drop_roster((await _found(import_id, by)).id, by=by)
    if found.status is not RosterStatus.DROPPED:
        return Redirect(f"/roster/imports/{found.id}", status_code=303)
    return noticed(
        Redirect("/roster", status_code=303),
        _("The file is thrown away. Nothing in the register has changed."),
    )


@get([ONE + "/faults.xlsx", ONE + "/faults.csv"], opt=act("roster.import"))
async def faults(request: AnyRequest, import_id: FromPath[UUID]) -> Stream:
    """Give the faulty rows back, as a workbook or CSV, each with what is wrong."""
    found = await _found(import_id, await acting(request))
    file = await kept_file(found.id) if found.fault_rows else None
    if file is None:
        raise NotFoundException
    rows = faulty_rows(found.id, file, current_language())
    return await _download(rows, ("row", "address"), _kind(request), "roster-faults")


@get(["/roster/example.xlsx", "/roster/example.csv"], opt=act("roster.import"))
async def example(request: AnyRequest) -> Stream:
    """Give an example roster, its header in both languages."""

    async def rows() -> AsyncIterator[Sequence[str]]:
        for cells in example_rows(current_language()):
            yield cells

    columns = [column for column, _label, _hint in pages.example_columns()]
    return await _download(rows(), columns, _kind(request), "roster-example")


def _kind(request: AnyRequest) -> str:
    """Return which kind of file the address asks for, by its end."""
    return request.url.path.rpartition(".")[2]


@get("/roster/export", name="roster.export", opt=act("roster.export"))
async def export_page(request: AnyRequest) -> Template:
    """Ask whom to take out, and as which kind of file."""
    return await _export_page(await acting(request), Form.of({"kind": "xlsx"}))


async def _export_page(by: Actor, form: Form) -> Template:
    grids = await community.grids(by.community_id)
    context = {
        "form": form,
        "grids": [(str(grid.id), grid.name) for grid in grids],
        "roles": pages.role_options(),
        "columns": [header_of(column, current_language()) for column in columns_for(by.roles)],
        "may_import": bool(by.roles & {Role.COORDINATOR, Role.ADMINISTRATOR}),
    }
    return Template("roster/export.html", context=context, status_code=200 if form.ok else REFUSED)


@post("/roster/export", opt=act("roster.export"), status_code=200)
async def export(request: AnyRequest) -> Template | Stream:
    """Give the roster; the trail says who took it out."""
    by = await acting(request)
    form = await typed(request)
    kind, language = form.value("kind"), current_language()
    grids = {str(grid.id): grid.id for grid in await community.grids(by.community_id)}
    roles = {value: Role(value) for value, _label in pages.role_options()}
    for field, known in (("grid", grids), ("role", roles), ("kind", MEDIA_TYPES)):
        chosen = form.value(field)
        if chosen not in known and (chosen or field == "kind"):
            form.refuse(field, _("Choose one of these."))
    if not form.ok:
        return await _export_page(by, form)
    grid_id, role = grids.get(form.value("grid")), roles.get(form.value("role"))
    columns = columns_for(by.roles)
    await record_export(columns, grid_id=grid_id, role=role, by=by)

    async def rows() -> AsyncIterator[Sequence[str]]:
        yield [header_of(column, language) for column in columns]
        async for entry in roster_entries(by.community_id, grid_id=grid_id, role=role):
            yield cells_of(entry, columns, language)

    home = await community.community(by.community_id)
    return await _download(rows(), columns, kind, f"roster-{home.code}")


async def _download(
    rows: AsyncIterator[Sequence[str]], columns: Sequence[str], kind: str, name: str
) -> Stream:
    if kind == "csv":
        pieces = csv_pieces(rows)
    else:
        pieces = pieces_of(await workbook_file(_("Roster"), columns, rows))
    return Stream(
        pieces,
        media_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
            "Cache-Control": "no-store",
        },
    )


handlers = [
    roster_page,
    upload,
    export_page,
    export,
    example,
    import_page,
    confirm,
    drop,
    faults,
]
