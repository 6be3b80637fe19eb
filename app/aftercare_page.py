"""What the pages of a finished project show: covenant, custodians, checks, what is broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

import community
from app import need_page
from app.aftercare_words import ATTENTION, CHECKS, CUSTODIANS, OUTCOMES
from app.guards import actor_of
from app.i18n import gettext as _
from app.i18n import ngettext
from app.neighbourhood import acting, community_shown
from app.notices import NoticeKind, noticed
from app.pictures import PHOTO_BYTES_MAX
from app.wording import number
from community import Actor, Community, Role
from marketplace import Project, ProjectId, aftercare, reading
from marketplace.aftercare import (
    Aftercare,
    Attention,
    AttentionState,
    Check,
    Custodian,
    CustodianState,
)
from marketplace.delivery.reading import find_delivery
from marketplace.errors import UnknownProject
from marketplace.needs import Need

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
FORM_BYTES_MAX: Final = aftercare.PHOTOS_MAX * PHOTO_BYTES_MAX + 64 * 1024
GONE: Final = frozenset({CustodianState.DECLINED, CustodianState.ENDED})


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: the community, the project, whether it is finished, and who looks."""

    home: Community
    project: Project
    care: Aftercare | None
    finished: bool
    by: Actor | None

    @property
    def here(self) -> bool:
        """Whether whoever looks is a member of this community."""
        return self.by is not None and self.by.community_id == self.home.id

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of whoever looks, in this community."""
        return self.by.roles if self.by is not None and self.here else frozenset()

    @property
    def address(self) -> str:
        """The address of the project's page."""
        return f"/projects/{self.project.id}"

    @property
    def today(self) -> date:
        """Which day it is in the community."""
        return datetime.now(UTC).astimezone(ZoneInfo(self.home.time_zone)).date()


async def place_shown(request: AnyRequest, project_id: UUID) -> Place:
    """Return a project for whoever looks. Raises 404."""
    home, by = await community_shown(request), await actor_of(request)
    return await _place(project_id, home, by)


async def place_of(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor]:
    """Return a project to a member who acts, and the member. Raises 404."""
    by = await acting(request)
    return await _place(project_id, await community_shown(request), by), by


async def _place(project_id: UUID, home: Community, by: Actor | None) -> Place:
    try:
        project = await reading.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    delivery = await find_delivery(project.id, community_id=home.id)
    return Place(
        home,
        project,
        await aftercare.aftercare(project.id, community_id=home.id),
        delivery is not None and delivery.state in aftercare.FINISHED,
        by,
    )


async def names_of(found: Place, members: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of members, for members of this community alone."""
    if not found.here:
        return {}
    wanted = {one for one in members if one is not None}
    return await community.named_members(wanted, community_id=found.home.id)


async def looks_after(found: Place) -> bool:
    """Whether whoever looks is a custodian of the project, or a coordinator."""
    if found.by is None or not found.here or found.by.on_behalf_of is not None:
        return False
    if Role.COORDINATOR in found.roles:
        return found.care is not None
    return await aftercare.serves(found.project.id, found.by, found.today)


def base(found: Place) -> dict[str, Any]:
    """Return what every page of a finished project shows."""
    return {
        "project": found.project,
        "care": found.care,
        "finished": found.finished,
        "home": found.home,
        "zone": ZoneInfo(found.home.time_zone),
        "is_member": found.here,
        "resident": Role.RESIDENT in found.roles,
        "href": found.address,
    }


async def context(found: Place) -> dict[str, Any]:
    """Return what the page of a finished project shows, with what each can do."""
    here, home = found.project.id, found.home.id
    versions = await aftercare.covenant_versions(here, community_id=home)
    people = await aftercare.custodians(here, community_id=home)
    checks = await aftercare.checks(here, community_id=home)
    said = await aftercare.attentions(here, community_id=home)
    names = await names_of(
        found,
        [
            *(one.member_id for one in people),
            *(one.custodian_id for one in checks),
            *(one.done_by for one in checks),
        ],
    )
    keeper = await looks_after(found)
    standing = [one for one in said if one.state in aftercare.STANDING]
    return {
        **base(found),
        "in_force": aftercare.in_force(versions),
        "latest": versions[0] if versions else None,
        "people": [_person(one, names, found, keeper=keeper) for one in people]
        if found.here
        else [],
        "serving": sum(one.serves(found.today) for one in people),
        "checks": [check_shown(one, names, found.today) for one in checks],
        "next_check": next(
            (one for one in checks if one.done_at is None and one.missed_at is None), None
        ),
        "missed": sum(one.missed_at is not None for one in checks),
        "standing": [said_shown(one, found, said) for one in standing],
        "settled": [
            said_shown(one, found, said)
            for one in said
            if one.state in {AttentionState.MENDED, AttentionState.HIDDEN}
        ],
        "keeper": keeper,
        "may_volunteer": found.finished
        and Role.RESIDENT in found.roles
        and not any(_asked(one, found) for one in people),
        "may_name": found.finished and keeper,
        "may_say": found.finished and (not found.here or Role.RESIDENT in found.roles),
    }


def _asked(one: Custodian, found: Place) -> bool:
    return found.by is not None and one.member_id == found.by.member_id and one.state not in GONE


def _person(
    one: Custodian, names: dict[UUID, str], found: Place, *, keeper: bool
) -> dict[str, Any]:
    mine = found.by is not None and one.member_id == found.by.member_id
    volunteered = one.state is CustodianState.VOLUNTEERED
    return {
        "one": one,
        "name": names.get(one.member_id, ""),
        "state": _(CUSTODIANS[one.state]),
        "serves": one.serves(found.today),
        "gone": one.state in GONE,
        "may_answer": (volunteered and keeper and not mine)
        or (one.state is CustodianState.NAMED and mine),
        "may_end": one.state not in GONE and (mine or Role.COORDINATOR in found.roles),
        "mine": mine,
    }


def check_shown(one: Check, names: dict[UUID, str], on: date) -> dict[str, Any]:
    """Return a check as pages show it."""
    state = one.state(on)
    return {
        "one": one,
        "state": _(CHECKS[state]),
        "key": state.value,
        "outcome": _(OUTCOMES[one.outcome]) if one.outcome else "",
        "whose": names.get(one.custodian_id, "") if one.custodian_id else "",
        "done_by": names.get(one.done_by, "") if one.done_by else "",
    }


def said_shown(one: Attention, found: Place, every: Sequence[Attention]) -> dict[str, Any]:
    """Return something that needs attention as pages show it, its words where they may be read."""
    readable = aftercare.sees_words(one, found.by)
    return {
        "one": one,
        "words": one.words if readable else _("Its words are hidden."),
        "readable": readable,
        "state": _(ATTENTION[one.state]),
        "doubles": sum(each.into_id == one.id for each in every),
        "href": f"{found.address}/attention/{one.id}",
    }


def to(
    found: Place,
    told: str,
    kind: NoticeKind = "done",
    page: str = "/aftercare",
) -> Redirect:
    """Lead to a page of the project, with a word about what was done."""
    return noticed(Redirect(f"{found.address}{page}", status_code=303), told, kind)


async def way_card(project: Project, by: Actor | None) -> dict[str, Any] | None:
    """Return what the page of a project says of what comes after it; nothing before the end."""
    home = await community.community(project.community_id)
    found = await _place(project.id, home, by)
    if not found.finished:
        return None
    said = await aftercare.attentions(project.id, community_id=home.id)
    count = sum(one.state in aftercare.STANDING for one in said)
    sentence = _("The covenant, who looks after it, when it is checked, and what is broken.")
    if count:
        sentence = ngettext(
            "%(num)s thing needs attention.", "%(num)s things need attention.", count
        ) % {"num": number(count)}
    return {"sentence": sentence, "href": f"{found.address}/aftercare"}


async def section(need: Need, _by: Actor | None) -> need_page.Section | None:
    """Return what the page of a need says of its story: each time it stood somewhere before."""
    story = await aftercare.story_of_need(need.id, community_id=need.community_id)
    if len(story) < 2:  # noqa: PLR2004 (itself and one more make a story)
        return None
    stands = sum(one.kind == "project" for one in story)
    sentence = ngettext(
        "It stood in %(num)s round so far. All of it, with what was lacking.",
        "It stood in %(num)s rounds so far. All of it, with what was lacking.",
        stands,
    ) % {"num": number(stands)}
    return need_page.Section(_("The whole story"), sentence, f"/needs/{need.id}/story", "book-open")


need_page.SECTIONS[need_page.Place.STORY] = section
