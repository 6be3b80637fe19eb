"""What needs attention at a finished project: said, shown, answered, mended, joined, hidden."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import aftercare_page
from app.acts import act
from app.aftercare_page import FORM_BYTES_MAX, REFUSED, Place, to
from app.aftercare_words import MOVED, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.pictures import photos_of
from app.routes.typed import key_of, typed
from app.uploads import Unfit
from community import Actor, Role
from marketplace import aftercare
from marketplace.aftercare import Attention, AttentionState
from marketplace.aftercare.errors import UnknownAttention
from marketplace.errors import MarketplaceError

AnyRequest = Request[Any, Any, Any]
PAGE = "/projects/{project_id:uuid}/attention"
ONE = f"{PAGE}/{{attention_id:uuid}}"
YES = "yes"


@get(f"{PAGE}/new", opt=act("attention.raise"))
async def new_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that says what is broken, with what others said before it."""
    found, _by = await aftercare_page.place_of(request, project_id)
    if not found.finished:
        return to(found, _("The project is not finished, so there is nothing to do here yet."))
    return await _new(found, Form.of({"key": str(ledger.new_id())}))


async def _new(found: Place, form: Form) -> Template:
    said = await aftercare.attentions(found.project.id, community_id=found.home.id)
    context = {
        **aftercare_page.base(found),
        "form": form,
        "standing": [
            aftercare_page.said_shown(one, found, said)
            for one in said
            if one.state in aftercare.STANDING
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/new.html", context=context, status_code=status)


@post(
    PAGE,
    opt=act("attention.raise"),
    status_code=303,
    request_max_body_size=FORM_BYTES_MAX,
)
async def raise_one(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Say that something needs attention."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    images: list[bytes] = []
    try:
        images = await photos_of(await request.form(), "photos", most=aftercare.PHOTOS_MAX)
    except Unfit as unfit:
        form.refuse("photos", unfit.why)
        return await _new(found, form)
    try:
        one = await aftercare.raise_attention(
            found.project.id, form.value("words"), by=by, id=key_of(form), images=images
        )
    except UnknownAttention as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _new(found, form)
    told = _("Thank you! The custodians and coordinators are told, and you are when it is mended.")
    return to(found, told, page=f"/attention/{one.id}")


@get(ONE, name="attention", opt=act("aftercare.read"))
async def page(
    request: AnyRequest, project_id: FromPath[UUID], attention_id: FromPath[UUID]
) -> Template:
    """Show something that needs attention, and what was answered."""
    found = await aftercare_page.place_shown(request, project_id)
    return await _page(found, await _one(found, attention_id), Form())


async def _one(found: Place, attention_id: UUID) -> Attention:
    try:
        return await aftercare.attention(
            attention_id, project_id=found.project.id, community_id=found.home.id
        )
    except UnknownAttention as error:
        raise NotFoundException from error


async def _page(found: Place, one: Attention, form: Form) -> Template:
    said = await aftercare.attentions(found.project.id, community_id=found.home.id)
    moves = await aftercare.moves_of(one)
    names = await aftercare_page.names_of(found, [one.raised_by, *(move.by for move in moves)])
    keeper = await aftercare_page.looks_after(found)
    standing = one.state in aftercare.STANDING
    coordinator = Role.COORDINATOR in found.roles
    context = {
        **aftercare_page.base(found),
        "shown": aftercare_page.said_shown(one, found, said),
        "said_by": names.get(one.raised_by, ""),
        "moves": [(_(MOVED[move.state]), move, names.get(move.by, "")) for move in moves],
        "joined": [
            aftercare_page.said_shown(each, found, said) for each in said if each.into_id == one.id
        ],
        "into": next((each for each in said if each.id == one.into_id), None),
        "form": form,
        "may_answer": keeper and standing,
        "others": [
            (str(each.id), each.words[:60])
            for each in said
            if each.id != one.id and each.state in aftercare.STANDING
        ]
        if keeper and standing
        else [],
        "may_part": keeper and one.state is AttentionState.JOINED,
        "may_hide": coordinator and one.state in {AttentionState.MENDED, *aftercare.STANDING},
        "may_show": coordinator and one.state is AttentionState.HIDDEN,
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/attention.html", context=context, status_code=status)


@post(f"{ONE}/answer", opt=act("attention.answer"), status_code=303)
async def answer(
    request: AnyRequest, project_id: FromPath[UUID], attention_id: FromPath[UUID]
) -> Template | Redirect:
    """Answer, or say how it was mended."""
    found, by, one, form = await _kept(request, project_id, attention_id)
    mended = form.value("mended") == YES
    done = aftercare.answer_attention(
        found.project.id, one.id, form.value("words"), mended=mended, by=by
    )
    told = _("Mended. Whoever said it is told.") if mended else _("Answered. They are told.")
    return await _done(found, one, form, done=done, told=told)


@post(f"{ONE}/join", opt=act("attention.join"), status_code=303)
async def join(
    request: AnyRequest, project_id: FromPath[UUID], attention_id: FromPath[UUID]
) -> Template | Redirect:
    """Let it go on under another that says the same."""
    found, by, one, form = await _kept(request, project_id, attention_id)
    into = uuid_or_none(form.value("into"))
    if into is None:
        form.refuse("into", _("Choose another one that is still open."))
        return await _page(found, one, form)
    done = aftercare.join_attention(found.project.id, one.id, into, by=by)
    return await _done(found, one, form, done=done, told=_("Joined. Whoever said it is told."))


@post(f"{ONE}/part", opt=act("attention.join"), status_code=303)
async def part(
    request: AnyRequest, project_id: FromPath[UUID], attention_id: FromPath[UUID]
) -> Template | Redirect:
    """Take it apart from the other again."""
    found, by, one, form = await _kept(request, project_id, attention_id)
    done = aftercare.part_attention(found.project.id, one.id, by=by)
    return await _done(found, one, form, done=done, told=_("It stands by itself again."))


@post(f"{ONE}/hide", opt=act("attention.hide"), status_code=303)
async def hide(
    request: AnyRequest, project_id: FromPath[UUID], attention_id: FromPath[UUID]
) -> Template | Redirect:
    """Hide words and photographs that break the rules, or show them again."""
    found, by, one, form = await _kept(request, project_id, attention_id)
    hidden = form.value("show") != YES
    done = aftercare.hide_attention(
        found.project.id, one.id, form.value("why"), by=by, hidden=hidden
    )
    told = _("Hidden. Everybody reads why.") if hidden else _("It can be read again.")
    return await _done(found, one, form, done=done, told=told)


async def _kept(
    request: AnyRequest, project_id: UUID, attention_id: UUID
) -> tuple[Place, Actor, Attention, Form]:
    """Return it to whoever looks after the project; for others there is nothing to do."""
    found, by = await aftercare_page.place_of(request, project_id)
    if not await aftercare_page.looks_after(found):
        raise NotFoundException
    return found, by, await _one(found, attention_id), await typed(request)


async def _done(
    found: Place, one: Attention, form: Form, *, done: Awaitable[object], told: str
) -> Template | Redirect:
    back = f"/attention/{one.id}"
    try:
        await done
    except UnknownAttention as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong", back)
        form.refuse(*field)
        return await _page(found, one, form)
    return to(found, told, page=back)


handlers = [new_form, raise_one, page, answer, join, part, hide]
