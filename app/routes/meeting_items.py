"""The agenda: residents bring items in, and who runs the meeting takes them up or says why not."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import meeting_form
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.meeting_page import lead, refused, shown
from app.meeting_words import wrong_field
from app.neighbourhood import acting
from app.routes.typed import key_of, typed
from community import Actor
from marketplace import meetings
from marketplace.errors import MarketplaceError
from marketplace.meetings import ItemDraft

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422


@get("/meetings/{meeting_id:uuid}/items", opt=act("meeting.propose_item"))
async def items(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Show the form that brings an item in, and to who runs the meeting what was proposed."""
    by = await acting(request)
    form = Form.of({"key": str(ledger.new_id()), "need": request.query_params.get("need", "")})
    return await _items(by, meeting_id, form)


async def _items(by: Actor, meeting_id: UUID, form: Form) -> Template:
    home = await community.community(by.community_id)
    context = {
        **await shown(meeting_id, home, by),
        "form": form,
        "choosable": [
            (str(need_id), title) for need_id, title in await meetings.needs_to_choose(home.id)
        ],
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/items.html", context=context, status_code=status)


@post("/meetings/{meeting_id:uuid}/items", opt=act("meeting.propose_item"), status_code=303)
async def propose(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Bring an item in."""
    by, form = await acting(request), await typed(request)
    draft = ItemDraft(form.value("title"), form.value("about"), meeting_form.id_of(form, "need"))
    try:
        item = await meetings.propose_item(meeting_id, draft, by=by, id=key_of(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal)
        form.refuse(*field)
        return await _items(by, meeting_id, form)
    if item.number is not None:
        return lead(meeting_id, _("It is on the agenda."))
    return lead(meeting_id, _("It is proposed. Who chairs answers it."), "wait")


@post(
    "/meetings/{meeting_id:uuid}/items/{item_id:uuid}/decide",
    opt=act("meeting.run"),
    status_code=303,
)
async def decide(
    request: AnyRequest, meeting_id: FromPath[UUID], item_id: FromPath[UUID]
) -> Redirect:
    """Take a proposed item up, or decline it with a reason."""
    by, form = await acting(request), await typed(request)
    accept = form.value("answer") == "accept"
    try:
        await meetings.decide_item(
            meeting_id, item_id, accept=accept, by=by, reason=form.value("reason")
        )
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    told = _("It is on the agenda.") if accept else _("It is declined. Who proposed it is told.")
    return lead(meeting_id, told)


handlers = [items, propose, decide]
