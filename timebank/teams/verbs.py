"""The verbs of teams: founded, joined by two halves, handed over, closed; a request offered to one.

Somebody belongs to a team once the team invited them and they came, or they asked and the team
admitted them: whichever comes second. Each verb is one transaction.
"""

import dataclasses
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from timebank import visit_rows
from timebank.acting import refuse_for_another
from timebank.errors import NotYours, WrongState
from timebank.refusals import one_transaction
from timebank.teams import rows
from timebank.teams.errors import (
    InvalidTeam,
    LeadsTeam,
    NotInTeam,
    TeamClosed,
    TeamNameTaken,
)
from timebank.teams.tables import TeamOfferRow, TeamRow
from timebank.teams.values import Team, TeamDraft, TeamMember
from timebank.values import State

NAME_LENGTH_MAX: Final = 40
WORDS_LENGTH_MAX: Final = 500

_ADD: Final = """
INSERT INTO team (id, community_id, organisation_id, name, about, leader_id, founded_by, founded_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_OFFER: Final = """
INSERT INTO team_offer (community_id, team_id, visit_id, offered_by, offered_at)
VALUES ({}, {}, {}, {}, {}) ON CONFLICT ON CONSTRAINT offered_to_a_team_once DO NOTHING
RETURNING visit_id
"""


async def found_team(
    draft: TeamDraft,
    *,
    by: Actor,
    leader_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002 (the field's name)
    at: datetime | None = None,
) -> Team:
    """Found a team: a volunteer leads the one they found, a coordinator says who leads it.

    The same `id` again is answered with the team it made. Raises `NotYours`, `InvalidTeam`,
    `TeamNameTaken`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "found")
    leader = leader_id or by.member_id
    coordinator = Role.COORDINATOR in by.roles
    if not coordinator and (Role.VOLUNTEER not in by.roles or leader != by.member_id):
        raise NotYours("found")
    _check(draft)
    async with one_transaction(team_named_once=TeamNameTaken()):
        await _require_volunteer(leader, by)
        await _require_organisation(draft, by)
        team_id = id or ledger.new_id()
        stored = await TeamRow.raw(
            _ADD,
            team_id,
            by.community_id,
            draft.organisation_id,
            draft.name.strip(),
            draft.about.strip(),
            leader,
            by.member_id,
            moment,
        )
        team = await rows.one(team_id, community_id=by.community_id)
        if not stored:
            if (team.name, team.leader_id) != (draft.name.strip(), leader):
                raise TeamNameTaken
            return team
        line = TeamMember(ledger.new_id(), team.id, leader, None, None, moment, None)
        await rows.add_line(line, by=by)
        await rows.note_team("found", team, by=by, details={"leader": str(leader)})
        return await rows.one(team_id, community_id=by.community_id)


async def amend_team(team_id: UUID, draft: TeamDraft, *, by: Actor) -> Team:
    """Change a team's name and words. Raises `NotYours`, `InvalidTeam`, `TeamNameTaken`."""
    _check(draft)
    async with one_transaction(team_named_once=TeamNameTaken()):
        team = await _led(team_id, by, "amend")
        wanted = (draft.name.strip(), draft.about.strip())
        if wanted != (team.name, team.about):
            await rows.set_team(team, name=wanted[0], about=wanted[1])
            await rows.note_team("amend", team, by=by)
        return await rows.one(team_id, community_id=by.community_id)


async def join_team(team_id: UUID, *, by: Actor, at: datetime | None = None) -> TeamMember:
    """Join a team that invited one, or ask to join it. Raises `NotYours`, `TeamClosed`."""
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "join")
    if Role.VOLUNTEER not in by.roles:
        raise NotYours("join")
    async with one_transaction():
        team = await _open(team_id, by)
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotYours("join")
        line = await rows.line_of(team, by.member_id)
        if line is None:
            line = TeamMember(ledger.new_id(), team.id, by.member_id, None, moment, None, None)
            await rows.add_line(line, by=by)
            await rows.note_team("ask", team, by=by)
            await _tell(team, team.leader_id, "team.asked", by.member_id)
        elif line.since is None and line.invited_at is not None:
            await rows.set_line(line, community_id=by.community_id, since=moment)
            line = dataclasses.replace(line, since=moment)
            await rows.note_team("join", team, by=by)
            await _tell(team, team.leader_id, "team.joined", by.member_id)
        return line


async def invite_to_team(
    team_id: UUID, member_id: UUID, *, by: Actor, at: datetime | None = None
) -> TeamMember:
    """Invite a volunteer, or admit one who asked.

    Raises `NotYours`, `TeamClosed`, `InvalidTeam`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        team = await _led(team_id, by, "invite to")
        await _require_volunteer(member_id, by)
        line = await rows.line_of(team, member_id)
        if line is None:
            line = TeamMember(ledger.new_id(), team.id, member_id, moment, None, None, None)
            await rows.add_line(line, by=by)
            await rows.note_team("invite", team, by=by, details={"member": str(member_id)})
            await _tell(team, member_id, "team.invited", by.member_id)
        elif line.since is None and line.asked_at is not None:
            await rows.set_line(line, community_id=by.community_id, since=moment)
            line = dataclasses.replace(line, since=moment)
            await rows.note_team("admit", team, by=by, details={"member": str(member_id)})
            await _tell(team, member_id, "team.admitted", by.member_id)
        return line


async def leave_team(
    team_id: UUID, *, by: Actor, member_id: UUID | None = None, at: datetime | None = None
) -> None:
    """Leave a team, decline its invitation or take back one's wish; or the leader takes one out.

    Raises `NotYours`, `NotInTeam`, `LeadsTeam`, `UnknownTeam`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "leave")
    async with one_transaction():
        team = await rows.locked(team_id, community_id=by.community_id)
        whose = member_id or by.member_id
        if whose != by.member_id and not _leads(team, by):
            raise NotYours("leave")
        line = await rows.line_of(team, whose)
        if line is None:
            raise NotInTeam
        if whose == team.leader_id and not team.closed:
            raise LeadsTeam
        await rows.set_line(line, community_id=by.community_id, until=moment)
        await rows.note_team("leave", team, by=by, details={"member": str(whose)})
        if whose != by.member_id:
            await _tell(team, whose, "team.taken_out", by.member_id)


async def hand_over_team(team_id: UUID, member_id: UUID, *, by: Actor) -> Team:
    """Let another who belongs to the team lead it. Raises `NotYours`, `NotInTeam`, `TeamClosed`."""
    async with one_transaction():
        team = await _led(team_id, by, "hand over")
        line = await rows.line_of(team, member_id)
        if line is None or not line.belongs:
            raise NotInTeam
        if team.leader_id != member_id:
            await rows.set_team(team, leader_id=member_id)
            await rows.note_team("hand_over", team, by=by, details={"member": str(member_id)})
            await _tell(team, member_id, "team.led", by.member_id)
        return await rows.one(team_id, community_id=by.community_id)


async def close_team(team_id: UUID, *, by: Actor, at: datetime | None = None) -> Team:
    """Close a team: it changes no more. Raises `NotYours`, `UnknownTeam`."""
    async with one_transaction():
        team = await rows.locked(team_id, community_id=by.community_id)
        refuse_for_another(by, "close")
        if not _leads(team, by):
            raise NotYours("close")
        if not team.closed:
            await rows.set_team(team, closed_at=at or datetime.now(UTC))
            await rows.note_team("close", team, by=by)
        return await rows.one(team_id, community_id=by.community_id)


async def offer_to_team(
    visit_id: UUID, team_id: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Offer an open request to a team: all who belong to it are told, and any of them may take it.

    Others may take it as before. Raises `NotYours` for whoever is no coordinator, `WrongState`
    where somebody comes already, `TeamClosed`, `UnknownVisit`, `UnknownTeam`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "offer")
    if Role.COORDINATOR not in by.roles:
        raise NotYours("offer")
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.state is not State.REQUESTED or visit.starts_at <= moment:
            raise WrongState(visit.state, "offer")
        team = await _open(team_id, by)
        offered = await TeamOfferRow.raw(
            _OFFER, by.community_id, team.id, visit.id, by.member_id, moment
        )
        if not offered:
            return
        await rows.note_team("offer", team, by=by, details={"visit": str(visit.id)})
        for line in await rows.lines(
            "team_id = {} AND since IS NOT NULL AND until IS NULL",
            team.id,
            community_id=by.community_id,
        ):
            if line.member_id == visit.elder_id:
                continue
            await community.tell(
                line.member_id,
                "team.offered",
                community_id=by.community_id,
                fill={
                    "team": team.name,
                    "help_zh": visit.care_service.name_zh,
                    "help_en": visit.care_service.name_en,
                    "at": visit.starts_at,
                },
                link=f"/time-bank/visits/{visit.id}",
            )


def _check(draft: TeamDraft) -> None:
    if not draft.name.strip():
        raise InvalidTeam("name", "missing")
    if len(draft.name) > NAME_LENGTH_MAX:
        raise InvalidTeam("name", "too long")
    if len(draft.about) > WORDS_LENGTH_MAX:
        raise InvalidTeam("about", "too long")


def _leads(team: Team, by: Actor) -> bool:
    return by.member_id == team.leader_id or Role.COORDINATOR in by.roles


async def _open(team_id: UUID, by: Actor) -> Team:
    team = await rows.locked(team_id, community_id=by.community_id)
    if team.closed:
        raise TeamClosed
    return team


async def _led(team_id: UUID, by: Actor, act: str) -> Team:
    """Return an open team that this member leads, or looks after as a coordinator."""
    refuse_for_another(by, act)
    team = await rows.locked(team_id, community_id=by.community_id)
    if not _leads(team, by):
        raise NotYours(act)
    if team.closed:
        raise TeamClosed
    return team


async def _require_volunteer(member_id: UUID, by: Actor) -> None:
    if await community.keep_active(member_id, community_id=by.community_id):
        found = await community.member(member_id)
        if Role.VOLUNTEER in found.roles:
            return
    raise InvalidTeam("member", "no volunteer")


async def _require_organisation(draft: TeamDraft, by: Actor) -> None:
    if draft.organisation_id is None:
        return
    try:
        found = await community.organisation(draft.organisation_id, community_id=by.community_id)
    except community.UnknownOrganisation:
        raise InvalidTeam("organisation", "unknown") from None
    if found.closed:
        raise InvalidTeam("organisation", "closed")


async def _tell(team: Team, member_id: UUID, kind: str, other: UUID) -> None:
    """Tell somebody what happened in a team; `other` is who did it."""
    if member_id == other:
        return
    names = await community.named_members({other}, community_id=team.community_id)
    await community.tell(
        member_id,
        kind,
        community_id=team.community_id,
        fill={"team": team.name, "name": names.get(other, "")},
        link=f"/teams/{team.id}",
    )
