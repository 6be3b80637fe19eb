"""Places: the tree of areas that one oversees, adding to it, and where staff choose to work."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.forms import Form
from app.founding import found_community
from app.guards import work_in
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.place_tree import node_of, zones
from app.place_words import LEVELS, ROLES, place_refusal
from app.routes.typed import typed
from community import Actor, Area, CodeTaken, InvalidArea, Level, Role

AnyRequest = Request[Any, Any, Any]

OVERSEE: Final = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR})
ADMINISTER: Final = frozenset({Role.ADMINISTRATOR})
WORKPLACES_ON_A_PAGE: Final = 30


@get("/places", name="places", opt=act("area.read"))
async def places(request: AnyRequest) -> Template | Redirect:
    """Show the tree of places that the member oversees; a single one leads to its own page."""
    tops = await community.areas_held(await acting(request), OVERSEE)
    if len(tops) == 1:
        return Redirect(f"/places/{tops[0].id}", status_code=303)
    return Template(
        "community/places.html",
        context={"nodes": [await node_of(top) for top in tops], "levels": LEVELS},
    )


@get("/places/{area_id:uuid}", name="place", opt=act("area.read"))
async def place(request: AnyRequest, area_id: FromPath[UUID]) -> Template:
    """Show a place: where it lies, what lies below it, and who works there."""
    actor = await acting(request)
    here = await _in_reach(actor, area_id, OVERSEE)
    staff = await community.staff_at(area_id)
    is_community = here.level is Level.COMMUNITY
    tops = {one.id for one in await community.areas_held(actor, OVERSEE)}
    above = (await community.area_path(area_id))[:-1]
    context = {
        "node": await node_of(here),
        "lies_in": [(one, not tops.isdisjoint(one.lineage)) for one in above],
        "levels": LEVELS,
        "roles": ROLES,
        "staff": staff,
        "ends": await community.ends_open(staff, by=actor),
        "home": await community.community(area_id) if is_community else None,
        "administers": await _reaches(actor, here, ADMINISTER),
        "takes": community.levels_below(here.level),
        "zone": ZoneInfo(here.time_zone),
    }
    return Template("community/place.html", context=context)


@get("/places/{area_id:uuid}/add", opt=act("area.add"))
async def place_form(request: AnyRequest, area_id: FromPath[UUID]) -> Template:
    """Show the form that adds a place below this one."""
    above = await _in_reach(await acting(request), area_id, ADMINISTER)
    levels = community.levels_below(above.level)
    if not levels:
        raise NotFoundException
    first = {"level": levels[-1].value, "time_zone": above.time_zone}
    return _add_form(above, Form.of(first))


@post("/places/{area_id:uuid}/add", opt=act("area.add"), status_code=303)
async def add_place(request: AnyRequest, area_id: FromPath[UUID]) -> Template | Redirect:
    """Add a place below this one, or show the form again with what is wrong."""
    actor = await acting(request)
    above = await _in_reach(actor, area_id, ADMINISTER)
    form = await typed(request)
    levels = {one.value: one for one in community.levels_below(above.level)}
    if not levels:
        raise NotFoundException  # nothing lies below a grid
    level = levels.get(form.value("level"))
    if level is None:
        form.refuse("level", _("Choose what sort of place it is."))
        return _add_form(above, form)
    wanted: dict[str, Any] = {
        "code": form.value("code").lower(),
        "name": form.value("name"),
        "below": above.id,
        "time_zone": form.value("time_zone") or above.time_zone,
        "by": actor,
    }
    try:
        if level is Level.COMMUNITY:
            founded = await found_community(**wanted, desk_phone=form.value("desk_phone"))
            made = founded.id, founded.name
        else:
            added = await community.add_area(level=level, **wanted)
            made = added.id, added.name
    except (CodeTaken, InvalidArea) as refusal:
        form.refuse(*place_refusal(refusal, named=bool(form.value("name"))))
        return _add_form(above, form)
    except community.UnknownArea as error:  # the role was taken away meanwhile
        raise NotFoundException from error
    return noticed(
        Redirect(f"/places/{made[0]}", status_code=303),
        _("%(name)s is now a place here.") % {"name": made[1]},
    )


@get("/places/{area_id:uuid}/rename", opt=act("area.rename"))
async def rename_form(request: AnyRequest, area_id: FromPath[UUID]) -> Template:
    """Show the form that renames a place."""
    here = await _in_reach(await acting(request), area_id, ADMINISTER)
    first = {"name": here.name, "time_zone": here.time_zone}
    if here.level is Level.COMMUNITY:
        first["desk_phone"] = (await community.community(here.id)).desk_phone
    return _rename_form(here, Form.of(first))


@post("/places/{area_id:uuid}/rename", opt=act("area.rename"), status_code=303)
async def rename_place(request: AnyRequest, area_id: FromPath[UUID]) -> Template | Redirect:
    """Rename a place, or show the form again with what is wrong."""
    actor = await acting(request)
    here = await _in_reach(actor, area_id, ADMINISTER)
    form = await typed(request)
    phone = form.value("desk_phone") if here.level is Level.COMMUNITY else None
    try:
        await community.rename_area(
            here.id,
            name=form.value("name"),
            time_zone=form.value("time_zone"),
            desk_phone=phone,
            by=actor,
        )
    except InvalidArea as refusal:
        form.refuse(*place_refusal(refusal, named=bool(form.value("name"))))
        return _rename_form(here, form)
    except community.UnknownArea as error:  # the role was taken away meanwhile
        raise NotFoundException from error
    return noticed(Redirect(f"/places/{here.id}", status_code=303), _("The change is kept."))


@get("/communities", name="communities", opt=act("workplace.read"))
async def workplaces(request: AnyRequest) -> Template:
    """List the communities where the member may act, and say in which they act now."""
    actor = await acting(request)
    every = await community.workplaces(actor.member_id)
    pages = max(1, -(-len(every) // WORKPLACES_ON_A_PAGE))
    page = min(max(1, _number(request.query_params.get("page", "1"))), pages)
    start = (page - 1) * WORKPLACES_ON_A_PAGE
    context = {
        "shown": every[start : start + WORKPLACES_ON_A_PAGE],
        "count": len(every),
        "page": page,
        "pages": pages,
        "now": actor.community_id,
        "words": ROLES,
    }
    return Template("community/communities.html", context=context)


@post("/work-in", name="work-in", opt=act("workplace.choose"), status_code=303)
async def choose_workplace(request: AnyRequest) -> Redirect:
    """Act in another community from now on, until one chooses again or signs out."""
    form = await typed(request)
    try:
        chosen = await community.community(UUID(form.value("community")))
        await work_in(request, chosen.id)
    except (ValueError, community.UnknownCommunity) as error:
        raise NotFoundException from error
    told = _("You now work in %(place)s. All pages show that community.") % {"place": chosen.name}
    return noticed(Redirect("/communities", status_code=303), told)


async def _in_reach(actor: Actor, area_id: UUID, roles: frozenset[Role]) -> Area:
    """Return an area where one of these roles holds; elsewhere there is no such page."""
    try:
        here = await community.area(area_id)
    except community.UnknownArea as error:
        raise NotFoundException from error
    if not await _reaches(actor, here, roles):
        raise NotFoundException
    return here


async def _reaches(actor: Actor, here: Area, roles: frozenset[Role]) -> bool:
    tops = await community.areas_held(actor, roles)
    return any(top.id in here.lineage for top in tops)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 1  # noqa: PLR2004 (no such page)


def _add_form(above: Area, form: Form) -> Template:
    context = {
        "form": form,
        "above": above,
        "levels": [(one.value, _(LEVELS[one])) for one in community.levels_below(above.level)],
        "zones": zones(above.time_zone),
        "takes_community": Level.COMMUNITY in community.levels_below(above.level),
    }
    status = 200 if form.ok else 422
    return Template("community/place_add.html", context=context, status_code=status)


def _rename_form(here: Area, form: Form) -> Template:
    context = {"form": form, "here": here, "zones": zones(here.time_zone)}
    status = 200 if form.ok else 422
    return Template("community/place_rename.html", context=context, status_code=status)


handlers = [
    places,
    place,
    place_form,
    add_place,
    rename_form,
    rename_place,
    workplaces,
    choose_workplace,
]
