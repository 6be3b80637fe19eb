"""Requests and visits for programs: what waits, what is one's own, and one visit, as JSON.

The check-in code is not among them: it is for the elder's own page and card.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath

import community
import timebank
from app.acts import act
from app.neighbourhood import acting
from community import Role
from timebank import Seen, State, Step, Visit, repeats, rules
from timebank.repeats import RepeatSeen

AnyRequest = Request[Any, Any, Any]
PRIVATE = {"Cache-Control": "no-store"}


@get("/api/time-bank/requests", name="api.requests", opt=act("visit.read"))
async def requests_data(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the requests that a volunteer could take, and those that wait for oneself.

    `repeating` is what an elder asks for regularly.
    """
    by = await acting(request)
    waiting = []
    if Role.VOLUNTEER in by.roles:
        waiting = [
            {
                **_visit(Seen(one.visit, one.elder_name, "")),
                "free_then": one.free_then,
                "offered_to_you": one.visit.state is State.OFFERED,
            }
            for one in await timebank.open_requests(by)
        ]
    mine = [
        _visit(one)
        for one in await timebank.my_visits(by)
        if one.visit.elder_id == by.member_id and one.visit.state in rules.WAITING
    ]
    found = {
        "open": waiting,
        "mine": mine,
        "repeating": [_repeat(one) for one in await repeats.repeats_of(by)],
    }
    return Response(found, headers=PRIVATE)


@get("/api/time-bank/visits", name="api.visits", opt=act("visit.read"))
async def visits_data(request: AnyRequest) -> Response[dict[str, Any]]:
    """Give the visits that one receives and gives, the latest first."""
    by = await acting(request)
    visits = [_visit(one) for one in await timebank.my_visits(by)]
    return Response({"visits": visits}, headers=PRIVATE)


@get("/api/time-bank/visits/{visit_id:uuid}", name="api.visit", opt=act("visit.read"))
async def visit_data(request: AnyRequest, visit_id: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Give one visit with its history, to whoever may see it."""
    by = await acting(request)
    try:
        seen, steps = await timebank.visit_page(visit_id, by)
    except (timebank.UnknownVisit, community.NotDelegated) as error:
        raise NotFoundException from error
    except timebank.NotYours as error:
        raise PermissionDeniedException from error
    repeat = await repeats.repeat_of_visit(visit_id, community_id=by.community_id)
    found = {
        **_visit(seen),
        "repeat": str(repeat.id) if repeat else None,
        "history": [_step(one) for one in steps],
    }
    return Response(found, headers=PRIVATE)


def _visit(seen: Seen) -> dict[str, Any]:
    visit: Visit = seen.visit
    return {
        "id": str(visit.id),
        "care_service": visit.care_service.code,
        "state": visit.state.value,
        "elder": {"id": str(visit.elder_id), "name": seen.elder_name},
        "volunteer": {"id": str(visit.volunteer_id), "name": seen.volunteer_name}
        if visit.volunteer_id
        else None,
        "place": visit.place,
        "wishes": visit.wishes,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "minutes_booked": visit.minutes_booked,
        "minutes_measured": visit.minutes_measured,
        "minutes_confirmed": visit.minutes_confirmed,
        "credit_per_hour": visit.credit_per_hour,
        "asked_at": visit.asked_at.isoformat(),
        "waits_until": visit.waits_until.isoformat() if visit.state in rules.WAITING else None,
        "renews": str(visit.renews) if visit.renews else None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": step.at.isoformat(),
        "state": step.state.value,
        "actor": step.actor_name,
        "for": step.for_name,
        "minutes": step.minutes,
    }


def _repeat(seen: RepeatSeen) -> dict[str, Any]:
    repeat = seen.repeat
    return {
        "id": str(repeat.id),
        "care_service": repeat.care_service.code,
        "rule": repeat.rule,
        "starts_at": repeat.starts_at.isoformat(),
        "minutes": repeat.minutes,
        "skip_holidays": repeat.skip_holidays,
        "last_day": repeat.last_day.isoformat() if repeat.last_day else None,
        "coming": [
            {
                "starts_at": one.starts_at.isoformat(),
                "visit": str(one.visit.id) if one.visit else None,
                "missed": one.missed.value if one.missed else None,
            }
            for one in seen.coming
        ],
    }


handlers = [requests_data, visits_data, visit_data]
