"""Voting on paper: its public report, printing, handing out and taking spoiled ballots out."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import ACTS, act
from app.forms import Form
from app.i18n import gettext as _
from app.named_field import Candidates, read_resident
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.paper_words import INVALID, told, wrong_field
from app.routes.ballots import REFUSED, round_or_404
from app.routes.typed import typed, whole_number
from app.wording import number
from marketplace import Round, RoundState, paper, reading, rules
from marketplace.errors import MarketplaceError
from marketplace.paper.errors import UnknownPaper
from marketplace.paper.rules import BATCH_MAX, wrong_at_most
from marketplace.paper.values import Draw, Paper

AnyRequest = Request[Any, Any, Any]


def home_of(current: Round) -> str:
    """Return the address of a round's page about paper."""
    return f"/rounds/{current.id}/paper"


@get("/rounds/{round_id:uuid}/paper", name="paper", opt=act("round.read"))
async def overview(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """Show how voting on paper goes, to everybody: figures alone; staff see what they can do."""
    home = await community_shown(request)
    current = await round_or_404(round_id, home.id)
    roles = await roles_shown(request)
    report = await paper.report(current)
    context = {
        "round": current,
        "report": report,
        "invalid": [(_(INVALID[why]), many) for why, many in sorted(report.invalid.items())],
        "bound": _bound(report.draw),
        "batches": await paper.batches(current.id),
        "open": current.state is RoundState.VOTING,
        "may": {
            name: bool(ACTS[f"paper.{name}"].reach(roles))
            for name in ("print", "hand_out", "key", "audit")
        },
        "zone": ZoneInfo(home.time_zone),
        "form": Form.of({"number": str(len(await paper.batches(current.id)) + 1)}),
    }
    return Template("marketplace/paper/overview.html", context=context)


def _bound(draw: Draw | None) -> str:
    """Return how many of a hundred ballots may be wrong by the sample, said with one digit.

    Nothing is left to guess where every ballot was looked at.
    """
    if draw is None or draw.unchecked or not draw.checked:
        return ""
    if draw.whole or len(draw.checked) == draw.population:
        return ""
    return f"{100 * wrong_at_most(draw.wrong, len(draw.checked)):.1f}"


@post("/rounds/{round_id:uuid}/paper/print", opt=act("paper.print"), status_code=303)
async def print_some(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Make a print of paper ballots, and lead to it."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    back = Redirect(home_of(current), status_code=303)
    size = form.value("size")
    if not (size.isascii() and size.isdecimal() and len(size) < 4):  # noqa: PLR2004 (digits)
        words = _("Print 1 to %(num)s ballots at a time.") % {"num": number(BATCH_MAX)}
        return noticed(back, words, "wrong")
    place = form.value("number")
    try:
        made = await paper.print_ballots(
            current.id, int(size), by=by, number=whole_number(place, 0)
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        return noticed(back, field[1] if field else told(refusal), "wrong")
    return Redirect(f"{home_of(current)}/prints/{made.number}", status_code=303)


@get("/rounds/{round_id:uuid}/paper/prints/{batch:int}", opt=act("paper.print"))
async def one_print(
    request: AnyRequest, round_id: FromPath[UUID], batch: FromPath[int]
) -> Template:
    """Show the ballots of one print in large type, one to a page, each with its stub."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        raise NotFoundException
    try:
        papers = await paper.papers_of(current.id, batch)
    except UnknownPaper as error:
        raise NotFoundException from error
    projects = {
        one.number: one
        for one in await reading.projects_of(current.id, community_id=by.community_id)
    }
    home = await community_shown(request)

    def sheet(one: Paper) -> dict[str, Any]:
        order = rules.ballot_order(current.id, one.id, projects)
        code = segno.make(one.serial, error="q").svg_data_uri(scale=3, border=2, light="#fff")
        return {"paper": one, "qr": code, "projects": [projects[n] for n in order]}

    context = {
        "round": current,
        "home": home,
        "batch": batch,
        "sheets": [sheet(one) for one in papers],
    }
    return Template("marketplace/paper/print.html", context=context)


@get("/rounds/{round_id:uuid}/paper/hand-out", opt=act("paper.hand_out"))
async def hand_out_form(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Ask which resident is given a paper ballot."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(home_of(current), status_code=303)
    return _hand_out_page(current, Form(), [])


@post("/rounds/{round_id:uuid}/paper/hand-out", opt=act("paper.hand_out"), status_code=303)
async def hand_one_out(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Write down that a resident is given a paper ballot."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    resident, candidates = await read_resident(form, by)
    if resident is None:
        return _hand_out_page(current, form, candidates)
    try:
        await paper.hand_out(current.id, resident, by=by, withdraw=form.value("withdraw") == "yes")
    except MarketplaceError as refusal:
        field = wrong_field(refusal) or ("name", told(refusal))
        form.refuse(*field)
        return _hand_out_page(current, form, candidates)
    back = Redirect(f"{home_of(current)}/hand-out", status_code=303)
    words = _("Written down: %(name)s votes on paper. Give them one ballot from the pile.")
    return noticed(back, words % {"name": form.value("name")})


def _hand_out_page(current: Round, form: Form, candidates: Candidates) -> Template:
    context = {"round": current, "form": form, "candidates": candidates}
    return Template(
        "marketplace/paper/hand_out.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/rounds/{round_id:uuid}/paper/spoil", opt=act("paper.hand_out"))
async def spoil_form(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Ask which printed ballot is taken out, and why."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(home_of(current), status_code=303)
    return _spoil_page(current, Form())


@post("/rounds/{round_id:uuid}/paper/spoil", opt=act("paper.hand_out"), status_code=303)
async def spoil_one(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Take a printed ballot out."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    if not form.value("why"):
        form.refuse("why", _("Say what happened to it."))
        return _spoil_page(current, form)
    try:
        await paper.spoil(current.id, form.value("serial"), why=form.value("why"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal) or ("why", told(refusal))
        form.refuse(*field)
        return _spoil_page(current, form)
    words = _("Taken out. The resident may be given another ballot; nothing else is needed.")
    return noticed(Redirect(home_of(current), status_code=303), words)


def _spoil_page(current: Round, form: Form) -> Template:
    return Template(
        "marketplace/paper/spoil.html",
        context={"round": current, "form": form},
        status_code=200 if form.ok else REFUSED,
    )


handlers = [
    overview,
    print_some,
    one_print,
    hand_out_form,
    hand_one_out,
    spoil_form,
    spoil_one,
]
