"""What funding allows and how it reckons, as pure functions; each rule stands in words above."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isqrt
from typing import Final
from uuid import UUID

from community import Actor, Role
from marketplace.funding.errors import (
    DeadlineOver,
    DriveMoved,
    FileUnfit,
    GiftMoved,
    InvalidDrive,
    InvalidGift,
    NotForYou,
    TooEarly,
)
from marketplace.funding.values import (
    BY_HAND,
    Contribution,
    ContributionState,
    Draft,
    Drive,
    DriveState,
    FundingPolicy,
    Gift,
    LiesIn,
    Matching,
    MatchingKind,
    Source,
)

WORDS_MAX: Final = 1000
NAME_MAX: Final = 80
FUND_FEN_MAX: Final = 100_000_000_000
GOAL_FEN_MAX: Final = 100_000_000_000
GOAL_MINUTES_MAX: Final = 6_000_000
PERCENT_MAX: Final = 1000
FILE_BYTES_MAX: Final = 5 * 1024 * 1024
FILE_KINDS: Final = ("pdf", "jpg")
LIES_IN: Final[Mapping[Source, LiesIn]] = {
    Source.CARD: LiesIn.CARD_PROCESSOR,
    Source.ALIPAY: LiesIn.CARD_PROCESSOR,
    Source.WECHAT_PAY: LiesIn.CARD_PROCESSOR,
    Source.CASH: LiesIn.CASH_BOX,
    Source.BANK: LiesIn.BANK,
}
WAITING: Final = frozenset({ContributionState.STARTED, ContributionState.FAILED})
"""A gift that may still be paid: a payment that failed can be tried again."""


# --- who may ---------------------------------------------------------------------------------


# Giving, pledging and keeping money are each done with one's own hand: no delegation covers them.
def own_hand(by: Actor, act: str) -> None:
    """Refuse whoever acts for another with `NotForYou`."""
    if by.on_behalf_of is not None:
        raise NotForYou(act)


def treasurer(by: Actor, act: str) -> None:
    """Refuse whoever is not this community's treasurer with `NotForYou`."""
    own_hand(by, act)
    if Role.TREASURER not in by.roles:
        raise NotForYou(act)


def leads(by: Actor, hands: Collection[UUID], act: str) -> None:
    """Refuse whoever neither coordinates nor carries the project out with `NotForYou`."""
    own_hand(by, act)
    if Role.COORDINATOR not in by.roles and by.member_id not in hands:
        raise NotForYou(act)


# --- what a drive may ask for ----------------------------------------------------------------


# A drive asks for money, for hours, or for both, until a moment that is neither past nor too far
# away. From which share of its goal on it counts as reached is said at its opening and never
# changed: 100 percent, all or nothing, or less where the community's policy lets it be less. What
# a matching fund adds has a cap, which is reserved in the fund at the opening.
def draft(asked: Draft, policy: FundingPolicy, *, now: datetime) -> None:
    """Refuse a drive that cannot be with `InvalidDrive`."""
    _bounded("goal_fen", asked.goal_fen, least=0, most=GOAL_FEN_MAX)
    _bounded("goal_minutes", asked.goal_minutes, least=0, most=GOAL_MINUTES_MAX)
    if not asked.goal_fen and not asked.goal_minutes:
        raise InvalidDrive("goal_fen", "missing")
    if asked.deadline <= now:
        raise InvalidDrive("deadline", "past")
    if asked.deadline > now + timedelta(days=policy.days_max):
        raise InvalidDrive("deadline", "too far", bound=policy.days_max)
    if len(asked.words) > WORDS_MAX:
        raise InvalidDrive("words", "too long", bound=WORDS_MAX)
    least = policy.part_goal_least_percent
    _bounded("part_goal_percent", asked.part_goal_percent, least=least, most=100)
    if asked.matching is not None:
        _matching(asked.matching, asked.goal_fen)


def _matching(matching: Matching, goal_fen: int) -> None:
    _bounded("matching_cap", matching.cap_fen, least=1, most=goal_fen)
    if matching.kind is MatchingKind.RATIO:
        _bounded("matching_percent", matching.percent, least=1, most=PERCENT_MAX)
    elif matching.percent:
        raise InvalidDrive("matching_percent", "not offered")


def _bounded(field: str, value: int, *, least: int, most: int) -> None:
    if value < least:
        raise InvalidDrive(field, "too little", bound=least)
    if value > most:
        raise InvalidDrive(field, "too much", bound=most)


# A drive takes gifts and pledges, and lets them be taken back, while it is open and its deadline
# is not over. What was paid online before and is told of later is another matter: `payments`.
def taking(drive: Drive, *, now: datetime) -> None:
    """Refuse what comes to a drive that is over with `DriveMoved` or `DeadlineOver`."""
    still_open(drive)
    if now >= drive.deadline:
        raise DeadlineOver


def amount(fen: int, policy: FundingPolicy) -> None:
    """Refuse an amount of money that is no gift here with `InvalidGift`."""
    if fen < policy.gift_fen_least:
        raise InvalidGift("amount", "too little", bound=policy.gift_fen_least)
    if fen > policy.gift_fen_max:
        raise InvalidGift("amount", "too much", bound=policy.gift_fen_max)


# The treasurer enters what was received, from whom, on which day, with the paper that shows it. A
# giver without membership is named as they sign; one who stays unknown gives no name at all.
def gift(entered: Gift, *, today: date) -> None:
    """Refuse an entry of the treasurer's that cannot be with `InvalidGift`."""
    if entered.source not in BY_HAND:
        raise InvalidGift("source", "not offered")
    if not 0 < entered.amount_fen <= GOAL_FEN_MAX:
        raise InvalidGift("amount", "too much" if entered.amount_fen > 0 else "too little", bound=1)
    if not entered.receipt:
        raise InvalidGift("receipt", "missing")
    if entered.received_on > today:
        raise InvalidGift("received_on", "ahead")
    if len(entered.name) > NAME_MAX:
        raise InvalidGift("name", "too long", bound=NAME_MAX)
    named = [entered.member_id, entered.organisation_id, entered.name.strip() or None]
    givers = sum(one is not None for one in named)
    if givers > 1:
        raise InvalidGift("giver", "several")
    if not givers and not entered.anonymous:
        raise InvalidGift("giver", "missing")
    if (entered.source is Source.ORGANISATION) != (entered.organisation_id is not None):
        raise InvalidGift("giver", "unknown" if entered.organisation_id else "missing")
    if entered.source is Source.ORGANISATION and entered.lies_in is LiesIn.CARD_PROCESSOR:
        raise InvalidGift("source", "not offered")


def lies_in(entered: Gift) -> LiesIn:
    """Return where an entered gift was put: an organisation's where it says, others by source."""
    return LIES_IN.get(entered.source, entered.lies_in)


def minutes(asked: int, policy: FundingPolicy) -> None:
    """Refuse a pledge that is no pledge here with `InvalidGift`."""
    if asked < 1:
        raise InvalidGift("minutes", "too little", bound=1)
    if asked > policy.pledge_minutes_max:
        raise InvalidGift("minutes", "too much", bound=policy.pledge_minutes_max)


def paper(kind: str, body: bytes) -> None:
    """Refuse a scanned paper that is not kept with `FileUnfit`."""
    if kind not in FILE_KINDS:
        raise FileUnfit("kind")
    if not 0 < len(body) <= FILE_BYTES_MAX:
        raise FileUnfit("size")


# A gift that is started can be given up by its giver until its payment is told of; one whose
# payment failed, too. One that is paid stays: the drive's end decides over it.
def giving_up(contribution: Contribution) -> None:
    """Refuse to give up a gift that is not waiting for its payment with `GiftMoved`."""
    if contribution.state not in WAITING:
        raise GiftMoved(contribution.state.value)


# --- matching --------------------------------------------------------------------------------


# A ratio adds so many fen to each 100 given, rounded down. The quadratic rule is that of Buterin,
# Hitzig and Weyl ("A Flexible Design for Funding Public Goods", Management Science 65, 2019): a
# project for which givers 1..n give c_1..c_n in all receives (√c_1 + … + √c_n)², of which the fund
# adds what exceeds the gifts: (Σ√c)² − Σc, rounded down to the fen. Many small gifts weigh more
# than one large one. Gifts of one giver count together, and all from people who are not known by
# membership or organisation count as one giver's, so that nobody gains by splitting a gift.
# Whatever the rule, the fund adds no more than its cap, and no more than the goal still lacks.
def matched(matching: Matching | None, by_giver: Collection[int], *, goal_fen: int) -> int:
    """Return what a fund adds to gifts, each entry the sum of one giver's, in fen."""
    if matching is None:
        return 0
    given = sum(by_giver)
    if matching.kind is MatchingKind.RATIO:
        added = given * matching.percent // 100
    else:
        added = squared_roots(by_giver) - given
    return min(added, matching.cap_fen, max(0, goal_fen - given))


def squared_roots(amounts: Iterable[int]) -> int:
    """Return (√c_1 + … + √c_n)², rounded down, exactly, for whole numbers of 0 and more.

    The square is whole only when all amounts have one squarefree part, that is when each times the
    first is a square: then the roots are whole multiples of one root and add up exactly. Otherwise
    it is irrational, and roots of ever more binary places settle which whole number is below it.
    """
    positive = [one for one in amounts if one > 0]
    if not positive:
        return 0
    first = positive[0]
    roots = [isqrt(one * first) for one in positive]
    if all(root * root == one * first for root, one in zip(roots, positive, strict=True)):
        return sum(roots) ** 2 // first
    places = 16
    while True:
        low = sum(isqrt(one << (2 * places)) for one in positive)
        high = low + len(positive)
        floor = (low * low) >> (2 * places)
        if floor == (high * high) >> (2 * places):
            return floor
        places *= 2


# --- how a drive ends ------------------------------------------------------------------------


# The share of the goal that a drive announced holds for money and for hours alike, rounded up: a
# drive that asks for both is reached when both are there.
def is_reached(drive: Drive, *, raised_fen: int, pledged_minutes: int, whole: bool = False) -> bool:
    """Say whether a drive reached the share of its goal that it announced, or its `whole` goal."""
    percent = 100 if whole else drive.part_goal_percent
    return (
        raised_fen * 100 >= drive.goal_fen * percent
        and pledged_minutes * 100 >= drive.goal_minutes * percent
    )


def still_open(drive: Drive) -> None:
    """Refuse what comes to a drive that has ended with `DriveMoved`."""
    if drive.state is not DriveState.OPEN:
        raise DriveMoved(drive.state.value)


# At its deadline a drive is settled by whoever comes first, and by the clock if nobody does. Before
# it, those who lead it may settle it when the whole goal is there.
def settling(drive: Drive, *, now: datetime, whole_goal: bool) -> None:
    """Refuse to settle a drive that is over, or too early, with `DriveMoved` or `TooEarly`."""
    still_open(drive)
    if now < drive.deadline and not whole_goal:
        raise TooEarly


def reason(words: str) -> str:
    """Return the reason for cancelling a drive, tidied. Raises `InvalidDrive`."""
    tidy = words.strip()
    if not tidy:
        raise InvalidDrive("why", "missing")
    if len(tidy) > WORDS_MAX:
        raise InvalidDrive("why", "too long", bound=WORDS_MAX)
    return tidy


# --- giving back -----------------------------------------------------------------------------


# What is left goes back in proportion to what each source gave, by the method of the largest
# remainder (Hamilton's): each gets its exact share rounded down, and the fen that are left over go
# one each to those whose shares were cut most, the earlier first where two were cut alike. No
# source gets more than it gave.
def shares(left: int, gave: Sequence[int]) -> list[int]:
    """Divide `left` among sources that gave so much each; the parts add up to it exactly.

    `left` is at most the sum of what was given. Raises ValueError otherwise.
    """
    total = sum(gave)
    if not 0 <= left <= total or any(one < 0 for one in gave):
        raise ValueError("more is left than was given")
    if not left:
        return [0] * len(gave)
    parts = [left * one // total for one in gave]
    cut = sorted(range(len(gave)), key=lambda place: (-(left * gave[place] % total), place))
    for place in cut[: left - sum(parts)]:
        parts[place] += 1
    return parts
