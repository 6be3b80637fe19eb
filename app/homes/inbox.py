"""The one inbox of the desk: everything that waits for somebody of the community's own people.

Each line says who waits, why, since when, and leads with one click to where it is settled. A kind
of line is shown to those whom the act behind it is for, so nobody is sent to a closed door.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import community
import timebank
from app.acts import ACTS, Relation
from app.homes import (
    care_waiting,
    gifts_waiting,
    hours_waiting,
    judging_waiting,
    money_waiting,
    talk_waiting,
    work_waiting,
)
from app.i18n import current_language, mark, ngettext
from app.i18n import gettext as _
from app.messages.undelivered import Undelivered, undelivered
from app.phone_desk.words import TOPICS
from community import Actor
from community.applications import waiting_applications
from marketplace import RoundState, needs, reading
from marketplace.needs.alike.pairs import count_likely_pairs
from timebank import State, beside, care, desk, group_sessions, moving, rules
from timebank.care import VolunteerStanding
from timebank.group_sessions import SessionState

_VISITS: Final[Mapping[State, str]] = {
    State.REQUESTED: mark("%(service)s: nobody has taken this visit yet"),
    State.OFFERED: mark("%(service)s: %(volunteer)s has not answered yet"),
    State.BOOKED: mark("%(service)s: %(volunteer)s has not checked in"),
    State.UNDER_WAY: mark("%(service)s: %(volunteer)s has not checked out"),
    State.FINISHED: mark("%(service)s by %(volunteer)s is not confirmed yet"),
    State.DISPUTED: mark("%(service)s by %(volunteer)s: somebody says this is not right"),
}
_SESSIONS: Final[Mapping[SessionState, str]] = {
    SessionState.PLANNED: mark("“%(title)s” is over, and nobody wrote down that it took place"),
    SessionState.HELD: mark("“%(title)s” took place and is not confirmed yet"),
}
_NO_LEADER: Final = mark("“%(title)s”: nobody leads this session")
_ROUNDS: Final[Mapping[RoundState, str]] = {
    RoundState.PROPOSING: mark("Ideas are collected; next the ballot opens"),
    RoundState.VOTING: mark("The ballot is open; next it is closed and counted"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the inbox: who or what waits, why, since when, and where it is settled.

    `since` is None where that cannot be told; such a line stands last.
    """

    icon: str
    who: str
    why: str
    since: datetime | None
    href: str


_Lines = Callable[[Actor, datetime], Awaitable[list[Waiting]]]


def is_for(by: Actor) -> bool:
    """Whether any kind of line is for this member."""
    return bool(kinds(by))


async def waiting(by: Actor, now: datetime) -> list[Waiting]:
    """Return all that waits for this member's hand, the longest waiting first."""
    lines = [line for kind in kinds(by) for line in await kind(by, now)]
    return sorted(lines, key=lambda one: (one.since is None, one.since or now))


def kinds(by: Actor) -> list[_Lines]:
    """Return what looks for each kind of line that is for this member."""
    by_act: tuple[tuple[str, _Lines], ...] = (
        ("call.take_over", _handed_over),
        ("rating.see", _low_ratings),
        ("member.accept", _applicants),
        ("volunteer.vet", _vetting),
        ("erasure.carry_out", _erasures),
        ("message.undelivered.read", _undelivered),
        ("move.decide", _moves),
        ("class.decide", _classes),
        ("grant.decide", _proposals),
        ("estate.propose", _estates),
        ("needs.enter", _reviews),
        ("need.moderate", _reported_needs),
        ("screening.screen", _screenings),
        ("argument.moderate", _reported_words),
        ("evaluation.moderate", _reported_comments),
        ("evaluation.name_inspector", _unsigned),
        ("project.sum_up", _to_sum_up),
        ("round.close", _rounds),
        ("disbursement.decide", _money),
        ("delivery.stop", _late),
        ("work.run", _helped),
        ("change.decide", _changes),
        ("member.merge", _duplicates),
        ("need.likely", _likely_needs),
        ("attention.hide", _broken),
        ("contribution.enter", _to_hand_back),
    )
    found = [lines for act, lines in by_act if Relation.COMMUNITY in ACTS[act].reach(by.roles)]
    return found if rules.MAY_ATTEND.isdisjoint(by.roles) else [_visits, *found]


async def _visits(by: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "calendar",
            one.elder_name,
            _(_VISITS[one.visit.state])
            % {
                "service": one.visit.care_service.name(current_language()),
                "volunteer": one.volunteer_name,
            },
            one.since,
            f"/time-bank/visits/{one.visit.id}",
        )
        for one in await timebank.wanting_attention(by, at=now)
    ]


async def _proposals(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await hours_waiting.proposals(by, now)]


async def _estates(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await hours_waiting.estates(by, now)]


async def _money(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await money_waiting.requests(by, now)]


async def _late(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await money_waiting.late(by, now)]


async def _helped(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await work_waiting.came(by, now)]


async def _changes(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await work_waiting.to_decide(by, now)]


async def _reviews(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await hours_waiting.reviews(by, now)]


async def _moves(by: Actor, _now: datetime) -> list[Waiting]:
    """Return moves that this side decides on: out of here that nobody let go yet, and into here."""
    lines = []
    for one in await moving.moves_of(by, only_open=True):
        leaves = one.community_id == by.community_id
        if leaves != (one.state is moving.MoveState.ASKED):
            continue
        other = await community.community(one.to_community_id if leaves else one.community_id)
        why = _("Wants to move to %(place)s") if leaves else _("Moves here from %(place)s")
        lines.append(
            Waiting(
                "arrow-left-right",
                (await community.member(one.member_id)).name,
                why % {"place": other.name},
                one.released_at or one.asked_at,
                f"/moves/{one.id}",
            )
        )
    return lines


async def _classes(by: Actor, now: datetime) -> list[Waiting]:
    """Return the classes that somebody proposed, and the sessions that somebody should look at."""
    lines = [
        Waiting(
            "graduation-cap",
            one.leader_name,
            _("Would like to begin the class “%(title)s”") % {"title": one.course.title},
            one.course.proposed_at,
            f"/classes/{one.course.id}",
        )
        for one in await group_sessions.waiting_courses(by)
    ]
    for since, one in await group_sessions.waiting_sessions(by, at=now):
        words = _SESSIONS[one.session.state]
        if one.session.state is SessionState.PLANNED and one.session.leader_id is None:
            words = _NO_LEADER
        lines.append(
            Waiting(
                "graduation-cap",
                one.leader_name or one.session.title,
                _(words) % {"title": one.session.title},
                since,
                f"/classes/sessions/{one.session.id}",
            )
        )
    return lines


async def _handed_over(by: Actor, _now: datetime) -> list[Waiting]:
    """Return what the phone desk left to the coordinators and no colleague looks after."""
    return [
        Waiting(
            "siren" if one.matter.urgent else "phone",
            one.member_name or _("Somebody unknown"),
            _(TOPICS[one.matter.topic]),
            one.matter.handed_at,
            f"/hand-overs/{one.matter.id}",
        )
        for one in await desk.matters(by)
        if one.matter.taken_by in {None, by.member_id}
    ]


async def _low_ratings(by: Actor, _now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "star",
            one.rater_name,
            _("Was not content with a visit: %(name)s") % {"name": one.rated_name},
            one.changed_at,
            f"/time-bank/visits/{one.visit_id}",
        )
        for one in await beside.low_ratings(by)
    ]


async def _applicants(by: Actor, _now: datetime) -> list[Waiting]:
    return [
        Waiting(
            "user-round",
            one.name,
            _("Wants to join"),
            one.applied_at,
            f"/members/{one.member_id}/application",
        )
        for one in await waiting_applications(by.community_id)
    ]


async def _erasures(by: Actor, _now: datetime) -> list[Waiting]:
    found = await community.waiting_erasures(by.community_id)
    names = await community.named_members(
        {one.member_id for one in found}, community_id=by.community_id
    )
    return [
        Waiting(
            "lock",
            names.get(one.member_id, ""),
            _("Wishes to have their data erased"),
            one.asked_at,
            f"/erasures/{one.member_id}",
        )
        for one in found
    ]


async def _undelivered(by: Actor, _now: datetime) -> list[Waiting]:
    """One line for each member, however many messages did not reach them."""
    by_member: dict[UUID, list[Undelivered]] = {}
    for one in await undelivered(by.community_id):
        by_member.setdefault(one.member_id, []).append(one)
    return [
        Waiting(
            "bell",
            lost[0].name,
            ngettext(
                "%(num)s message did not arrive: please call",
                "%(num)s messages did not arrive: please call",
                len(lost),
            )
            % {"num": len(lost)},
            min(one.at for one in lost),
            "/desk/undelivered",
        )
        for lost in by_member.values()
    ]


async def _reported_comments(by: Actor, _now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await judging_waiting.comments(by)]


async def _unsigned(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await judging_waiting.signatures(by, now)]


async def _to_sum_up(by: Actor, _now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await judging_waiting.to_sum_up(by)]


async def _rounds(by: Actor, _now: datetime) -> list[Waiting]:
    """Return the rounds that go on only by somebody's hand: no day is set for their next step."""
    by_hand = {
        one: one.voting_opens_at if one.state is RoundState.PROPOSING else one.voting_closes_at
        for one in await reading.rounds(by.community_id)
        if one.state in _ROUNDS
    }
    return [
        Waiting("vote", one.name, _(_ROUNDS[one.state]), one.opened_at, f"/rounds/{one.id}")
        for one, day in by_hand.items()
        if day is None
    ]


async def _reported_needs(by: Actor, _now: datetime) -> list[Waiting]:
    """One line for each need that was reported, however many did."""
    first: dict[UUID, datetime] = {}
    for one in await needs.waiting_reports(by.community_id):
        first.setdefault(one.need_id, one.reported_at)
    titles = await needs.titles_of(first, community_id=by.community_id) if first else {}
    return [
        Waiting(
            "flag",
            titles[need_id],
            _("A resident has reported this need"),
            since,
            f"/needs/{need_id}",
        )
        for need_id, since in first.items()
    ]


async def _screenings(by: Actor, _now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await talk_waiting.screenings(by)]


async def _reported_words(by: Actor, _now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await talk_waiting.reported(by)]


async def _to_hand_back(by: Actor, _now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await gifts_waiting.to_hand_back(by)]


async def _broken(by: Actor, now: datetime) -> list[Waiting]:
    return [Waiting(*one) for one in await care_waiting.lines(by, now)]


async def _duplicates(by: Actor, _now: datetime) -> list[Waiting]:
    pairs = len(await community.alike(by.community_id))
    if not pairs:
        return []
    who = ngettext("%(num)s pair of members", "%(num)s pairs of members", pairs) % {"num": pairs}
    why = _("May be one and the same person")
    return [Waiting("users", who, why, None, "/members/duplicates")]


async def _likely_needs(by: Actor, _now: datetime) -> list[Waiting]:
    pairs = await count_likely_pairs(by.community_id)
    if not pairs:
        return []
    who = ngettext("%(num)s pair of needs", "%(num)s pairs of needs", pairs) % {"num": pairs}
    why = _("The two needs seem to ask for the same")
    return [Waiting("users", who, why, None, "/needs/likely")]


async def _vetting(by: Actor, _now: datetime) -> list[Waiting]:
    """Return who asks to help, and the certificates that wait to be checked."""
    asking = await care.volunteers_listed(by.community_id, VolunteerStanding.APPLIED)
    language = current_language()
    return [
        *(
            Waiting(
                "hand-heart",
                one.name,
                _("Asks to be a volunteer"),
                one.since,
                f"/desk/volunteers/{one.id}",
            )
            for one in asking
        ),
        *(
            Waiting(
                "graduation-cap",
                one.holder,
                _("Certificate to check: %(kind)s") % {"kind": one.certificate.kind.name(language)},
                one.certificate.claimed_at,
                f"/desk/volunteers/{one.certificate.member_id}#certificates",
            )
            for one in await care.claims_waiting(by.community_id)
        ),
    ]
