"""Meetings: the list, one meeting, announcing it, changing it, calling it off, saying one comes."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import community
import ledger
from app import meeting_calendar, meeting_form, need_page
from app.acts import ACTS, act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.meeting_form import Options
from app.meeting_page import data_of, lead, meeting_of, need_section, refused, shown
from app.meeting_words import AUDIENCES, KIND_ICONS, KINDS, refusal_words, wrong_field
from app.messages import post as messages_post
from app.named_field import Candidates
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.settings import settings
from app.wording import printed_month
from community import Actor, Community, Role
from marketplace import councils, meetings
from marketplace.errors import MarketplaceError
from marketplace.meetings import Answer, Meeting

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
CALENDAR_DAYS_BACK: Final = 60

need_page.SECTIONS[need_page.Place.MEETINGS] = need_section


@get("/meetings", name="meetings", opt=act("meeting.read"))
async def meeting_list(request: AnyRequest) -> Template:
    """Show the meetings to come by month, those that are over, and what was decided."""
    home, by = await community_shown(request), await actor_of(request)
    zone = ZoneInfo(home.time_zone)
    ahead = await meetings.meetings_ahead(home.id)
    roles = by.roles if by else frozenset[Role]()
    context = {
        "home": home,
        "zone": zone,
        "months": [
            (printed_month(first), list(found))
            for first, found in itertools.groupby(
                ahead, key=lambda one: one.starts_at.astimezone(zone).date().replace(day=1)
            )
        ],
        "past": await meetings.meetings_past(home.id),
        "decisions": await meetings.standing_decisions(home.id),
        "calls": bool(ACTS["meeting.call"].reach(roles)),
        "kinds": {one.value: _(words) for one, words in KINDS.items()},
        "icons": {one.value: icon for one, icon in KIND_ICONS.items()},
    }
    return Template("meetings/list.html", context=context)


@get("/api/meetings", name="api.meetings", opt=act("meeting.read"))
async def meetings_data(request: AnyRequest) -> dict[str, Any]:
    """Answer meetings and standing decisions as JSON: no names, no online address."""
    home = await community_shown(request)
    ahead = await meetings.meetings_ahead(home.id)
    past = await meetings.meetings_past(home.id)
    return {
        "community": home.code,
        "time_zone": home.time_zone,
        "ahead": [data_of(one) for one in ahead],
        "past": [data_of(one) for one in past],
        "decisions": [
            {
                "id": str(one.id),
                "meeting": str(one.meeting_id),
                "year": one.year,
                "number": one.number,
                "text": one.words,
                "for": one.votes.yes,
                "against": one.votes.no,
                "abstain": one.votes.abstain,
                "present": one.present,
                "decided_at": one.decided_at.astimezone(UTC).isoformat(),
            }
            for one in await meetings.standing_decisions(home.id)
        ],
    }


@get("/meetings/calendar.ics", name="meetings.calendar", opt=act("meeting.read"))
async def calendar(request: AnyRequest) -> Response[bytes]:
    """Send a community's meetings to a calendar program."""
    home = await community_shown(request)
    since = datetime.now(UTC) - timedelta(days=CALENDAR_DAYS_BACK)
    found = await meetings.meetings_since(home.id, since=since)
    return _calendar(found, home, _("Meetings · %(place)s") % {"place": home.name})


@get("/meetings/{meeting_id:uuid}/meeting.ics", name="meeting.calendar", opt=act("meeting.read"))
async def one_calendar(request: AnyRequest, meeting_id: FromPath[UUID]) -> Response[bytes]:
    """Send one meeting to a calendar program."""
    home = await community_shown(request)
    found = await meeting_of(meeting_id, home.id)
    return _calendar([found], home, found.title)


def _calendar(found: list[Meeting], home: Community, name: str) -> Response[bytes]:
    content = meeting_calendar.written(
        found,
        name=name,
        zone=ZoneInfo(home.time_zone),
        site=messages_post.site(settings()).address,
    )
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": 'inline; filename="meetings.ics"'},
    )


@get("/meetings/new", name="meeting.new", opt=act("meeting.call"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that announces a meeting; a need or a council may be chosen by the address."""
    by = await acting(request)
    member = await community.member(by.member_id)
    given = {
        "key": str(ledger.new_id()),
        "chair": member.name,
        "clerk": member.name,
        "length": "90",
        "audience": "everyone",
        "needs": request.query_params.get("need", ""),
        "council": request.query_params.get("council", ""),
    }
    return await _form(by, Form.of(given), [])


@post("/meetings", opt=act("meeting.call"), status_code=303)
async def call(request: AnyRequest) -> Template | Redirect:
    """Announce a meeting, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    chair, chairs = await meeting_form.read_member(form, "chair", by)
    clerk, clerks = await meeting_form.read_member(form, "clerk", by)
    people = [("chair", chairs), ("clerk", clerks)]
    draft = meeting_form.read_meeting(
        form, ZoneInfo(home.time_zone), chair or by.member_id, clerk or by.member_id
    )
    if draft is None:
        return await _form(by, form, people)
    try:
        made = await meetings.call_meeting(draft, by=by, id=key_of(form))
    except meetings.NotYourMeeting as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        form.refuse(
            *(wrong_field(refusal) or ("title", refusal_words(refusal, ZoneInfo(home.time_zone))))
        )
        return await _form(by, form, people)
    return lead(made.id, _("The meeting is announced. Those whom it is for are told."))


async def _form(by: Actor, form: Form, people: list[tuple[str, Candidates]]) -> Template:
    areas: Options = [(str(one.id), one.name) for one in await community.grids(by.community_id)]
    home = await community.community(by.community_id)
    context = {
        "form": form,
        "candidates": {name: found for name, found in people if found},
        "today": datetime.now(UTC).astimezone(ZoneInfo(home.time_zone)).date().isoformat(),
        **meeting_form.offered(
            await councils.councils(by.community_id),
            [(str(home.id), home.name), *areas],
            await _needs(by),
        ),
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/new.html", context=context, status_code=status)


async def _needs(by: Actor) -> Options:
    """Return the needs to choose from: those that are on their way."""
    found = await meetings.needs_to_choose(by.community_id)
    return [(str(need_id), title) for need_id, title in found]


@get("/meetings/{meeting_id:uuid}", name="meeting", opt=act("meeting.read"))
async def page(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Show a meeting to everybody, with what each can do."""
    home, by = await community_shown(request), await actor_of(request)
    context = await shown(meeting_id, home, by)
    found: Meeting = context["one"]
    context["audience"] = _(AUDIENCES[found.audience])
    if found.area_id is not None:
        area = await community.area(found.area_id)
        context["audience"] = _("The residents of %(area)s") % {"area": area.name}
    return Template("meetings/meeting.html", context=context)


@post("/meetings/{meeting_id:uuid}/answer", opt=act("meeting.answer"), status_code=303)
async def answer(request: AnyRequest, meeting_id: FromPath[UUID]) -> Redirect:
    """Say whether one comes."""
    by, form = await acting(request), await typed(request)
    said = form.value("answer")
    if said not in set(Answer):
        return lead(meeting_id, _("Choose one of the three answers."), "wrong")
    try:
        kept = await meetings.answer_meeting(meeting_id, Answer(said), by=by)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    if kept.answer is Answer.YES and not kept.placed:
        told = _("You are on the waiting list, and are told as soon as a place is yours.")
        return lead(meeting_id, told, "wait")
    return lead(meeting_id, _("Thank you. Your answer is kept; you can change it."))


@get("/meetings/{meeting_id:uuid}/change", opt=act("meeting.run"))
async def change_form(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Show the form that announces another time or place."""
    by = await acting(request)
    found = await _run_by(meeting_id, by)
    home = await community.community(by.community_id)
    start = found.starts_at.astimezone(ZoneInfo(home.time_zone))
    given = {
        "day": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        "length": str(found.length),
        "place": found.place,
        "link": found.link,
        "phone": found.phone,
    }
    return await _change(found, home, Form.of(given))


@post("/meetings/{meeting_id:uuid}/change", opt=act("meeting.run"), status_code=303)
async def change(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Announce another time or place; everybody who was told is told again."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    found = await _run_by(meeting_id, by)
    wanted = meeting_form.read_change(form, ZoneInfo(home.time_zone))
    if wanted is None:
        return await _change(found, home, form)
    try:
        await meetings.change_meeting(meeting_id, wanted, by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal)
        form.refuse(*field)
        return await _change(found, home, form)
    return lead(meeting_id, _("The change is announced. Everybody who knew of it is told."))


async def _change(found: Meeting, home: Community, form: Form) -> Template:
    own = found.starts_at.astimezone(ZoneInfo(home.time_zone)).strftime("%H:%M")
    offered = meeting_form.when_offered()
    context = {
        "one": found,
        "form": form,
        "zone": ZoneInfo(home.time_zone),
        **meeting_form.with_own(offered, own, found.length),
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/change.html", context=context, status_code=status)


@get("/meetings/{meeting_id:uuid}/cancel", opt=act("meeting.run"))
async def cancel_form(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Ask once more before a meeting is called off."""
    by = await acting(request)
    return await _cancel(await _run_by(meeting_id, by), by, Form())


@post("/meetings/{meeting_id:uuid}/cancel", opt=act("meeting.run"), status_code=303)
async def cancel(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Call a meeting off; everybody who was told is told so."""
    by, form = await acting(request), await typed(request)
    try:
        await meetings.cancel_meeting(meeting_id, form.value("reason"), by=by)
    except meetings.InvalidMeeting as refusal:
        form.refuse(*(wrong_field(refusal) or ("reason", "")))
        return await _cancel(await _run_by(meeting_id, by), by, form)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    return noticed(
        Redirect("/meetings", status_code=303), _("The meeting is called off. All are told.")
    )


async def _cancel(found: Meeting, by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    context = {"one": found, "form": form, "zone": ZoneInfo(home.time_zone)}
    status = 200 if form.ok else REFUSED
    return Template("meetings/cancel.html", context=context, status_code=status)


async def _run_by(meeting_id: UUID, by: Actor) -> Meeting:
    found = await meeting_of(meeting_id, by.community_id)
    if not meetings.runs(found, by):
        raise PermissionDeniedException
    return found


handlers = [
    meeting_list, meetings_data, calendar, one_calendar, new_form, call, page, answer, change_form,
    change, cancel_form, cancel,
]  # fmt: skip
