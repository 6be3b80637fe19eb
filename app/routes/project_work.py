"""Helping a project: where hands are wanted, signing up, who came, and the hours of a project."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import community
import ledger
from app import delivery_page, project_ways, work_calendar, work_form
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.messages import post as messages_post
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.project_hours import on_a_visit, within_the_caps
from app.project_work_words import TURN_STATES, refusal_words, wrong_field
from app.routes.typed import key_of, typed
from app.settings import settings
from app.wording import duration
from community import Actor, Role
from marketplace import reading, work
from marketplace.delivery import undertaking_of
from marketplace.errors import MarketplaceError, UnknownProject
from marketplace.values import ProjectId
from marketplace.work import Board, SeenSlot, Slot, SlotState

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422

delivery_page.SECTIONS.update(project_ways.WAYS)


@get("/projects/work", name="work.wanted", opt=act("work.read"))
async def wanted(request: AnyRequest) -> Template:
    """Show where hands are wanted for projects in the next weeks."""
    home = await community_shown(request)
    found = await work.slots_to_join(home.id, at=datetime.now(UTC))
    titles = {
        one: await reading.read_project(ProjectId(one), community_id=home.id)
        for one in {slot.project_id for slot in found}
    }
    context = {
        "slots": [(one, titles[one.project_id].title) for one in found],
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/work/wanted.html", context=context)


@get("/projects/{project_id:uuid}/work", name="work.board", opt=act("work.read"))
async def board(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show a project's work and hours to everybody, with what each can do."""
    home, by = await community_shown(request), await actor_of(request)
    return await _board(project_id, home, by, Form.of({"key": str(ledger.new_id())}))


async def _board(
    project_id: UUID, home: community.Community, by: Actor | None, form: Form
) -> Template:
    seen, now = await _board_of(project_id, home.id, by), datetime.now(UTC)
    policy = await work.work_policy_at(home.id, now)
    context = {
        "seen": seen,
        "ahead": seen.ahead(now),
        "over": seen.over(now),
        "member": by is not None,
        "form": form,
        "may_grant": seen.coordinates and seen.under_way and bool(policy.grant_minutes_max),
        "grant_max": policy.grant_minutes_max,
        "names": await community.named_members(
            {one.granted_by for one in seen.grants}, community_id=home.id
        ),
        "states": {one.value: _(words) for one, words in TURN_STATES.items()},
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/work/board.html", context=context, status_code=status)


@get("/api/projects/{project_id:uuid}/work", name="api.work", opt=act("work.read"))
async def board_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a project's work and hours as JSON: no names. Moments are UTC, hours in minutes."""
    home = await community_shown(request)
    seen = await _board_of(project_id, home.id, None)
    return {
        "project": str(seen.project.id),
        "under_way": seen.under_way,
        "minutes": {
            "received": seen.hours.received,
            "granted": seen.hours.granted,
            "paid": seen.hours.paid,
            "held": seen.hours.held,
            "left": seen.hours.left,
            "paid_to_undertaker": seen.own_hours,
        },
        "slots": [_slot_data(one) for one in seen.slots],
        "grants": [
            {
                "minutes": one.minutes,
                "why": one.why,
                "granted_at": one.granted_at.astimezone(UTC).isoformat(),
            }
            for one in seen.grants
        ],
    }


def _slot_data(one: Slot) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "title": one.title,
        "about": one.about,
        "place": one.place,
        "starts_at": one.starts_at.astimezone(UTC).isoformat(),
        "minutes": one.minutes,
        "people": one.people,
        "free": one.free,
        "came": one.came,
        "did_not_come": one.missed,
        "minutes_paid": one.paid,
        "minutes_per_hour": one.credit_per_hour,
        "state": one.state.value,
        "reason": one.reason,
    }


async def _board_of(project_id: UUID, community_id: UUID, by: Actor | None) -> Board:
    try:
        return await work.board(project_id, community_id=community_id, by=by)
    except UnknownProject as error:
        raise NotFoundException from error


@get("/projects/{project_id:uuid}/work/new", name="work.new", opt=act("work.run"))
async def new_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form that looks for helping hands."""
    by = await acting(request)
    given = {"key": str(ledger.new_id()), "minutes": "60", "people": "2"}
    return await _form(project_id, by, Form.of(given))


async def _form(project_id: UUID, by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    seen, now = await _board_of(project_id, home.id, by), datetime.now(UTC)
    if not seen.runs:
        raise PermissionDeniedException
    context = {
        "seen": seen,
        "form": form,
        "today": now.astimezone(ZoneInfo(home.time_zone)).date().isoformat(),
        **work_form.offered(await work.work_policy_at(home.id, now)),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/work/new.html", context=context, status_code=status)


@post("/projects/{project_id:uuid}/work", opt=act("work.run"), status_code=303)
async def offer(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Look for helping hands, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    draft = work_form.read_slot(form, ZoneInfo(home.time_zone))
    if draft is None:
        return await _form(project_id, by, form)
    try:
        slot = await work.offer_slot(project_id, draft, by=by, id=key_of(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return await _refused(f"/projects/{project_id}/work", by, refusal)
        form.refuse(*field)
        return await _form(project_id, by, form)
    return _to(slot.project_id, slot.id, _("It is announced. Whoever likes can sign up now."))


@post("/projects/{project_id:uuid}/work/grant", opt=act("work.grant"), status_code=303)
async def grant(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Give a project hours of the community's making."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    minutes = work_form.whole(form, "minutes", _("Write the minutes in quarter-hours, such as 90."))
    if form.ok:
        try:
            await work.grant_minutes(
                project_id, minutes, form.value("reason"), by=by, id=key_of(form)
            )
        except MarketplaceError as refusal:
            field = wrong_field(refusal)
            if field is None:
                return await _refused(f"/projects/{project_id}/work", by, refusal)
            form.refuse(*field)
    if not form.ok:
        return await _board(project_id, home, by, form)
    told = _("The project has %(minutes)s more.") % {"minutes": duration(minutes)}
    return noticed(Redirect(f"/projects/{project_id}/work", status_code=303), told)


@get("/projects/{project_id:uuid}/work/{work_slot_id:uuid}", name="work.slot", opt=act("work.read"))
async def slot_page(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Template:
    """Show a time of helping a project, with what each can do."""
    home, by = await community_shown(request), await actor_of(request)
    return await _slot_page(project_id, work_slot_id, home, by, form=Form())


async def _slot_page(
    project_id: UUID, slot_id: UUID, home: community.Community, by: Actor | None, *, form: Form
) -> Template:
    seen, now = await _seen(project_id, slot_id, home.id, by), datetime.now(UTC)
    standing = seen.slot.state is SlotState.OPEN
    context = {
        "seen": seen,
        "one": seen.slot,
        "member": by is not None,
        "me": by.member_id if by else None,
        "form": form,
        "may_correct": await _may_correct(seen, by),
        "corrected": await _corrected(seen),
        "can_sign_up": standing and seen.slot.starts_at > now and seen.under_way,
        "begun": seen.slot.starts_at <= now,
        "states": {one.value: _(words) for one, words in TURN_STATES.items()},
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/work/slot.html", context=context, status_code=status)


async def _may_correct(seen: SeenSlot, by: Actor | None) -> bool:
    """Whether somebody coordinates, and does not carry the project out."""
    if by is None or not seen.runs or Role.COORDINATOR not in by.roles:
        return False
    return by.member_id not in (await undertaking_of(seen.project)).hands


async def _corrected(seen: SeenSlot) -> list[dict[str, Any]]:
    """Return what was corrected, in words, for those who may read the names."""
    names = {turn.id: name for turn, name in seen.turns}
    return [
        {
            "name": names[one.turn_id],
            "at": one.corrected_at,
            "words": _("%(now)s instead of %(before)s")
            % {"now": duration(one.minutes or 0), "before": duration(one.was_minutes or 0)},
            "why": one.why,
        }
        for one in (await work.corrections_in(seen.slot) if names else [])
    ]


@get(
    "/projects/{project_id:uuid}/work/{work_slot_id:uuid}/help.ics",
    name="work.calendar",
    opt=act("work.read"),
)
async def calendar(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Response[bytes]:
    """Send a time of helping a project to a calendar program."""
    home = await community_shown(request)
    seen = await _seen(project_id, work_slot_id, home.id, None)
    content = work_calendar.written(
        [seen.slot],
        name=seen.slot.title,
        zone=ZoneInfo(home.time_zone),
        site=messages_post.site(settings()).address,
    )
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": 'inline; filename="help.ics"'},
    )


@post("/projects/{project_id:uuid}/work/{work_slot_id:uuid}/sign-up", opt=act("work.sign_up"))
async def sign_up(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Redirect:
    """Promise to help."""
    by = await acting(request)
    await _seen(project_id, work_slot_id, by.community_id, by)
    try:
        await work.sign_up(work_slot_id, by=by, elsewhere=on_a_visit)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/work/{work_slot_id}", by, refusal)
    return _to(project_id, work_slot_id, _("You have a place. Thank you for helping!"))


@post("/projects/{project_id:uuid}/work/{work_slot_id:uuid}/step-back", opt=act("work.sign_up"))
async def step_back(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Redirect:
    """Give a place back."""
    by = await acting(request)
    await _seen(project_id, work_slot_id, by.community_id, by)
    try:
        await work.step_back(work_slot_id, by=by)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/work/{work_slot_id}", by, refusal)
    return _to(project_id, work_slot_id, _("Your place is free again. Thank you for saying so."))


@post(
    "/projects/{project_id:uuid}/work/{work_slot_id:uuid}/came",
    opt=act("work.run"),
    status_code=303,
)
async def came(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Template | Redirect:
    """Write down that somebody came and for how long, or that they did not come."""
    by, form = await acting(request), await typed(request)
    home = await community.community(by.community_id)
    await _seen(project_id, work_slot_id, home.id, by)
    member_id = _id(form.value("member"))
    told = _("It is written down.")
    try:
        if form.value("answer") == "missed":
            await work.not_there(work_slot_id, member_id, by=by)
        else:
            minutes = work_form.whole(form, "minutes", _("Write the minutes as a whole number."))
            if not form.ok:
                return await _slot_page(project_id, work_slot_id, home, by, form=form)
            turn = await work.confirm(
                work_slot_id, member_id, minutes, by=by, beyond=within_the_caps
            )
            told = _("Written down: %(minutes)s have passed to them.") % {
                "minutes": duration(turn.paid or 0)
            }
    except work.TooLongStated as refusal:
        form.refuse(*(wrong_field(refusal) or ("minutes", "")))
        return await _slot_page(project_id, work_slot_id, home, by, form=form)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/work/{work_slot_id}", by, refusal)
    return _to(project_id, work_slot_id, told)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundException from error


@get("/projects/{project_id:uuid}/work/{work_slot_id:uuid}/cancel", opt=act("work.run"))
async def cancel_form(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Template:
    """Ask once more before a time of helping is called off."""
    by = await acting(request)
    return await _cancel(project_id, work_slot_id, by, Form())


async def _cancel(project_id: UUID, slot_id: UUID, by: Actor, form: Form) -> Template:
    home = await community.community(by.community_id)
    seen = await _seen(project_id, slot_id, home.id, by)
    if not seen.runs:
        raise PermissionDeniedException
    context = {"seen": seen, "one": seen.slot, "form": form, "zone": ZoneInfo(home.time_zone)}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/work/cancel.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/work/{work_slot_id:uuid}/cancel",
    opt=act("work.run"),
    status_code=303,
)
async def cancel(
    request: AnyRequest, project_id: FromPath[UUID], work_slot_id: FromPath[UUID]
) -> Template | Redirect:
    """Call a time of helping off; everybody who signed up is told."""
    by, form = await acting(request), await typed(request)
    await _seen(project_id, work_slot_id, by.community_id, by)
    try:
        await work.cancel_slot(work_slot_id, form.value("reason"), by=by)
    except work.InvalidSlot as refusal:
        form.refuse(*(wrong_field(refusal) or ("reason", "")))
        return await _cancel(project_id, work_slot_id, by, form)
    except MarketplaceError as refusal:
        return await _refused(f"/projects/{project_id}/work/{work_slot_id}", by, refusal)
    return _to(project_id, work_slot_id, _("It is called off. Everybody who signed up is told."))


async def _seen(project_id: UUID, slot_id: UUID, community_id: UUID, by: Actor | None) -> SeenSlot:
    try:
        return await work.slot_page(
            slot_id, project_id=project_id, community_id=community_id, by=by
        )
    except work.UnknownSlot as error:
        raise NotFoundException from error


def _to(project_id: UUID, slot_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    """Lead to a slot's page, with a sentence at its top."""
    answer = Redirect(f"/projects/{project_id}/work/{slot_id}", status_code=303)
    return noticed(answer, told, kind)


async def _refused(page: str, by: Actor, refusal: MarketplaceError) -> Redirect:
    """Lead to a page with why not; 404 and 403 for whoever has no business with it."""
    if isinstance(refusal, work.UnknownSlot | UnknownProject):
        raise NotFoundException from refusal
    if isinstance(refusal, work.NotYourWork):
        raise PermissionDeniedException from refusal
    home = await community.community(by.community_id)
    words = refusal_words(refusal, ZoneInfo(home.time_zone))
    return noticed(Redirect(page, status_code=303), words, "wrong")


handlers = [
    wanted, board, board_data, new_form, offer, grant, slot_page, calendar, sign_up, step_back,
    came, cancel_form, cancel,
]  # fmt: skip
