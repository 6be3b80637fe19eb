"""What is held of a person: to read it, to take it away, and to ask that it be erased."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.response import Redirect, Template

import community
from app import erasing, personal_data
from app.acts import act
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed

AnyRequest = Request[Any, Any, Any]


@get("/me/data", name="me.data", opt=act("personal_data.read"))
async def my_data(request: AnyRequest) -> Template:
    """Show a member everything that is held of them, in plain groups."""
    by = await acting(request)
    home = await community.community(by.community_id)
    held = await personal_data.gathered(by)
    zone = ZoneInfo(home.time_zone)
    return Template(
        "me/personal_data.html",
        context={"sections": list(personal_data.sections(held, zone)), "home": home, "zone": zone},
    )


@get("/me/data/download", name="me.data.download", opt=act("personal_data.read"))
async def download(request: AnyRequest) -> Response[bytes]:
    """Send a member everything that is held of them, as one JSON file."""
    by = await acting(request)
    home = await community.community(by.community_id)
    return Response(
        personal_data.as_json(await personal_data.gathered(by), home=home),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="linli-my-data.json"',
            "Cache-Control": "no-store",
        },
    )


@get("/me/erasure", name="me.erasure", opt=act("erasure.ask"))
async def my_erasure(request: AnyRequest) -> Template:
    """Say what goes, what stays and why, before a member asks to be erased."""
    by = await acting(request)
    home = await community.community(by.community_id)
    return Template(
        "me/erasure.html",
        context={
            "home": home,
            "zone": ZoneInfo(home.time_zone),
            "waiting": await community.waiting_erasure(by.member_id, community_id=by.community_id),
            "obstacles": await erasing.obstacles(by.member_id, community_id=by.community_id),
            "left": await erasing.minutes_left(by.member_id, community_id=by.community_id),
        },
    )


@post("/me/erasure", name="me.erasure.ask", opt=act("erasure.ask"))
async def ask(request: AnyRequest) -> Redirect:
    """Write down that the member wishes to be erased."""
    by = await acting(request)
    await community.ask_erasure(by.member_id, by=by)
    return noticed(
        Redirect("/me/erasure", status_code=303),
        _("We have your wish. Until somebody at the desk carries it out you can take it back."),
    )


@post("/me/erasure/withdraw", name="me.erasure.withdraw", opt=act("erasure.ask"))
async def withdraw(request: AnyRequest) -> Redirect:
    """Take the wish back."""
    by = await acting(request)
    await community.withdraw_erasure(by.member_id, by=by)
    return noticed(
        Redirect("/me/erasure", status_code=303), _("You stay with us. Nothing was erased.")
    )


handlers = [my_data, download, my_erasure, ask, withdraw]
