"""A resident's own ballot: marking it, its receipt, an empty one on paper, and finding it again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import ballot_page
from app.acts import act
from app.ballot_page import NotANumber, not_kept
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.round_words import my_vote_words
from app.routes.typed import typed
from app.templating import page_or_fragment
from app.wording import money
from community import Actor
from marketplace import (
    BallotForm,
    Marks,
    Project,
    Round,
    RoundId,
    RoundState,
    deliberation,
    plans,
    reading,
    result_reading,
    rules,
    secrecy,
    vote,
)
from marketplace.deliberation import TwoSides
from marketplace.errors import (
    BallotDamaged,
    KeyMissing,
    MarketplaceError,
    UnknownReceipt,
    UnknownRound,
    VotingClosed,
)
from marketplace.receipts import ballot_of_receipt
from marketplace.voting import OwnBallot, ballot_in

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


async def round_or_404(round_id: UUID, community_id: UUID) -> Round:
    """Return a round of this community. Raises 404."""
    try:
        return await reading.read_round(RoundId(round_id), community_id=community_id)
    except UnknownRound as error:
        raise NotFoundException from error


@get("/rounds/{round_id:uuid}/ballot", opt=act("round.vote"))
async def ballot(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Show a resident's own ballot."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    if cannot := await my_vote_words(current, by):
        return noticed(Redirect(f"/rounds/{current.id}", status_code=303), cannot, "note")
    return await marking_page(request, current, by)


@post("/rounds/{round_id:uuid}/ballot", opt=act("round.vote"), status_code=303)
async def cast(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Keep a resident's choices: each time one is made, or when the form is sent."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    form = await typed(request)
    if not await keep(current, by, form):
        back = Redirect(f"/rounds/{current.id}", status_code=303)
        return noticed(back, next(iter(form.errors.values()), ""), "wrong")
    if form.ok and not request.headers.get("hx-request"):
        back = Redirect(f"/rounds/{current.id}/ballot{pressed(form)}", status_code=303)
        return noticed(back, kept_words(form))
    return await marking_page(request, current, by, form)


def kept_words(form: Form) -> str:
    """Return what to say once a ballot is kept, or withdrawn."""
    if form.value("withdraw"):
        return _("Your ballot is withdrawn. You can vote again until voting closes.")
    return _("Your choice is kept. You can change it until voting closes.")


def pressed(form: Form) -> str:
    """Return the part of the page with the project whose button was pressed, for an address."""
    for button in ("more", "less", "up", "down"):
        if form.value(button).isdecimal():
            return f"#project-{form.value(button)}"
    return ""


async def keep(current: Round, by: Actor, form: Form) -> bool:
    """Keep the ballot that a form says, or refuse the form: then the ballot before stands.

    Returns whether voting is still open; it may have been closed a moment ago.
    """
    try:
        kept, numbers = Marks(), list[int]()
        if current.terms.kind is BallotForm.ORDINAL and (own := await _own(current, by)):
            kept = own.marks
        if current.terms.kind in ballot_page.FIELD_EACH:
            numbers = sorted(await reading.ballot_costs(current.id))
        marks = ballot_page.read_marks(form, current, numbers, kept)
        await vote(current.id, marks.choices, points=marks.points, by=by)
    except VotingClosed as refusal:
        form.refuse("choice", not_kept(refusal))
        return False
    except (MarketplaceError, NotANumber) as refusal:
        form.refuse("choice", not_kept(refusal))
    return True


async def marking(current: Round, by: Actor, form: Form | None = None) -> dict[str, Any]:
    """Return what the page of a ballot shows: as it is kept, or the form that was refused."""
    projects = await reading.projects_of(current.id, community_id=current.community_id)
    by_number = {project.number: project for project in projects}
    own = await _own(current, by)
    shown = form if form is not None and not form.ok else ballot_page.filled(current, own)
    needs = await _needs(projects)
    order = rules.ballot_order(current.id, by.member_id, by_number)
    page = ballot_page.shown(
        current,
        [by_number[one] for one in order],
        form=shown,
        own=own,
        about={one.number: about(one, needs.get(one.number)) for one in projects},
        sides=await _sides(needs, current.community_id),
    )
    return {"round": current, "ballot": page, "form": shown}


async def _own(current: Round, by: Actor) -> OwnBallot | None:
    """Return the ballot as it is kept; None where the key is missing, or it must be marked anew."""
    try:
        return await ballot_in(current, by=by)
    except (KeyMissing, BallotDamaged):
        return None


def about(project: Project, need_id: UUID | None) -> str:
    """Return where to read more of a project: its plan, where it comes from one."""
    return f"/needs/{need_id}/plan" if need_id else f"/projects/{project.id}"


async def _needs(projects: list[Project]) -> dict[int, UUID]:
    """Return the needs that projects come from, by the projects' numbers."""
    return {
        one.number: (await plans.read_plan(one.plan_id, community_id=one.community_id)).need_id
        for one in projects
        if one.plan_id is not None
    }


async def _sides(needs: dict[int, UUID], community_id: UUID) -> dict[int, TwoSides]:
    """Return what was said for and against projects, where somebody has summed it up."""
    told = {
        one: await deliberation.two_sides(need_id, community_id=community_id)
        for one, need_id in needs.items()
    }
    return {one: sides for one, sides in told.items() if sides is not None}


async def marking_page(
    request: AnyRequest, current: Round, by: Actor, form: Form | None = None
) -> Template:
    """Return the page of a ballot, or the part of it that htmx asks for."""
    context = await marking(current, by, form)
    context["action"] = f"/rounds/{current.id}/ballot"
    status = 200 if context["form"].ok else REFUSED
    return page_or_fragment(request, "marketplace/ballot.html", context, status_code=status)


@get("/rounds/{round_id:uuid}/ballot/receipt", opt=act("round.vote"))
async def own_receipt(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Show the receipt of a resident's own ballot, large, to be written down or printed."""
    by = await acting(request)
    current = await round_or_404(round_id, by.community_id)
    own = await _own(current, by)
    if own is None:
        return Redirect(f"/rounds/{current.id}/ballot", status_code=303)
    return Template(
        "marketplace/ballot_receipt.html", context={"round": current, "receipt": own.receipt}
    )


@get("/rounds/{round_id:uuid}/ballot/sample", opt=act("round.read"))
async def sample(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """Show an empty ballot in large print, to look at on paper before voting."""
    home = await community_shown(request)
    current = await round_or_404(round_id, home.id)
    projects = await reading.projects_of(current.id, community_id=home.id)
    return Template(
        "marketplace/ballot_sample.html",
        context={"round": current, "projects": projects, "home": home},
    )


@get("/rounds/{round_id:uuid}/receipt", opt=act("receipt.find"))
async def find_receipt(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """Find a ballot of a closed round by its receipt: what it says, as it was counted."""
    home = await community_shown(request)
    current = await round_or_404(round_id, home.id)
    form = Form.of({"code": request.query_params.get("code", "")})
    found: Marks | None = None
    if form.value("code"):
        code = secrecy.as_receipt(form.value("code"))
        if code is None:
            form.refuse("code", _("A receipt has twelve letters and digits. Look again."))
        elif current.state is RoundState.CLOSED:
            try:
                found = await ballot_of_receipt(current, code)
            except UnknownReceipt:
                form.refuse(
                    "code",
                    _(
                        "No ballot of this round has this receipt. Look whether each letter is "
                        "right, and whether the receipt is of this round."
                    ),
                )
    projects = await reading.projects_of(current.id, community_id=home.id)
    by_number = {one.number: one for one in projects}
    context = {
        "round": current,
        "form": form,
        "found": found,
        "named": [by_number[one] for one in found.choices] if found else [],
        "paid": await _paid_words(current, found, projects) if found else [],
    }
    return Template(
        "marketplace/ballot_found.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/api/rounds/{round_id:uuid}/ballot-form", opt=act("round.read"))
async def ballot_form(request: AnyRequest, round_id: FromPath[UUID]) -> dict[str, Any]:
    """Return what the ballot of a round asks, for another program: kind, limits, projects."""
    home = await community_shown(request)
    current = await round_or_404(round_id, home.id)
    terms = current.terms
    return {
        "round": str(current.id),
        "name": current.name,
        "state": current.state.value,
        "kind": terms.kind.value,
        "choices_max": terms.choices_max,
        "budget_fen": terms.budget_fen,
        "points": terms.points or None,
        "points_each_max": terms.points_each_max or None,
        "terms_sha256": current.terms_hash,
        "projects": [
            {
                "number": one.number,
                "id": str(one.id),
                "title": one.title,
                "cost_fen": one.cost_fen,
                "place": one.place,
                "category": str(one.category),
            }
            for one in await reading.projects_of(current.id, community_id=home.id)
        ],
    }


async def _paid_words(
    current: Round, marks: Marks, projects: Sequence[Project]
) -> list[tuple[str, str]]:
    """Return what a ballot's share paid for: each chosen project that it named, with its part."""
    titles = {project.ballot_id: project.title for project in projects}
    paid = await result_reading.paid_for(current, marks)
    return [(titles[one.project], money(one.amount)) for one in paid]


handlers = [ballot, cast, own_receipt, sample, find_receipt, ballot_form]
