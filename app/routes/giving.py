"""What a member does with saved hours: give some to kin, donate some, and see what became of it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.forms import Form
from app.hours_form import read_amount
from app.hours_words import GIFTS, refusal_words, wrong_field
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.person_field import ANOTHER, read_person
from app.routes.typed import key_of, typed
from app.wording import duration
from community import Actor
from timebank import TimebankError, hours
from timebank.hours import Gift, SeenGift
from timebank.policy import DONATIONS, GIFTS_TO
from timebank.policy.hours import ANYONE, NONE
from timebank.policy.passing import DONATION_REVERSAL_DAYS

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
GIVING = "/time-bank/giving"


@get("/time-bank/giving", name="giving", opt=act("giving.read"))
async def giving(request: AnyRequest) -> Template:
    """Show a member what waits for an answer, what they gave, received and donated."""
    by = await acting(request)
    home = await community.community(by.community_id)
    found = await hours.giving(by)
    policy = await community.policy_in_force(by.community_id)
    return Template(
        "timebank/hours/giving.html",
        context={
            "giving": found,
            "waiting": [one for one in found.gifts if one.may_answer],
            "others": [one for one in found.gifts if not one.may_answer],
            "state_words": lambda one: state_words(one, by),
            "by": by,
            "gifts_on": policy[GIFTS_TO] != NONE,
            "donations_on": policy[DONATIONS],
            "home": home,
            "zone": ZoneInfo(home.time_zone),
        },
    )


def state_words(one: SeenGift, by: Actor) -> str:
    """Return where a gift stands, as whoever looks says it."""
    gift = one.gift
    sides = (gift.giver_id, gift.receiver_id)
    place = sides.index(by.member_id) if by.member_id in sides else 2
    return _(GIFTS[gift.state][place])


# --- giving to kin -------------------------------------------------------------------------------


@get("/time-bank/give", name="gift.offer", opt=act("gift.offer"))
async def give_page(request: AnyRequest) -> Template:
    """Show the form that gives hours to somebody."""
    return await _give_page(await acting(request), Form.of({"key": str(uuid4())}))


@post("/time-bank/give", name="gift.offer.send", opt=act("gift.offer"))
async def give(request: AnyRequest) -> Template | Redirect:
    """Offer a gift; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    minutes = read_amount(form)
    kin = await hours.may_be_given_to(by)
    policy = await community.policy_in_force(by.community_id)
    if policy[GIFTS_TO] != ANYONE and form.value("person") in {"", ANOTHER}:
        form.refuse("person", _("Choose who it is."))
        return await _give_page(by, form)
    person = await read_person(form, {one for one, _name in kin}, community_id=by.community_id)
    if person is None or minutes is None:
        return await _give_page(by, form)
    try:
        gift = await hours.offer_gift(
            person.id,
            minutes,
            by=by,
            form_key=key_of(form) or uuid4(),
            words=form.value("words"),
        )
    except TimebankError as refusal:
        return await _refused(refusal, form, by, _give_page)
    told = _("%(minutes)s are set aside for %(name)s, who is told now.") % {
        "minutes": duration(gift.minutes),
        "name": person.name,
    }
    return noticed(Redirect(f"/time-bank/gifts/{gift.id}", status_code=303), told)


async def _give_page(by: Actor, form: Form) -> Template:
    policy = await community.policy_in_force(by.community_id)
    home = await community.community(by.community_id)
    return Template(
        "timebank/hours/give.html",
        context={
            "form": form,
            "kin": await hours.may_be_given_to(by),
            "anyone": policy[GIFTS_TO] == ANYONE,
            "allowed": policy[GIFTS_TO] != NONE,
            "another": ANOTHER,
            "balance": (await hours.giving(by)).saved,
            "home": home,
        },
        status_code=200 if form.ok else REFUSED,
    )


@get("/time-bank/gifts/{gift_id:uuid}", name="gift", opt=act("gift.read"))
async def gift_page(request: AnyRequest, gift_id: FromPath[UUID]) -> Template:
    """Show one gift to its two sides, or to the desk, with what they can do."""
    by = await acting(request)
    try:
        seen = await hours.gift_seen(gift_id, by)
    except TimebankError as error:
        raise _stopped(error) from error
    home = await community.community(by.community_id)
    context = {
        "seen": seen,
        "state": state_words(seen, by),
        "receiving": seen.gift.receiver_id == by.member_id,
        "home": home,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("timebank/hours/gift.html", context=context)


@post("/time-bank/gifts/{gift_id:uuid}/accept", name="gift.accept", opt=act("gift.answer"))
async def accept(request: AnyRequest, gift_id: FromPath[UUID]) -> Redirect:
    """Take a gift, or write down at the desk that its receiver takes it."""
    by = await acting(request)
    told = _("Accepted. The hours can be used from now on.")
    return await _answered(gift_id, by, lambda: hours.accept_gift(gift_id, by=by), told)


@post("/time-bank/gifts/{gift_id:uuid}/decline", name="gift.decline", opt=act("gift.answer"))
async def decline(request: AnyRequest, gift_id: FromPath[UUID]) -> Redirect:
    """Turn a gift down."""
    by = await acting(request)
    told = _("Declined. The hours are the giver's again.")
    return await _answered(gift_id, by, lambda: hours.decline_gift(gift_id, by=by), told)


@post("/time-bank/gifts/{gift_id:uuid}/withdraw", name="gift.withdraw", opt=act("gift.withdraw"))
async def withdraw(request: AnyRequest, gift_id: FromPath[UUID]) -> Redirect:
    """Take one's own gift back before it is answered."""
    by = await acting(request)
    told = _("Taken back. The hours are yours again.")
    return await _answered(gift_id, by, lambda: hours.withdraw_gift(gift_id, by=by), told)


async def _answered(
    gift_id: UUID, by: Actor, verb: Callable[[], Awaitable[Gift]], told: str
) -> Redirect:
    back = Redirect(f"/time-bank/gifts/{gift_id}", status_code=303)
    home = await community.community(by.community_id)
    try:
        await verb()
    except (hours.NotTheirAct, hours.UnknownHours) as error:
        raise _stopped(error) from error
    except TimebankError as refusal:
        return noticed(back, refusal_words(refusal, ZoneInfo(home.time_zone)), "wrong")
    return noticed(back, told)


# --- donating ------------------------------------------------------------------------------------


@get("/time-bank/donate", name="donation.give", opt=act("donation.give"))
async def donate_page(request: AnyRequest) -> Template:
    """Show the form that donates hours to the relief fund."""
    return await _donate_page(await acting(request), Form.of({"key": str(uuid4())}))


@post("/time-bank/donate", name="donation.give.send", opt=act("donation.give"))
async def donate(request: AnyRequest) -> Template | Redirect:
    """Donate hours; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    minutes = read_amount(form)
    if minutes is None:
        return await _donate_page(by, form)
    try:
        given = await hours.donate(minutes, by=by, form_key=key_of(form) or uuid4())
    except TimebankError as refusal:
        return await _refused(refusal, form, by, _donate_page)
    told = _("Thank you! %(minutes)s are in the relief fund now, for neighbours in need.") % {
        "minutes": duration(given.minutes)
    }
    return noticed(Redirect(GIVING, status_code=303), told)


async def _donate_page(by: Actor, form: Form) -> Template:
    policy = await community.policy_in_force(by.community_id)
    return Template(
        "timebank/hours/donate.html",
        context={
            "form": form,
            "allowed": policy[DONATIONS],
            "reversal_days": policy[DONATION_REVERSAL_DAYS],
            "balance": (await hours.giving(by)).saved,
            "fund": await hours.fund(by.community_id),
        },
        status_code=200 if form.ok else REFUSED,
    )


async def _refused(
    refusal: TimebankError,
    form: Form,
    by: Actor,
    page: Callable[[Actor, Form], Awaitable[Template]],
) -> Template | Redirect:
    """Show the form again with the wrong field named, or lead back with what happened."""
    field = wrong_field(refusal)
    if field is None:
        home = await community.community(by.community_id)
        told = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(GIVING, status_code=303), told, "wrong")
    form.refuse(*field)
    return await page(by, form)


def _stopped(error: TimebankError) -> NotFoundException | PermissionDeniedException:
    """Return the answer to whoever has no business with a gift."""
    if isinstance(error, hours.UnknownHours):
        return NotFoundException()
    return PermissionDeniedException()


handlers = [
    giving, give_page, give, gift_page, accept, decline, withdraw, donate_page, donate,
]  # fmt: skip
