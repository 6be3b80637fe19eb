"""What a visit's page shows to whoever looks at it: which part they have, and what they can do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import community
import timebank
from app import renew_page
from app.acts import ACTS, Relation
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.standing_in import ActedFor, acted_for, place_of
from app.visit_words import (
    CORRECTED,
    DISPUTED_STEPS,
    LATE_MINUTES,
    STATES,
    STATES_FOR_ME,
    STEPS,
    Part,
    history_words,
    icon_of,
    payer_words,
    published_words,
    star_choices,
)
from app.wording import duration
from community import Actor, Community, Role
from timebank import Seen, Side, State, beside, rules

AHEAD: Final = frozenset({State.REQUESTED, State.OFFERED, State.BOOKED, State.UNDER_WAY})
NOT_BOOKED: Final = frozenset({State.REQUESTED, State.OFFERED})
LATE_FROM: Final = timedelta(hours=3)
HOUR: Final = 60
STOPPED: Final = frozenset({State.CANCELLED, State.EXPIRED, State.NO_SHOW})


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit in the words and for the eyes of one member."""

    seen: Seen
    part: Part
    service: str
    icon: str
    state: str
    other: str
    """The person on the other side, as this member calls them; empty while nobody is there."""
    place: str
    """Where the pages are of the member whose affair it is."""
    confirms: bool
    """Whether it is for this member to confirm, once it is finished."""

    @property
    def visit(self) -> timebank.Visit:
        """The visit itself."""
        return self.seen.visit

    @property
    def href(self) -> str:
        """Where its page is."""
        return f"{self.place}/visits/{self.seen.visit.id}"

    @property
    def waits_for_me(self) -> bool:
        """Whether the next step is this member's: to answer, to check out, or to confirm."""
        if self.part == "volunteer":
            return self.seen.visit.state in {State.OFFERED, State.UNDER_WAY}
        return self.confirms and self.seen.visit.state is State.FINISHED

    @property
    def ahead(self) -> bool:
        """Whether the visit is still to come or under way."""
        return self.seen.visit.state in AHEAD


def shown(seen: Seen, by: Actor, whom: ActedFor | None = None) -> ShownVisit:
    """Return a visit as this member sees it; `whom` is who they act for, if they do."""
    visit = seen.visit
    part: Part = "reader"
    if whom is not None:
        part = "delegate"
    elif visit.elder_id == by.member_id:
        part = "elder"
    elif visit.volunteer_id == by.member_id:
        part = "volunteer"
    confirms = part == "elder" or (
        whom is not None and whom.may("confirm") and visit.volunteer_id != by.member_id
    )
    words = STATES_FOR_ME.get((part, visit.state), STATES[visit.state])
    return ShownVisit(
        seen,
        part,
        visit.care_service.name(current_language()),
        icon_of(visit.care_service.code),
        _(words if part != "delegate" or confirms else STATES[visit.state]),
        seen.volunteer_name if part in {"elder", "delegate"} else seen.elder_name,
        place_of(by),
        confirms,
    )


async def again(
    seen: list[Seen], by: Actor, now: datetime, *, zone: ZoneInfo, saved: int
) -> dict[str, Any] | None:
    """Return what an elder could ask for once more with one tap, in words; None if nothing."""
    found = await timebank.same_again(seen, by=by, at=now, zone=zone, saved=saved)
    if found is None:
        return None
    last, request = found.last, found.request
    return {
        "service": last.care_service.name(current_language()),
        "icon": icon_of(request.care_service),
        "starts_at": request.starts_at,
        "ends_at": request.starts_at + timedelta(minutes=request.minutes),
        "volunteer": found.volunteer,
        "place": request.place,
        "action": f"{place_of(by)}/again",
        "fields": {
            "visit": last.id,
            "when": request.starts_at.isoformat(),
            "key": uuid4(),
        },
    }


def track(seen: Seen, steps: list[timebank.Step]) -> dict[str, Any]:
    """Return the steps of a visit's way, the current one, and the word for an early end."""
    labels = [_(words) for words in STEPS.values()]
    state = seen.visit.state
    past = [step.state for step in steps if step.state not in STOPPED]
    if State.DISPUTED in past:
        labels[-1:] = [_(words) for words in DISPUTED_STEPS]
    elif state is State.RESOLVED:
        labels.append(_(CORRECTED))
    if state in STOPPED:
        before = past[-1] if past else State.REQUESTED
        return {"labels": labels, "current": _place(before), "stopped": _(STATES[state])}
    if state in {State.CONFIRMED, State.RESOLVED}:
        return {"labels": labels, "current": len(labels) + 1, "stopped": ""}
    return {"labels": labels, "current": _place(state), "stopped": ""}


def _place(state: State) -> int:
    """Return which step of the way a visit in this state has reached, counted from 1."""
    order = list(STEPS)
    if state is State.OFFERED:
        return 1
    return order.index(state) + 1 if state in order else len(order)


def lengths_to_confirm(
    visit: timebank.Visit, policy: timebank.VisitPolicy, whom: ActedFor | None
) -> list[tuple[int, str, str]]:
    """Return what may be confirmed, each with words and a hint for the elder or a delegate."""
    if visit.minutes_measured is None:
        return []
    booked = visit.minutes_booked
    offered = rules.proposals(booked, visit.minutes_measured, policy)
    within, beyond = (
        _("What you had set aside; nothing more is taken."),
        _("I agree to give %(more)s more than I had set aside."),
    )
    if whom is not None:
        within = _("What was set aside; nothing more is taken.")
        beyond = _("%(more)s more than was set aside: choose it only if %(name)s agrees.")
    hints = {booked: within}
    for minutes in offered[1:]:
        figures = {"more": duration(minutes - booked), "name": whom.name if whom else ""}
        hints[minutes] = beyond % figures
    return [(minutes, duration(minutes), hints.get(minutes, "")) for minutes in offered]


async def context(
    visit_page: tuple[Seen, list[timebank.Step]], by: Actor, form: Form | None = None
) -> dict[str, Any]:
    """Return everything that the template of a visit's page needs."""
    seen, steps = visit_page
    home: Community = await community.community(by.community_id)
    whom = await acted_for(by)
    mine = shown(seen, by, whom)
    visit = seen.visit
    now = datetime.now(UTC)
    policy = await timebank.visit_policy_at(home.id, now)
    opens_at = rules.check_in_opens(visit, policy)
    paid = await timebank.paid_by(visit)
    so_far = None
    if visit.checked_in_at is not None and visit.checked_out_at is None:
        so_far = rules.clocked(visit.checked_in_at, max(now, visit.checked_in_at), policy)
    return {
        "mine": mine,
        "desk": mine.part == "reader" and Relation.COMMUNITY in ACTS["member.read"].reach(by.roles),
        "acted_for": whom,
        "visit": visit,
        "seen": seen,
        "history": history_words(steps),
        "late": next(
            (one for one in reversed(steps) if one.state is State.BOOKED and one.minutes), None
        )
        if visit.state is State.BOOKED
        else None,
        "track": track(seen, steps),
        "home": home,
        "zone": ZoneInfo(home.time_zone),
        "now": now,
        "so_far": so_far,
        "lengths": lengths_to_confirm(visit, policy, whom),
        "late_cost": timebank.credit(
            rules.late_cost(visit, at=now, policy=policy), visit.credit_per_hour
        )
        if by.principal == visit.elder_id
        else 0,
        "passed": sum(one.passed or 0 for one in paid),
        "set_aside": sum(one.minutes for one in paid),
        "booked": visit.state not in NOT_BOOKED,
        "can_accept": mine.part == "reader"
        and visit.state is State.REQUESTED
        and Role.VOLUNTEER in by.roles
        and visit.starts_at > now,
        "can_check_in": mine.part == "volunteer"
        and visit.state is State.BOOKED
        and now >= opens_at,
        "over": rules.expires(visit, at=now),
        "opens_at": opens_at,
        "form": form or Form.of({"minutes": str(visit.minutes_due or "")}),
        "paid": paid,
        "payers": [(payer_words(one.payer, mine.part), one.minutes, one.passed) for one in paid]
        if mine.part != "volunteer"
        else [],
        "passed_on": timebank.credit(visit.minutes_confirmed or 0, visit.credit_per_hour),
        "fair": visit.credit_per_hour == HOUR,
        **_choices(mine, by, now, whom),
        **await _beside(mine, by, whom),
        **await renew_page.context(visit, by, whom, now),
    }


async def _beside(mine: ShownVisit, by: Actor, whom: ActedFor | None) -> dict[str, Any]:
    """Return what is kept beside the visit, as far as it is for this member."""
    visit = mine.visit
    at_desk = mine.part == "reader" and not rules.MAY_ATTEND.isdisjoint(by.roles)
    told: dict[UUID, beside.Published] = {}
    if visit.volunteer_id is not None:
        told = await beside.published([visit.volunteer_id], community_id=by.community_id)
    rates = mine.part in {"elder", "volunteer"} or (
        whom is not None and whom.may("confirm") and visit.volunteer_id != by.member_id
    )
    closed = visit.state in {State.CONFIRMED, State.RESOLVED} and bool(visit.minutes_confirmed)
    return {
        "safety": await beside.safety_of_visit(visit.id, by=by),
        "photo": mine.part != "reader" or at_desk
        if await beside.has_photo(visit.id, community_id=by.community_id)
        else False,
        "may_rate": rates and closed,
        "said": await beside.own_rating(visit.id, by=by) if rates and closed else None,
        "ratings": await beside.ratings_of_visit(visit.id, by=by) if at_desk and closed else [],
        "may_see_ratings": at_desk and Role.COORDINATOR in by.roles,
        "published": published_words(told.get(visit.volunteer_id))
        if visit.volunteer_id is not None and mine.part != "volunteer"
        else "",
        "stars": dict(star_choices()),
    }


def _choices(mine: ShownVisit, by: Actor, now: datetime, whom: ActedFor | None) -> dict[str, Any]:
    """Return what else this member can do about the visit now, by the rules themselves."""
    visit = mine.visit
    of, asks = by.principal, whom is None or whom.may("request")
    at_desk = mine.part == "reader" and not rules.MAY_ATTEND.isdisjoint(by.roles)
    coordinator = whom is None and Role.COORDINATOR in by.roles
    missing = [
        side for side in Side if _may(rules.check_no_show, visit, side, by=of, desk=at_desk, at=now)
    ]
    anything = {"minutes": 0, "reason": "…"}  # what they decide is looked at when it comes
    return {
        "at_desk": at_desk,
        "can_cancel": asks and _may(rules.check_cancel, visit, by=of, coordinator=coordinator),
        "may_miss": missing if asks else [],
        "may_dispute": (whom is None or whom.may("confirm"))
        and _may(rules.check_dispute, visit, by=of, reason="…"),
        "may_resolve": coordinator and _may(rules.check_resolve, visit, by=of, **anything),
        "may_correct": coordinator and _may(rules.check_correct, visit, by=of, **anything),
        "late_words": [(minutes, duration(minutes)) for minutes in LATE_MINUTES]
        if mine.part == "volunteer"
        and visit.state is State.BOOKED
        and visit.starts_at - LATE_FROM <= now
        else [],
    }


def _may(check: Callable[..., None], *known: Any, **more: Any) -> bool:
    try:
        check(*known, **more)
    except timebank.TimebankError:
        return False
    return True
