"""A coordinator's pages of a round: its dates and what excludes what, and changes while it runs."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.marketplace_refusals import refusal_words, wrong_field
from app.neighbourhood import acting, community_shown
from app.notices import noticed
from app.round_form import dates_typed, moment_of, suggested_end
from app.routes.typed import typed, whole_number
from community import Community
from marketplace import (
    Round,
    RoundId,
    RoundState,
    correct_title,
    exclude,
    extend,
    plans,
    reading,
    round_changes,
    round_policy_at,
    set_dates,
)
from marketplace.errors import MarketplaceError, UnknownRound
from marketplace.needs import NeedState, read_need

AnyRequest = Request[Any, Any, Any]
GROUPS_MORE = 2
"""Empty groups shown beside those that are written down."""


async def _round(round_id: UUID, community_id: UUID) -> Round:
    try:
        return await reading.read_round(RoundId(round_id), community_id=community_id)
    except UnknownRound as error:
        raise NotFoundException from error


@get("/rounds/{round_id:uuid}/prepare", name="round.prepare", opt=act("round.prepare"))
async def preparing(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Show what a coordinator sets before the ballot opens."""
    await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    if current.state is not RoundState.PROPOSING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    return await _preparing(current, home, _dates_form(current, home))


def _dates_form(current: Round, home: Community) -> Form:
    zone = ZoneInfo(home.time_zone)
    return Form.of(dates_typed(current.voting_opens_at, current.voting_closes_at, zone))


async def _preparing(
    current: Round, home: Community, form: Form, groups_form: Form | None = None
) -> Template:
    projects = await reading.projects_of(current.id, community_id=home.id)
    written = {
        f"group_{place}": [str(number) for number in group]
        for place, group in enumerate(current.incompatible)
    }
    groups = groups_form or Form.of(written)
    many = min(len(current.incompatible) + GROUPS_MORE, 20) if len(projects) > 1 else 0
    ok = form.ok and groups.ok
    return Template(
        "marketplace/round_prepare.html",
        context={
            "round": current,
            "form": form,
            "groups_form": groups,
            "groups": [f"group_{place}" for place in range(many)],
            "options": [(str(one.number), one.title) for one in projects],
            "projects": projects,
            "waiting": await _waiting(home),
        },
        status_code=200 if ok else 422,
    )


async def _waiting(home: Community) -> list[tuple[UUID, str, int]]:
    """Return the plans that could enter a round: their needs have one and stand in none."""
    found: list[tuple[UUID, str, int]] = []
    for plan, version in await plans.plans_written(home.id):
        need = await read_need(plan.need_id, community_id=home.id)
        if need.state is NeedState.PLANNED:
            found.append((plan.id, version.content.title, version.cost_fen))
    return found


@post("/rounds/{round_id:uuid}/dates", opt=act("round.prepare"), status_code=303)
async def dated(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Set when the ballot opens and closes by itself."""
    actor = await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    form = await typed(request)
    zone = ZoneInfo(home.time_zone)
    opens, closes = moment_of(form, "opens", zone), moment_of(form, "closes", zone)
    if not form.ok:
        return await _preparing(current, home, form)
    try:
        await set_dates(current.id, opens, closes, by=actor)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(f"/rounds/{current.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _preparing(current, home, form)
    back = Redirect(f"/rounds/{current.id}/prepare", status_code=303)
    return noticed(back, _("The dates are set. You are told a day before each."))


@post("/rounds/{round_id:uuid}/exclude", opt=act("round.prepare"), status_code=303)
async def excluded(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Say which projects cannot win side by side."""
    actor = await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    form = await typed(request)
    named = sorted(name for name in form.values if name.startswith("group_"))
    groups = [
        [whole_number(one, 0) for one in form.values[name] if one.isdecimal()] for name in named
    ]
    try:
        await exclude(current.id, groups, by=actor)
    except MarketplaceError as refusal:
        if current.state is not RoundState.PROPOSING:
            back = Redirect(f"/rounds/{current.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(named[0] if named else "group_0", refusal_words(refusal))
        return await _preparing(current, home, _dates_form(current, home), form)
    back = Redirect(f"/rounds/{current.id}/prepare", status_code=303)
    return noticed(back, _("Kept. Of the projects of a group, at most one can win."))


@get("/rounds/{round_id:uuid}/change", name="round.change", opt=act("round.change"))
async def changing(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Show what may still change while the ballot is open."""
    await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    if current.state is not RoundState.VOTING:
        return Redirect(f"/rounds/{current.id}", status_code=303)
    return await _changing(current, home)


async def _changing(
    current: Round, home: Community, longer: Form | None = None, title: Form | None = None
) -> Template:
    changes = await round_changes(current.id, community_id=home.id)
    extended = sum(change.kind == "extended" for change in changes)
    most = (await round_policy_at(home.id)).extensions_max
    ends, zone = current.voting_closes_at, ZoneInfo(home.time_zone)
    first = Form.of(suggested_end(ends, zone) if ends else {})
    projects = await reading.projects_of(current.id, community_id=home.id)
    ok = (longer is None or longer.ok) and (title is None or title.ok)
    return Template(
        "marketplace/round_change.html",
        context={
            "round": current,
            "longer": longer or first,
            "title": title or Form(),
            "may_extend": ends is not None and extended < most,
            "most": most,
            "projects": [(str(one.id), one.title) for one in projects],
            "zone": zone,
        },
        status_code=200 if ok else 422,
    )


@post("/rounds/{round_id:uuid}/extend", opt=act("round.change"), status_code=303)
async def extended(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Let the ballot close later; everybody who may vote is told, with the reason."""
    actor = await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    form = await typed(request)
    until = moment_of(form, "closes", ZoneInfo(home.time_zone))
    if until is None:
        form.refuse("closes_day", _("Write a day and a time that a calendar has."))
        return await _changing(current, home, longer=form)
    try:
        await extend(current.id, until, why=form.value("why"), by=actor)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(f"/rounds/{current.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _changing(current, home, longer=form)
    back = Redirect(f"/rounds/{current.id}", status_code=303)
    return noticed(back, _("The ballot stays open longer. Everybody who may vote is told."))


@post("/rounds/{round_id:uuid}/correct", opt=act("round.change"), status_code=303)
async def corrected(request: AnyRequest, round_id: FromPath[UUID]) -> Template | Redirect:
    """Correct a typing error in a title on the open ballot."""
    actor = await acting(request)
    home = await community_shown(request)
    current = await _round(round_id, home.id)
    form = await typed(request)
    on_ballot = await reading.projects_of(current.id, community_id=home.id)
    meant = [one for one in on_ballot if str(one.id) == form.value("project")]
    if not meant:
        form.refuse("project", _("Choose one of these."))
        return await _changing(current, home, title=form)
    try:
        await correct_title(meant[0].id, form.value("title"), why=form.value("title_why"), by=actor)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            back = Redirect(f"/rounds/{current.id}", status_code=303)
            return noticed(back, refusal_words(refusal), "wrong")
        name = "title_why" if field[0] == "why" else field[0]
        form.refuse(name, field[1])
        return await _changing(current, home, title=form)
    back = Redirect(f"/rounds/{current.id}", status_code=303)
    return noticed(back, _("The title is corrected. Everybody who may vote is told."))


handlers = [preparing, dated, excluded, changing, extended, corrected]
