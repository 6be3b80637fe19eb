"""What the pages of a project's work and money show, and whom they offer what."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException

import community
from app.delivery_words import REQUEST_STATES, STATES, VERDICTS
from app.guards import actor_of
from app.i18n import gettext as _
from app.i18n import ngettext
from app.need_page import Section
from app.neighbourhood import community_shown
from app.wording import number
from community import SYSTEM, Actor, Community, Role
from marketplace import Project, ProjectId, ProjectState, delivery, reading
from marketplace.delivery import (
    Delivery,
    DeliveryState,
    Disbursement,
    Milestone,
    Undertaking,
    Verdict,
)
from marketplace.delivery.rules import SPENDING, STOPPABLE
from marketplace.errors import UnknownProject

AnyRequest = Request[Any, Any, Any]

STEPS: Final = {
    DeliveryState.UNDER_WAY: 5,
    DeliveryState.DELIVERED: 6,
    DeliveryState.JUDGED: 7,
    DeliveryState.CLOSED: 8,
    DeliveryState.STOPPED: 5,
}
"""Which of the eight steps a project has reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: the community, the project, its delivery if begun, and who looks."""

    home: Community
    project: Project
    delivery: Delivery | None
    undertaking: Undertaking
    by: Actor | None

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"/projects/{self.project.id}/delivery"

    @property
    def today(self) -> date:
        """The day it is where the community is."""
        return datetime.now(UTC).astimezone(ZoneInfo(self.home.time_zone)).date()

    @property
    def member(self) -> bool:
        """Whether a member of this community looks, who may read names."""
        return self.by is not None and self.by.community_id == self.home.id

    @property
    def own(self) -> bool:
        """Whether whoever looks acts for the undertaker."""
        return (
            self.by is not None
            and self.by.on_behalf_of is None
            and self.by.member_id in self.undertaking.hands
        )

    @property
    def coordinates(self) -> bool:
        """Whether whoever looks is a coordinator here."""
        return self.by is not None and self.member and Role.COORDINATOR in self.by.roles

    @property
    def state(self) -> DeliveryState | None:
        """Where the delivery stands; None before the work has begun."""
        return self.delivery.state if self.delivery else None


SectionOf = Callable[[Place], Awaitable[Section | None]]

SECTIONS: Final[dict[int, SectionOf]] = {}
"""What later steps add to the page, in the order of their numbers; each part adds its own."""


async def place_shown(request: AnyRequest, project_id: UUID) -> Place:
    """Return a project and its delivery. Raises 404."""
    home, by = await community_shown(request), await actor_of(request)
    try:
        project = await reading.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    return Place(
        home,
        project,
        await delivery.find_delivery(project.id, community_id=home.id),
        await delivery.undertaking_of(project),
        by,
    )


async def undertakers_place(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor]:
    """Return a project under way to who carries it out; for others there is no such page."""
    found = await place_shown(request, project_id)
    if found.by is None or not found.own or found.delivery is None:
        raise NotFoundException
    return found, found.by


async def names_of(found: Place, members: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of members, for members of this community alone; the system's for all."""
    told = {SYSTEM: _("the system, at the set date")}
    if found.member:
        told |= await community.named_members(set(members), community_id=found.home.id)
    return told


async def undertaker_name(found: Place) -> str:
    """Return under which name a project is carried out: the group's, else the member's if shown."""
    here = found.home.id
    if found.undertaking.organisation_id is not None:
        group = await community.organisation(found.undertaking.organisation_id, community_id=here)
        return group.name
    names = await names_of(found, {found.undertaking.member_id})
    return names.get(found.undertaking.member_id) or _("a resident")


def base(found: Place) -> dict[str, Any]:
    """Return what every page of a delivery shows."""
    return {
        "project": found.project,
        "place": found,
        "href": found.address,
        "zone": ZoneInfo(found.home.time_zone),
    }


async def context(found: Place) -> dict[str, Any]:
    """Return what the page of a project's delivery shows."""
    shown = base(found) | {"undertaker": await undertaker_name(found), "states": STATES}
    if found.delivery is None:
        may_begin = found.project.state is ProjectState.CHOSEN and (found.own or found.coordinates)
        return {**shown, "may_begin": may_begin, "delivery": None}
    here = found.home.id
    milestones = await delivery.milestones(found.project.id, community_id=here)
    updates = await delivery.updates(found.project.id, community_id=here)
    moves = await delivery.delivery_moves(found.project.id, community_id=here)
    requests = await delivery.disbursements(found.project.id, community_id=here)
    photos = await delivery.photos(found.project.id, community_id=here)
    people = {one.by for one in moves} | people_of(requests)
    people |= {one.report.reported_by for one in milestones if one.report}
    people |= {one.written_by for one in updates}
    ways = [await SECTIONS[place](found) for place in sorted(SECTIONS)]
    return {
        **shown,
        "delivery": found.delivery,
        "step": STEPS[found.delivery.state],
        "stopped": next((one for one in moves if one.state is DeliveryState.STOPPED), None),
        "milestones": [
            (one, [photo.id for photo in photos if photo.milestone == one.number])
            for one in milestones
        ],
        "next": next((one for one in milestones if one.report is None), None),
        "updates": [
            (one, [photo.id for photo in photos if photo.update_id == one.id]) for one in updates
        ],
        "moves": moves,
        "requests": requests,
        "request_states": REQUEST_STATES,
        "purse": await delivery.purse(found.delivery),
        "names": await names_of(found, people),
        "ways": [one for one in ways if one is not None],
        "may": may(found, milestones),
    }


def people_of(requests: Iterable[Disbursement]) -> set[UUID]:
    """Return who asked for money and who decided about it."""
    found: set[UUID] = set()
    for one in requests:
        found |= {one.asked_by, *(decision.by for decision in one.decisions)}
    return found


def may(found: Place, milestones: Iterable[Milestone]) -> dict[str, bool]:
    """Return which buttons of the page would work for whoever looks."""
    open_ones = any(one.report is None for one in milestones)
    under_way = found.state is DeliveryState.UNDER_WAY
    return {
        "report": found.own and under_way and open_ones,
        "finish": found.own and under_way and not open_ones,
        "news": found.own and found.state in SPENDING,
        "ask": found.own and found.state in SPENDING,
        "stop": found.coordinates and found.state in STOPPABLE,
    }


def decisions_told(
    request: Disbursement, names: dict[UUID, str], flags: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Return what was decided about a request, in words, with the conflicts of who approved it."""
    return [
        {
            "verdict": _(VERDICTS[one.verdict]),
            "name": names.get(one.by, ""),
            "at": one.at,
            "why": one.why,
            "flag": flags.get(one.by, "") if one.verdict is Verdict.APPROVED else "",
        }
        for one in request.decisions
    ]


async def step_of(project: Project) -> int:
    """Return which of the eight steps a project has reached."""
    found = await delivery.find_delivery(project.id, community_id=project.community_id)
    return STEPS[found.state] if found else project.state.step


async def project_section(project: Project) -> Section | None:
    """Say on a project's own page how far its work is; nothing for one that was not chosen."""
    if project.state is not ProjectState.CHOSEN:
        return None
    href = f"/projects/{project.id}/delivery"
    found = await delivery.find_delivery(project.id, community_id=project.community_id)
    if found is None:
        return Section(_("The work"), _("The work has not begun yet."), href, "hammer")
    every = await delivery.milestones(project.id, community_id=project.community_id)
    done = sum(one.report is not None for one in every)
    told = ngettext(
        "%(done)s of %(num)s milestone is reached.",
        "%(done)s of %(num)s milestones are reached.",
        len(every),
    ) % {"done": number(done), "num": number(len(every))}
    sentence = _("%(state)s: %(told)s") % {"state": _(STATES[found.state][0]), "told": told}
    return Section(_("The work"), sentence, href, "hammer")
