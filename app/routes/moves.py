"""Moving to another community: the member's own page, and the desk's on either side."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import moving as receiving
from app.acts import act
from app.field_words import told as in_words
from app.forms import Form
from app.i18n import gettext as _
from app.masks import seen
from app.move_words import STATES, refusal_words
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from app.templating import DEFAULT_ZONE
from app.wording import duration, printed_day
from community import Actor, CommunityError, Member, Role
from timebank import TimebankError, moving
from timebank.moving import Move, MoveState

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
OWN: Final = "/me/move"
LIST: Final = "/moves"
AT_HOME: Final = (Role.RESIDENT, Role.VOLUNTEER, Role.ELDER)


@get(OWN, name="move.own", opt=act("move.ask"))
async def own(request: AnyRequest) -> Template:
    """Show a member where they can move to, or how their move stands."""
    return await _own_page(await acting(request), Form())


@post(OWN, name="move.ask", opt=act("move.ask"))
async def ask(request: AnyRequest) -> Template | Redirect:
    """Ask for one's own move."""
    by, form = await acting(request), await typed(request)
    if not await _asked(by.member_id, by, form):
        return await _own_page(by, form)
    answer = Redirect(OWN, status_code=303)
    return noticed(answer, _("Asked. Both communities decide, and you are told."))


@post("/me/move/withdraw", name="move.withdraw", opt=act("move.ask"))
async def withdraw(request: AnyRequest) -> Redirect:
    """Take one's own move back while it is open."""
    taken_back = await moving.withdraw_move(by=await acting(request))
    told = _("Taken back. Everything stays as it was.")
    over = _("This move was decided in the meantime. This is how it stands now.")
    answer = Redirect(OWN, status_code=303)
    return noticed(answer, told) if taken_back else noticed(answer, over, "note")


async def _own_page(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    move = await moving.own_move(by)
    context = {
        "form": form,
        "home": home,
        "move": await _shown(move) if move else None,
        "leaving": move is not None and move.member_id == by.member_id,
        "partners": await _partners(by.community_id),
        "luggage": await moving.luggage_of(by.member_id, community_id=by.community_id),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template(
        "timebank/move_own.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/members/{member_id:uuid}/move", name="member.move", opt=act("move.ask_for"))
async def ask_for_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show a coordinator the form that asks for a member's move."""
    return await _ask_for_page(member_id, await acting(request), Form())


@post("/members/{member_id:uuid}/move", name="member.move.ask", opt=act("move.ask_for"))
async def ask_for(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Ask for a member's move on their word, and let them go."""
    by, form = await acting(request), await typed(request)
    if not form.chosen("agreed", "yes"):
        form.refuse("agreed", _("Ask the member first, and tick that they agree."))
        return await _ask_for_page(member_id, by, form)
    move = await _asked(member_id, by, form)
    if move is None:
        return await _ask_for_page(member_id, by, form)
    answer = Redirect(f"{LIST}/{move.id}", status_code=303)
    return noticed(answer, _("Asked. The other community decides next."))


async def _ask_for_page(member_id: UUID, by: Actor, form: Form) -> Template:
    context = {
        "form": form,
        "member": await community.member(member_id),
        "home": await community.community(by.community_id),
        "partners": await _partners(by.community_id),
        "luggage": await moving.luggage_of(member_id, community_id=by.community_id),
    }
    return Template(
        "timebank/move_ask_for.html", context=context, status_code=200 if form.ok else REFUSED
    )


async def _asked(member_id: UUID, by: Actor, form: Form) -> Move | None:
    """Ask for a move to the chosen community; None where the form was refused."""
    partners = {value for value, _name in await _partners(by.community_id)}
    if form.value("move_to") not in partners:
        form.refuse("move_to", _("Choose one of these communities."))
        return None
    try:
        return await moving.ask_move(member_id, UUID(form.value("move_to")), by=by)
    except (TimebankError, CommunityError) as refusal:
        form.refuse("move_to", refusal_words(refusal))
        return None


@get(LIST, name="moves", opt=act("move.decide"))
async def moves(request: AnyRequest) -> Template:
    """List a community's moves for its coordinators: what waits for them first."""
    by = await acting(request)
    home = await community.community(by.community_id)
    every = [await _shown(one) for one in await moving.moves_of(by)]
    context = {
        "home": home,
        "here": [one for one in every if one["move"].state.is_open and _is_here(one["move"], by)],
        "there": [
            one for one in every if one["move"].state.is_open and not _is_here(one["move"], by)
        ],
        "over": [one for one in every if not one["move"].state.is_open],
        "partners": await _partners(by.community_id),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/moves.html", context=context)


@get("/moves/{move_id:uuid}", name="move", opt=act("move.decide"))
async def move_page(request: AnyRequest, move_id: FromPath[UUID]) -> Template:
    """Show a move to a coordinator of either side, with what is theirs to decide."""
    return await _move_page(await acting(request), move_id, Form())


@post("/moves/{move_id:uuid}/release", name="move.release", opt=act("move.decide"))
async def release(request: AnyRequest, move_id: FromPath[UUID]) -> Redirect:
    """Let a member go."""
    by = await acting(request)
    answer = Redirect(f"{LIST}/{move_id}", status_code=303)
    try:
        await moving.release_move(move_id, by=by)
    except moving.UnknownMove as error:
        raise NotFoundException from error
    except TimebankError as refusal:
        return noticed(answer, refusal_words(refusal), "wrong")
    return noticed(answer, _("Let go. The other community decides next."))


@post("/moves/{move_id:uuid}/receive", name="move.receive", opt=act("move.decide"))
async def receive(request: AnyRequest, move_id: FromPath[UUID]) -> Template | Redirect:
    """Take a member in: as somebody new, or as who they are here already."""
    by, form = await acting(request), await typed(request)
    move = await _found(move_id, by)
    chosen = form.value("membership")
    known = {str(one.id) for one in await _namesakes(move, by)}
    if chosen != "new" and chosen not in known:
        form.refuse("membership", _("Say whether this is somebody new here."))
        return await _move_page(by, move_id, form)
    roles = [role for role in AT_HOME if form.chosen("roles", role.value)]
    try:
        done = await receiving.receive(
            move_id, by=by, into=None if chosen == "new" else UUID(chosen), roles=roles
        )
    except (TimebankError, CommunityError) as refusal:
        form.refuse("membership", refusal_words(refusal))
        return await _move_page(by, move_id, form)
    told = _("They are a member here now. %(minutes)s came along.")
    answer = Redirect(f"/members/{done.new_member_id}", status_code=303)
    return noticed(answer, told % {"minutes": duration(done.taken_along)})


@post("/moves/{move_id:uuid}/decline", name="move.decline", opt=act("move.decide"))
async def decline(request: AnyRequest, move_id: FromPath[UUID]) -> Template | Redirect:
    """Turn a move down with a reason."""
    by, form = await acting(request), await typed(request)
    try:
        await moving.decline_move(move_id, form.value("reason"), by=by)
    except moving.UnknownMove as error:
        raise NotFoundException from error
    except moving.NoReason as refusal:
        form.refuse("reason", refusal_words(refusal))
        return await _move_page(by, move_id, form)
    except TimebankError as refusal:
        answer = Redirect(f"{LIST}/{move_id}", status_code=303)
        return noticed(answer, refusal_words(refusal), "wrong")
    answer = Redirect(LIST, status_code=303)
    return noticed(answer, _("Turned down. The member is told why; their hours stay."))


async def _move_page(by: Actor, move_id: UUID, form: Form) -> Template:
    move = await _found(move_id, by)
    home = await community.community(by.community_id)
    receives = move.to_community_id == by.community_id
    if not form.values:
        member = await community.member(move.member_id)
        roles = [role.value for role in AT_HOME if role in member.roles] or ["resident"]
        form = Form.of({"roles": roles})
    context = {
        "form": form,
        **await _shown(move),
        "receives": receives,
        "mine": move.state.is_open and _is_here(move, by),
        "luggage": await moving.luggage_of(move.member_id, community_id=move.community_id),
        "namesakes": [
            (str(one.id), _("%(name)s, member here since %(day)s") % _since(one, home))
            for one in (await _namesakes(move, by) if receives else [])
        ],
        "phone": await _phone(move, by),
        "at_home": [(role.value, in_words("role", role, DEFAULT_ZONE)) for role in AT_HOME],
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/move.html", context=context, status_code=200 if form.ok else REFUSED)


def _since(one: Member, home: community.Community) -> dict[str, str]:
    day = one.joined_at.astimezone(ZoneInfo(home.time_zone)).date()
    return {"name": one.name, "day": printed_day(day)}


async def _found(move_id: UUID, by: Actor) -> Move:
    try:
        return await moving.move_seen(move_id, by=by)
    except moving.UnknownMove as error:
        raise NotFoundException from error


async def _phone(move: Move, by: Actor) -> str:
    """Return the mover's telephone as far as this reader's work needs it."""
    if not move.state.is_open:
        return ""
    known = await community.details_of(move.member_id, community_id=move.community_id)
    return seen("phone", known.phone, by.roles) or ""


async def _namesakes(move: Move, by: Actor) -> list[Member]:
    """Return the active members of the new community who have the mover's name."""
    name = (await community.member(move.member_id)).name
    ids = await community.members_called(name, [by.community_id])
    found = [await community.member(one) for one in ids]
    return [one for one in found if one.standing is community.Standing.ACTIVE]


def _is_here(move: Move, by: Actor) -> bool:
    """Say whether it is this community's turn."""
    whose = move.community_id if move.state is MoveState.ASKED else move.to_community_id
    return whose == by.community_id


async def _partners(community_id: UUID) -> list[tuple[str, str]]:
    """Return the communities that one can move to with hours, by name."""
    found = [await community.community(one) for one in await moving.clearing_partners(community_id)]
    return sorted(((str(one.id), one.name) for one in found), key=lambda one: one[1])


async def _shown(move: Move) -> dict[str, Any]:
    """Return a move with the names that a page needs; the two sides know each other's names."""
    return {
        "move": move,
        "name": (await community.member(move.member_id)).name,
        "old": await community.community(move.community_id),
        "new": await community.community(move.to_community_id),
        "stands": _(STATES[move.state]),
        "hands": {
            part: (await community.member(one)).name
            for part, one in (("released", move.released_by), ("received", move.received_by))
            if one is not None and one != community.SYSTEM
        },
    }


handlers = [
    own, ask, withdraw, ask_for_page, ask_for, moves, move_page, release, receive, decline,
]  # fmt: skip
