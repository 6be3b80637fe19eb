"""Councils and delegates' meetings: the list, one with its people and meetings, its seats."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
from app import meeting_form
from app.acts import ACTS, act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.meeting_words import COUNCIL_KINDS, ENTRIES, KINDS, SEAT_ROLES, refusal_words, wrong_field
from app.named_field import Candidates
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.routes.typed import key_of, typed
from community import Actor, Community, Role
from marketplace import councils, meetings
from marketplace.councils import Council, Entry, SeatRole
from marketplace.errors import MarketplaceError

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422


@get("/councils", name="councils", opt=act("council.read"))
async def council_list(request: AnyRequest) -> Template:
    """Show a community's councils, today's first."""
    home, by = await community_shown(request), await actor_of(request)
    zone = ZoneInfo(home.time_zone)
    context = {
        "home": home,
        "zone": zone,
        "councils": await councils.councils(home.id),
        "kinds": {one.value: _(words) for one, words in COUNCIL_KINDS.items()},
        "today": datetime.now(UTC).astimezone(zone).date(),
        "keeps": _keeps(by),
    }
    return Template("meetings/councils.html", context=context)


@get("/api/councils", name="api.councils", opt=act("council.read"))
async def councils_data(request: AnyRequest) -> dict[str, Any]:
    """Answer the councils as JSON: seats and terms, no names."""
    home = await community_shown(request)
    return {
        "community": home.code,
        "councils": [
            {
                "id": str(one.id),
                "name": one.name,
                "kind": one.kind.value,
                "area": str(one.area_id) if one.area_id else None,
                "seats": one.seats,
                "seated": one.seated,
                "term_from": one.term_from.isoformat(),
                "term_to": one.term_to.isoformat(),
                "votes_public": one.votes_public,
            }
            for one in await councils.councils(home.id)
        ],
    }


@get("/councils/new", name="council.new", opt=act("council.keep"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that enters a council."""
    given = {"key": str(ledger.new_id()), "seats": "9", "votes": "names"}
    return await _form(await acting(request), Form.of(given))


@post("/councils", opt=act("council.keep"), status_code=303)
async def found(request: AnyRequest) -> Template | Redirect:
    """Enter a council, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    draft = meeting_form.read_council(form)
    if draft is None:
        return await _form(by, form)
    try:
        made = await councils.found_council(draft, by=by, id=key_of(form))
    except councils.InvalidCouncil as refusal:
        form.refuse(*(wrong_field(refusal) or ("name", "")))
        return await _form(by, form)
    except councils.NoPlaceForYou as error:
        raise PermissionDeniedException from error
    return _to(made.id, _("The council is entered. Now give its seats."))


async def _form(by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    context = {
        "form": form,
        "kinds": meeting_form.council_kinds(),
        "areas": [
            (str(home.id), home.name),
            *((str(one.id), one.name) for one in await community.grids(home.id)),
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/council_form.html", context=context, status_code=status)


@get("/councils/{council_id:uuid}", name="council", opt=act("council.read"))
async def page(request: AnyRequest, council_id: FromPath[UUID]) -> Template:
    """Show a council: who sits on it, who did before, and its meetings."""
    home, by = await community_shown(request), await actor_of(request)
    return await _page(
        home, by, council_id, Form.of({"entry": "elected", "role": "member"}), candidates=[]
    )


async def _page(
    home: Community, by: Actor | None, council_id: UUID, form: Form, *, candidates: Candidates
) -> Template:
    council = await _council(council_id, home)
    seats = await councils.seats_of(council.id, community_id=home.id)
    names = await community.named_members({one.member_id for one in seats}, community_id=home.id)
    area = await community.area(council.area_id) if council.area_id else None
    zone = ZoneInfo(home.time_zone)
    context = {
        "home": home,
        "zone": zone,
        "council": council,
        "area": area,
        "kind": _(COUNCIL_KINDS[council.kind]),
        "seats": [one for one in seats if one.until is None],
        "before": [one for one in seats if one.until is not None],
        "names": names,
        "roles": {one.value: _(words) for one, words in SEAT_ROLES.items()},
        "entries": {one.value: _(words) for one, words in ENTRIES.items()},
        "meetings": await meetings.meetings_of_council(council.id, community_id=home.id),
        "kinds": {one.value: _(words) for one, words in KINDS.items()},
        "keeps": _keeps(by) and council.term_to >= datetime.now(UTC).astimezone(zone).date(),
        "calls": by is not None and Role.COORDINATOR in by.roles,
        "form": form,
        "candidates": candidates,
    }
    status = 200 if form.ok else REFUSED
    return Template("meetings/council.html", context=context, status_code=status)


@post("/councils/{council_id:uuid}/seats", opt=act("council.keep"), status_code=303)
async def seat(request: AnyRequest, council_id: FromPath[UUID]) -> Template | Redirect:
    """Give somebody a seat, by name."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    await _council(council_id, home)
    if form.value("role") not in set(SeatRole):
        form.refuse("role", _("Choose what they do on the council."))
    if form.value("entry") not in set(Entry):
        form.refuse("entry", _("Choose how they came in."))
    member, candidates = await meeting_form.read_member(form, "member", by)
    if member is None or not form.ok:
        return await _page(home, by, council_id, form, candidates=candidates)
    role, entry = SeatRole(form.value("role")), Entry(form.value("entry"))
    try:
        await councils.seat_member(
            council_id, member, role, entry, by=by, words=form.value("words")
        )
    except councils.NoPlaceForYou as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        told = refusal_words(refusal, ZoneInfo(home.time_zone))
        form.refuse(*(wrong_field(refusal) or ("member", told)))
        return await _page(home, by, council_id, form, candidates=candidates)
    return _to(council_id, _("The seat is given, and they are told."))


@post(
    "/councils/{council_id:uuid}/seats/{seat_id:uuid}/end",
    opt=act("council.keep"),
    status_code=303,
)
async def end(request: AnyRequest, council_id: FromPath[UUID], seat_id: FromPath[UUID]) -> Redirect:
    """End a seat; it stays in the council's history."""
    by = await acting(request)
    try:
        await councils.end_seat(council_id, seat_id, by=by)
    except (councils.UnknownCouncil, councils.UnknownSeat) as error:
        raise NotFoundException from error
    except councils.NoPlaceForYou as error:
        raise PermissionDeniedException from error
    return _to(council_id, _("The seat has ended. It stays in the history below."))


async def _council(council_id: UUID, home: Community) -> Council:
    try:
        return await councils.council(council_id, community_id=home.id)
    except councils.UnknownCouncil as error:
        raise NotFoundException from error


def _keeps(by: Actor | None) -> bool:
    return by is not None and bool(ACTS["council.keep"].reach(by.roles))


def _to(council_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    return noticed(Redirect(f"/councils/{council_id}", status_code=303), told, kind)


handlers = [council_list, councils_data, new_form, found, page, seat, end]
