"""What the pages of a plan show: its latest version, who carries it out, calls, amendments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException

import community
from app import need_page
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown
from app.plan_words import AMENDMENT_STATES, CALL_STATES, CHANGES, PARTS
from app.wording import duration, money
from community import Actor, Community, Role
from marketplace import needs, plans
from marketplace.needs import Need
from marketplace.plans import (
    Amendment,
    AmendmentState,
    Call,
    CallState,
    Offer,
    Plan,
    PlanContent,
    Undertaker,
    Version,
)
from marketplace.plans.comparing import Comparison, Entry, Kind, compared
from marketplace.plans.rules import WANTED, WRITTEN
from marketplace.plans.values import BudgetLine, Milestone

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: the community, the need, its plan if begun, and who looks."""

    home: Community
    need: Need
    plan: Plan | None
    by: Actor | None

    @property
    def address(self) -> str:
        """The address of the plan's page."""
        return f"/needs/{self.need.id}/plan"

    @property
    def version(self) -> int:
        """The number of the latest version; 0 for none."""
        return self.plan.version if self.plan else 0


async def place_shown(request: AnyRequest, need_id: UUID, by: Actor | None) -> Place:
    """Return a need and its plan, for whoever may read them. Raises 404."""
    home = await community_shown(request)
    try:
        need = await needs.read_need(need_id, community_id=home.id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    if not await needs.sees_words(need, by):
        raise NotFoundException
    return Place(home, need, await plans.plan_of_need(need.id, community_id=home.id), by)


async def place_of(request: AnyRequest, need_id: UUID) -> tuple[Place, Actor]:
    """Return a need and its plan to a member who acts, and the member. Raises 404."""
    by = await acting(request)
    return await place_shown(request, need_id, by), by


async def writers_place(request: AnyRequest, need_id: UUID) -> tuple[Place, Actor]:
    """Return a need and its plan to whoever writes it; for others there is no such page."""
    found, by = await place_of(request, need_id)
    if not await writes(found):
        raise NotFoundException
    return found, by


async def writes(found: Place) -> bool:
    """Whether whoever looks is among those who write this plan."""
    if found.by is None or found.by.community_id != found.home.id:
        return False
    if found.plan is None:
        return found.by.member_id in await needs.authors(found.need.id)
    return found.by.member_id in await plans.writers(found.need, found.plan)


async def base(found: Place) -> dict[str, Any]:
    """Return what every page of a plan shows."""
    return {
        "need": found.need,
        "plan": found.plan,
        "home": found.home,
        "plan_href": found.address,
        "zone": ZoneInfo(found.home.time_zone),
    }


async def names_of(found: Place, members: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of members, for members of this community alone."""
    if found.by is None or found.by.community_id != found.home.id:
        return {}
    wanted = {one for one in members if one is not None}
    return await community.named_members(wanted, community_id=found.home.id)


async def undertaker_name(
    member_id: UUID, organisation_id: UUID | None, names: dict[UUID, str], home: Community
) -> str:
    """Return under which name somebody undertakes: their group's, else their own if shown."""
    if organisation_id is not None:
        return (await community.organisation(organisation_id, community_id=home.id)).name
    return names.get(member_id) or _("a resident")


async def spot(content: PlanContent, home: Community) -> str:
    """Return where a plan is: its grid, and the words for the spot."""
    area = ""
    if content.area_id == home.id:
        area = home.name
    elif content.area_id is not None:
        area = (await community.area(content.area_id)).name
    return " · ".join(part for part in (area, content.place) if part)


async def context(found: Place) -> dict[str, Any]:
    """Return what the page of a plan shows: the latest version, and what goes on around it."""
    shown = await base(found)
    if found.plan is None:
        return {**shown, **await _may(found, [], writer=await writes(found)), "written": None}
    plan, home = found.plan, found.home
    versions = await plans.versions(plan.id, community_id=home.id)
    calls = await plans.calls(plan.id, community_id=home.id)
    amendments = await plans.amendments(plan.id, community_id=home.id)
    held = await plans.undertakers(plan.id, community_id=home.id)
    names = await names_of(
        found,
        [
            *(one.written_by for one in versions),
            *(one.proposed_by for one in amendments),
            *(one.member_id for one in held),
            *(one.chosen_by for one in held),
        ],
    )
    written = versions[0] if versions else None
    return {
        **shown,
        "written": written,
        "content": written.content if written else None,
        "spot": await spot(written.content, home) if written else "",
        "versions": versions,
        "calls": calls,
        "call_states": {state: _(words) for state, words in CALL_STATES.items()},
        "amendments": amendments,
        "amendment_states": {state: _(words) for state, words in AMENDMENT_STATES.items()},
        "names": names,
        "held": [await _held(one, names, home) for one in held],
        **await _may(found, calls, writer=await writes(found)),
    }


async def _held(one: Undertaker, names: dict[UUID, str], home: Community) -> dict[str, Any]:
    return {
        "who": await undertaker_name(one.member_id, one.organisation_id, names, home),
        "organisation_id": one.organisation_id,
        "undertaker": one,
        "speaker": names.get(one.member_id, "") if one.organisation_id else "",
    }


async def _may(found: Place, calls: list[Call], *, writer: bool) -> dict[str, Any]:
    """Return which buttons would work for whoever looks."""
    by, plan, state = found.by, found.plan, found.need.state.value
    here = by is not None and by.community_id == found.home.id
    roles = by.roles if by is not None and here else frozenset()
    frozen = plan is not None and plan.frozen
    running = next((one for one in calls if one.state in {CallState.OPEN, CallState.CLOSED}), None)
    carries = False
    if here and by is not None and plan is not None and plan.undertaker is not None:
        hands = await plans.hands_of(plan.undertaker, community_id=found.home.id)
        carries = by.member_id in hands or Role.COORDINATOR in roles
    return {
        "writer": writer,
        "may_write": writer and state in WRITTEN and not frozen,
        "running": running,
        "may_call": Role.COORDINATOR in roles
        and state in WANTED
        and running is None
        and (plan is None or plan.undertaker is None),
        "may_amend": Role.RESIDENT in roles
        and state in WRITTEN
        and plan is not None
        and plan.version > 0
        and not frozen,
        "may_step_back": carries and not frozen and state in WANTED,
        "is_member": by is not None,
    }


# Versions compared


def difference(old: Version, new: Version) -> dict[str, Any]:
    """Return what a page shows of two versions: words, budget, milestones, files."""
    return told(compared(old.content, new.content))


def told(found: Comparison) -> dict[str, Any]:
    """Return a comparison as a page shows it; every change has a word, not a colour alone."""
    old, new = found.old, found.new
    return {
        "parts": [(name, _(PARTS[name])) for name in found.parts],
        "changed": set(found.parts),
        "diff": found,
        "budget_rows": [_budget_row(one) for one in found.lines]
        + [
            [
                _("In all"),
                "–",
                _before_after(money(old.cost_fen), money(new.cost_fen)),
                _before_after(duration(old.minutes), duration(new.minutes)),
            ]
        ],
        "milestone_rows": [_milestone_row(one) for one in found.milestones],
        "file_rows": [(one.item.name, _(CHANGES[one.kind])) for one in found.attachments],
        "months": _before_after(_months(old.maintenance.months), _months(new.maintenance.months)),
        "yearly": _before_after(
            money(old.maintenance.yearly_fen), money(new.maintenance.yearly_fen)
        ),
    }


def _months(months: int) -> str:
    return _("%(months)s months") % {"months": months}


def _before_after(old: str, new: str) -> str:
    """Say a value before and after; once where it is the same."""
    return new if old == new else _("%(old)s → %(new)s") % {"old": old, "new": new}


def _budget_row(one: Entry[BudgetLine]) -> list[str]:
    return [
        one.item.label,
        _(CHANGES[one.kind]),
        _figure(one, lambda line: money(line.amount_fen) if line.amount_fen else "–"),
        _figure(one, lambda line: duration(line.minutes) if line.minutes else "–"),
    ]


def _figure(one: Entry[BudgetLine], say: Any) -> str:
    if one.kind is Kind.REMOVED and one.old is not None:
        return _("was %(old)s") % {"old": say(one.old)}
    if one.old is None or one.new is None:
        return str(say(one.item))
    return _before_after(say(one.old), say(one.new))


def _milestone_row(one: Entry[Milestone]) -> tuple[str, str, Milestone | None, Milestone | None]:
    return one.item.title, _(CHANGES[one.kind]), one.old, one.new


# Offers and amendments


async def offers_shown(found: Place, call: Call) -> list[dict[str, Any]]:
    """Return the offers of a call for whoever looks: all once it has closed, before that one's own.

    Nobody should learn from the others' offers what to offer.
    """
    offers = await plans.offers(call.id, community_id=found.home.id)
    names = await names_of(found, [one.member_id for one in offers])
    shown = []
    for one in offers:
        mine = found.by is not None and found.by.member_id in await plans.behind(
            [one], community_id=found.home.id
        )
        if call.state is not CallState.OPEN or mine:
            shown.append(await _offer_shown(one, names, found.home, mine=mine))
    return shown


async def _offer_shown(
    one: Offer, names: dict[UUID, str], home: Community, *, mine: bool
) -> dict[str, Any]:
    draft = one.draft
    return {
        "offer": one,
        "who": await undertaker_name(one.member_id, draft.organisation_id, names, home),
        "organisation_id": draft.organisation_id,
        "speaker": names.get(one.member_id, "") if draft.organisation_id else "",
        "mine": mine,
    }


async def amendment_shown(found: Place, one: Amendment) -> dict[str, Any]:
    """Return what the page of an amendment shows: what it changes, and what may be done."""
    base_version = await plans.version(one.plan_id, one.base, community_id=found.home.id)
    names = await names_of(found, [one.proposed_by, one.answered_by])
    latest = await plans.version(one.plan_id, found.version, community_id=found.home.id)
    clashes = plans.taken_in(one, base_version, latest).conflicts
    by = found.by
    here = by is not None and by.community_id == found.home.id
    is_open = one.state is AmendmentState.OPEN
    mine = here and by is not None and by.member_id == one.proposed_by
    supports = (
        one.id in await plans.supported(by.member_id, one.plan_id) if by is not None else False
    )
    resident = here and by is not None and Role.RESIDENT in by.roles
    frozen = found.plan is not None and found.plan.frozen
    return {
        "amendment": one,
        "state": _(AMENDMENT_STATES[one.state]),
        "names": names,
        **told(compared(base_version.content, one.content)),
        "clashes": [_(PARTS[name]) for name in clashes] if is_open else [],
        "moved_on": is_open and one.base != found.version,
        "is_open": is_open,
        "mine": mine,
        "supports": supports,
        "may_support": is_open and resident and not mine and not frozen,
        "may_answer": is_open and not frozen and await writes(found),
        "frozen": frozen,
    }


async def section(need: Need, by: Actor | None) -> need_page.Section | None:
    """Return what the page of a need says of its plan; nothing before one is wanted."""
    plan = await plans.plan_of_need(need.id, community_id=need.community_id)
    if plan is None and need.state.value not in WANTED:
        return None
    if not await needs.sees_words(need, by):
        return None
    address = f"/needs/{need.id}/plan"
    sentence = _("Nobody has written a plan yet.")
    if plan is not None:
        running = [
            one
            for one in await plans.calls(plan.id, community_id=need.community_id)
            if one.state is CallState.OPEN
        ]
        if plan.version:
            latest = await plans.version(plan.id, plan.version, community_id=need.community_id)
            sentence = _("Version %(number)s: %(money)s and %(help)s of help.") % {
                "number": plan.version,
                "money": money(latest.cost_fen),
                "help": duration(latest.minutes),
            }
        elif running:
            sentence = _("A call is open: somebody is looked for who carries it out.")
        elif plan.undertaker is not None:
            sentence = _("Somebody was chosen to carry it out, and now writes the plan.")
    return need_page.Section(_("The plan"), sentence, address, "pencil-ruler")


need_page.SECTIONS[need_page.Place.PLAN] = section
