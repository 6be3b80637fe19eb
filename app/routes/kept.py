"""What a volunteer's own device asks and sends by itself: the visits of today, and kept moments.

A check-in or check-out that found no network stays on the device with the moment it was pressed.
Sent twice it counts once: a visit that already has that moment says so. What is refused comes back
with its reason, and stays on the device until the person has seen to it.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

import community
import timebank
from app import forgery, moments
from app.acts import act
from app.forms import Form
from app.i18n import HTML_LANG, current_language
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.routes.elder_acts import whole
from app.routes.typed import typed
from app.sessions import Session, on_own_device
from app.visit_words import refusal_words, wrong_field
from app.wording import duration, spoken_span, spoken_time
from community import Actor
from timebank import State, TimebankError, Visit, care, rules
from timebank.care import CalendarEntry

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
LONGEST: Final = timedelta(hours=12)
"""How long ago a visit may have begun that is still under way."""
SAME: Final = timedelta(minutes=2)
"""As far apart as one moment can be that was sent twice, by a clock that was set in between."""
TO_DO: Final = (State.BOOKED, State.UNDER_WAY, State.FINISHED)


@get("/time-bank/today", name="visit.today", opt=act("visit.read"))
async def today(request: AnyRequest) -> Response[dict[str, Any]]:
    """Tell a volunteer's own device their visits of today, without the number for the door.

    With the token that the next form needs. At a device that others use as well, none is told.
    """
    by = await acting(request)
    session: Session = request.auth
    home = await community.community(by.community_id)
    zone, now = ZoneInfo(home.time_zone), datetime.now(UTC)
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    keeps = on_own_device(session, by.roles | request.user.roles)  # also roles that rest
    visits = await _visits(by, now, midnight) if keeps else []
    policy = await timebank.visit_policy_at(home.id, now)
    told = {
        "member": str(by.member_id),
        "language": HTML_LANG[current_language()],
        "keeps": keeps,
        "token": forgery.bound_token(request),
        "now": now.isoformat(),
        "until": midnight.astimezone(UTC).isoformat(),
        "gone": _("This visit is not yours any more. Nothing was changed."),
        "visits": [_told(one, zone, policy, now) for one in visits],
    }
    return Response(told)


async def _visits(by: Actor, now: datetime, midnight: datetime) -> list[CalendarEntry]:
    begins = midnight - timedelta(days=1)
    found = await care.calendar_of(
        by.member_id, community_id=by.community_id, since=begins - LONGEST, until=midnight
    )
    return [
        one
        for one in found
        if one.visit.volunteer_id == by.member_id
        and one.visit.state in TO_DO
        and (one.visit.starts_at >= begins or one.visit.state is State.UNDER_WAY)
        and one.visit.starts_at > now - timedelta(days=1)
    ]


def _told(
    one: CalendarEntry, zone: ZoneInfo, policy: timebank.VisitPolicy, now: datetime
) -> dict[str, str]:
    visit = one.visit
    opens_at = rules.check_in_opens(visit, policy)
    return {
        "id": str(visit.id),
        "service": visit.care_service.name(current_language()),
        "elder": one.other,
        "place": visit.place,
        "when": spoken_span(visit.starts_at, visit.ends_at, zone, now),
        "state": visit.state.value,
        "opens_at": opens_at.isoformat(),
        "opens": spoken_time(opens_at, zone, now),
    }


@post("/time-bank/visits/{visit_id:uuid}/kept", name="visit.kept", opt=act("visit.kept"))
async def kept(request: AnyRequest, visit_id: FromPath[UUID]) -> Response[dict[str, str]]:
    """Take a check-in or check-out that was kept without a network; answer in words.

    Raises 404 for whoever is not its volunteer, or no more: the device has words for that.
    """
    by, form = await acting(request), await typed(request)
    try:
        seen, _steps = await timebank.visit_page(visit_id, by)
    except (timebank.NotYours, timebank.UnknownVisit) as error:
        raise NotFoundException from error
    if seen.visit.volunteer_id != by.member_id:
        raise NotFoundException
    zone = ZoneInfo((await community.community(by.community_id)).time_zone)
    happened_at = await moments.read(form, visit_id, by)
    verb = VERBS.get(form.value("act"))
    if happened_at is None or verb is None:
        return _refused(form.error("moment") or _("This could not be read. Please tell the desk."))
    if form.value("minutes") and whole(form.value("minutes")) is None:
        return _refused(_("Type the minutes as a whole number, such as 95."))
    try:
        return _counted(await verb(visit_id, by, form, happened_at), zone)
    except timebank.TooLate:
        return _refused(moments.too_long_ago(form).error("moment"))
    except timebank.WrongState as refusal:
        before = await _arrived_before(visit_id, by, form, happened_at)
        return _counted(before, zone) if before else _refused(refusal_words(refusal, zone))
    except TimebankError as refusal:
        field = wrong_field(refusal)
        return _refused(field[1] if field else refusal_words(refusal, zone))


async def _check_in(visit_id: UUID, by: Actor, form: Form, happened_at: datetime) -> Visit:
    code = form.value("code").replace(" ", "")
    return await timebank.check_in(visit_id, by=by, code=code, happened_at=happened_at)


async def _check_out(visit_id: UUID, by: Actor, form: Form, happened_at: datetime) -> Visit:
    stated = whole(form.value("minutes"))
    return await timebank.check_out(visit_id, by=by, stated=stated, happened_at=happened_at)


VERBS: Final = {"check_in": _check_in, "check_out": _check_out}


async def _arrived_before(
    visit_id: UUID, by: Actor, form: Form, happened_at: datetime
) -> Visit | None:
    """Return the visit, if it has had this moment all along: the device never got the answer."""
    visit = (await timebank.visit_page(visit_id, by))[0].visit
    known = visit.checked_in_at if form.value("act") == "check_in" else visit.checked_out_at
    own = visit.volunteer_id == by.member_id
    return visit if own and known is not None and abs(known - happened_at) <= SAME else None


def _counted(visit: Visit, zone: ZoneInfo) -> Response[dict[str, str]]:
    """Answer with the moment that counts: the desk may have written down another one before."""
    words = _("Sent. You are checked in since %(when)s.")
    if visit.checked_out_at is not None:
        words = _("Sent. Checked out after %(minutes)s; the elder is asked to confirm.")
    told = words % {
        "when": spoken_time(visit.checked_in_at or visit.starts_at, zone),
        "minutes": duration(visit.minutes_measured or 0),
    }
    return Response({"words": told}, status_code=200)


def _refused(words: str) -> Response[dict[str, str]]:
    return Response({"words": words}, status_code=REFUSED)


handlers = [today, kept]
