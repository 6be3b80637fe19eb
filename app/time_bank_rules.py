"""The rules of the time bank for members: short, by what they are about, and what they say of one.

A rule that says that there is nothing of a sort (no limit, no star) is left out of the short page,
unless the community decided so against what is usual. The page of all rules has every one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import community
from app.i18n import gettext as _
from app.i18n import mark
from app.policies import Rule
from app.policy_words import value_words
from app.wording import duration
from community import Actor, Policy, Role, Setting
from timebank import eligibility
from timebank.policy import (
    REDEEM_AFTER_MINUTES,
    TOPICS,
)

# What each part of the time bank's rules is about: heading and icon.
HEADINGS: Final[Mapping[str, tuple[str, str]]] = {
    "visits": (mark("Visits"), "calendar-check"),
    "groups": (mark("Classes and groups"), "users"),
    "redeeming": (mark("Receiving help"), "hand-helping"),
    "giving": (mark("Giving help"), "hand-heart"),
    "saving": (mark("Saving hours"), "clock"),
    "passing_on": (mark("Passing hours on"), "arrow-left-right"),
    "relief_fund": (mark("The relief fund"), "heart-pulse"),
    "honours": (mark("Stars for hours given"), "star"),
    "desk": (mark("The telephone desk"), "phone"),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """What some rules are about, with those rules."""

    code: str
    heading: str
    icon: str
    rules: tuple[Rule, ...]


def topics(rules: Iterable[Rule], *, short: bool = False) -> list[Topic]:
    """Return the time bank's rules by topic; a short list leaves out what says nothing."""
    by_setting = {rule.setting: rule for rule in rules}
    found = []
    for code, settings in TOPICS.items():
        told = tuple(by_setting[one] for one in settings if one in by_setting)
        if short:
            told = tuple(rule for rule in told if _says_something(rule))
        if told:
            heading, icon = HEADINGS[code]
            found.append(Topic(code, _(heading), icon, told))
    return found


def _says_something(rule: Rule) -> bool:
    return bool(rule.value) or rule.value != rule.setting.default


def figure(setting: Setting[Any], value: Any) -> str:
    """Return a value where packs stand side by side; a rule's absence is a word."""
    if setting.otherwise and value == 0 and not isinstance(value, bool):
        return _("none")
    return value_words(setting, value)


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule with dots where its value stands, and each value with those who have it."""

    rule: str
    values: tuple[tuple[str, str], ...]


def difference(setting: Setting[Any], policies: Iterable[tuple[str, Policy]]) -> Difference:
    """Return how several policies, by name, differ in one rule."""
    who: dict[str, list[str]] = {}
    for name, policy in policies:
        who.setdefault(figure(setting, policy[setting]), []).append(name)
    told = tuple((value, _(", ").join(names)) for value, names in who.items())
    return Difference(_(setting.words) % {"value": "…"}, told)


async def for_me(by: Actor, policy: Policy, now: datetime) -> Sequence[str]:
    """Return what the rules of receiving help say of whoever reads, in sentences."""
    if Role.ELDER not in by.roles and Role.VOLUNTEER not in by.roles:
        return []
    known = await community.details_of(by.member_id, community_id=by.community_id)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    told = []
    if known.birth_date is not None:
        least = eligibility.redeem_age(policy, hardship=False)
        age = eligibility.age_at(known.birth_date, now, zone)
        if age >= least:
            told.append(_("You are old enough to receive help."))
        else:
            told.append(
                _("You can receive help from your birthday in %(year)s on.")
                % {"year": known.birth_date.year + least}
            )
    given = await eligibility.given_ever(by.member_id, community_id=by.community_id)
    if policy[REDEEM_AFTER_MINUTES]:
        missing = policy[REDEEM_AFTER_MINUTES] - given
        if missing > 0:
            told.append(
                _("You can use your own hours once you have given %(missing)s more.")
                % {"missing": duration(missing)}
            )
    if eligibility.may_ask_for_home(given, policy):
        told.append(_("You have given enough to ask for a place in a public home for the old."))
    return told
