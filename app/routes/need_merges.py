"""Merging needs: ask for it, answer, take it back, see what was joined, take it apart again."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import merge_page, need_alike, need_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.merge_words import SILENCE, refusal_words, wrong_field
from app.need_words import wrong_field as wrong_need_field
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import key_of, typed
from community import Actor
from marketplace import needs
from marketplace.errors import MarketplaceError
from marketplace.needs import Need, NeedState
from marketplace.needs.alike import Sought, alike_needs
from marketplace.needs.merging import (
    JOINABLE,
    Merge,
    MergeState,
    Silence,
    UnknownMerge,
    answer_merge,
    ask_merge,
    read_merge,
    take_back_merge,
    undo_merge,
)
from marketplace.needs.policy import merge_days_at, merge_silence_at

AnyRequest = Request[Any, Any, Any]
REFUSED = 422

need_page.SECTIONS[need_page.Place.SAME] = merge_page.section
SUGGESTED = 8
SUGGESTED_FROM = 0.2
"""Whoever looks for the other need wants to see more than what is surely the same."""


@get("/needs/{need_id:uuid}/merge", name="need.merge.form", opt=act("need.merge_ask"))
async def ask_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Offer needs to join this one with, or ask why it should be joined with the chosen one."""
    by = await acting(request)
    need = await _need(need_id, by)
    if not await _may_begin(need, by, request.query_params.get("into", "")):
        raise NotFoundException
    if NeedState.MERGED not in needs.MOVES[need.state]:
        return _stopped(f"/needs/{need.id}", needs.NeedMoved(need.state))
    into = await _into(request.query_params.get("into", ""), by)
    if into is None or into.id == need.id:
        return await _choose(need, by)
    return await _ask_page(need, into, by, Form.of({"key": str(ledger.new_id())}))


async def _may_begin(need: Need, by: Actor, into: str) -> bool:
    """Whether a member may ask: a coordinator, or an author of either."""
    other = await _into(into, by)
    return await merge_page.may_ask(need, by) or (
        other is not None and await merge_page.may_ask(other, by)
    )


async def _choose(need: Need, by: Actor) -> Template:
    home = await community.community(by.community_id)
    words = Sought(need.title, need.story, need.place, need.area_id, need.id)
    near = await alike_needs(words, community_id=home.id, least=SUGGESTED_FROM, most=SUGGESTED)
    others = [await needs.read_need(one.need_id, community_id=home.id) for one in near]
    context = {
        "need": need,
        "lines": [await need_alike.line(one, by, home) for one in others if one.state in JOINABLE],
    }
    return Template("marketplace/needs/merge_choose.html", context=context)


async def _ask_page(need: Need, into: Need, by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    context = {
        "form": form,
        "need": need,
        "into": into,
        "lines": [await need_alike.line(one, by, home) for one in (need, into)],
        "stories": [one.story for one in (need, into)],
        "may_swap": NeedState.MERGED in needs.MOVES[into.state] and need.state in JOINABLE,
        "days": await merge_days_at(home.id),
        "silence": _(SILENCE[Silence(await merge_silence_at(home.id))]),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/merge_ask.html", context=context, status_code=status)


@post("/needs/{need_id:uuid}/merge", name="need.merge.ask", opt=act("need.merge_ask"))
async def ask(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Ask those who raised both, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    need = await _need(need_id, by)
    into = await _into(form.value("into"), by)
    if into is None:
        raise NotFoundException
    try:
        asked = await ask_merge(need.id, into.id, form.value("why"), by=by, id=key_of(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _stopped(f"/needs/{need.id}", refusal)
        form.refuse(*field)
        return await _ask_page(need, into, by, form)
    return noticed(_to(asked), _told(asked))


def _told(merge: Merge) -> str:
    if merge.state is MergeState.DONE:
        return _("They are one need now. Everybody who stood behind them is told.")
    return _("Asked. You are told when the others have answered.")


@get("/needs/merges/{merge_id:uuid}", name="need.merge", opt=act("need.merge_read"))
async def merge(request: AnyRequest, merge_id: FromPath[UUID]) -> Template:
    """Show two needs that may become one, and what those who raised them say."""
    by = await acting(request)
    return await _merge_page(await _merge(merge_id, by), by, Form())


async def _merge_page(merge: Merge, by: Actor, form: Form) -> Template:
    context = {"form": form, **await merge_page.context(merge, by)}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/merge.html", context=context, status_code=status)


@post(
    "/needs/merges/{merge_id:uuid}/answer", name="need.merge.answer", opt=act("need.merge_answer")
)
async def answer(request: AnyRequest, merge_id: FromPath[UUID]) -> Template | Redirect:
    """Agree, or decline with a reason."""
    by, form = await acting(request), await typed(request)
    merge = await _merge(merge_id, by)
    agrees = form.value("answer") == "agree"
    try:
        answered = await answer_merge(merge.id, agrees=agrees, reason=form.value("reason"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _stopped(f"/needs/merges/{merge.id}", refusal)
        form.refuse(*field)
        return await _merge_page(merge, by, form)
    if answered.state is MergeState.DONE:
        return noticed(Redirect(f"/needs/{answered.into_id}", status_code=303), _told(answered))
    if answered.state is MergeState.OVERTAKEN:
        told = _("One of the two has moved on meanwhile, so nothing was joined.")
        return noticed(_to(answered), told, "note")
    told = (
        _("You agree. The others are still asked.") if agrees else _("Declined. Both needs stay.")
    )
    return noticed(_to(answered), told)


@post(
    "/needs/merges/{merge_id:uuid}/take-back",
    name="need.merge.take-back",
    opt=act("need.merge_take_back"),
)
async def take_back(request: AnyRequest, merge_id: FromPath[UUID]) -> Redirect:
    """Ask no more."""
    by = await acting(request)
    merge = await _merge(merge_id, by)
    try:
        taken = await take_back_merge(merge.id, by=by)
    except MarketplaceError as refusal:
        return _stopped(f"/needs/merges/{merge.id}", refusal)
    return noticed(_to(taken), _("Taken back. Both needs stay as they are."))


@get("/needs/{need_id:uuid}/joined", name="need.joined", opt=act("need.read"))
async def joined(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show what a need was joined with, and which go on in it."""
    home, by = await community_shown(request), await actor_of(request)
    try:
        need = await needs.read_need(need_id, community_id=home.id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    context = await merge_page.joined_context(need, by)
    return Template("marketplace/needs/joined.html", context=context)


@get("/needs/{need_id:uuid}/unmerge", name="need.unmerge.form", opt=act("need.unmerge"))
async def undo_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for the reason before a need is taken apart again."""
    by = await acting(request)
    need = await _need(need_id, by)
    if need.merged_into is None:
        return noticed(
            Redirect(f"/needs/{need.id}", status_code=303),
            _("This need stands by itself already. Nothing was changed."),
            "note",
        )
    return await _undo_page(need, by, Form())


async def _undo_page(need: Need, by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    into = await needs.read_need(need.merged_into or need.id, community_id=home.id)
    context = {
        "form": form,
        "need": need,
        "into": into,
        "lines": [await need_alike.line(one, by, home) for one in (need, into)],
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/unmerge.html", context=context, status_code=status)


@post("/needs/{need_id:uuid}/unmerge", name="need.unmerge", opt=act("need.unmerge"))
async def undo(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Take a need apart from the one in which it went on."""
    by, form = await acting(request), await typed(request)
    need = await _need(need_id, by)
    try:
        again = await undo_merge(need.id, form.value("why"), by=by)
    except MarketplaceError as refusal:
        field = wrong_need_field(refusal)
        if field is None or need.merged_into is None:
            return _stopped(f"/needs/{need.id}", refusal)
        form.refuse(*field)
        return await _undo_page(need, by, form)
    return noticed(
        Redirect(f"/needs/{again.id}", status_code=303),
        _("Taken apart. Each need has its own again, and everybody concerned is told."),
    )


async def _need(need_id: UUID, by: Actor) -> Need:
    try:
        return await needs.read_need(need_id, community_id=by.community_id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error


async def _into(typed_id: str, by: Actor) -> Need | None:
    found = uuid_or_none(typed_id)
    return await _need(found, by) if found else None


async def _merge(merge_id: UUID, by: Actor) -> Merge:
    """Return a merge that is this member's to see; for others there is no such page."""
    try:
        found = await read_merge(merge_id, community_id=by.community_id)
    except UnknownMerge as error:
        raise NotFoundException from error
    if not merge_page.may_see(found, by):
        raise NotFoundException
    return found


def _to(merge: Merge) -> Redirect:
    return Redirect(f"/needs/merges/{merge.id}", status_code=303)


def _stopped(href: str, refusal: MarketplaceError) -> Redirect:
    return noticed(Redirect(href, status_code=303), refusal_words(refusal), "wrong")


handlers = [ask_form, ask, merge, answer, take_back, joined, undo_form, undo]
