"""The talk about a need: reading it, arguing, asking, answering; what was said at a meeting."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import deliberation_page, need_page
from app.acts import act
from app.deliberation_words import CHANNELS, FORMS, SIDES, refusal_words, wrong_field
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.named_field import Asked, read_named
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.screening_page import need_shown
from community import Actor
from marketplace import deliberation
from marketplace.deliberation import Argument, Channel, Side, Thread, UnknownArgument
from marketplace.errors import MarketplaceError, NotAResident
from marketplace.needs import Need
from marketplace.needs.errors import NotForAnother, NotYourDesk

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
_STANCES: Final = (Side.FOR, Side.AGAINST, Side.QUESTION)
_BARRED: Final = (NotAResident, NotForAnother, NotYourDesk)

need_page.SECTIONS[need_page.Place.TALK] = deliberation_page.section


@get("/needs/{need_id:uuid}/arguments", name="arguments", opt=act("argument.read"))
async def page(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the talk about a need: both sides in equal space, then all that was said."""
    home, by = await community_shown(request), await actor_of(request)
    need = await need_shown(need_id, home, by)
    given = request.query_params.get("page", "1")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1  # noqa: PLR2004 (more pages there are not)
    context = await deliberation_page.context(need, by, home, number)
    return Template("marketplace/deliberation/page.html", context=context)


@get("/needs/{need_id:uuid}/arguments/new", opt=act("argument.give"))
async def new_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the form for an argument (`side`) or for an answer (`to`)."""
    by = await acting(request)
    need = await need_shown(need_id, await community_shown(request), by)
    asked = request.query_params
    form = Form.of(
        {
            "key": str(ledger.new_id()),
            "side": asked.get("side", Side.FOR.value),
            "to": asked.get("to", ""),
        }
    )
    return await _form(need, form, by)


@post("/needs/{need_id:uuid}/arguments", opt=act("argument.give"), status_code=303)
async def argue(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Say something; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    need = await need_shown(need_id, await community_shown(request), by)
    side, parent_id = _stance(form)
    try:
        said = await deliberation.argue(
            need.id,
            side,
            form.value("words"),
            by=by,
            parent_id=parent_id,
            agreed=form.value("agreed") == "yes",
            id=key_of(form),
        )
    except _BARRED as error:
        raise PermissionDeniedException from error
    except UnknownArgument as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _to(need.id, refusal_words(refusal), wrong=True)
        form.refuse(*field)
        return await _form(need, form, by)
    return _to(need.id, _("Your words stand here now. Thank you."), at=said)


@get("/needs/{need_id:uuid}/arguments/spoken", opt=act("argument.enter"))
async def spoken_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the form that writes down what somebody said at a meeting or on the telephone."""
    by = await acting(request)
    need = await need_shown(need_id, await community_shown(request), by)
    return await _spoken(need, Form.of({"key": str(ledger.new_id())}), [])


@post("/needs/{need_id:uuid}/arguments/spoken", opt=act("argument.enter"), status_code=303)
async def enter_spoken(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Write down what somebody said at a meeting or on the telephone."""
    by, form = await acting(request), await typed(request)
    need = await need_shown(need_id, await community_shown(request), by)
    said_by, candidates = await _speaker(form, by)
    side, channel = form.value("side"), form.value("channel")
    if side not in {one.value for one in _STANCES}:
        form.refuse("side", _("Choose what it was."))
    if channel not in {one.value for one in CHANNELS}:
        form.refuse("channel", _("Choose how it was said."))
    if not form.ok:
        return await _spoken(need, form, candidates)
    try:
        said = await deliberation.enter_spoken(
            need.id,
            Side(side),
            form.value("words"),
            Channel(channel),
            by=by,
            said_by=said_by,
            id=key_of(form),
        )
    except _BARRED as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _to(need.id, refusal_words(refusal), wrong=True)
        form.refuse(*field)
        return await _spoken(need, form, candidates)
    return _to(need.id, _("It is written down, with how it was said."), at=said)


@get("/api/needs/{need_id:uuid}/arguments", name="api.arguments", opt=act("argument.read"))
async def arguments_data(request: AnyRequest, need_id: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Give the talk about a need as JSON, in the order in which it is read; nobody's name."""
    home = await community_shown(request)
    need = await need_shown(need_id, home, await actor_of(request))
    found = await deliberation.deliberation_of(need)
    summary = await deliberation.two_sides(need.id, community_id=home.id)
    talk = found.talk
    told = {
        "need": str(need.id),
        "closed": found.closed or None,
        "figures": {
            "for": found.figures.in_favour,
            "against": found.figures.against,
            "questions": found.figures.questions,
            "answered": found.figures.answered,
        },
        "summary": {
            "version": summary.number,
            "for": summary.in_favour,
            "against": summary.against,
            "written_at": summary.written_at.isoformat(),
        }
        if summary
        else None,
        "open_questions": [_thread(one) for one in talk.open_questions],
        "sides": [_thread(one) for one in talk.sides],
        "answered_questions": [_thread(one) for one in talk.answered_questions],
    }
    return Response(told, headers={"Cache-Control": "no-store"})


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        **_argument(thread.argument),
        "answers": [
            {**_argument(one.argument), "answers": [_argument(deep) for deep in one.deeper]}
            for one in thread.replies
        ],
    }


def _argument(one: Argument) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "side": one.side.value,
        "words": one.words if one.shown else None,
        "added": [more.words for more in one.added] if one.shown else [],
        "amended": bool(one.earlier),
        "said": one.channel.value,
        "said_at": one.said_at.isoformat(),
        "answers_to": str(one.parent_id) if one.parent_id else None,
        "helpful": one.marks,
        "taken_back": one.taken_back_at is not None,
        "hidden_because": one.hidden_reason or None,
    }


def _stance(form: Form) -> tuple[Side, UUID | None]:
    """Return the side and what is answered. Raises 404 for what no page of ours sends."""
    if form.value("to"):
        try:
            return Side.ANSWER, UUID(form.value("to"))
        except ValueError as error:
            raise NotFoundException from error
    given = form.value("side")
    return (Side(given) if given in {one.value for one in _STANCES} else Side.FOR), None


async def _speaker(form: Form, by: Actor) -> tuple[UUID | None, list[tuple[str, str, str]]]:
    """Return the member whose full name was typed, None for nobody; namesakes to choose from."""
    asked = Asked(
        field="leader",
        nobody=_("No member here has exactly this name. Leave it empty."),
        several=_("Several members have this name. Choose which one."),
    )
    return await read_named(form, asked, community_id=by.community_id)


async def _form(need: Need, form: Form, by: Actor) -> Template:
    side, parent_id = _stance(form)
    answered = None
    if parent_id is not None:
        try:
            answered = await deliberation.argument(parent_id, community_id=by.community_id)
        except UnknownArgument as error:
            raise NotFoundException from error
        if answered.need_id != need.id:
            raise NotFoundException
    title, label = FORMS[side]
    policy = await deliberation.deliberation_policy(by.community_id)
    context = {
        "need": need,
        "form": form,
        "title": _(title),
        "label": _(label),
        "answered": answered,
        "agreed": await deliberation.has_agreed(by.member_id, community_id=by.community_id),
        "rules": await deliberation.neighbourly_rules(by.community_id),
        "policy": policy,
    }
    return Template(
        "marketplace/deliberation/new.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


async def _spoken(need: Need, form: Form, candidates: list[tuple[str, str, str]]) -> Template:
    context = {
        "need": need,
        "form": form,
        "candidates": candidates,
        "sides": [(one.value, _(SIDES[one])) for one in _STANCES],
        "channels": [(one.value, _(words)) for one, words in CHANNELS.items()],
        "policy": await deliberation.deliberation_policy(need.community_id),
    }
    return Template(
        "marketplace/deliberation/spoken.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _to(need_id: UUID, told: str, *, wrong: bool = False, at: Argument | None = None) -> Redirect:
    place = f"#a-{at.id}" if at else ""
    back = Redirect(f"/needs/{need_id}/arguments{place}", status_code=303)
    return noticed(back, told, "wrong" if wrong else "done")


handlers = [page, new_form, argue, spoken_form, enter_spoken, arguments_data]
