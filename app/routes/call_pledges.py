"""Hours for projects on the telephone: an operator writes down what a caller pledges themselves."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import need_words
from app.acts import act
from app.forms import Form
from app.funding_page import Shown, takes_more
from app.funding_words import refusal_words, wrong_field
from app.hours_form import read_amount
from app.i18n import HTML_LANG, speaking
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.phone_desk import call_page
from app.routes.calls import DESK, to_call
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Role
from marketplace import needs
from marketplace import reading as projects
from marketplace.errors import MarketplaceError
from marketplace.funding import pledging, reading, sums
from marketplace.funding.errors import UnknownDrive, UnknownPledge
from marketplace.funding.values import DriveState, Pledge, PledgeId, PledgeState
from timebank import desk

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
SHOWN: Final = 20
OF_NEEDS: Final = (needs.NoWordGiven, needs.NotForAnother, needs.NotYourDesk)


@get(f"{DESK}/{{call_id:uuid}}/drives", name="call.drives", opt=act("call.answer"))
async def drives_of_call(request: AnyRequest, call_id: FromPath[UUID]) -> Template | Redirect:
    """Show an operator which projects collect hours and money, and what the caller pledged."""
    one = await _on_the_phone(request, call_id)
    if one.word is None:
        return _stopped(call_id, needs.NoWordGiven())
    held = await _held(one)
    context = {
        "call": one.seen.call,
        "seen": one.seen,
        "own": one.seen.call.by_oneself,
        "home": one.home,
        "drives": [(each, held.get(each.drive.id)) for each in await _collecting(one)],
        "duration": duration,
        "takes_cash": Role.TREASURER in one.by.roles,
    }
    return Template("desk/drives.html", context=context)


@get(
    f"{DESK}/{{call_id:uuid}}/drives/{{drive_id:uuid}}",
    name="call.pledge.form",
    opt=act("call.answer"),
)
async def pledge_form(
    request: AnyRequest, call_id: FromPath[UUID], drive_id: FromPath[UUID]
) -> Template | Redirect:
    """Show an operator what to say and write where a caller pledges hours."""
    one, shown = await _asked(request, call_id, drive_id)
    if one.word is None or one.seen.call.member_id is None:
        return _stopped(call_id, needs.NoWordGiven())
    return await _form(one, shown, Form.of({"key": str(ledger.new_id())}))


@post(
    f"{DESK}/{{call_id:uuid}}/drives/{{drive_id:uuid}}",
    name="call.pledge",
    opt=act("call.answer"),
    status_code=303,
)
async def pledge_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], drive_id: FromPath[UUID]
) -> Template | Redirect:
    """Set the caller's hours aside for a project, on their own word."""
    one, shown = await _asked(request, call_id, drive_id)
    form = await typed(request)
    minutes, key = read_amount(form), key_of(form)
    if minutes is None:
        return await _form(one, shown, form)
    try:
        made = await pledging.pledge_minutes(
            drive_id, minutes, by=one.by, id=PledgeId(key) if key else None, call_id=call_id
        )
    except MarketplaceError as refusal:
        field = None if isinstance(refusal, OF_NEEDS) else wrong_field(refusal)
        if field is None:
            return _stopped(call_id, refusal)
        form.refuse(*field)
        return await _form(one, shown, form)
    told = _("Read this out: %(time)s of yours are set aside for “%(title)s”.")
    words = told % {"time": duration(made.minutes), "title": shown.title}
    return noticed(_back(call_id), words)


@post(
    f"{DESK}/{{call_id:uuid}}/pledges/{{pledge_id:uuid}}/withdraw",
    name="call.pledge.withdraw",
    opt=act("call.answer"),
    status_code=303,
)
async def withdraw_for_caller(
    request: AnyRequest, call_id: FromPath[UUID], pledge_id: FromPath[UUID]
) -> Redirect:
    """Take the caller's pledge back, on their own word, while its drive is open."""
    one = await _on_the_phone(request, call_id)
    try:
        await pledging.withdraw_pledge(PledgeId(pledge_id), by=one.by, call_id=call_id)
    except UnknownPledge as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return _stopped(call_id, refusal)
    return noticed(_back(call_id), _("Read this out: the hours are free in your passbook again."))


async def _collecting(one: call_page.OnThePhone) -> list[Shown]:
    """Return the drives that take something now, the soonest to end first."""
    here = one.home.id
    found = [
        each
        for each in await reading.drives(here, states=(DriveState.OPEN,), size=SHOWN)
        if takes_more(each)
    ]
    titles = await projects.titles({each.project_id for each in found}, community_id=here)
    raised = await sums.raised(found)
    return [
        Shown(each, titles[each.project_id], raised[each.id].progress, one.zone) for each in found
    ]


async def _held(one: call_page.OnThePhone) -> dict[UUID, Pledge]:
    """Return the pledges of the caller's that can still be taken back, by their drives."""
    member = one.seen.call.member_id
    if member is None or not one.seen.call.by_oneself:
        return {}
    pledges = await reading.own_pledges(member, community_id=one.home.id)
    return {each.drive_id: each for each in pledges if each.state is PledgeState.HELD}


async def _asked(
    request: AnyRequest, call_id: UUID, drive_id: UUID
) -> tuple[call_page.OnThePhone, Shown]:
    one = await _on_the_phone(request, call_id)
    here = one.home.id
    try:
        drive = await reading.read_drive(drive_id, community_id=here)
    except UnknownDrive as error:
        raise NotFoundException from error
    titles = await projects.titles({drive.project_id}, community_id=here)
    return one, Shown(drive, titles[drive.project_id], await sums.progress(drive), one.zone)


async def _on_the_phone(request: AnyRequest, call_id: UUID) -> call_page.OnThePhone:
    """Return a call of the operator's own. Raises 404."""
    try:
        return await call_page.on_the_phone(call_id, await acting(request))
    except desk.UnknownCall as error:
        raise NotFoundException from error


async def _form(one: call_page.OnThePhone, shown: Shown, form: Form) -> Template:
    member = one.seen.call.member_id
    free = await pledging.pledgeable(member, community_id=one.home.id) if member else 0
    with speaking(one.language):
        says = (
            _("You have %(free)s free. How much do you give for “%(title)s”?")
            % {"free": duration(free), "title": shown.title},
            _("I set it aside. If the goal is not reached, it is yours again. Is that right?"),
        )
    context = {
        "call": one.seen.call,
        "seen": one.seen,
        "own": one.seen.call.by_oneself,
        "shown": shown,
        "form": form,
        "free": free,
        "says": says,
        "says_lang": HTML_LANG[one.language],
    }
    status = 200 if form.ok else REFUSED
    return Template("desk/pledge.html", context=context, status_code=status)


def _back(call_id: UUID) -> Redirect:
    return Redirect(f"{DESK}/{call_id}/drives", status_code=303)


def _stopped(call_id: UUID, refusal: MarketplaceError) -> Redirect:
    words = need_words.refusal_words if isinstance(refusal, OF_NEEDS) else refusal_words
    return to_call(call_id, words(refusal), "wrong")


handlers = [drives_of_call, pledge_form, pledge_for_caller, withdraw_for_caller]
