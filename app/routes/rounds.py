"""Rounds: their page, opening them and their ballot, and closing them with the count."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app.acts import act
from app.amounts import fen_of_yuan
from app.forms import Form
from app.i18n import gettext as _
from app.marketplace_refusals import refusal_words, wrong_field
from app.marketplace_words import COMPLETIONS, RULE_HINTS, RULES, SATISFACTIONS
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.results.gathering import beside_earlier, shown_round
from app.routes.typed import key_of, typed
from community import named_members
from marketplace import (
    Round,
    RoundId,
    RoundState,
    Terms,
    close_and_count,
    open_ballot,
    open_round,
    reading,
    round_policy_at,
)
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.errors import MarketplaceError, RoundMoved, UnknownRound

AnyRequest = Request[Any, Any, Any]
OFFERED_RULES = (Rule.GREEDY, Rule.MES)


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
        "zone": ZoneInfo(home.time_zone),
    }
    if current.state is RoundState.CLOSED:
        context["shown"] = await shown_round(current, projects, request.query_params.get("rule"))
        context["earlier"] = await beside_earlier(current)
        return Template("marketplace/round_result.html", context=context)
    return Template("marketplace/round.html", context=context)


@get("/rounds", name="rounds", opt=act("round.read"), status_code=303)
async def rounds_page() -> Redirect:
    """Lead to where all rounds are listed, with their projects."""
    return Redirect("/projects", status_code=303)


@get("/rounds/new", name="round.new", opt=act("round.open"))
async def round_form(request: AnyRequest) -> Template:
    """Show the form that opens a round."""
    actor = await acting(request)
    first = {
        "key": str(ledger.new_id()),
        "choices_max": "3",
        "rule": Rule.GREEDY.value,
        "satisfaction": Satisfaction.COST.value,
        "completion": Completion.NONE.value,
    }
    return await _round_form(Form.of(first), actor.community_id)


@post("/rounds", name="round.open", opt=act("round.open"), status_code=303)
async def open_one(request: AnyRequest) -> Template | Redirect:
    """Open a round with its money."""
    actor = await acting(request)
    form = await typed(request)
    terms = _terms(form)
    if terms is None:
        return await _round_form(form, actor.community_id)
    try:
        opened = await open_round(by=actor, name=form.value("name"), terms=terms, id=_id(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            told = refusal_words(refusal)
            raise PermissionDeniedException(told, extra={"happened": told}) from refusal
        form.refuse(*field)
        return await _round_form(form, actor.community_id)
    return noticed(
        Redirect(f"/rounds/{opened.id}", status_code=303),
        _("The round is open. Its terms are published and its money stands in the book."),
    )


def _id(form: Form) -> RoundId | None:
    key = key_of(form)
    return RoundId(key) if key else None


async def _round_form(form: Form, community_id: UUID) -> Template:
    def options(words: dict[Any, str]) -> list[tuple[str, str]]:
        return [(one.value, _(told)) for one, told in words.items()]

    context = {
        "form": form,
        "rules": [(rule.value, _(RULES[rule]), _(RULE_HINTS[rule])) for rule in OFFERED_RULES],
        "satisfactions": options(SATISFACTIONS),
        "completions": options(COMPLETIONS),
        "choices_most": (await round_policy_at(community_id)).choices_max,
    }
    return Template(
        "marketplace/round_form.html", context=context, status_code=200 if form.ok else 422
    )


def _terms(form: Form) -> Terms | None:
    """Read a round's terms; None where a field cannot be read, which the form then says."""
    budget, most = fen_of_yuan(form.value("budget")), form.value("choices_max")
    if budget is None:
        form.refuse("budget", _("Write an amount in yuan, such as 50000 or 1200.50."))
    if not (most.isascii() and most.isdecimal() and len(most) < 4):  # noqa: PLR2004 (digits)
        form.refuse("choices_max", _("Write a whole number, such as 3."))
    chosen: dict[str, Any] = {}
    offered: tuple[tuple[str, Iterable[StrEnum]], ...] = (
        ("rule", OFFERED_RULES),
        ("satisfaction", SATISFACTIONS),
        ("completion", COMPLETIONS),
    )
    for field, options in offered:
        found = [one for one in options if one.value == form.value(field)]
        if found:
            chosen[field] = found[0]
        else:
            form.refuse(field, _("Choose one of these."))
    if budget is None or not form.ok:
        return None
    return Terms(budget, int(most), **chosen)


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
    closing_page,
    close,
]
