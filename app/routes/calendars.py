"""A member's calendar of visits, its feed for other programs, and the honours of the community."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import community
from app import calendar_file, visit_page, work_calendar
from app.acts import act
from app.i18n import current_language, is_language, speaking
from app.i18n import gettext as _
from app.messages import post as messages_post
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.settings import settings
from marketplace import work
from timebank import Seen, State, care, group_sessions

AnyRequest = Request[Any, Any, Any]
PAGE = "/time-bank/calendar"
DAYS_SHOWN: Final = 28
FEED_DAYS_BACK: Final = 60
GONE: Final = (State.CANCELLED, State.EXPIRED)


@get("/time-bank/calendar", name="calendar", opt=act("calendar.read"))
async def calendar(request: AnyRequest) -> Template:
    """Show a member the visits of four weeks, day by day, and how to have them elsewhere."""
    by = await acting(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    today = datetime.now(UTC).astimezone(zone).date()
    first = _day(request.query_params.get("from"), today)
    since, until = (_midnight(first, zone), _midnight(first + timedelta(days=DAYS_SHOWN), zone))
    entries = [
        one
        for one in await care.calendar_of(
            by.member_id, community_id=home.id, since=since, until=until
        )
        if one.visit.state not in GONE
    ]
    names = {one.visit.id: one.other for one in entries}
    cards = [
        visit_page.shown(Seen(one.visit, names[one.visit.id], names[one.visit.id]), by)
        for one in entries
    ]
    days = [
        (day, list(found))
        for day, found in groupby(
            cards, key=lambda one: one.visit.starts_at.astimezone(zone).date()
        )
    ]
    feed = await care.feed_of(by.member_id)
    context = {
        "days": days,
        "first": first,
        "last": first + timedelta(days=DAYS_SHOWN - 1),
        "earlier": (first - timedelta(days=DAYS_SHOWN)).isoformat(),
        "later": (first + timedelta(days=DAYS_SHOWN)).isoformat(),
        "from_today": first == today,
        "feed": _address(feed) if feed else "",
        "zone": zone,
    }
    return Template("care/calendar.html", context=context)


@post("/time-bank/calendar/feed", name="calendar.feed.renew", opt=act("calendar.read"))
async def renew(request: AnyRequest) -> Redirect:
    """Make an address for one's calendar; one of before opens nothing from then on."""
    await care.renew_feed(by=await acting(request))
    answer = Redirect(f"{PAGE}#feed-title", status_code=303)
    return noticed(answer, _("The address is new. One that you had before works no longer."))


@post("/time-bank/calendar/feed/stop", name="calendar.feed.stop", opt=act("calendar.read"))
async def stop(request: AnyRequest) -> Redirect:
    """Shut the address of one's calendar."""
    await care.stop_feed(by=await acting(request))
    answer = Redirect(PAGE, status_code=303)
    return noticed(answer, _("The address works no longer. Your calendar is here alone."))


@get(
    "/time-bank/calendar/{feed_id:uuid}/{feed_key:str}",
    name="calendar.feed",
    opt=act("calendar.feed"),
)
async def feed(
    request: AnyRequest, feed_id: FromPath[UUID], feed_key: FromPath[str]
) -> Response[bytes]:
    """Send a member's visits to the calendar program that has their address."""
    key = feed_key.removesuffix(".ics")
    owner = await care.feed_owner(feed_id) if calendar_file.opens(feed_id, key) else None
    if owner is None:
        raise NotFoundException
    member = await community.member(owner.member_id)
    home = await community.community(owner.community_id)
    since = datetime.now(UTC) - timedelta(days=FEED_DAYS_BACK)
    entries = await care.calendar_of(member.id, community_id=home.id, since=since)
    classes = await group_sessions.calendar_sessions(member.id, community_id=home.id, since=since)
    helps = await work.own_turns(member.id, community_id=home.id, since=since)
    zone, site = ZoneInfo(home.time_zone), messages_post.site(settings()).address
    with speaking(member.language if is_language(member.language) else current_language()):
        content = calendar_file.written(
            entries,
            classes,
            events=work_calendar.events(helps, zone=zone, site=site),
            name=_("Visits · %(place)s") % {"place": home.name},
            zone=zone,
            site=site,
        )
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="linli.ics"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@get("/time-bank/honours", name="honours", opt=act("honour.read"))
async def honours(request: AnyRequest) -> Template:
    """Thank by name those who gave many hours, and agreed to be named."""
    home = await community_shown(request)
    found = await care.honoured(home.id)
    thresholds = await care.star_thresholds(home.id)
    context = {
        "home": home,
        "groups": [
            (stars, needed, [one.name for one in found if one.stars == stars])
            for stars, needed in reversed(list(enumerate(thresholds, start=1)))
            if needed
        ],
        "any": bool(found),
    }
    return Template("care/honours.html", context=context)


def _address(feed_id: UUID) -> str:
    site = messages_post.site(settings()).address
    return f"{site}{PAGE}/{feed_id}/{calendar_file.feed_key(feed_id)}.ics"


def _day(text: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    near = abs(day.year - today.year) <= 10  # noqa: PLR2004 (years that a calendar has)
    return day if near else today


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


handlers = [calendar, renew, stop, feed, honours]
