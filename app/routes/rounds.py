"""Rounds: their page, opening them and their ballot, and closing them with the count."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.marketplace_refusals import refusal_words, wrong_field
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.results.gathering import beside_earlier, shown_round
from app.round_form import first_form, offered, setup_of, terms_of
from app.round_page import round_facts
from app.round_words import my_vote_words
from app.routes.typed import key_of, typed
from community import SYSTEM, Community, named_members
from marketplace import (
    Round,
    RoundId,
    RoundState,
    close_and_count,
    open_ballot,
    open_round,
    paper,
    reading,
)
from marketplace.errors import MarketplaceError, RoundMoved, UnknownRound

AnyRequest = Request[Any, Any, Any]


async def _round(round_id: UUID, community_id: UUID) -> Round:
    try:
        return await reading.read_round(RoundId(round_id), community_id=community_id)
    except UnknownRound as error:
        raise NotFoundException from error


@get("/rounds/{round_id:uuid}", name="round", opt=act("round.read"))
async def round_page(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """Show a round: its terms and projects, and its result once it is counted."""
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    projects = await reading.projects_of(current.id, community_id=home.id)
    moves = await reading.round_moves(current.id, community_id=home.id)
    context: dict[str, Any] = {
        "round": current,
        "projects": projects,
        "moves": moves,
        "names": await named_members(
            {move.by for move in moves} | {project.proposed_by for project in projects},
            community_id=home.id,
        ),
        "roles": await roles_shown(request),
        "on_paper": bool(await paper.batches(current.id)),
        "zone": ZoneInfo(home.time_zone),
        **await round_facts(current, ZoneInfo(home.time_zone)),
    }
    context["names"][SYSTEM] = _("the system, at the set date")
    context["cannot_vote"] = await my_vote_words(current, await actor_of(request))
    if current.state is RoundState.CLOSED:
        context["shown"] = await shown_round(current, projects, request.query_params.get("rule"))
        context["earlier"] = await beside_earlier(current)
        return Template("marketplace/round_result.html", context=context)
    return Template("marketplace/round.html", context=context)


@get("/rounds/{round_id:uuid}/ballot-terms.json", opt=act("round.read"))
async def frozen_terms(request: AnyRequest, round_id: FromPath[UUID]) -> Response[bytes]:
    """Give the document that was frozen and hashed when the ballot opened, byte for byte."""
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    if not current.ballot_terms:
        raise NotFoundException
    name = f"ballot-terms-{current.ballot_hash[:12]}.json"
    return Response(
        current.ballot_terms.encode(),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@get("/rounds", name="rounds", opt=act("round.read"), status_code=303)
async def rounds_page() -> Redirect:
    """Lead to where all rounds are listed, with their projects."""
    return Redirect("/projects", status_code=303)


@get("/rounds/new", name="round.new", opt=act("round.open"))
async def round_form(request: AnyRequest) -> Template:
    """Show the form that opens a round."""
    await acting(request)
    return await _round_form(first_form(), await community_shown(request))


@post("/rounds", name="round.open", opt=act("round.open"), status_code=303)
async def open_one(request: AnyRequest) -> Template | Redirect:
    """Open a round with its money."""
    actor = await acting(request)
    home = await community_shown(request)
    form = await typed(request)
    terms, setup = await terms_of(form, home), await setup_of(form, home)
    if terms is None or setup is None:
        return await _round_form(form, home)
    try:
        opened = await open_round(
            by=actor, name=form.value("name"), terms=terms, setup=setup, id=_id(form)
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            told = refusal_words(refusal)
            raise PermissionDeniedException(told, extra={"happened": told}) from refusal
        form.refuse(*field)
        return await _round_form(form, home)
    return noticed(
        Redirect(f"/rounds/{opened.id}", status_code=303),
        _("The round is open. Its terms are published and its money stands in the book."),
    )


def _id(form: Form) -> RoundId | None:
    key = key_of(form)
    return RoundId(key) if key else None


async def _round_form(form: Form, home: Community) -> Template:
    return Template(
        "marketplace/round_form.html",
        context={"form": form, **await offered(home)},
        status_code=200 if form.ok else 422,
    )


@post("/rounds/{round_id:uuid}/open-ballot", opt=act("round.open_ballot"), status_code=303)
async def open_its_ballot(request: AnyRequest, round_id: FromPath[UUID]) -> Redirect:
    """Open a round's ballot."""
    actor = await acting(request)
    current = await _round(round_id, actor.community_id)
    back = Redirect(f"/rounds/{current.id}", status_code=303)
    try:
        await open_ballot(current.id, by=actor)
    except MarketplaceError as refusal:
        return noticed(back, refusal_words(refusal), "wrong")
    return noticed(back, _("The ballot is open. Residents can vote from now on."))


@get("/rounds/{round_id:uuid}/close", opt=act("round.close"))
async def closing_page(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Say what closing does before a coordinator does it."""
    actor = await acting(request)
    current = await _round(round_id, actor.community_id)
    if current.state is not RoundState.VOTING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    return Template("marketplace/close.html", context={"round": current})


@post("/rounds/{round_id:uuid}/close", opt=act("round.close"), status_code=303)
async def close(request: AnyRequest, round_id: FromPath[UUID]) -> Redirect:
    """Close a round and count it; whoever comes second finds the result of the first."""
    actor = await acting(request)
    current = await _round(round_id, actor.community_id)
    back = Redirect(f"/rounds/{current.id}", status_code=303)
    try:
        await close_and_count(current.id, by=actor)
    except RoundMoved as refusal:
        return noticed(back, refusal_words(refusal), "note")
    except MarketplaceError as refusal:
        return noticed(back, refusal_words(refusal), "wrong")
    return noticed(back, _("Closed and counted. The winners' money stands on their own accounts."))


handlers = [
    rounds_page,
    round_page,
    round_form,
    open_one,
    open_its_ballot,
    frozen_terms,
    closing_page,
    close,
]
