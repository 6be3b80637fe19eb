"""The parts of a home that are about the member: visits, those acted for, what we decide."""

import itertools
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import community
import timebank
from app import visit_page
from app.funding_page import Shown
from app.i18n import gettext as _
from app.need_words import STATES
from app.visit_page import ShownVisit
from community import Actor, Role
from marketplace import (
    RoundState,
    evaluation,
    meetings,
    needs,
    own_choices,
    reading,
    round_summaries,
)
from marketplace.funding import reading as funding
from marketplace.funding import sums
from marketplace.funding.values import DriveState
from marketplace.meetings import Meeting, MeetingState
from marketplace.needs import NeedState, Search
from timebank import Seen, State

WEEK: Final = timedelta(days=7)
REQUESTS_SHOWN: Final = 3
ROUNDS_SHOWN: Final = 4
ROUNDS_LOOKED_AT: Final = 20
NEEDS_SHOWN: Final = 3
DRIVES_SHOWN: Final = 3
ORDER: Final = (RoundState.VOTING, RoundState.PROPOSING, RoundState.CLOSED)


async def visits(by: Actor, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return what waits for the member, what comes, and for a volunteer who could be helped."""
    seen, balance = await timebank.my_visits(by), await timebank.my_balance(by)
    mine = [visit_page.shown(one, by) for one in seen]
    ahead = [one for one in reversed(mine) if one.ahead and not one.waits_for_me]
    given = [one for one in ahead if one.part == "volunteer"]
    open_ones = await timebank.open_requests(by) if Role.VOLUNTEER in by.roles else []
    fitting = [one for one in open_ones if one.free_then]
    week_ends = (now.astimezone(zone) + WEEK).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "elder": Role.ELDER in by.roles,
        "volunteer": Role.VOLUNTEER in by.roles,
        "balance": balance,
        "waiting": [one for one in mine if one.waits_for_me],
        "next": _next([one for one in ahead if one.part == "elder"], now),
        "again": await visit_page.again(seen, by, now, zone=zone, saved=balance.available)
        if Role.ELDER in by.roles
        else None,
        "coming": len(ahead),
        "week": [one for one in given if one.visit.starts_at < week_ends],
        "later": sum(one.visit.starts_at >= week_ends for one in given),
        "fitting": [_request(one, by) for one in fitting[:REQUESTS_SHOWN]],
        "open": len(open_ones),
    }


def _next(received: list[ShownVisit], now: datetime) -> list[ShownVisit]:
    """Return the next visit, and the next to which somebody comes where that is another one.

    One whose time went by without a check-in stands first: perhaps nobody came.
    """
    coming = (
        one for one in received if one.visit.volunteer_id is not None and one.visit.ends_at > now
    )
    return list(dict.fromkeys([*received[:1], *itertools.islice(coming, 1)]))


def _request(one: timebank.OpenRequest, by: Actor) -> ShownVisit:
    return visit_page.shown(Seen(one.visit, one.elder_name, ""), by)


async def acted_for(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return whom a delegate acts for, with what waits to be confirmed and what comes next."""
    found = {one.member_id: one for one in await community.delegations_to(by) if one.in_force(now)}
    names = await community.named_members(set(found), community_id=by.community_id)
    visits_of = await timebank.visits_acted_for(by, at=now)
    people = [
        {
            "name": names[member_id],
            "href": f"/for/{member_id}",
            "asks": community.DelegatedAct.REQUEST in delegation.acts,
            "waiting": [
                one
                for one in visits_of.get(member_id, [])
                if one.visit.state is State.FINISHED
                and community.DelegatedAct.CONFIRM in delegation.acts
                and one.visit.volunteer_id != by.member_id
            ],
            "next": next(
                (
                    one
                    for one in reversed(visits_of.get(member_id, []))
                    if one.visit.state in visit_page.AHEAD and one.visit.ends_at > now
                ),
                None,
            ),
        }
        for member_id, delegation in found.items()
        if member_id in names
    ]
    return sorted(people, key=lambda one: not one["waiting"])


async def needs_here(by: Actor) -> dict[str, Any]:
    """Return what is missing here: the member's own needs, and others' that they could support."""
    own = await needs.own_needs(by.member_id, community_id=by.community_id, size=NEEDS_SHOWN)
    open_ones = await needs.need_cards(
        Search(NeedState.RAISED), community_id=by.community_id, size=2 * NEEDS_SHOWN
    )
    mine = {one.need.id for one in own}
    return {
        "own": own,
        "others": [one for one in open_ones if one.need.id not in mine][:NEEDS_SHOWN],
        "states": {state: _(words) for state, words in STATES.items()},
    }


async def projects(by: Actor, zone: ZoneInfo) -> dict[str, Any]:
    """Return the projects that a member is asked to judge, and those that collect now."""
    asked = await evaluation.not_yet_rated(by.member_id, community_id=by.community_id)
    collecting = await funding.drives(by.community_id, states=[DriveState.OPEN], size=DRIVES_SHOWN)
    ids = {one.project_id for one in asked} | {one.project_id for one in collecting}
    titles = await reading.titles(ids, community_id=by.community_id) if ids else {}
    raised = await sums.raised(collecting) if collecting else {}
    shown = [
        Shown(one, titles[one.project_id], raised[one.id].progress, zone) for one in collecting
    ]
    return {
        "asked": [
            {
                "title": titles[one.project_id],
                "until": one.closes_at,
                "href": f"/projects/{one.project_id}/evaluation/rate",
            }
            for one in asked
        ],
        "collecting": [one for one in shown if one.is_open],
    }


async def next_meeting(by: Actor) -> Meeting | None:
    """Return the next meeting of the community that is not called off."""
    ahead = await meetings.meetings_ahead(by.community_id)
    return next((one for one in ahead if one.state is MeetingState.ANNOUNCED), None)


async def rounds(by: Actor) -> list[dict[str, Any]]:
    """Return the newest rounds in figures, open ballots first, with how many the member chose."""
    found = await round_summaries(by.community_id, most=ROUNDS_LOOKED_AT)
    found.sort(key=lambda one: ORDER.index(one.round.state))
    return [
        {
            "round": one.round,
            "projects": one.projects,
            "chosen": one.chosen,
            "chosen_fen": one.chosen_fen,
            "mine": len(await own_choices(one.round.id, by=by))
            if one.round.state is RoundState.VOTING
            else 0,
        }
        for one in found[:ROUNDS_SHOWN]
    ]
