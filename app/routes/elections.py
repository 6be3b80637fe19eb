"""Published elections: the list, each one's result and file, and taking a new one in."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import ledger
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.marketplace_words import BALLOT_KINDS, money_words
from app.neighbourhood import acting, community_shown, roles_shown
from app.results.names import kept_as
from app.results.page import Around, as_page
from app.routes.typed import key_of, typed
from app.templating import page_or_fragment
from app.uploads import AROUND_BYTES, Kind, Unfit, taken
from marketplace import ElectionId, result_reading
from marketplace.errors import UnknownElection
from marketplace.uploading import FILE_BYTES_MAX, election_upload, receive_election

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422

STEPS: Final = {
    "": mark("Waiting for its turn"),
    "read": mark("Reading the file"),
    "own": mark("Counting by the file’s own rule"),
    "greedy": mark("Counting: most votes first"),
    "mes": mark("Counting: equal shares"),
    "store": mark("Storing the file and its counts"),
}


@get("/elections", name="elections", opt=act("election.read"))
async def election_list(request: AnyRequest) -> Template:
    """Show the published elections that were taken in."""
    home = await community_shown(request)
    found = await result_reading.elections(home.id)
    context = {
        "elections": [(one, money_words(one.budget, one.scale, one.currency)) for one in found],
        "roles": await roles_shown(request),
    }
    return Template("marketplace/elections.html", context=context)


@get("/elections/{election_id:uuid}", name="election", opt=act("election.read"))
async def election_page(request: AnyRequest, election_id: FromPath[UUID]) -> Template:
    """Show an election's result; `rule` in the address chooses whose winners the bars mark."""
    home = await community_shown(request)
    try:
        election = await result_reading.election(ElectionId(election_id), community_id=home.id)
    except UnknownElection as error:
        raise NotFoundException from error
    around = Around({}, {}, {}, knapsack=election.knapsack)
    context = {
        "election": election,
        "kind_words": _(BALLOT_KINDS[election.kind]),
        "shown": as_page(election.result, request.query_params.get("rule"), around),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/election.html", context=context)


@get("/elections/{election_id:uuid}/file", opt=act("election.read"))
async def election_file(request: AnyRequest, election_id: FromPath[UUID]) -> Response[bytes]:
    """Give the file, byte for byte as it was published."""
    home = await community_shown(request)
    try:
        name, content = await result_reading.election_file(
            ElectionId(election_id), community_id=home.id
        )
    except UnknownElection as error:
        raise NotFoundException from error
    return Response(
        content,
        media_type="text/plain; charset=utf-8",
        headers=kept_as(name),
    )


@get("/elections/new", name="election.new", opt=act("election.import"))
async def election_form(request: AnyRequest) -> Template:
    """Ask a coordinator for an election's file."""
    await acting(request)
    return _form(Form.of({"key": str(ledger.new_id())}))


def _form(form: Form) -> Template:
    context = {"form": form, "megabytes": FILE_BYTES_MAX // 1024 // 1024}
    return Template(
        "marketplace/election_form.html", context=context, status_code=200 if form.ok else REFUSED
    )


@post(
    "/elections",
    name="election.upload",
    opt=act("election.import"),
    status_code=303,
    request_max_body_size=FILE_BYTES_MAX + AROUND_BYTES,
)
async def upload(request: AnyRequest) -> Template | Redirect:
    """Keep the file for a worker to read and count."""
    by = await acting(request)
    form = await typed(request)
    try:
        handed_in = taken(
            await request.form(), "file", kinds=frozenset({Kind.TEXT}), bytes_max=FILE_BYTES_MAX
        )
    except Unfit as unfit:
        form.refuse("file", unfit.why)
        return _form(form)
    kept = await receive_election(
        key_of(form) or ledger.new_id(),
        handed_in.file.read(),
        file_name=handed_in.name,
        by=by,
    )
    return Redirect(f"/elections/uploads/{kept.id}", status_code=303)


@get("/elections/uploads/{upload_id:uuid}", opt=act("election.import"))
async def upload_page(request: AnyRequest, upload_id: FromPath[UUID]) -> Template:
    """Show how far a file is; asked again while a worker has it."""
    by = await acting(request)
    try:
        found = await election_upload(upload_id, community_id=by.community_id)
    except UnknownElection as error:
        raise NotFoundException from error
    context = {"upload": found, "step": _(STEPS.get(found.step, STEPS[""]))}
    return page_or_fragment(request, "marketplace/election_upload.html", context)


handlers = [
    election_list,
    election_page,
    election_file,
    election_form,
    upload,
    upload_page,
]
