"""Volunteers' own pages: what they like to give, when they are free, their certificates."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import certificate_form, profile_form, times_form
from app.acts import act
from app.care_words import (
    CERTIFICATE_STATES,
    WEEKDAYS,
    kind_name,
    refusal_words,
    wrong_field,
)
from app.days import typed_day
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import key_of, typed
from community import Actor, Role
from timebank import TimebankError, care
from timebank.care import Extra, VolunteerStanding

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
PLACE = "/me/volunteering"


@get("/me/volunteering", name="volunteering", opt=act("volunteer.profile"))
async def profile_page(request: AnyRequest) -> Template:
    """Show a member what they said of themselves as a volunteer, or let them ask to help."""
    by = await acting(request)
    found = await care.find_volunteer(by.member_id, community_id=by.community_id)
    return await _profile(by, profile_form.filled(found))


@post("/me/volunteering", name="volunteering.save", opt=act("volunteer.profile"), status_code=303)
async def save_profile(request: AnyRequest) -> Template | Redirect:
    """Keep what a member says of themselves; the first time asks the desk to let them help."""
    by, form = await acting(request), await typed(request)
    try:
        saved = await care.save_profile(profile_form.read(form), by=by)
    except care.InvalidProfile as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*field)
        return await _profile(by, form)
    told = _("Your answers are kept.")
    if saved.standing is VolunteerStanding.APPLIED:
        told = _("Thank you! The desk reads your answers and tells you when you can begin.")
    return noticed(Redirect(PLACE, status_code=303), told)


async def _profile(by: Actor, form: Form) -> Template:
    found = await care.find_volunteer(by.member_id, community_id=by.community_id)
    context = {
        "form": form,
        "volunteer": found,
        "helps": Role.VOLUNTEER in by.roles,
        "honour": await care.honour_of(by.member_id, community_id=by.community_id),
        **await profile_form.offered(by, found),
    }
    status = 200 if form.ok else REFUSED
    return Template("care/volunteering.html", context=context, status_code=status)


@get("/me/volunteering/times", name="volunteering.times", opt=act("volunteer.profile"))
async def times_page(request: AnyRequest) -> Template | Redirect:
    """Show a volunteer their usual week."""
    by = await acting(request)
    times = await care.times_of(by.member_id)
    return await _times(by, times_form.filled(times.weekly))


@post(
    "/me/volunteering/times",
    name="volunteering.times.save",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def save_times(request: AnyRequest) -> Template | Redirect:
    """Keep a volunteer's usual week, or show it again with what is wrong."""
    by, form = await acting(request), await typed(request)
    hours = times_form.read(form)
    if hours is None:
        return await _times(by, form)
    try:
        await care.save_hours(hours, by=by)
    except care.InvalidProfile as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*field)
        return await _times(by, form)
    except care.UnknownVolunteer as refusal:
        return _profile_first(refusal)
    return noticed(Redirect(PLACE, status_code=303), _("Your usual week is kept."))


async def _times(by: Actor, form: Form) -> Template | Redirect:
    if await care.find_volunteer(by.member_id, community_id=by.community_id) is None:
        return _profile_first(care.UnknownVolunteer(by.member_id))
    kept = {
        number
        for row in range(times_form.ROWS_MAX)
        for name in ("from", "until")
        if (number := times_form.whole(form.value(f"{name}_{row}"))) is not None
        and number <= times_form.DAY_MINUTES
    }
    context = {
        "form": form,
        "weekdays": [(str(number), _(words)) for number, words in enumerate(WEEKDAYS, start=1)],
        "parts": times_form.parts(),
        "clocks": times_form.clocks(kept),
        "rows": times_form.rows(form),
    }
    status = 200 if form.ok else REFUSED
    return Template("care/times.html", context=context, status_code=status)


def _profile_first(refusal: care.UnknownVolunteer) -> Redirect:
    return noticed(Redirect(PLACE, status_code=303), refusal_words(refusal), "note")


@get("/me/volunteering/days", name="volunteering.days", opt=act("volunteer.profile"))
async def days_page(request: AnyRequest) -> Template | Redirect:
    """Show a volunteer on which days something differs from their usual week."""
    return await _days(await acting(request), Form())


@post(
    "/me/volunteering/away",
    name="volunteering.away",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def add_away(request: AnyRequest) -> Template | Redirect:
    """Keep on which days a volunteer is away."""
    by, form = await acting(request), await typed(request)
    first = typed_day(form, "first_day")
    last = typed_day(form, "last_day") or first
    if first is None:
        form.refuse("first_day", _("Choose the first day."))
    if first is None or last is None or not form.ok:
        return await _days(by, form)
    return await _kept(care.add_away(key_of(form) or ledger.new_id(), first, last, by=by), by, form)


@post(
    "/me/volunteering/extra",
    name="volunteering.extra",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def add_extra(request: AnyRequest) -> Template | Redirect:
    """Keep on which day a volunteer has more hours than usual."""
    by, form = await acting(request), await typed(request)
    day = typed_day(form, "day")
    first, last = (times_form.whole(form.value(name)) for name in ("from_minute", "until_minute"))
    for name, given, words in (
        ("day", day, _("Choose the day.")),
        ("from_minute", first, _("Choose from when.")),
        ("until_minute", last, _("Choose until when.")),
    ):
        if given is None:
            form.refuse(name, words)
    if day is None or first is None or last is None or not form.ok:
        return await _days(by, form)
    extra = Extra(day, first, last)
    return await _kept(care.add_extra(key_of(form) or ledger.new_id(), extra, by=by), by, form)


@post(
    "/me/volunteering/days/{exception_id:uuid}/remove",
    name="volunteering.days.remove",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def remove_day(request: AnyRequest, exception_id: FromPath[UUID]) -> Redirect:
    """Take days of absence or more hours back."""
    if not await care.drop_exception(exception_id, by=await acting(request)):
        raise NotFoundException
    return noticed(Redirect(f"{PLACE}/days", status_code=303), _("It is removed."))


async def _kept(verb: Any, by: Actor, form: Form) -> Template | Redirect:
    try:
        await verb
    except care.InvalidProfile as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*field)
        return await _days(by, form)
    except care.UnknownVolunteer as refusal:
        return _profile_first(refusal)
    return noticed(Redirect(f"{PLACE}/days", status_code=303), _("It is kept. Thank you!"))


async def _days(by: Actor, form: Form) -> Template | Redirect:
    if await care.find_volunteer(by.member_id, community_id=by.community_id) is None:
        return _profile_first(care.UnknownVolunteer(by.member_id))
    today = await care.today_in(by.community_id, datetime.now(UTC))
    times = await care.times_of(by.member_id, since=today)
    context = {
        "form": form,
        "keys": (str(ledger.new_id()), str(ledger.new_id())),
        "away": times.away,
        "extra": [
            (one, times_form.clock_words(one.from_minute), times_form.clock_words(one.until_minute))
            for one in times.extra
        ],
        "clocks": times_form.clocks(),
        "today": today.isoformat(),
    }
    status = 200 if form.ok else REFUSED
    return Template("care/days.html", context=context, status_code=status)


@get(
    "/me/volunteering/certificates",
    name="volunteering.certificates",
    opt=act("volunteer.profile"),
)
async def certificates_page(request: AnyRequest) -> Template:
    """Show a member their certificates, and let them enter another."""
    return await _certificates(await acting(request), certificate_form.fresh())


@post(
    "/me/volunteering/certificates",
    name="volunteering.certificates.claim",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def claim(request: AnyRequest) -> Template | Redirect:
    """Enter a certificate; it counts once the desk has seen it."""
    by, form = await acting(request), await typed(request)
    given = certificate_form.read(form, key_of(form))
    if given is None:
        return await _certificates(by, form)
    try:
        claimed = await care.claim_certificate(given, by=by)
    except TimebankError as refusal:
        certificate_form.refuse(form, refusal)
        return await _certificates(by, form)
    told = _("It is kept: %(kind)s. Show it to the desk; from then on it counts.")
    answer = Redirect(f"{PLACE}/certificates", status_code=303)
    return noticed(answer, told % {"kind": kind_name(claimed.kind)})


@post(
    "/me/volunteering/certificates/{certificate_id:uuid}/withdraw",
    name="volunteering.certificates.withdraw",
    opt=act("volunteer.profile"),
    status_code=303,
)
async def withdraw(request: AnyRequest, certificate_id: FromPath[UUID]) -> Redirect:
    """Take a certificate of one's own back."""
    by = await acting(request)
    try:
        visits = await care.end_certificate(certificate_id, of=by.member_id, by=by)
    except care.UnknownCertificate as error:
        raise NotFoundException from error
    answer = Redirect(f"{PLACE}/certificates", status_code=303)
    if visits:
        told = _("It does not count any more. Visits that you promised need it: call the desk.")
        return noticed(answer, told, "note")
    return noticed(answer, _("It does not count any more."))


async def _certificates(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    today = datetime.now(UTC).astimezone(ZoneInfo(home.time_zone)).date()
    context = {
        "form": form,
        "lines": certificate_form.lines(
            await care.certificates_of(by.member_id, community_id=by.community_id), today
        ),
        "kinds": await certificate_form.kinds(by.community_id),
        "states": CERTIFICATE_STATES,
        "today": today.isoformat(),
    }
    status = 200 if form.ok else REFUSED
    return Template("care/certificates.html", context=context, status_code=status)


handlers = [
    profile_page, save_profile, times_page, save_times, days_page, add_away, add_extra, remove_day,
    certificates_page, claim, withdraw,
]  # fmt: skip
