"""Voting at the desk: staff open a ballot for a resident, who then marks it alone.

The device at which the resident sits is bound by a cookie of its own to that one ballot. Whoever
was signed in there is signed out first, so nothing of staff's can be reached from it.
"""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from app import sessions
from app.acts import act
from app.forgery import cookie_name
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.marketplace_refusals import refusal_words
from app.named_field import Candidates, read_resident
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.ballots import REFUSED, keep, kept_words, marking, round_or_404
from app.routes.typed import typed
from app.settings import settings
from app.templating import page_or_fragment
from marketplace import RoundState
from marketplace.desk_voting import (
    Checked,
    DeskBallot,
    at_desk,
    enter_code,
    leave_desk,
    open_at_desk,
)
from marketplace.errors import (
    DeskCodeWrong,
    MarketplaceError,
    NotAtTheDesk,
    NotInTheElectorate,
)

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger("linli.ballot_desk")

DESK: Final = "/ballot-desk"
HOW_CHECKED: Final = {
    Checked.ID_CARD: mark("I looked at the identity card"),
    Checked.CARD: mark("I looked at the neighbourhood card"),
    Checked.KNOWN: mark("I know this person"),
}


@get("/rounds/{round_id:uuid}/desk", opt=act("ballot.desk"))
async def desk_form(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Ask who came to the desk to vote, and how staff know."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    return _desk_page(current, Form(), [])


@post("/rounds/{round_id:uuid}/desk", opt=act("ballot.desk"), status_code=200)
async def open_one(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Open a ballot for a resident, and show the code for the device where they will sit."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    resident, candidates = await read_resident(form, by)
    how = next((one for one in Checked if one.value == form.value("checked")), None)
    if how is None:
        form.refuse("checked", _("Say how you know who it is."))
    if resident is None or how is None:
        return _desk_page(current, form, candidates)
    try:
        code = await open_at_desk(current.id, resident, checked=how, by=by)
    except NotAtTheDesk:
        form.refuse("name", _("Somebody else opens your own ballot at the desk."))
        return _desk_page(current, form, candidates)
    except NotInTheElectorate as refusal:
        form.refuse("name", refusal_words(refusal))
        return _desk_page(current, form, candidates)
    except MarketplaceError as refusal:
        back = Redirect(f"/rounds/{current.id}", status_code=303)
        return noticed(back, refusal_words(refusal), "wrong")
    context = {"round": current, "code": code, "name": form.value("name")}
    return Template("marketplace/ballot_desk_code.html", context=context)


def _desk_page(current: Any, form: Form, candidates: Candidates) -> Template:
    context = {
        "round": current,
        "form": form,
        "candidates": candidates,
        "ways": [(one.value, _(told)) for one, told in HOW_CHECKED.items()],
    }
    return Template(
        "marketplace/ballot_desk.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get(DESK, name="ballot_desk", opt=act("ballot.enter_code"))
async def code_page(request: AnyRequest) -> Template | Redirect:
    """Ask for the code that opens a ballot on this device."""
    if await _here(request):
        return Redirect(f"{DESK}/ballot", status_code=303)
    return _code_page(Form())


@post(DESK, opt=act("ballot.enter_code"), status_code=303)
async def code_typed(request: AnyRequest) -> Template | Redirect:
    """Open the ballot of a code here; whoever is signed in on this device is signed out."""
    form = await typed(request)
    try:
        token = await enter_code(form.value("code"))
    except DeskCodeWrong:
        form.refuse(
            "code", _("This code opens nothing: it has eight digits and counts for ten minutes.")
        )
        return _code_page(form)
    answer = Redirect(f"{DESK}/ballot", status_code=303)
    if request.auth is not None:
        await sessions.end(request.auth.id, member_id=request.auth.member_id)
        answer.cookies.append(sessions.gone_cookie())
    answer.cookies.append(_cookie(token))
    return answer


def _code_page(form: Form) -> Template:
    return Template(
        "marketplace/ballot_desk_enter.html",
        context={"form": form},
        status_code=200 if form.ok else REFUSED,
    )


@get(f"{DESK}/ballot", opt=act("ballot.at_desk"))
async def ballot(request: AnyRequest) -> Template | Redirect:
    """Show the ballot that is open on this device, and nothing else, in large type."""
    here = await _here(request)
    if here is None:
        return _locked()
    return await _ballot_page(request, here, None)


@post(f"{DESK}/ballot", opt=act("ballot.at_desk"), status_code=303)
async def cast(request: AnyRequest) -> Template | Redirect | Response[None]:
    """Keep the choices on the ballot that is open on this device."""
    here = await _here(request)
    if here is None:
        if request.headers.get("hx-request"):
            return Response(None, status_code=200, headers={"HX-Redirect": DESK})
        return _locked()
    form = await typed(request)
    current = await round_or_404(here.round_id, here.voter.community_id)
    if not await keep(current, here.voter, form):
        return noticed(Redirect(DESK, status_code=303), form.error("choice"), "wrong")
    if form.ok and not request.headers.get("hx-request"):
        return noticed(Redirect(f"{DESK}/ballot", status_code=303), kept_words(form))
    return await _ballot_page(request, here, form)


@post(f"{DESK}/done", opt=act("ballot.at_desk"), status_code=200)
async def done(request: AnyRequest) -> Template:
    """Thank the voter and lock the device again."""
    await leave_desk(request.cookies.get(cookie_name("ballot-desk"), ""))
    answer = Template("marketplace/ballot_desk_done.html", headers={"Refresh": f"30; url={DESK}"})
    answer.cookies.append(_cookie(""))
    return answer


async def _ballot_page(request: AnyRequest, here: DeskBallot, form: Form | None) -> Template:
    current = await round_or_404(here.round_id, here.voter.community_id)
    context = {
        **await marking(current, here.voter, form),
        "action": f"{DESK}/ballot",
        "locked": True,
        "text_size": lambda: "large",
    }
    status = 200 if context["form"].ok else REFUSED
    page = page_or_fragment(request, "marketplace/ballot_at_desk.html", context, status_code=status)
    seconds = max(1, int((here.ends_at - datetime.now(UTC)).total_seconds()) + 1)
    page.headers["Refresh"] = f"{seconds}; url={DESK}"
    return page


async def _here(request: AnyRequest) -> DeskBallot | None:
    token = request.cookies.get(cookie_name("ballot-desk"))
    return await at_desk(token) if token else None


def _locked() -> Redirect:
    return noticed(
        Redirect(DESK, status_code=303),
        _("The time at this screen is over, and it is locked again. What was saved is kept."),
        "note",
    )


def _cookie(token: str) -> Cookie:
    """Return the cookie that binds this device to one ballot, or the one that frees it."""
    return Cookie(
        key=cookie_name("ballot-desk"),
        value=token,
        max_age=None if token else 0,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="strict",
    )


handlers = [desk_form, open_one, code_page, code_typed, ballot, cast, done]
