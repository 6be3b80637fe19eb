"""What the page of a call needs: the people, the script, the forms with their first answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import community
import timebank
from app import ask_form, repeat_form, repeat_words
from app.forms import Form
from app.i18n import OWN_NAMES, Language, current_language, is_language
from app.i18n import gettext as _
from app.phone_desk import request_form, words
from app.phone_desk.script import OnTheLine, Script, read_back, script
from app.phones import spoken
from app.similar_words import similar_lines
from app.visit_words import STATES
from app.wording import duration
from community import Actor, Community, DelegatedAct, Word
from timebank import Seen, SimilarOpen, State, Visit, VisitPolicy, desk, repeats, rules
from timebank.desk import CallSeen, Outcome, Topic

VISITS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A visit on the page of a call, with what can be done about it for the caller."""

    visit: Visit
    service: str
    state: str
    volunteer: str
    lengths: list[tuple[str, str, str]]
    can_cancel: bool
    can_hear_code: bool


@dataclass(frozen=True, slots=True)
class OnThePhone:
    """A call of one operator, with everything that its page shows and its forms answer to."""

    seen: CallSeen
    by: Actor
    home: Community
    language: Language
    word: Word | None
    acts: frozenset[DelegatedAct]

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.home.time_zone)

    @property
    def agreed_words(self) -> str:
        """The sentence that is read back, and kept as the consent."""
        return read_back(self.line, self.language)

    @property
    def line(self) -> OnTheLine:
        """Who is on the line."""
        seen = self.seen
        return OnTheLine(seen.operator_name, seen.caller_name, seen.member_name, self.acts)


async def on_the_phone(call_id: UUID, by: Actor, spoken_in: str = "") -> OnThePhone:
    """Return a call and who speaks; `spoken_in` is the language chosen, else the caller's own."""
    seen = await desk.call_seen(call_id, by)
    home = await community.community(by.community_id)
    call = seen.call
    language: Language = spoken_in if is_language(spoken_in) else current_language()
    acts: frozenset[DelegatedAct] = frozenset()
    if call.caller_id is not None and call.member_id is not None:
        if not is_language(spoken_in):
            known = (await community.member(call.caller_id)).language
            language = known if is_language(known) else language
        acts = await _acts(call.caller_id, call.member_id, by)
    mine = call.open and call.operator_id == by.member_id
    word = await community.word_of_call(call.id, by) if mine else None
    return OnThePhone(seen, by, home, language, word, acts)


async def _acts(caller_id: UUID, member_id: UUID, by: Actor) -> frozenset[DelegatedAct]:
    """Return what a caller may have done: everything of their own, else what was delegated."""
    if caller_id == member_id:
        return frozenset(DelegatedAct)
    caller = Actor(caller_id, by.community_id)  # asked about, nothing is done as them
    try:
        return (await community.delegation_in_force(caller, member_id)).acts
    except community.NotDelegated:
        return frozenset()


async def context(
    one: OnThePhone, form: Form | None = None, at: str = "", alike: SimilarOpen | None = None
) -> dict[str, Any]:
    """Return what the template needs; `form` came back refused from the part that `at` names.

    `alike` is what is like the request that was refused for it.
    """
    call, now = one.seen.call, datetime.now(UTC)
    mine = call.open and call.operator_id == one.by.member_id
    found: dict[str, Any] = {
        "seen": one.seen,
        "call": call,
        "mine": mine,
        "zone": one.zone,
        "now": now,
        "word": one.word,
        "may_act": bool(one.acts),
        "script": await _script(one),
        "read_in": [(code, OWN_NAMES[code]) for code in OWN_NAMES if code != one.language],
        "language_read": one.language,
        "done": {act: _(told) for act, told in words.DONE.items()},
        "outcome": _(words.OUTCOMES[call.outcome]) if call.outcome else "",
        "phone": spoken(call.phone) if call.phone else "",
        "matters": await desk.matters_of(call) if not mine else [],
        "form": form or Form(),
        "key": str(uuid4()),
        "checks": [(value.value, _(told)) for value, told in words.CHECKS.items()],
        "ends": [
            (value.value, _(words.OUTCOMES[value]))
            for value in (words.CALL_BACK_ENDS if call.outgoing else words.ENDS)
            if value is not Outcome.NOT_RIGHT
        ],
        "topics": [
            (value.value, _(told))
            for value, told in words.TOPICS.items()
            if value is not Topic.NOT_REACHED
        ],
        "hand_over": form if at == "hand_over" and form else Form.of({"key": str(uuid4())}),
        "request_form": Form(),
        "lines": [],
        "repeats": [],
        "alike": similar_lines(alike, "/time-bank", one.zone),
        "balance": None,
    }
    if mine and one.word is not None:
        found |= await _for_the_caller(one, form if at == "request" else None, now)
    if call.outgoing and call.visit_id is not None:
        found["tries"] = await desk.failed_tries(call.visit_id, community_id=call.community_id)
        found["callee_phone"] = await _phone(call.member_id, one.by)
    return found


async def _phone(member_id: UUID | None, by: Actor) -> str:
    if member_id is None:
        return ""
    number = await community.phone_of(member_id, community_id=by.community_id)
    return spoken(number) if number else ""


async def _script(one: OnThePhone) -> Script:
    call, visit = one.seen.call, None
    if call.outgoing and call.visit_id is not None:
        seen, _steps = await timebank.visit_page(call.visit_id, one.by)
        visit = (
            seen.visit.care_service.name(one.language),
            seen.volunteer_name,
            seen.visit.minutes_due or 0,
        )
    return script(one.line, one.home.name, one.language, visit)


async def _for_the_caller(one: OnThePhone, refused: Form | None, now: datetime) -> dict[str, Any]:
    """Return what can be told and done on the caller's word, as far as it goes."""
    _call, hand = await desk.on_the_phone(one.seen.call.id, one.by)
    policy = await timebank.visit_policy_at(one.home.id, now)
    found: dict[str, Any] = {}
    acts = one.word.acts if one.word else frozenset()
    visits: list[Seen] = []
    if acts & {DelegatedAct.REQUEST, DelegatedAct.CONFIRM}:
        visits = await timebank.my_visits(hand)
        found["lines"] = _lines(visits, one, acts, policy)
    if DelegatedAct.REQUEST in acts:
        found["repeats"] = [
            repeat_words.shown(each, "/time-bank", one.zone, now)
            for each in await repeats.repeats_of(hand)
        ]
    if acts & {DelegatedAct.REQUEST, DelegatedAct.PASSBOOK}:
        found["balance"] = await timebank.my_balance(hand)
    if DelegatedAct.REQUEST in acts and community.Role.ELDER in hand.roles:
        catalogue = [each for each in await timebank.care_services(one.home.id) if not each.retired]
        first = request_form.first_answers(
            [each.visit for each in visits],
            await timebank.last_place(hand),
            one.zone,
            now,
            days_max=policy.days_ahead_max,
        )
        found |= {
            "request_form": refused
            or Form.of({**repeat_form.FIRST_ANSWERS, **first, "key": str(uuid4())}),
            "every": repeat_form.every_choices(),
            "until": repeat_form.until_choices(),
            "how": repeat_form.how_choices(),
            "services": request_form.services(catalogue, current_language()),
            "days": ask_form.days(one.zone, now, policy),
            "times": ask_form.times(),
            "lengths": request_form.lengths(policy),
            "can_ask": True,
        }
    return found


def _lines(
    visits: list[Seen], one: OnThePhone, acts: frozenset[DelegatedAct], policy: VisitPolicy
) -> list[Line]:
    """Return the visits that matter on the telephone, of a list with the latest first.

    What waits for a word, then what is ahead with the next one first, then the last ones.
    """
    waiting = [each for each in visits if each.visit.state in {State.FINISHED, State.DISPUTED}]
    ahead = [each for each in reversed(visits) if each.visit.state in request_form.AHEAD]
    over = [each for each in visits if each not in waiting and each not in ahead]
    chosen = [*waiting, *ahead, *over][:VISITS_SHOWN]
    return [_line(each, one, acts, policy) for each in chosen]


def _line(seen: Seen, one: OnThePhone, acts: frozenset[DelegatedAct], policy: VisitPolicy) -> Line:
    visit = seen.visit
    lengths = []
    unheard = visit.volunteer_id not in {one.seen.call.caller_id, one.by.member_id}
    if visit.state is State.FINISHED and DelegatedAct.CONFIRM in acts and unheard:
        offered = rules.proposals(visit.minutes_booked, visit.minutes_measured or 0, policy)
        more = _("More than was set aside: only if they say so.")
        lengths = [
            (str(minutes), duration(minutes), more if minutes > visit.minutes_booked else "")
            for minutes in offered
        ]
    return Line(
        visit,
        visit.care_service.name(current_language()),
        _(STATES[visit.state]),
        seen.volunteer_name,
        lengths,
        can_cancel=DelegatedAct.REQUEST in acts and visit.state in rules.BEFORE_CHECK_IN,
        can_hear_code=one.seen.call.by_oneself and visit.state is State.BOOKED,
    )
