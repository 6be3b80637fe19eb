"""What may be done with saved hours, each rule in words above its code. Pure: values in and out.

Numbers that a community may choose come in as arguments, as its policy has them at that moment.
All amounts are minutes; moments are aware.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from timebank.hours.errors import GiftOver, InvalidHours, NotReversible, NotTheirAct
from timebank.hours.values import (
    Disability,
    Donation,
    Gift,
    GiftState,
    Living,
    Needs,
    Rank,
    ReliefPolicy,
)

LEAST = 15
MOST = 60_000
WORDS_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500


# A gift or a donation is a quarter of an hour at least, and a thousand hours at most, so that a
# slip of the finger is noticed. A giver may say something with a gift, in 200 characters.


def check_minutes(minutes: int) -> None:
    """Raise `InvalidHours` for an amount that nobody gives."""
    if minutes < LEAST:
        raise InvalidHours("minutes", "too few", most=LEAST)
    if minutes > MOST:
        raise InvalidHours("minutes", "too many", most=MOST)


def check_words(words: str) -> None:
    """Raise `InvalidHours` for more than a few words."""
    if len(words) > WORDS_LENGTH_MAX:
        raise InvalidHours("words", "too long", most=WORDS_LENGTH_MAX)


# To whom hours may be given, `timebank.eligibility` says; never to oneself. Only what was saved by
# giving help is given: a gift is spent, not given on.
#
# The receiver accepts or declines, the giver may take the gift back, and after its days the clock
# returns it. Whichever comes first stands; none of them happens twice. For a receiver without a
# browser the desk writes the answer down that it was told; not whoever gives, even at the desk.

ANSWERS_AT_DESK = frozenset({"coordinator", "phone_operator"})


def answer(gift: Gift, to: GiftState, *, by: object, roles: Collection[str], at: datetime) -> bool:
    """Say whether a gift changes; False where this very answer was given before.

    Raises `NotTheirAct` where it is not this member's to give, `GiftOver` where it waits no more.
    """
    if to is GiftState.WITHDRAWN and by != gift.giver_id:
        raise NotTheirAct(to.value)
    at_desk = by != gift.giver_id and not ANSWERS_AT_DESK.isdisjoint(roles)
    if to in {GiftState.ACCEPTED, GiftState.DECLINED} and by != gift.receiver_id and not at_desk:
        raise NotTheirAct(to.value)
    if gift.state is to:
        return False
    if not gift.open:
        raise GiftOver(gift.state)
    if to is GiftState.ACCEPTED and gift.lapses_at <= at:
        raise GiftOver(GiftState.LAPSED)
    return True


# A donation is thanked for and stands. Where it was a mistake, a coordinator gives it back with a
# reason, for as many days as the community allows (usually 14). What was above a cap is no mistake
# and stays.


def check_reversal(donation: Donation, *, days: int, at: datetime) -> None:
    """Raise `NotReversible` where a donation stands for good."""
    until = donation.donated_at + timedelta(days=days)
    if at > until:
        raise NotReversible("too late", since=until)


# The relief fund helps in an order. First come those who are 80 or older and live alone or in an
# empty nest, and those in special hardship. Next come those of 60 or older with a low income who
# live alone and are disabled, in part or in full. The ages are the community's to choose; without a
# birth date only special hardship counts. A profile past its day of review still counts: nobody
# loses help because somebody else is late.


def rank(needs: Needs, *, age: int | None, policy: ReliefPolicy) -> Rank | None:
    """Return with which priority the relief fund helps an elder; None: not of its own accord."""
    if needs.hardship and policy.hardship_first:
        return Rank.FIRST
    if age is None:
        return None
    if age >= policy.first_age_min and needs.living is not Living.WITH_FAMILY:
        return Rank.FIRST
    if (
        age >= policy.second_age_min
        and needs.low_income
        and needs.living is Living.ALONE
        and needs.disability is not Disability.NONE
    ):
        return Rank.SECOND
    return None


# It gives each of them so many minutes a month, by rank, as far as the fund goes. When the fund
# runs low, a reserve is kept back for those who come first.


def cover(of: Rank | None, *, used: int, fund: int, policy: ReliefPolicy) -> int:
    """Return the minutes that the fund would still give, 0 or more.

    `used` is what it set aside or gave for this elder in the month, `fund` what it can still spend.
    """
    match of:
        case Rank.FIRST:
            month, spendable = policy.month_minutes_first, fund
        case Rank.SECOND:
            month, spendable = policy.month_minutes_second, fund - policy.reserve_minutes
        case _:
            return 0
    return max(0, min(month - used, spendable))


# A coordinator enters somebody's needs, never their own, with what was seen and the day by which
# somebody looks again: after today, and within three years.

REVIEW_DAYS_MAX = 3 * 366


def check_needs(needs: Needs, *, member: object, by: object, today: date) -> None:
    """Raise `NotTheirAct` for one's own needs, `InvalidHours` for what cannot be."""
    if member == by:
        raise NotTheirAct("enter their own needs")
    if not needs.evidence.strip():
        raise InvalidHours("evidence", "missing")
    if len(needs.evidence) > REASON_LENGTH_MAX:
        raise InvalidHours("evidence", "too long", most=REASON_LENGTH_MAX)
    if needs.review_on <= today:
        raise InvalidHours("review_on", "past")
    if needs.review_on > today + timedelta(days=REVIEW_DAYS_MAX):
        raise InvalidHours("review_on", "too far ahead", most=3)


# A reason is a sentence, not a blank.


def check_reason(reason: str, *, field: str = "reason") -> str:
    """Return a reason without spaces around it. Raises `InvalidHours`."""
    told = reason.strip()
    if not told:
        raise InvalidHours(field, "missing")
    if len(told) > REASON_LENGTH_MAX:
        raise InvalidHours(field, "too long", most=REASON_LENGTH_MAX)
    return told


# Only coordinators give donations back and enter needs.


def require(role: str, roles: Collection[str], act: str) -> None:
    """Raise `NotTheirAct` for whoever has not this role."""
    if role not in roles:
        raise NotTheirAct(act)
