"""Teams of volunteers: the list, a team with its people and hours, joining, inviting, leaving."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import ledger
import timebank
from app.acts import ACTS, act
from app.class_form import id_of
from app.forms import Form
from app.i18n import gettext as _
from app.named_field import Candidates
from app.neighbourhood import acting
from app.notices import NoticeKind, noticed
from app.routes.typed import key_of, typed
from app.team_words import refusal_words, wrong_field
from app.volunteer_field import read_volunteer
from community import Actor, Role
from timebank import TimebankError, group_sessions, teams
from timebank.teams import Team, TeamDraft

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/teams", name="teams", opt=act("team.read"))
async def team_list(request: AnyRequest) -> Template:
    """Show the teams of the community, and those that invited whoever looks."""
    by = await acting(request)
    mine = await teams.teams_of(by.member_id, community_id=by.community_id)
    context = {
        "teams": await teams.teams(by.community_id),
        "closed": await teams.teams(by.community_id, closed=True),
        "mine": {one.id for one in mine},
        "invitations": await teams.invitations(by),
        "founds": bool(ACTS["team.found"].reach(by.roles)),
    }
    return Template("teams/teams.html", context=context)


@get("/teams/new", name="team.new", opt=act("team.found"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that founds a team."""
    by = await acting(request)
    return await _form(by, Form.of({"key": str(ledger.new_id())}), [], None)


@post("/teams", opt=act("team.found"), status_code=303)
async def found(request: AnyRequest) -> Template | Redirect:
    """Found a team, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    leader: UUID | None = by.member_id
    candidates: Candidates = []
    if Role.COORDINATOR in by.roles:
        leader, candidates = await read_volunteer(form, by)
    if not form.ok:
        return await _form(by, form, candidates, None)
    draft = TeamDraft(form.value("name"), form.value("about"), id_of(form, "organisation"))
    try:
        made = await teams.found_team(draft, by=by, leader_id=leader, id=key_of(form))
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except TimebankError as refusal:
        form.refuse(*(wrong_field(refusal) or ("name", refusal_words(refusal))))
        return await _form(by, form, candidates, None)
    return _to(made.id, _("The team “%(name)s” is founded.") % {"name": made.name})


@get("/teams/{team_id:uuid}", name="team", opt=act("team.read"))
async def page(request: AnyRequest, team_id: FromPath[UUID]) -> Template:
    """Show a team: its people, what they gave together, and what waits for it."""
    return await _page(await acting(request), team_id, Form(), [])


async def _page(by: Actor, team_id: UUID, form: Form, candidates: Candidates) -> Template:
    team = await _team(by, team_id)
    home = await community.community(by.community_id)
    spans = await teams.belonging_to_team(team)
    visits, minutes = await timebank.given_by(spans, community_id=home.id)
    sessions, taught = await group_sessions.sessions_given_by(spans, community_id=home.id)
    people = await teams.people_of_team(team)
    own = next((one.line for one in people if one.line.member_id == by.member_id), None)
    leads = by.member_id == team.leader_id or Role.COORDINATOR in by.roles
    belongs = own is not None and own.belongs
    organisation = (
        await community.organisation(team.organisation_id, community_id=home.id)
        if team.organisation_id is not None
        else None
    )
    context = {
        "team": team,
        "organisation": organisation,
        "people": [one for one in people if one.line.belongs],
        "asking": [one for one in people if one.line.asked_at and not one.line.since],
        "invited": [one for one in people if one.line.invited_at and not one.line.since],
        "own": own,
        "belongs": belongs,
        "leads": leads and not team.closed,
        "volunteer": Role.VOLUNTEER in by.roles and not team.closed,
        "visits": visits,
        "sessions": sessions,
        "minutes": minutes + taught,
        "offered": await teams.offered_to_team(team) if belongs or leads else [],
        "form": form,
        "candidates": candidates,
        "me": by.member_id,
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("teams/team.html", context=context, status_code=status)


@get("/teams/{team_id:uuid}/amend", opt=act("team.lead"))
async def amend_form(request: AnyRequest, team_id: FromPath[UUID]) -> Template:
    """Show the form that changes a team's name and words."""
    by = await acting(request)
    team = await _team(by, team_id)
    if by.member_id != team.leader_id and Role.COORDINATOR not in by.roles:
        raise PermissionDeniedException
    return await _form(by, Form.of({"name": team.name, "about": team.about}), [], team)


@post("/teams/{team_id:uuid}/amend", opt=act("team.lead"), status_code=303)
async def amend(request: AnyRequest, team_id: FromPath[UUID]) -> Template | Redirect:
    """Change a team's name and words, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    team = await _team(by, team_id)
    draft = TeamDraft(form.value("name"), form.value("about"), team.organisation_id)
    try:
        await teams.amend_team(team.id, draft, by=by)
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _refused(team.id, refusal)
        form.refuse(*field)
        return await _form(by, form, [], team)
    return _to(team.id, _("The change is kept."))


@post("/teams/{team_id:uuid}/join", opt=act("team.join"), status_code=303)
async def join(request: AnyRequest, team_id: FromPath[UUID]) -> Redirect:
    """Join a team that invited one, or ask to join it."""
    by = await acting(request)
    try:
        line = await teams.join_team(team_id, by=by)
    except TimebankError as refusal:
        return _refused(team_id, refusal)
    if line.belongs:
        return _to(team_id, _("Welcome! You belong to the team now."))
    return _to(team_id, _("Your wish is sent. Whoever leads the team answers it."), "wait")


@post("/teams/{team_id:uuid}/leave", opt=act("team.join"), status_code=303)
async def leave(request: AnyRequest, team_id: FromPath[UUID]) -> Redirect:
    """Leave a team, decline its invitation, or take back one's wish; or take somebody out."""
    by, form = await acting(request), await typed(request)
    try:
        await teams.leave_team(team_id, by=by, member_id=id_of(form, "member"))
    except TimebankError as refusal:
        return _refused(team_id, refusal)
    return _to(team_id, _("Done. What was given together stays the team's."))


@post("/teams/{team_id:uuid}/invite", opt=act("team.lead"), status_code=303)
async def invite(request: AnyRequest, team_id: FromPath[UUID]) -> Template | Redirect:
    """Invite a volunteer by name, or admit one who asked."""
    by, form = await acting(request), await typed(request)
    candidates: Candidates = []
    chosen = id_of(form, "member")
    if chosen is None:
        chosen, candidates = await read_volunteer(form, by)
    if chosen is None:
        return await _page(by, team_id, form, candidates)
    try:
        line = await teams.invite_to_team(team_id, chosen, by=by)
    except TimebankError as refusal:
        return _refused(team_id, refusal)
    told = _("They belong to the team now.") if line.belongs else _("The invitation is sent.")
    return _to(team_id, told)


@post("/teams/{team_id:uuid}/hand-over", opt=act("team.lead"), status_code=303)
async def hand_over(request: AnyRequest, team_id: FromPath[UUID]) -> Redirect:
    """Let somebody else in the team lead it."""
    by, form = await acting(request), await typed(request)
    chosen = id_of(form, "member")
    try:
        await teams.hand_over_team(team_id, chosen or by.member_id, by=by)
    except TimebankError as refusal:
        return _refused(team_id, refusal)
    return _to(team_id, _("The team is handed over."))


@post("/teams/{team_id:uuid}/close", opt=act("team.lead"), status_code=303)
async def close(request: AnyRequest, team_id: FromPath[UUID]) -> Redirect:
    """Close a team; what was given together stays."""
    by = await acting(request)
    try:
        await teams.close_team(team_id, by=by)
    except TimebankError as refusal:
        return _refused(team_id, refusal)
    return _to(team_id, _("The team is closed. What was given together stays."))


@get("/time-bank/visits/{visit_id:uuid}/team", opt=act("team.offer"))
async def offer_form(request: AnyRequest, visit_id: FromPath[UUID]) -> Template:
    """Ask to which team a request is offered."""
    return await _offer(await acting(request), visit_id, Form())


@post("/time-bank/visits/{visit_id:uuid}/team", opt=act("team.offer"), status_code=303)
async def offer(request: AnyRequest, visit_id: FromPath[UUID]) -> Template | Redirect:
    """Offer a request to a team; all who belong to it are told."""
    by, form = await acting(request), await typed(request)
    chosen = id_of(form, "team")
    if chosen is None:
        form.refuse("team", _("Choose one of the teams shown."))
        return await _offer(by, visit_id, form)
    back = Redirect(f"/time-bank/visits/{visit_id}", status_code=303)
    try:
        await teams.offer_to_team(visit_id, chosen, by=by)
    except (timebank.UnknownVisit, teams.UnknownTeam) as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    except TimebankError as refusal:
        return noticed(back, refusal_words(refusal), "wrong")
    return noticed(back, _("The team is asked. Any of them can take the visit."))


async def _offer(by: Actor, visit_id: UUID, form: Form) -> Template:
    try:
        seen, _steps = await timebank.visit_page(visit_id, by)
    except timebank.UnknownVisit as error:
        raise NotFoundException from error
    home = await community.community(by.community_id)
    asked = await teams.teams_offered([visit_id], community_id=home.id)
    context = {
        "visit": seen.visit,
        "form": form,
        "zone": ZoneInfo(home.time_zone),
        "teams": [
            (str(one.id), one.name, _("asked already") if one.id in asked.get(visit_id, ()) else "")
            for one in await teams.teams(home.id)
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("teams/offer.html", context=context, status_code=status)


async def _form(by: Actor, form: Form, candidates: Candidates, team: Team | None) -> Template:
    organisations = await community.organisations_of(by.community_id)
    context = {
        "form": form,
        "team": team,
        "coordinator": Role.COORDINATOR in by.roles and team is None,
        "candidates": candidates,
        "organisations": [(str(one.id), one.name) for one in organisations if not one.closed],
    }
    status = 200 if form.ok else REFUSED
    return Template("teams/form.html", context=context, status_code=status)


async def _team(by: Actor, team_id: UUID) -> Team:
    try:
        return await teams.team(team_id, community_id=by.community_id)
    except teams.UnknownTeam as error:
        raise NotFoundException from error


def _to(team_id: UUID, told: str, kind: NoticeKind = "done") -> Redirect:
    return noticed(Redirect(f"/teams/{team_id}", status_code=303), told, kind)


def _refused(team_id: UUID, refusal: TimebankError) -> Redirect:
    """Lead to a team's page with why not; 404 and 403 for whoever has no business with it."""
    if isinstance(refusal, teams.UnknownTeam):
        raise NotFoundException from refusal
    if isinstance(refusal, timebank.NotYours):
        raise PermissionDeniedException from refusal
    return _to(team_id, refusal_words(refusal), "wrong")


handlers = [
    team_list, new_form, found, page, amend_form, amend, join, leave, invite, hand_over, close,
    offer_form, offer,
]  # fmt: skip
