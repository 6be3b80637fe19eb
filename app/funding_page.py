"""What the pages of a drive show: how far it has come, in figures and sentences, and who gave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.exceptions import NotFoundException
from markupsafe import Markup

import community
from app.days import last_day
from app.funding_words import DRIVE_STATES, SOURCES
from app.guards import actor_of
from app.i18n import gettext as _
from app.i18n import ngettext
from app.neighbourhood import acting, community_shown
from app.templating import when_day
from app.wording import duration, money, number, percent
from community import Actor, Community, Role
from marketplace import Project, ProjectId, ProjectState, delivery
from marketplace import reading as projects
from marketplace.errors import UnknownProject
from marketplace.funding import reading, sums
from marketplace.funding.sums import OfSource
from marketplace.funding.telling import hands_of
from marketplace.funding.values import (
    Contribution,
    Drive,
    DriveState,
    Pledge,
    Progress,
    Source,
)

AnyRequest = Request[Any, Any, Any]
GIFTS_SHOWN: Final = 50
RAISED: Final = (
    Source.CARD,
    Source.ALIPAY,
    Source.WECHAT_PAY,
    Source.CASH,
    Source.BANK,
    Source.ORGANISATION,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A drive as pages show it. Money in fen, time in minutes; sentences are whole."""

    drive: Drive
    title: str
    progress: Progress
    zone: ZoneInfo

    @property
    def address(self) -> str:
        """The address of the drive's page."""
        return address_of(self.drive.project_id)

    @property
    def is_open(self) -> bool:
        """Whether it takes gifts and pledges now."""
        return takes_more(self.drive)

    @property
    def reached(self) -> bool:
        """Whether it has ended well."""
        return self.drive.state is DriveState.REACHED

    @property
    def state_words(self) -> str:
        """Where it stands, in two or three words."""
        if self.drive.state is DriveState.OPEN and not self.is_open:
            return _("The last day is over")
        return _(DRIVE_STATES[self.drive.state])

    @property
    def state_sentence(self) -> str | Markup:
        """Where it stands, in a sentence with its day."""
        state, day = self.drive.state, when_day(last_day(self.drive.deadline, self.zone))
        if state is DriveState.OPEN:
            return self._days_left(day)
        ended = self.drive.settled_at or self.drive.deadline
        at = when_day(ended.astimezone(self.zone).date())
        if state is DriveState.REACHED:
            words = _("The goal was reached: the money and the hours are the project's (%(day)s).")
        elif state is DriveState.MISSED:
            words = _("The goal was not reached, so everybody gets everything back (%(day)s).")
        else:
            words = _("Cancelled, so everybody gets everything back (%(day)s): %(why)s")
        return Markup(words) % {"day": at, "why": self.drive.why}  # noqa: S704 (our own catalog's words; what is put in is escaped)

    def _days_left(self, day: Markup) -> Markup | str:
        now = datetime.now(UTC)
        if now >= self.drive.deadline:
            return _("The last day is over. What was given is being counted.")
        days = (last_day(self.drive.deadline, self.zone) - now.astimezone(self.zone).date()).days
        if days <= 0:
            return _("Today is the last day.")
        words = ngettext(
            "%(num)s day left, until %(day)s.", "%(num)s days left, until %(day)s.", days
        )
        return Markup(words) % {"num": days, "day": day}  # noqa: S704 (our own catalog's words)

    @property
    def goal_fen(self) -> int:
        """How much money it asks for."""
        return self.drive.goal_fen

    @property
    def goal_minutes(self) -> int:
        """How much help it asks for."""
        return self.drive.goal_minutes

    @property
    def given_fen(self) -> int:
        """What neighbours and organisations gave."""
        return self.progress.given_fen

    @property
    def pledged_minutes(self) -> int:
        """What is pledged."""
        return self.progress.pledged_minutes

    @property
    def missing_minutes(self) -> int:
        """How much help still lacks."""
        return max(0, self.goal_minutes - self.pledged_minutes)

    @property
    def whole_fen(self) -> int:
        """What the whole bar of money stands for."""
        return max(self.goal_fen, self.progress.raised_fen)

    @property
    def pieces(self) -> list[tuple[str, int, str]]:
        """The pieces of the bar of money: label, fen, text."""
        found = [(_("Gifts of money"), self.given_fen, money(self.given_fen))]
        if self.drive.matching is not None:
            matched = self.progress.matched_fen
            found.append((_(SOURCES[Source.MATCHING]), matched, money(matched)))
        return found

    @property
    def money_sentence(self) -> str:
        """How much of the goal in money is there."""
        raised, goal = self.progress.raised_fen, self.goal_fen
        if not goal:
            return ""
        words = _("%(raised)s of %(goal)s: %(share)s.")
        told = words % {
            "raised": money(raised),
            "goal": money(goal),
            "share": percent(raised, goal),
        }
        if raised < goal and self.is_open:
            lacks = _("%(money)s still lacking.") % {"money": money(goal - raised)}
            return _("%(first)s %(then)s") % {"first": told, "then": lacks}
        return told

    @property
    def hours_sentence(self) -> str:
        """How much of the goal in hours is there."""
        if not self.goal_minutes:
            return ""
        words = _("%(pledged)s of %(goal)s pledged: %(share)s.")
        told = words % {
            "pledged": duration(self.pledged_minutes),
            "goal": duration(self.goal_minutes),
            "share": percent(self.pledged_minutes, self.goal_minutes),
        }
        if self.missing_minutes and self.is_open:
            lacks = _("%(hours)s still lacking.") % {"hours": duration(self.missing_minutes)}
            return _("%(first)s %(then)s") % {"first": told, "then": lacks}
        return told

    @property
    def part_sentence(self) -> str:
        """What counts as reached where that is less than all; nothing where it is all."""
        share = self.drive.part_goal_percent
        if share >= 100:  # noqa: PLR2004 (per cent)
            return ""
        return _(
            "Here %(percent)s%% of each goal is enough: the project can then begin smaller."
        ) % {"percent": share}


def address_of(project_id: UUID) -> str:
    """Return the address of the page of a project's drive."""
    return f"/projects/{project_id}/funding"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: the community, the project, its latest drive if any, and who looks."""

    home: Community
    project: Project
    drive: Drive | None
    by: Actor | None

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.home.time_zone)

    @property
    def member(self) -> bool:
        """Whether a member of this community looks."""
        return self.by is not None and self.by.community_id == self.home.id


async def place_shown(request: AnyRequest, project_id: UUID) -> Place:
    """Return a project and its latest drive, for whoever looks. Raises 404."""
    home, by = await community_shown(request), await actor_of(request)
    return await _place(home, project_id, by)


async def place_of(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor]:
    """Return a project and its latest drive to a member who acts, and the member. Raises 404."""
    by = await acting(request)
    home = await community.community(by.community_id)
    return await _place(home, project_id, by), by


async def driven_place(request: AnyRequest, project_id: UUID) -> tuple[Place, Actor, Drive]:
    """Return the same of a project that has a drive, with the drive. Raises 404."""
    found, by = await place_of(request, project_id)
    if found.drive is None:
        raise NotFoundException
    return found, by, found.drive


def takes_more(drive: Drive) -> bool:
    """Say whether a drive takes gifts and pledges now."""
    return drive.state is DriveState.OPEN and datetime.now(UTC) < drive.deadline


async def _place(home: Community, project_id: UUID, by: Actor | None) -> Place:
    try:
        project = await projects.read_project(ProjectId(project_id), community_id=home.id)
    except UnknownProject as error:
        raise NotFoundException from error
    drive = await reading.drive_of_project(project.id, community_id=home.id)
    return Place(home, project, drive, by)


async def shown_of(found: Place) -> Shown:
    """Return a place's drive as shown. Raises 404 where there is none."""
    if found.drive is None:
        raise NotFoundException
    return Shown(found.drive, found.project.title, await sums.progress(found.drive), found.zone)


async def leads(found: Place) -> bool:
    """Say whether whoever looks may open or cancel a drive for this project."""
    return await leads_for(found.project, found.by)


async def leads_for(project: Project, by: Actor | None) -> bool:
    """Say whether somebody coordinates here, or carries the project out."""
    if by is None or by.community_id != project.community_id:
        return False
    return Role.COORDINATOR in by.roles or by.member_id in await hands_of(project)


async def may_raise(project: Project, by: Actor | None) -> bool:
    """Say whether somebody may open the first drive of a project, whose work has not begun."""
    if project.state is not ProjectState.CHOSEN or not await leads_for(project, by):
        return False
    here = project.community_id
    begun = await delivery.find_delivery(project.id, community_id=here)
    return begun is None and await reading.drive_of_project(project.id, community_id=here) is None


def whole_goal(shown: Shown) -> bool:
    """Say whether the whole goal is there, so that those who lead the drive may end it early."""
    return (
        shown.progress.raised_fen >= shown.goal_fen and shown.pledged_minutes >= shown.goal_minutes
    )


def source_rows(
    shown: Shown, by_source: Mapping[Source, OfSource], project: Project
) -> list[list[str]]:
    """Return the rows of the table by source; the round's part stands first, outside the goal."""
    found = [[_(SOURCES[Source.PUBLIC_BUDGET]), "–", money(project.cost_fen), "–"]]
    for source in RAISED:
        one = by_source.get(source)
        if one is not None:
            share = _share(one.fen, shown.goal_fen)
            found.append([_(SOURCES[source]), number(one.gifts), money(one.fen), share])
    if shown.drive.matching is not None:
        fen = shown.progress.matched_fen
        found.append([_(SOURCES[Source.MATCHING]), "–", money(fen), _share(fen, shown.goal_fen)])
    fen = shown.progress.raised_fen
    found.append([_("Raised in all"), "–", money(fen), _share(fen, shown.goal_fen)])
    return found


def returned_rows(by_source: Mapping[Source, OfSource]) -> list[list[str]]:
    """Return the rows of the table of a drive whose gifts went back: what came, and what left."""
    came = [(source, by_source[source]) for source in RAISED if source in by_source]
    found = [
        [_(SOURCES[source]), number(one.gifts), money(one.came_fen), money(one.came_fen - one.fen)]
        for source, one in came
    ]
    gifts = sum(one.gifts for _source, one in came)
    fen = sum(one.came_fen for _source, one in came)
    back = fen - sum(one.fen for _source, one in came)
    return [*found, [_("All together"), number(gifts), money(fen), money(back)]]


def _share(part: int, whole: int) -> str:
    return percent(part, whole) if whole else "–"


async def givers_named(gifts: Collection[Contribution], *, community_id: UUID) -> dict[UUID, str]:
    """Return the names of gifts' members and organisations by id."""
    members = {one.member_id for one in gifts if one.member_id is not None}
    names = await community.named_members(members, community_id=community_id)
    if any(one.organisation_id for one in gifts):
        known = await community.organisations_of(community_id)
        names |= {one.id: one.name for one in known}
    return names


def giver_words(one: Contribution, names: dict[UUID, str]) -> str:
    """Return who gave, as far as the gift says: an organisation, a member, a name, or nobody."""
    for giver in (one.organisation_id, one.member_id):
        if giver is not None:
            return names.get(giver, _("a former member"))
    return one.name or _("Somebody who wishes no name")


def amount_words(one: Contribution) -> str:
    """Return a gift's amount, or what is left of it where some of it went away again."""
    return money(one.amount_fen if one.net_fen == 0 else one.net_fen)


def own_lines(
    gifts: Sequence[Contribution], pledges: Sequence[Pledge], drive: Drive
) -> list[tuple[str, str]]:
    """Return what a member gave and pledged to a drive, for the page of that drive."""
    fen = sum(one.net_fen for one in gifts if one.drive_id == drive.id)
    counting = {"held", "given"}
    minutes = sum(
        one.minutes for one in pledges if one.drive_id == drive.id and one.state in counting
    )
    lines = [(_("Money"), money(fen))] if fen else []
    return [*lines, (_("Hours"), duration(minutes))] if minutes else lines


async def section(project: Project, zone: ZoneInfo) -> Shown | None:
    """Return what a project's own page shows of what is raised; None where nothing ever was."""
    drive = await reading.drive_of_project(project.id, community_id=project.community_id)
    if drive is None:
        return None
    return Shown(drive, project.title, await sums.progress(drive), zone)
