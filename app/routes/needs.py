"""Elders' needs on record, whom the relief fund helps for them, and the elders it helps by rank."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import ACTS, act
from app.field_values import WORDS
from app.field_words import label
from app.field_words import told as in_words
from app.forms import Form
from app.hours_words import RANKS, wrong_field
from app.i18n import gettext as _
from app.i18n import mark
from app.masks import seen as masked
from app.member_form import day
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from community import Actor
from timebank import TimebankError, hours
from timebank.hours import Disability, Living, Needs, NeedsProfile

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
YES, NO = "yes", "no"

# The questions of the form: the field, the question, and its answers.
_QUESTIONS: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    ("living", mark("With whom do they live?"), WORDS["living"]),
    ("low_income", mark("Is a low income certified?"), {NO: mark("no"), YES: mark("yes")}),
    (
        "disability",
        mark("Do they depend on help in daily life?"),
        WORDS["disability"],
    ),
    ("hardship", mark("Are they in special hardship?"), {NO: mark("no"), YES: mark("yes")}),
)


@get("/time-bank/needs", name="needs.all", opt=act("needs.list"))
async def needs_on_record(request: AnyRequest) -> Template:
    """List the elders with needs on record, by when somebody looks again, and their rank."""
    by = await acting(request)
    found = await hours.needs_on_record(by)
    names = await community.named_members(
        {one.member_id for one in found}, community_id=by.community_id
    )
    lines = [
        {
            "member_id": one.member_id,
            "name": names.get(one.member_id, ""),
            "rank": await _rank(one.member_id, by),
            "review_on": one.needs.review_on,
            "left": await hours.relief_cover(one.member_id, community_id=by.community_id),
        }
        for one in found
    ]
    context = {"lines": lines, "fund": await hours.fund(by.community_id)}
    return Template("timebank/hours/needs_list.html", context=context)


@get("/members/{member_id:uuid}/needs", name="needs", opt=act("needs.read"))
async def needs(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show an elder's needs, as far as whoever looks may see them; a coordinator enters them."""
    by = await acting(request)
    found = await hours.needs_of(member_id, by)
    return await _page(by, member_id, found, _filled(found))


@post("/members/{member_id:uuid}/needs", name="needs.enter", opt=act("needs.enter"))
async def enter(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Put an elder's needs on record; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    found = await hours.needs_of(member_id, by)
    for name, _question, answers in _QUESTIONS:
        if form.value(name) not in answers:
            form.refuse(name, _("Choose one of the answers."))
    review_on = day(form.value("review_on"))
    if review_on is None:
        form.refuse("review_on", _("Write year, month and day, as 2027-05-06."))
    if not form.ok or review_on is None:
        return await _page(by, member_id, found, form)
    seen = Needs(
        Living(form.value("living")),
        form.value("low_income") == YES,
        Disability(form.value("disability")),
        form.value("hardship") == YES,
        form.value("evidence"),
        review_on,
    )
    back = Redirect(f"/members/{member_id}/needs", status_code=303)
    try:
        await hours.enter_needs(member_id, seen, by=by)
    except hours.NotTheirAct:
        told = _("Nobody does this with their own membership. Ask another coordinator.")
        return noticed(back, told, "wrong")
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None or field[0] == "person":
            told = _("They are no active member here. Nothing was changed.")
            return noticed(back, told, "wrong")
        form.refuse(*field)
        return await _page(by, member_id, found, form)
    return noticed(back, _("The needs are on record."))


@post("/members/{member_id:uuid}/needs/remove", name="needs.remove", opt=act("needs.enter"))
async def remove(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Delete an elder's needs, because they hold no more."""
    by = await acting(request)
    back = Redirect(f"/members/{member_id}/needs", status_code=303)
    try:
        await hours.remove_needs(member_id, by=by)
    except hours.NotTheirAct:
        told = _("Nobody does this with their own membership. Ask another coordinator.")
        return noticed(back, told, "wrong")
    return noticed(back, _("The needs are deleted."))


async def _rank(member_id: UUID, by: Actor) -> str:
    found = await hours.rank_on_record(member_id, community_id=by.community_id)
    return _(RANKS[found]) if found else _("The relief fund does not help by itself")


def _filled(found: NeedsProfile | None) -> Form:
    if found is None:
        return Form()
    needs = found.needs
    return Form.of(
        {
            "living": needs.living.value,
            "low_income": YES if needs.low_income else NO,
            "disability": needs.disability.value,
            "hardship": YES if needs.hardship else NO,
            "evidence": needs.evidence,
            "review_on": needs.review_on.isoformat(),
        }
    )


async def _page(by: Actor, member_id: UUID, found: NeedsProfile | None, form: Form) -> Template:
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    facts: list[tuple[str, str]] = []
    if found is not None:
        for name in ("living", "low_income", "disability", "hardship", "evidence"):
            words = in_words(name, getattr(found.needs, name), zone)
            facts.append((label(name), masked("needs", words, by.roles) or "–"))
        facts.append((label("review_on"), in_words("review_on", found.needs.review_on, zone)))
    names = await community.named_members(
        {found.entered_by} if found else set(), community_id=by.community_id
    )
    context = {
        "member": await community.member(member_id),
        "form": form,
        "facts": facts,
        "found": found,
        "entered_by": next(iter(names.values()), ""),
        "rank": await _rank(member_id, by) if found else "",
        "left": await hours.relief_cover(member_id, community_id=by.community_id),
        "waiting": await hours.gifts_to_answer(member_id, by),
        "may_enter": member_id != by.member_id and bool(ACTS["needs.enter"].reach(by.roles)),
        "questions": [
            (name, _(question), [(value, _(words)) for value, words in answers.items()])
            for name, question, answers in _QUESTIONS
        ],
        "zone": zone,
    }
    status = 200 if form.ok else REFUSED
    return Template("timebank/hours/needs.html", context=context, status_code=status)


handlers = [needs_on_record, needs, enter, remove]
