"""A member's passbook for staff who may see it, and on paper and as a file for who acts for them.

That somebody of staff took a copy is written down.
"""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream, Template

from app.acts import act
from app.neighbourhood import acting
from app.routes import passbook
from app.routes.typed import typed
from app.standing_in import standing_in
from timebank import passbooks

AnyRequest = Request[Any, Any, Any]


@get("/members/{member_id:uuid}/passbook", name="member.passbook", opt=act("passbook.see"))
async def shown(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show a member's passbook to staff."""
    return await passbook.shown(request, await acting(request), member_id)


@get(
    "/members/{member_id:uuid}/passbook/print",
    name="member.passbook.print",
    opt=act("passbook.see"),
)
async def on_paper(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show a member's passbook for paper, to hand it to whoever has no printer."""
    return await passbook.on_paper(request, await acting(request), member_id)


@post(
    "/members/{member_id:uuid}/passbook/file",
    name="member.passbook.file",
    opt=act("passbook.copy"),
    status_code=200,
)
async def as_file(request: AnyRequest, member_id: FromPath[UUID]) -> Stream:
    """Give staff a member's passbook as a file; the trail says who took it."""
    by, form = await acting(request), await typed(request)
    kind = form.value("file_kind") or passbook.KINDS[0]
    if kind not in passbook.KINDS:
        raise NotFoundException("There is no such file.")
    period = request.query_params.get("period", "")[:7]
    if member_id != by.member_id:
        await passbooks.note_passbook_copy(member_id, by=by, period=period or "all")
    return await passbook.as_file(request, by, member_id, kind)


@get("/for/{member_id:uuid}/passbook/print", name="for.passbook.print", opt=act("passbook.read"))
async def theirs_on_paper(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show another's passbook for paper."""
    return await passbook.on_paper(request, await standing_in(request, member_id))


@get("/for/{member_id:uuid}/passbook/file", name="for.passbook.file", opt=act("passbook.read"))
async def theirs_as_file(request: AnyRequest, member_id: FromPath[UUID]) -> Stream:
    """Send another's passbook as Excel, CSV or JSON."""
    return await passbook.as_file(request, await standing_in(request, member_id))


handlers = [shown, on_paper, as_file, theirs_on_paper, theirs_as_file]
