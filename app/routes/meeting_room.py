"""A meeting under way: saying one is there, the list, what is put to the vote, what is decided."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from litestar import Request, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import meeting_form
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.meeting_page import decision_lines, lead, meeting_of, refused, seen_by, shown
from app.meeting_words import CHOICES, decision_number, wrong_field
from app.named_field import Candidates
from app.neighbourhood import acting
from app.routes.typed import key_of, typed
from app.settings import settings
from community import Actor
from marketplace import meetings
from marketplace.errors import MarketplaceError
from marketplace.meetings import Choice, Meeting, MeetingState, Votes
from marketplace.meetings import rules as meeting_rules

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
QR_SCALE: Final = 6
NO_STORE: Final = {"Cache-Control": "no-store"}


@get("/meetings/{meeting_id:uuid}/here", opt=act("meeting.attend"))
async def here_form(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Ask for the number shown in the room; a QR code brings it along, and one button is left."""
    code = request.query_params.get("code", "")
    known = code if code.isascii() and code.isdigit() and len(code) <= len("000000") else ""
    by = await acting(request)
    return await _here(by, await meeting_of(meeting_id, by.community_id), Form.of({"code": known}))


@post("/meetings/{meeting_id:uuid}/here", opt=act("meeting.attend"), status_code=303)
async def here(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Say that one is in the room."""
    by, form = await acting(request), await typed(request)
    try:
        await meetings.say_here(meeting_id, by=by, code=form.value("code"))
    except meetings.WrongRoomCode as refusal:
        form.refuse(*(wrong_field(refusal) or ("code", "")))
        return await _here(by, await meeting_of(meeting_id, by.community_id), form)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    return lead(meeting_id, _("Welcome! It is written down that you are here."))


async def _here(by: Actor, found: Meeting, form: Form) -> Template:
    home = await community.community(by.community_id)
    context = {"one": found, "form": form, "zone": ZoneInfo(home.time_zone)}
    status = 200 if form.ok else REFUSED
    return Template("meetings/here.html", context=context, status_code=status, headers=NO_STORE)


@post("/meetings/{meeting_id:uuid}/online", opt=act("meeting.attend"), status_code=303)
async def online(request: AnyRequest, meeting_id: FromPath[UUID]) -> Redirect:
    """Say that one takes part online or by telephone."""
    by = await acting(request)
    try:
        await meetings.say_online(meeting_id, by=by)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    return lead(meeting_id, _("Welcome! It is written down that you take part."))


@get("/meetings/{meeting_id:uuid}/room", opt=act("meeting.run"))
async def room(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Show who runs a meeting the number for the room, the list and the agenda's votes."""
    return await _room(request, meeting_id, await acting(request), Form())


async def _room(
    request: AnyRequest,
    meeting_id: UUID,
    by: Actor,
    form: Form,
    *,
    candidates: Candidates | None = None,
) -> Template:
    home = await community.community(by.community_id)
    context = await shown(meeting_id, home, by)
    seen, one = context["seen"], context["one"]
    if not seen.runs:
        raise PermissionDeniedException
    there = {found.member_id: found for found, _name in await meetings.people_there(one)}
    voted = {voice.member_id for voice in seen.voices}
    voters = set(await meetings.voters_there(one))
    people = await meetings.expected(one)
    context |= {
        "form": form,
        "candidates": candidates or [],
        "people": people,
        "there": there,
        "took_part": context["announced"] and context["opens"] <= datetime.now(UTC),
        "to_name": [pair for pair in people if pair[0] in voters - voted],
        "voters_left": len(voters - voted),
        "voted": len(voted),
        "key": str(ledger.new_id()),
        "replaceable": [
            (str(found.id), f"{decision_number(found.year, found.number)} {found.words[:60]}")
            for found in await meetings.standing_decisions(home.id)
        ],
        **_number(request, one),
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/room.html", context=context, status_code=status, headers=NO_STORE)


def _number(request: AnyRequest, one: Meeting) -> dict[str, str]:
    """Return the number shown in the room now, and the QR code that brings it along."""
    code = meeting_rules.room_code(one.secret, datetime.now(UTC))
    site = settings().public_address or str(request.base_url).rstrip("/")
    made = segno.make(f"{site}/meetings/{one.id}/here?code={code}", error="m")
    return {
        "code": f"{code[:3]} {code[3:]}",
        "qr": made.svg_data_uri(scale=QR_SCALE, border=4, light="#fff"),
    }


@post("/meetings/{meeting_id:uuid}/list", opt=act("meeting.run"), status_code=303)
async def keep(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Keep the list: who is there, how many guests, and somebody more by name."""
    by, form = await acting(request), await typed(request)
    came = set(meeting_form.ids_of(form, "came"))
    candidates: Candidates = []
    if form.value("name"):
        more, candidates = await meeting_form.read_member(form, "name", by)
        came |= {more} if more else set()
    guests = meeting_form.count_of(form, "guests")
    if not form.ok:
        return await _room(request, meeting_id, by, form, candidates=candidates)
    listed = meeting_form.ids_of(form, "shown")
    try:
        await meetings.keep_list(meeting_id, came, listed, guests=guests, by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal, page="/room")
        form.refuse(*field)
        return await _room(request, meeting_id, by, form, candidates=candidates)
    return lead(meeting_id, _("The list is kept."), page="/room")


@post("/meetings/{meeting_id:uuid}/motions", opt=act("meeting.run"), status_code=303)
async def put(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Put something to the vote."""
    by, form = await acting(request), await typed(request)
    item = meeting_form.id_of(form, "item")
    if item is None:
        form.refuse("item", _("Choose the item that is voted on."))
        return await _room(request, meeting_id, by, form)
    try:
        await meetings.put_motion(
            meeting_id,
            item,
            form.value("words"),
            by=by,
            replaces_id=meeting_form.id_of(form, "replaces"),
            id=key_of(form),
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal, page="/room")
        form.refuse(*field)
        return await _room(request, meeting_id, by, form)
    return lead(meeting_id, _("The vote is open."), page="/room")


@post(
    "/meetings/{meeting_id:uuid}/motions/{motion_id:uuid}/vote",
    opt=act("meeting.vote"),
    status_code=303,
)
async def vote(
    request: AnyRequest, meeting_id: FromPath[UUID], motion_id: FromPath[UUID]
) -> Redirect:
    """Vote on what is put to the vote."""
    by, form = await acting(request), await typed(request)
    if form.value("choice") not in set(Choice):
        return lead(meeting_id, _("Choose one of the three answers."), "wrong")
    try:
        await meetings.vote_on(meeting_id, motion_id, Choice(form.value("choice")), by=by)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    return lead(meeting_id, _("Your vote is in."))


@post(
    "/meetings/{meeting_id:uuid}/motions/{motion_id:uuid}/decide",
    opt=act("meeting.run"),
    status_code=303,
)
async def decide(
    request: AnyRequest, meeting_id: FromPath[UUID], motion_id: FromPath[UUID]
) -> Template | Redirect:
    """Close a vote and write the decision down, or take back what was put to the vote."""
    by, form = await acting(request), await typed(request)
    try:
        if form.value("answer") == "withdraw":
            await meetings.withdraw_motion(meeting_id, motion_id, by=by)
            return lead(meeting_id, _("It is taken back. Nothing was decided."), page="/room")
        hands = Votes(*(meeting_form.count_of(form, choice.value) for choice in Choice))
        if not form.ok:
            return await _room(request, meeting_id, by, form)
        found = await meetings.decide(meeting_id, motion_id, by=by, room=hands, named=_named(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal, page="/room")
        form.refuse(*field)
        return await _room(request, meeting_id, by, form)
    number = decision_number(found.year, found.number)
    told = _("%(number)s is carried.") if found.carried else _("%(number)s: no majority for it.")
    return lead(meeting_id, told % {"number": number}, page="/room")


def _named(form: Form) -> dict[UUID, Choice]:
    """Return how each in the room voted, from the fields that carry a member's id."""
    named = {}
    for name in form.values:
        who, said = name.removeprefix("voice-"), form.value(name)
        if name.startswith("voice-") and said in set(Choice):
            try:
                named[UUID(who)] = Choice(said)
            except ValueError:
                continue
    return named


@post("/meetings/{meeting_id:uuid}/close", opt=act("meeting.run"), status_code=303)
async def close(request: AnyRequest, meeting_id: FromPath[UUID]) -> Redirect:
    """Write down that a meeting was held."""
    by = await acting(request)
    try:
        await meetings.close_meeting(meeting_id, by=by)
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal, page="/room")
    return lead(meeting_id, _("The meeting is closed. Now the minutes."), page="/minutes")


@get("/meetings/{meeting_id:uuid}/minutes", opt=act("meeting.run"))
async def minutes(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template:
    """Show who runs a meeting the form for its minutes, item by item."""
    return await _minutes(await acting(request), meeting_id, None)


async def _minutes(by: Actor, meeting_id: UUID, form: Form | None) -> Template:
    home = await community.community(by.community_id)
    seen = await seen_by(meeting_id, home.id, by)
    if not seen.runs:
        raise PermissionDeniedException
    written = {f"minutes-{item.id}": item.minutes for item in seen.agenda}
    context = {
        "seen": seen,
        "one": seen.meeting,
        "form": form or Form.of({**written, "key": str(ledger.new_id())}),
        "zone": ZoneInfo(home.time_zone),
        "decisions": await decision_lines(seen, home.id),
        "held": seen.meeting.state is MeetingState.HELD,
        "choices": CHOICES,
    }
    status = 200 if form is None or form.ok else REFUSED
    return Template("meetings/minutes.html", context=context, status_code=status)


@post("/meetings/{meeting_id:uuid}/minutes", opt=act("meeting.run"), status_code=303)
async def write(request: AnyRequest, meeting_id: FromPath[UUID]) -> Template | Redirect:
    """Keep the minutes; share them with those who were there; or add to published ones."""
    by, form = await acting(request), await typed(request)
    try:
        if form.value("answer") == "add":
            await meetings.add_to_minutes(meeting_id, form.value("words"), by=by, id=key_of(form))
            return lead(meeting_id, _("The addition stands below the minutes."))
        await meetings.write_minutes(meeting_id, _by_item(form), by=by)
        if form.value("answer") == "share":
            await meetings.share_minutes(meeting_id, by=by)
            return lead(meeting_id, _("The minutes are shared with those who were there."))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await refused(meeting_id, by, refusal, page="/minutes")
        form.refuse(*field)
        return await _minutes(by, meeting_id, form)
    return lead(meeting_id, _("The minutes are kept."), page="/minutes")


def _by_item(form: Form) -> dict[UUID, str]:
    found = {}
    for name in form.values:
        if name.startswith("minutes-"):
            try:
                found[UUID(name.removeprefix("minutes-"))] = form.value(name)
            except ValueError:
                continue
    return found


@post("/meetings/{meeting_id:uuid}/object", opt=act("meeting.object"), status_code=303)
async def object_to(request: AnyRequest, meeting_id: FromPath[UUID]) -> Redirect:
    """Say what the minutes got wrong."""
    by, form = await acting(request), await typed(request)
    try:
        await meetings.object_to_minutes(meeting_id, form.value("words"), by=by, id=key_of(form))
    except MarketplaceError as refusal:
        return await refused(meeting_id, by, refusal)
    return lead(meeting_id, _("Thank you. Who writes the minutes is told."))


handlers = [
    here_form, here, online, room, keep, put, vote, decide, close, minutes, write, object_to,
]  # fmt: skip
