"""A member's messages: the inbox, how they like to get them, and on which of their devices."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Response, Template

import community
from app.acts import act
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.messages import post as post_office
from app.messages.choices import (
    BadChoice,
    add_device,
    choice_of,
    choose,
    known_devices,
    remove_device,
)
from app.messages.parcels import Device
from app.messages.push import is_device
from app.messages.rules import DAY_MINUTES, Choice, Way
from app.messages.undelivered import undelivered
from app.messages.words import speak
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from app.settings import settings
from app.sign_in.words import browser_words
from app.wording import spoken_clock
from community import Actor, Message
from community.values import new_id

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
CREATED: Final = 201
PAGE: Final = 20
STEP_MINUTES: Final = 30

Submitted = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/messages", name="messages", opt=act("message.read"))
async def inbox(request: AnyRequest) -> Template:
    """Show a member their messages: unread ones first, a page at a time."""
    by = await acting(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    after = _cursor(request.query_params.get("after", ""))
    found = await community.inbox(
        by.member_id, community_id=by.community_id, after=after, size=PAGE + 1
    )
    shown, more = found[:PAGE], len(found) > PAGE
    context = {
        "messages": [(one, _spoken(one, zone)) for one in shown],
        "unread": await community.unread_messages(by.member_id),
        "following": _cursor_of(shown[-1]) if more else "",
        "first_page": after is None,
        "zone": zone,
    }
    return Template("messages/inbox.html", context=context)


@post("/messages/{message_id:uuid}/read", name="message.read", opt=act("message.mark"))
async def read(request: AnyRequest, message_id: FromPath[UUID]) -> Redirect:
    """Mark a message as read, and go to what it is about."""
    by = await acting(request)
    link = await community.read_message(
        message_id, member_id=by.member_id, community_id=by.community_id
    )
    return Redirect(link or "/messages", status_code=303)


@post("/messages/read-all", name="messages.read-all", opt=act("message.mark"))
async def read_all(request: AnyRequest) -> Redirect:
    """Mark every message as read."""
    by = await acting(request)
    await community.read_all_messages(by.member_id, community_id=by.community_id)
    return noticed(Redirect("/messages", status_code=303), _("All messages are marked as read."))


@get("/me/messages", name="message.choices", opt=act("message.choose"))
async def choices(request: AnyRequest) -> Template:
    """Show a member how messages reach them, to change it."""
    by = await acting(request)
    return await _choices(by, _form_of(await choice_of(by.member_id), await _reached(by)))


@post("/me/messages", name="message.choose", opt=act("message.choose"))
async def keep_choices(request: AnyRequest) -> Template | Redirect:
    """Keep how a member likes to get messages."""
    by, form = await acting(request), await typed(request)
    try:
        chosen = Choice(
            frozenset(Way(way) for way in form.values.get("ways", ()) if way),
            _minute(form.value("quiet_from")),
            _minute(form.value("quiet_until")),
            daily=form.value("pace") == "daily",
        )
        await choose(chosen, by=by)
    except (BadChoice, ValueError):
        form.refuse("quiet_from", _("Choose the times from the list."))
        return await _choices(by, form, REFUSED)
    told = _("Saved. From now on messages reach you this way.")
    return noticed(Redirect("/me/messages", status_code=303), told)


@post("/me/messages/devices", name="message.device-add", opt=act("message.choose"))
async def add(request: AnyRequest, data: Submitted) -> Response[None] | Redirect:
    """Let the browser that asks show messages; its script sends what its push service said."""
    by = await acting(request)
    try:
        said = json.loads(data.get("subscription", ""))
        keys = said["keys"]
        device = Device(new_id(), str(said["endpoint"]), str(keys["p256dh"]), str(keys["auth"]))
    except (ValueError, KeyError, TypeError):
        return Response(None, status_code=REFUSED)
    hosts = tuple(settings().push_hosts.split())
    if not is_device(device.endpoint, device.public_key, device.auth, hosts):
        return Response(None, status_code=REFUSED)
    await add_device(device, by=by, agent=request.headers.get("user-agent", ""))
    return Response(None, status_code=CREATED)


@post(
    "/me/messages/devices/{device_id:uuid}/remove",
    name="message.device-remove",
    opt=act("message.choose"),
)
async def remove(request: AnyRequest, device_id: FromPath[UUID]) -> Redirect:
    """Stop messages on one of the member's devices."""
    by = await acting(request)
    await remove_device(device_id, by=by)
    answer = Redirect("/me/messages", status_code=303)
    return noticed(answer, _("That device shows no more messages."))


@get("/desk/undelivered", name="messages.undelivered", opt=act("message.undelivered.read"))
async def not_delivered(request: AnyRequest) -> Template:
    """Show the desk whom messages could not reach, so that somebody calls."""
    by = await acting(request)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    context = {"lines": await undelivered(by.community_id), "zone": zone}
    return Template("messages/undelivered.html", context=context)


def _spoken(message: Message, zone: ZoneInfo) -> Any:
    return speak(message.kind, message.fill, language=current_language(), zone=zone)


def _cursor(written: str) -> tuple[bool, UUID] | None:
    """Return where a page begins; the first page for anything that is no page of ours."""
    half, _dot, last = written.partition(".")
    try:
        return (half == "new", UUID(last)) if half in {"new", "old"} else None
    except ValueError:
        return None


def _cursor_of(last: Message) -> str:
    return f"{'new' if last.read_at is None else 'old'}.{last.id}"


async def _reached(by: Actor) -> frozenset[Way]:
    """Return on which ways this member can be reached here and now."""
    known = await community.details_of(by.member_id, community_id=by.community_id)
    there = {
        Way.SMS: known.phone is not None,
        Way.MAIL: known.email is not None,
        Way.PUSH: True,  # a device can be added on the same page
    }
    return frozenset(way for way in post_office.carriers(settings()) if there[way])


def _form_of(choice: Choice, reached: frozenset[Way]) -> Form:
    usual = reached - {Way.SMS} if reached - {Way.SMS, Way.PUSH} else reached
    return Form.of(
        {
            "ways": [way.value for way in (usual if choice.ways is None else choice.ways)],
            "quiet_from": str(choice.quiet_from),
            "quiet_until": str(choice.quiet_until),
            "pace": "daily" if choice.daily else "at_once",
        }
    )


async def _choices(by: Actor, form: Form, status_code: int = 200) -> Template:
    reached = await _reached(by)
    midnight = datetime(2000, 1, 1, tzinfo=UTC)
    times = [
        (minute, spoken_clock(midnight + timedelta(minutes=minute)))
        for minute in range(0, DAY_MINUTES, STEP_MINUTES)
    ]
    context = {
        "form": form,
        "reached": [way.value for way in Way if way in reached],
        "times": times,
        "devices": [
            {"id": one.id, "words": browser_words(one.name)}
            for one in await known_devices(by.member_id)
        ],
        "push_key": post_office.push_key(settings()),
    }
    return Template("messages/choices.html", context=context, status_code=status_code)


def _minute(written: str) -> int:
    minute = int(written)
    if minute not in range(0, DAY_MINUTES, STEP_MINUTES):
        raise BadChoice
    return minute


handlers = [
    inbox, read, read_all, choices, keep_choices, add, remove, not_delivered,
]  # fmt: skip
