"""A need's plan: its page, its versions and what differs between them, writing it, its files."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import need_form, plan_form, plan_page
from app.acts import act
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import community_shown, roles_shown
from app.notices import NoticeKind, noticed
from app.plan_files import FILES_AT_ONCE, MEDIA, PICTURE_BYTES_MAX, handed_in
from app.plan_page import Place
from app.plan_words import refusal_words, wrong_field
from app.routes.typed import typed, whole_number
from app.uploads import AROUND_BYTES, Unfit
from app.watching import FILE_POLICY
from community import Actor
from marketplace import needs, plans
from marketplace.errors import MarketplaceError
from marketplace.plans import AmendmentId, Attachment, PlanContent, Version
from marketplace.plans.comparing import compared
from marketplace.plans.errors import StaleVersion, UnknownAmendment, UnknownFile, UnknownPlan

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
PAGE: Final = 20
PAGES_MAX: Final = 10_000
FORM_BYTES_MAX: Final = FILES_AT_ONCE * PICTURE_BYTES_MAX + AROUND_BYTES * 4


def to(found: Place, sentence: str, kind: NoticeKind = "done", page: str = "") -> Redirect:
    """Lead to the plan, or to a page below it, and say what happened."""
    return noticed(Redirect(found.address + page, status_code=303), sentence, kind)


@get("/plans", name="plans", opt=act("plan.read"))
async def plan_list(request: AnyRequest) -> Template:
    """Show every plan with its latest figures, and the calls that are open."""
    home, by = await community_shown(request), await actor_of(request)
    found, page, more = await _page_of(request, home)
    seen = [
        (need, plan, version)
        for plan, version in found
        if await needs.sees_words(
            need := await needs.read_need(plan.need_id, community_id=home.id), by
        )
    ]
    calls = [
        (need, call)
        for call in await plans.open_calls(home.id)
        if await needs.sees_words(
            need := await needs.read_need(call.need_id, community_id=home.id), by
        )
    ]
    context = {
        "home": home,
        "plans": seen,
        "first": "/plans" if page > 1 else "",
        "onward": f"/plans?page={page + 1}" if more else "",
        "calls": calls,
        "roles": await roles_shown(request),
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/plans/list.html", context=context)


async def _page_of(
    request: AnyRequest, home: community.Community
) -> tuple[list[tuple[plans.Plan, Version]], int, bool]:
    """Return the page of written plans that an address asks for, its number, and if more follow."""
    page = min(max(_number(request, "page", 1), 1), PAGES_MAX)
    found = await plans.plans_written(home.id, page=page, size=PAGE)
    return found, page, len(found) == PAGE


@get("/needs/{need_id:uuid}/plan", name="plan", opt=act("plan.read"))
async def plan(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show a need's plan: what it says now, who carries it out, what was proposed to change."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    return Template("marketplace/plans/plan.html", context=await plan_page.context(found))


@get("/needs/{need_id:uuid}/plan/versions/{number:int}", name="plan.version", opt=act("plan.read"))
async def version(request: AnyRequest, need_id: FromPath[UUID], number: FromPath[int]) -> Template:
    """Show what a plan said in one of its versions."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    shown = await _version(found, number)
    context = {
        **await plan_page.base(found),
        "written": shown,
        "content": shown.content,
        "spot": await plan_page.spot(shown.content, found.home),
        "latest": found.version,
        "names": await plan_page.names_of(found, [shown.written_by]),
    }
    return Template("marketplace/plans/version.html", context=context)


async def _version(found: Place, number: int) -> Version:
    if found.plan is None or not 0 < number <= found.version:
        raise NotFoundException
    return await plans.version(found.plan.id, number, community_id=found.home.id)


@get("/needs/{need_id:uuid}/plan/compare", name="plan.compare", opt=act("plan.read"))
async def compare(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show what differs between two versions; without a choice, between the last two."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    if found.plan is None or found.version < 2:  # noqa: PLR2004 (two are compared)
        return Redirect(found.address, status_code=303)
    old = _number(request, "from", found.version - 1)
    new = _number(request, "to", found.version)
    before, after = await _version(found, min(old, new)), await _version(found, max(old, new))
    every = await plans.versions(found.plan.id, community_id=found.home.id)
    chosen = Form.of({"from": str(before.number), "to": str(after.number)})
    context = {
        **await plan_page.base(found),
        **plan_page.difference(before, after),
        "before": before,
        "after": after,
        "between": [one for one in every if before.number < one.number <= after.number],
        "names": await plan_page.names_of(found, [one.written_by for one in every]),
        "chosen": chosen,
        "options": [
            (str(one.number), _("Version %(number)s") % {"number": one.number}) for one in every
        ],
    }
    return Template("marketplace/plans/compare.html", context=context)


def _number(request: AnyRequest, name: str, usual: int) -> int:
    return whole_number(request.query_params.get(name, ""), usual)


# Writing


@get("/needs/{need_id:uuid}/plan/edit", name="plan.write.form", opt=act("plan.write"))
async def write_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form in which a plan is written, with an amendment taken in where one is named."""
    found, _by = await plan_page.writers_place(request, need_id)
    content = PlanContent("", "")
    if found.plan is not None and found.plan.frozen:
        return to(found, _("The ballot on this plan is open, so it changes no more."), "wrong")
    if found.plan is not None and found.version:
        content = (await _version(found, found.version)).content
    elif found.need.place or found.need.area_id:
        content = PlanContent(
            found.need.title, "", place=found.need.place, area_id=found.need.area_id
        )
    form = plan_form.filled(content)
    amendment = request.query_params.get("amendment", "")
    return await _form(found, _with(form, base=str(found.version), amendment=amendment))


def _with(form: Form, **values: str) -> Form:
    """Return the form with further values."""
    return Form({**form.values, **{name: (one,) for name, one in values.items()}}, form.errors)


@post(
    "/needs/{need_id:uuid}/plan/edit",
    name="plan.write",
    opt=act("plan.write"),
    status_code=303,
    request_max_body_size=FORM_BYTES_MAX,
)
async def write(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Write a version; a refused form comes back with all that was typed and handed in."""
    found, by = await plan_page.writers_place(request, need_id)
    form = await _with_files(request, found, plan_form.tidied(await typed(request)), by)
    if form.value("more"):
        return await _form(found, form)
    content = plan_form.read(form, PlanContent("", ""))
    if content is None or not form.ok:
        return await _form(found, form)
    try:
        written = await plans.write_plan(
            found.need.id,
            content,
            by=by,
            note=form.value("note"),
            base=_base(form),
            amendment_id=_amendment(form),
        )
    except StaleVersion as refusal:
        return await _stale(found, form, content, refusal.latest)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _form(found, form)
    told = _("Version %(number)s is written. Everybody can read it.") % {"number": written.number}
    return to(found, told)


def _base(form: Form) -> int:
    return whole_number(form.value("base"), 0)


def _amendment(form: Form) -> AmendmentId | None:
    try:
        return AmendmentId(UUID(form.value("amendment")))
    except ValueError:
        return None


async def _with_files(request: AnyRequest, found: Place, form: Form, by: Actor) -> Form:
    """Return the form with the files that were handed in, kept at once so that none is lost."""
    try:
        given = await handed_in(await request.form(), "new_file")
        added = [
            Attachment(await plans.keep_file(found.need.id, body, kind, by=by), name)
            for name, kind, body in given
        ]
    except Unfit as refusal:
        form.refuse("file", refusal.why)
        return form
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("file", refusal_words(refusal))))
        return form
    return plan_form.with_files(form, added)


async def _stale(found: Place, form: Form, content: PlanContent, latest: int) -> Template:
    """Show the form again with what another wrote meanwhile beside it; saving again goes on."""
    assert found.plan is not None  # noqa: S101 (a version is there, so a plan is)
    theirs = await plans.version(found.plan.id, latest, community_id=found.home.id)
    names = await plan_page.names_of(found, [theirs.written_by])
    form = _with(form, base=str(latest))
    form.refuse(
        "summary",
        _("Another version was written meanwhile. Look at what differs, then save again."),
    )
    difference = plan_page.told(compared(theirs.content, content))
    return await _form(found, form, theirs=theirs, names=names, **difference)


async def _form(found: Place, form: Form, **more: Any) -> Template:
    policy = await plans.plan_policy_at(found.home.id)
    amendment = await _amendment_shown(found, form)
    context = {
        **await plan_page.base(found),
        "form": form,
        "places": await need_form.place_options(found.home.id),
        "plan_parts": plan_form.ALL,
        "files": plan_form.attachments(form, kept=False),
        "files_most": policy.attachments_max,
        "cost_most": policy.cost_fen_max,
        "first": not found.version,
        "amended": amendment,
        **more,
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/plans/edit.html", context=context, status_code=status)


async def _amendment_shown(found: Place, form: Form) -> dict[str, Any] | None:
    amendment_id = _amendment(form)
    if amendment_id is None or found.plan is None:
        return None
    try:
        one = await plans.amendment(amendment_id, community_id=found.home.id)
    except UnknownAmendment as error:
        raise NotFoundException from error
    if one.plan_id != found.plan.id:
        raise NotFoundException
    return await plan_page.amendment_shown(found, one)


@get(
    "/needs/{need_id:uuid}/plan/versions/{number:int}/files/{sha256:str}",
    name="plan.file",
    opt=act("plan.read"),
)
async def file(
    request: AnyRequest, need_id: FromPath[UUID], number: FromPath[int], sha256: FromPath[str]
) -> Response[bytes]:
    """Give a file of a version, to be kept and not to be shown within the site."""
    found = await plan_page.place_shown(request, need_id, await actor_of(request))
    shown = await _version(found, number)
    named = next((one for one in shown.content.attachments if one.sha256 == sha256), None)
    if named is None:
        raise NotFoundException
    try:
        kept = await plans.plan_file(shown.plan_id, number, sha256, community_id=found.home.id)
    except UnknownFile as error:
        raise NotFoundException from error
    return Response(
        kept.body,
        media_type=MEDIA[kept.kind],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(named.name)}",
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


# As data


@get("/api/plans", name="plans.data", opt=act("plan.read"))
async def plans_data(request: AnyRequest) -> dict[str, Any]:
    """Give every plan with its latest version as data; names are not among it."""
    home = await community_shown(request)
    written, page, more = await _page_of(request, home)
    found = []
    for one, latest in written:
        need = await needs.read_need(one.need_id, community_id=home.id)
        if await needs.sees_words(need, None):
            found.append({"id": str(one.id), "need": str(one.need_id), **_data(latest)})
    return {
        "community": home.code,
        "page": page,
        "next": f"/api/plans?page={page + 1}" if more else None,
        "plans": found,
    }


@get("/api/plans/{plan_id:uuid}", name="plan.data", opt=act("plan.read"))
async def plan_data(request: AnyRequest, plan_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a plan as data: its undertaker's group, its latest version; names are not among it."""
    home, one = await _readable(request, plan_id)
    latest = await plans.version(one.id, one.version, community_id=home.id) if one.version else None
    group = one.undertaker.organisation_id if one.undertaker else None
    return {
        "id": str(one.id),
        "need": str(one.need_id),
        "frozen": one.frozen,
        "undertaker": {
            "organisation": (await community.organisation(group, community_id=home.id)).name
            if group
            else None,
            "chosen_at": one.undertaker.chosen_at.isoformat(),
            "reason": one.undertaker.reason,
        }
        if one.undertaker
        else None,
        "version": _data(latest) if latest else None,
    }


@get("/api/plans/{plan_id:uuid}/versions", name="plan.versions.data", opt=act("plan.read"))
async def versions_data(request: AnyRequest, plan_id: FromPath[UUID]) -> dict[str, Any]:
    """Give every version of a plan as data, the newest first; names are not among it."""
    home, one = await _readable(request, plan_id)
    every = await plans.versions(one.id, community_id=home.id)
    return {"id": str(one.id), "versions": [_data(each) for each in every]}


async def _readable(request: AnyRequest, plan_id: UUID) -> tuple[community.Community, plans.Plan]:
    home, by = await community_shown(request), await actor_of(request)
    try:
        one = await plans.read_plan(plan_id, community_id=home.id)
    except UnknownPlan as error:
        raise NotFoundException from error
    need = await needs.read_need(one.need_id, community_id=home.id)
    if not await needs.sees_words(need, by):
        raise NotFoundException
    return home, one


def _data(one: Version) -> dict[str, Any]:
    content = one.content
    return {
        "number": one.number,
        "sha256": one.sha256,
        "written_at": one.written_at.isoformat(),
        "note": one.note,
        "amendment": str(one.amendment_id) if one.amendment_id else None,
        "title": content.title,
        "summary": content.summary,
        "place": content.place,
        "area_id": str(content.area_id) if content.area_id else None,
        "cost_fen": one.cost_fen,
        "minutes": one.minutes,
        "lines": [
            {"label": line.label, "amount_fen": line.amount_fen, "minutes": line.minutes}
            for line in content.lines
        ],
        "milestones": [
            {"title": each.title, "due_on": each.due_on.isoformat()} for each in content.milestones
        ],
        "maintenance": {
            "who": content.maintenance.who,
            "months": content.maintenance.months,
            "yearly_fen": content.maintenance.yearly_fen,
        },
        "files": [{"name": each.name, "sha256": each.sha256} for each in content.attachments],
    }


handlers = [
    plan_list, plan, version, compare, write_form, write, file, plans_data, plan_data,
    versions_data,
]  # fmt: skip
