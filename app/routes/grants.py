"""Grants: who waits for whose word, proposing one or many, approving and declining."""

from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app.acts import ACTS, act
from app.forms import Form
from app.hours_form import amount_values, read_amount, read_elders
from app.hours_words import (
    KINDS,
    SOURCES,
    STATES,
    hand_words,
    people_words,
    refusal_words,
    wrong_field,
)
from app.i18n import gettext as _
from app.kin_field import read_relative
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Actor
from timebank import TimebankError, hours
from timebank.hours import SeenProposal, Source
from timebank.policy import OPENING_MINUTES
from timebank.policy.passing import GRANT_MINUTES_MAX

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
LIST = "/time-bank/grants"
Candidates = list[tuple[str, str, str]]


@get("/time-bank/grants", name="grants", opt=act("grant.read"))
async def grants(request: AnyRequest) -> Template:
    """List the proposals that wait for two people, and those that are over."""
    by = await acting(request)
    home = await community.community(by.community_id)
    waiting, over = await hours.proposals(by)
    context = {
        "waiting": [_line(one) for one in waiting],
        "over": [_line(one) for one in over],
        "may_propose": bool(ACTS["grant.propose"].reach(by.roles)),
        "may_list_needs": bool(ACTS["needs.list"].reach(by.roles)),
        "people_words": people_words,
        "fund": await hours.fund(by.community_id),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/hours/grants.html", context=context)


def _line(one: SeenProposal) -> dict[str, Any]:
    proposal = one.proposal
    people = [one.names.get(who, "") for who in proposal.receivers]
    return {
        "id": proposal.id,
        "kind": _(KINDS[proposal.kind]),
        "state": _(STATES[proposal.state]),
        "people": people,
        "estate_of": one.names.get(proposal.estate_of, "") if proposal.estate_of else "",
        "minutes": proposal.minutes,
        "proposed_by": one.names.get(proposal.proposed_by, ""),
        "proposed_at": proposal.proposed_at,
        "ended_at": proposal.ended_at,
        "approvals": len(proposal.approvals),
        "mine": not one.why_not and not one.approved and proposal.waiting,
    }


# --- proposing -----------------------------------------------------------------------------------


@get("/time-bank/grants/new", name="grant.propose", opt=act("grant.propose"))
async def new_page(request: AnyRequest) -> Template:
    """Show the form that proposes a grant."""
    by = await acting(request)
    name = request.query_params.get("name", "")
    form = Form.of({"key": str(uuid4()), "source": Source.RELIEF.value, "name": name})
    return await _new_page(by, form)


@post("/time-bank/grants/new", name="grant.propose.send", opt=act("grant.propose"))
async def new(request: AnyRequest) -> Template | Redirect:
    """Propose a grant; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    sources = {one.value: one for one in (Source.RELIEF, Source.ISSUANCE)}
    source = sources.get(form.value("source"))
    if source is None:
        form.refuse("source", _("Choose one of the two."))
    minutes = read_amount(form)
    elder, candidates = await read_relative(form, await community.member(by.member_id))
    if elder is None or minutes is None or source is None:
        return await _new_page(by, form, candidates)
    try:
        proposal = await hours.propose_grant(
            elder.id,
            minutes,
            source=source,
            reason=form.value("reason"),
            by=by,
            form_key=key_of(form) or uuid4(),
        )
    except TimebankError as refusal:
        refused = await _refused(refusal, form, by, names={elder.id: elder.name}, at="name")
        return refused or await _new_page(by, form, candidates)
    return _proposed(proposal.id)


async def _new_page(by: Actor, form: Form, candidates: Candidates | None = None) -> Template:
    policy = await community.policy_in_force(by.community_id)
    context = {
        "form": form,
        "candidates": candidates or [],
        "sources": [(one.value, _(SOURCES[one])) for one in (Source.RELIEF, Source.ISSUANCE)],
        "most": policy[GRANT_MINUTES_MAX],
        "fund": await hours.fund(by.community_id),
    }
    status = 200 if form.ok else REFUSED
    return Template("timebank/hours/grant_new.html", context=context, status_code=status)


@get("/time-bank/grants/opening", name="grant.opening", opt=act("grant.propose"))
async def opening_page(request: AnyRequest) -> Template:
    """Show the form that proposes hours to begin with for many elders."""
    by = await acting(request)
    policy = await community.policy_in_force(by.community_id)
    usual = policy[OPENING_MINUTES] or 300
    form = Form.of({"key": str(uuid4()), **amount_values(usual)})
    return await _opening_page(by, form)


@post("/time-bank/grants/opening", name="grant.opening.send", opt=act("grant.propose"))
async def opening(request: AnyRequest) -> Template | Redirect:
    """Propose hours to begin with for everybody on a pasted list."""
    by, form = await acting(request), await typed(request)
    minutes = read_amount(form)
    elders = await read_elders(form, "receiver", community_id=by.community_id)
    if elders is None or minutes is None:
        return await _opening_page(by, form)
    try:
        proposal = await hours.propose_opening(
            [(one, minutes) for one in elders],
            reason=form.value("reason"),
            by=by,
            form_key=key_of(form) or uuid4(),
        )
    except TimebankError as refusal:
        names = await community.named_members(set(elders), community_id=by.community_id)
        refused = await _refused(refusal, form, by, names=names, at="receiver")
        return refused or await _opening_page(by, form)
    return _proposed(proposal.id)


async def _opening_page(by: Actor, form: Form) -> Template:
    policy = await community.policy_in_force(by.community_id)
    context = {"form": form, "most": policy[GRANT_MINUTES_MAX]}
    status = 200 if form.ok else REFUSED
    return Template("timebank/hours/grant_opening.html", context=context, status_code=status)


async def _refused(
    refusal: TimebankError, form: Form, by: Actor, *, names: dict[UUID, str], at: str
) -> Redirect | None:
    """Name the wrong field, those of people at `at`; else lead to the list with what happened."""
    field = wrong_field(refusal, names)
    if field is None:
        home = await community.community(by.community_id)
        told = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(LIST, status_code=303), told, "wrong")
    form.refuse(at if field[0] in {"receiver", "person"} else field[0], field[1])
    return None


def _proposed(proposal_id: UUID) -> Redirect:
    told = _("Proposed. It is booked when two other people have agreed.")
    return noticed(Redirect(f"{LIST}/{proposal_id}", status_code=303), told)


# --- the second and the third hand ---------------------------------------------------------------


@get("/time-bank/grants/{proposal_id:uuid}", name="grant", opt=act("grant.read"))
async def grant(request: AnyRequest, proposal_id: FromPath[UUID]) -> Template:
    """Show a proposal, who agreed so far, and what whoever looks can do."""
    return await _page(await acting(request), proposal_id, Form())


@post("/time-bank/grants/{proposal_id:uuid}/approve", name="grant.approve", opt=act("grant.decide"))
async def approve(request: AnyRequest, proposal_id: FromPath[UUID]) -> Redirect:
    """Agree to a proposal; the second one who does books it."""
    by = await acting(request)
    back = Redirect(f"{LIST}/{proposal_id}", status_code=303)
    try:
        proposal = await hours.approve_proposal(proposal_id, by=by)
    except hours.UnknownHours as error:
        raise NotFoundException from error
    except TimebankError as refusal:
        home = await community.community(by.community_id)
        names = await community.named_members(
            set(getattr(refusal, "members", ())), community_id=by.community_id
        )
        told = wrong_field(refusal, names) if not isinstance(refusal, _OWN_WORDS) else None
        words = told[1] if told else refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(back, words, "wrong")
    if proposal.waiting:
        return noticed(back, _("Your word is taken down. One more person has to agree."))
    return noticed(
        back, _("Approved and booked: %(minutes)s.") % {"minutes": duration(proposal.minutes)}
    )


_OWN_WORDS = (timebank.NotEnoughMinutes,)


@post("/time-bank/grants/{proposal_id:uuid}/decline", name="grant.decline", opt=act("grant.decide"))
async def decline(request: AnyRequest, proposal_id: FromPath[UUID]) -> Template | Redirect:
    """Say no to a proposal, with the reason."""
    by, form = await acting(request), await typed(request)
    back = Redirect(f"{LIST}/{proposal_id}", status_code=303)
    try:
        await hours.decline_proposal(proposal_id, why=form.value("why"), by=by)
    except hours.UnknownHours as error:
        raise NotFoundException from error
    except hours.InvalidHours as refusal:
        form.refuse(*(wrong_field(refusal) or ("why", "")))
        return await _page(by, proposal_id, form)
    except TimebankError as refusal:
        home = await community.community(by.community_id)
        return noticed(back, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")
    return noticed(back, _("Declined. Nothing was booked."))


async def _page(by: Actor, proposal_id: UUID, form: Form) -> Template:
    try:
        seen = await hours.proposal_seen(proposal_id, by)
    except hours.UnknownHours as error:
        raise NotFoundException from error
    home = await community.community(by.community_id)
    proposal = seen.proposal
    decides = bool(ACTS["grant.decide"].reach(by.roles))
    context = {
        "form": form,
        "seen": seen,
        "proposal": proposal,
        "kind": _(KINDS[proposal.kind]),
        "source": _(SOURCES[proposal.source]),
        "state": _(STATES[proposal.state]),
        "lines": [
            (seen.names.get(line.receiver_id) if line.receiver_id else None, line.minutes)
            for line in proposal.lines
        ],
        "why_not": hand_words(seen.why_not) if seen.why_not and proposal.waiting else "",
        "may_approve": decides and proposal.waiting and not seen.why_not and not seen.approved,
        "may_decline": decides and seen.may_decline,
        "own": proposal.proposed_by == by.member_id,
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("timebank/hours/grant.html", context=context, status_code=status)


handlers = [grants, new_page, new, opening_page, opening, grant, approve, decline]
