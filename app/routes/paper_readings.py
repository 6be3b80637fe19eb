"""Reading paper ballots: keying them in, settling differences, looking at a sample again."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.paper_words import HOW_TO_KEY, KEPT, reading_words, told, wrong_field
from app.routes.ballots import REFUSED, round_or_404
from app.routes.paper import home_of
from app.routes.typed import typed
from marketplace import Round, RoundState, paper, reading
from marketplace.errors import MarketplaceError
from marketplace.paper.rules import as_serial, read_marks
from marketplace.paper.values import Reading

AnyRequest = Request[Any, Any, Any]


@get("/rounds/{round_id:uuid}/paper/key", opt=act("paper.key"))
async def key_form(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Ask what is marked on the next ballot of the pile."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(home_of(current), status_code=303)
    return await _page(current, Form(), "key")


@post("/rounds/{round_id:uuid}/paper/key", opt=act("paper.key"), status_code=303)
async def key_one(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Keep what somebody read on a ballot, and ask for the next."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    try:
        state = await paper.key_in(current.id, form.value("serial"), _read(form, current), by=by)
    except MarketplaceError as refusal:
        return await _refused(current, form, refusal, step="key")
    next_one = Redirect(f"{home_of(current)}/key", status_code=303)
    return noticed(next_one, _(KEPT[state]) % {"serial": as_serial(form.value("serial"))})


@get("/rounds/{round_id:uuid}/paper/differences", opt=act("paper.key"))
async def differences(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """List the ballots that two people read differently, for a third."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    mine, others = await paper.differences(current.id, reader=by.member_id)
    lines = [
        (one.paper.serial, tuple(reading_words(read) for read in one.readings)) for one in mine
    ]
    context = {"round": current, "lines": lines, "others": others}
    return Template("marketplace/paper/differences.html", context=context)


@get("/rounds/{round_id:uuid}/paper/differences/{serial:str}", opt=act("paper.key"))
async def difference(
    request: AnyRequest, round_id: FromPath[UUID], serial: FromPath[str]
) -> Template | Redirect:
    """Ask the third person what is really marked on a ballot."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    mine, _others = await paper.differences(current.id, reader=by.member_id)
    if serial not in {one.paper.serial for one in mine}:
        back = Redirect(f"{home_of(current)}/differences", status_code=303)
        return noticed(back, _("This ballot does not wait for you."), "note")
    return await _page(current, Form(), "decide", serial)


@post(
    "/rounds/{round_id:uuid}/paper/differences/{serial:str}",
    opt=act("paper.key"),
    status_code=303,
)
async def decide_one(
    request: AnyRequest, round_id: FromPath[UUID], serial: FromPath[str]
) -> Template | Redirect:
    """Settle a ballot by what the third person reads."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    try:
        await paper.decide(current.id, serial, _read(form, current), by=by)
    except MarketplaceError as refusal:
        return await _refused(current, form, refusal, step="decide", serial=serial)
    back = Redirect(f"{home_of(current)}/differences", status_code=303)
    return noticed(back, _("Ballot %(serial)s is settled.") % {"serial": serial})


@get("/rounds/{round_id:uuid}/paper/audit", opt=act("paper.audit"))
async def audit(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for the throw that draws the sample, or for what is marked on the next ballot of it."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(home_of(current), status_code=303)
    return await _audit_page(current, Form())


@post("/rounds/{round_id:uuid}/paper/draw", opt=act("paper.audit"), status_code=303)
async def draw(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Draw the sample by the digits that were thrown."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    back = Redirect(f"{home_of(current)}/audit", status_code=303)
    try:
        await paper.draw_sample(current.id, form.value("seed"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(back, told(refusal), "wrong")
        form.refuse(*field)
        return await _audit_page(current, form)
    return noticed(back, _("The sample is drawn. Take these ballots out of the pile."))


@post("/rounds/{round_id:uuid}/paper/audit", opt=act("paper.audit"), status_code=303)
async def check_one(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Keep what somebody sees on a drawn ballot."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    try:
        agrees = await paper.check(current.id, form.value("serial"), _read(form, current), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(home_of(current), status_code=303)
            return noticed(back, told(refusal), "wrong")
        form.refuse(*field)
        return await _audit_page(current, form)
    back = Redirect(f"{home_of(current)}/audit", status_code=303)
    if agrees:
        return noticed(back, _("It was keyed in as it is marked."))
    words = _("It had been keyed in otherwise. What you see counts now, and the report says so.")
    return noticed(back, words, "note")


def _read(form: Form, current: Round) -> Reading:
    """Return what was keyed in. Raises `MarksUnreadable`."""
    if form.value("unclear") == "yes":
        return Reading(unclear=True)
    return Reading(read_marks(form.value("marks"), current.terms.kind))


async def _refused(
    current: Round, form: Form, refusal: MarketplaceError, *, step: str, serial: str = ""
) -> Template | Redirect:
    field = wrong_field(refusal)
    if field is None:
        return noticed(Redirect(home_of(current), status_code=303), told(refusal), "wrong")
    form.refuse(*field)
    return await _page(current, form, step, serial)


async def _context(current: Round, form: Form) -> dict[str, Any]:
    return {
        "round": current,
        "form": form,
        "how": _(HOW_TO_KEY[current.terms.kind]),
        "projects": await reading.projects_of(current.id, community_id=current.community_id),
    }


async def _page(current: Round, form: Form, step: str, serial: str = "") -> Template:
    return Template(
        f"marketplace/paper/{step}.html",
        context={**await _context(current, form), "serial": serial},
        status_code=200 if form.ok else REFUSED,
    )


async def _audit_page(current: Round, form: Form) -> Template:
    report = await paper.report(current)
    return Template(
        "marketplace/paper/audit.html",
        context={
            **await _context(current, form),
            "report": report,
            "draw": report.draw,
            "unchecked": [(one, one) for one in report.draw.unchecked] if report.draw else [],
        },
        status_code=200 if form.ok else REFUSED,
    )


handlers = [
    key_form,
    key_one,
    differences,
    difference,
    decide_one,
    audit,
    draw,
    check_one,
]
