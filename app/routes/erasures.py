"""The desk's part of an erasure: wishes that wait, and the second person who carries one out."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import erasing
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from community import Actor, Standing
from timebank import hours, moving

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/erasures"

REFUSALS: Final[Mapping[type[Exception], str]] = {
    moving.OpenMove: mark("A move to another community is open. Nothing was erased."),
    timebank.OpenVisits: mark("There are visits that are not over. Nothing was erased."),
    hours.HoursOpen: mark("Hours are still on their way. Nothing was erased."),
    community.StaffRoleHeld: mark("A staff role has to end first. Nothing was erased."),
    community.AskedYourself: mark(
        "You wrote this wish down yourself, so somebody else carries it out. Nothing was erased."
    ),
    community.NotForYou: mark("Somebody else carries this out. Nothing was erased."),
    community.NotAskedFor: mark("This wish does not wait any more. Nothing was erased."),
    community.NotActive: mark("This membership is not there any more. Nothing was erased."),
}


@get("/erasures", name="erasures", opt=act("erasure.read"))
async def erasures(request: AnyRequest) -> Template:
    """List the wishes that wait, oldest first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    waiting = await community.waiting_erasures(by.community_id)
    names = await community.named_members(
        {one.member_id for one in waiting}, community_id=by.community_id
    )
    return Template(
        "community/erasures.html",
        context={"waiting": waiting, "names": names, "zone": ZoneInfo(home.time_zone)},
    )


@get("/erasures/{member_id:uuid}", name="erasures.one", opt=act("erasure.read"))
async def erasure(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show one member's wish, what stands in its way, and what would go and stay."""
    return await _page(await acting(request), member_id, Form())


@post("/erasures/{member_id:uuid}/ask", name="erasures.ask", opt=act("erasure.ask_at_desk"))
async def ask_at_desk(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Write a wish down that a member spoke at the desk; another person carries it out."""
    by = await acting(request)
    try:
        await community.ask_erasure(member_id, by=by)
    except community.NotActive:
        return _back(member_id, _("This membership is not there any more. Nothing was changed."))
    return noticed(
        Redirect(f"{LIST}/{member_id}", status_code=303),
        _("The wish is written down. Somebody else has to carry it out."),
    )


@post("/erasures/{member_id:uuid}/withdraw", name="erasures.undo", opt=act("erasure.ask_at_desk"))
async def withdraw_at_desk(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Take a wish back on the member's word."""
    await community.withdraw_erasure(member_id, by=await acting(request))
    return noticed(
        Redirect(LIST, status_code=303), _("The wish is taken back. Nothing was erased.")
    )


@post("/erasures/{member_id:uuid}", name="erasures.carry-out", opt=act("erasure.carry_out"))
async def carry_out(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Erase the member, once the name was typed to make sure that it is the right one."""
    by = await acting(request)
    form = await typed(request)
    member = await community.member(member_id)
    if member.standing is Standing.ERASED:
        return noticed(
            Redirect(LIST, status_code=303),
            _("This was done before. The book keeps %(name)s.") % {"name": member.name},
            "note",
        )
    if form.value("name") != member.name:
        form.refuse("name", _("Type the whole name exactly as it stands above."))
        return await _page(by, member_id, form)
    try:
        erased = await erasing.erase(member_id, by=by)
    except tuple(REFUSALS) as refusal:
        return _back(member_id, _(REFUSALS[type(refusal)]))
    return noticed(
        Redirect(LIST, status_code=303),
        _("It is done. The book keeps %(name)s, and nobody can tell who that was.")
        % {"name": erased.pseudonym},
    )


async def _page(by: Actor, member_id: UUID, form: Form) -> Template:
    home = await community.community(by.community_id)
    waiting = await community.waiting_erasure(member_id, community_id=by.community_id)
    return Template(
        "community/erasure.html",
        context={
            "form": form,
            "member": await community.member(member_id),
            "waiting": waiting,
            "own_hand": waiting is not None and waiting.asked_by == by.member_id,
            "oneself": member_id == by.member_id,
            "obstacles": await erasing.obstacles(member_id, community_id=by.community_id),
            "left": await erasing.minutes_left(member_id, community_id=by.community_id),
            "zone": ZoneInfo(home.time_zone),
        },
        status_code=200 if form.ok else 422,
    )


def _back(member_id: UUID, sentence: str) -> Redirect:
    return noticed(Redirect(f"{LIST}/{member_id}", status_code=303), sentence, "wrong")


handlers = [erasures, erasure, ask_at_desk, withdraw_at_desk, carry_out]
