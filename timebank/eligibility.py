"""Who may receive help, and to whom hours may be given: the policy, in words above its code.

The rules are pure: what is known of somebody comes in, None or the reason against it goes out.
`redeeming` looks up what is known and asks them. Who may give help, `timebank.care` decides.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import KinKind, Policy
from timebank.errors import TimebankError
from timebank.policy import (
    GIFTS_TO,
    HARDSHIP_REDEEM_AGE_MIN,
    PUBLIC_HOME_MINUTES,
    REDEEM_AFTER_MINUTES,
    REDEEM_AGE_MIN,
    hours,
)
from timebank.reading import given_by


class Reason(StrEnum):
    """Why somebody may not receive help or use own hours, or a gift may not be made."""

    TOO_YOUNG = "too_young"
    GIVEN_TOO_LITTLE = "given_too_little"
    NO_GIFTS = "no_gifts"
    NOT_KIN = "not_kin"


class NotEligible(TimebankError):
    """The community's rules do not let this member do it; `least` is the bound they name.

    That is an age in years, or minutes for `GIVEN_TOO_LITTLE`; 0 where the reason has no bound.
    """

    def __init__(self, reason: Reason, least: int = 0) -> None:
        self.reason, self.least = reason, least
        super().__init__(f"not eligible: {reason.value} ({least})")


# Somebody is sixty from the first moment of their sixtieth birthday on, by the clock of their
# community. Who was born on 29 February has their birthday on 1 March in other years.


def age_at(birth_date: date, at: datetime, zone: ZoneInfo) -> int:
    """Return the full years of somebody's age at a moment, in their community's time zone."""
    today = at.astimezone(zone).date()
    reached = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not reached)


# Help is received from the age of sixty on, or from the age that the community chose, or from a
# lower one in special hardship. Where no date of birth is on record, the coordinator who made the
# member an elder has looked.


def redeem_age(policy: Policy, *, hardship: bool) -> int:
    """Return the age from which somebody may receive help; 0 where any will do."""
    least = policy[REDEEM_AGE_MIN]
    lower = policy[HARDSHIP_REDEEM_AGE_MIN]
    return min(least, lower) if hardship and lower else least


def may_redeem(age: int | None, *, hardship: bool, policy: Policy) -> Reason | None:
    """Return why somebody of this age may not receive help; None where they may.

    `age` is in full years, None where no date of birth is on record.
    """
    if age is not None and age < redeem_age(policy, hardship=hardship):
        return Reason.TOO_YOUNG
    return None


# Own hours are used from the first one on, or once somebody has given so much help in all. Gifts,
# grants and the relief fund are there for those who cannot give: this rule does not touch them.


def may_use_own(given: int, policy: Policy) -> Reason | None:
    """Return why somebody may not use own hours yet; `given` is all help ever given, in minutes."""
    return Reason.GIVEN_TOO_LITTLE if given < policy[REDEEM_AFTER_MINUTES] else None


# Saved hours are given to verified kin; or, where the community says so, only to husband, wife and
# kin in a straight line, to any member, or to nobody.


def may_be_given(kin: KinKind | None, policy: Policy) -> Reason | None:
    """Return why hours may not be given to somebody who is kin like this, or None at all."""
    match policy[GIFTS_TO]:
        case hours.ANYONE:
            return None
        case hours.KIN:
            return None if kin is not None else Reason.NOT_KIN
        case hours.LINEAL:
            return None if kin in {KinKind.SPOUSE, KinKind.LINEAL} else Reason.NOT_KIN
        case _:
            return Reason.NO_GIFTS


# Some cities thank somebody for very many hours with a place in a public home for the old.


def may_ask_for_home(given: int, policy: Policy) -> bool:
    """Whether somebody who gave so many minutes may ask for a place in a public home."""
    return 0 < policy[PUBLIC_HOME_MINUTES] <= given


async def redeeming(
    member_id: UUID, *, community_id: UUID, at: datetime, hardship: bool = False
) -> None:
    """Raise `NotEligible` where the rules in force at a moment do not let a member receive help.

    `hardship` is what the community has on record of them. Within the caller's transaction.
    """
    policy = await community.policy_in_force(community_id, at)
    age = await _age(member_id, community_id, at)
    against = may_redeem(age, hardship=hardship, policy=policy)
    if against is not None:
        raise NotEligible(against, redeem_age(policy, hardship=hardship))


async def may_use_own_now(member_id: UUID, *, community_id: UUID, at: datetime) -> bool:
    """Whether a member has given enough help, by the rules of that moment, to use own hours."""
    policy = await community.policy_in_force(community_id, at)
    if not policy[REDEEM_AFTER_MINUTES]:
        return True
    given = await given_ever(member_id, community_id=community_id)
    return may_use_own(given, policy) is None


async def given_ever(member_id: UUID, *, community_id: UUID) -> int:
    """Return how many minutes of help a member has given in all, as their elders confirmed it."""
    always = (member_id, datetime.fromtimestamp(0, UTC), None)
    _visits, minutes = await given_by([always], community_id=community_id)
    return minutes


async def _age(member_id: UUID, community_id: UUID, at: datetime) -> int | None:
    known = await community.details_of(member_id, community_id=community_id)
    if known.birth_date is None:
        return None
    home = await community.community(community_id)
    return age_at(known.birth_date, at, ZoneInfo(home.time_zone))
