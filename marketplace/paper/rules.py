"""What holds for voting on paper, as pure functions; each policy stands in words above its code."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from stdnum.iso7064 import mod_11_10

from marketplace import rules as ballot_rules
from marketplace.errors import (
    MarketplaceError,
    NamedTwice,
    NotOnTheBallot,
    OverBudget,
    PointsWrong,
    TooManyChoices,
    TooManyPoints,
)
from marketplace.paper.errors import (
    KeyedByYou,
    KeyedTwice,
    MarksUnreadable,
    MoreThanHandedOut,
    NoDifference,
    NotForPaper,
    SeedTooShort,
    SerialMistyped,
    TooManyPapers,
    UnknownPaper,
)
from marketplace.paper.values import Invalid, PaperState, Reading
from marketplace.values import BallotForm, Marks, Terms

BATCH_MAX: Final = 300
"""Ballots of one print: about what a neighbourhood's printer takes at once."""
BATCHES_MAX: Final = 99
SEED_DIGITS_MIN: Final = 6
SAMPLE_MIN: Final = 10
"""So few ballots are always looked at, however small the percentage; fewer where there are not."""

_SERIAL: Final = re.compile(r"(\d{2})-?(\d{3})-?(\d)", re.ASCII)
_APART: Final = re.compile(r"[\s,;.、。/]+")
_PAIR: Final = re.compile(r"(\d{1,3})(?:[:=*x](\d{1,4}))?", re.ASCII)

_INVALID: Final[Mapping[type[MarketplaceError], Invalid]] = {
    TooManyChoices: Invalid.TOO_MANY,
    TooManyPoints: Invalid.POINTS,
    PointsWrong: Invalid.POINTS,
    OverBudget: Invalid.OVER_BUDGET,
    NamedTwice: Invalid.TWICE,
    NotOnTheBallot: Invalid.UNKNOWN_PROJECT,
}


# Whoever handles the papers works for the community. (The round is looked up there, so that staff
# of one are nobody in the next.)
def handles_paper(roles: Collection[str]) -> None:
    """Refuse whoever has no business with paper ballots with `NotForPaper`."""
    if not {"coordinator", "phone_operator", "auditor"} & set(roles):
        raise NotForPaper


# Ballots come in prints of a size that somebody can hold in their hands and count.
def batch(size: int, *, before: int) -> None:
    """Refuse a print that is too small, too large, or one too many with `TooManyPapers`."""
    if not 1 <= size <= BATCH_MAX or before >= BATCHES_MAX:
        raise TooManyPapers(BATCH_MAX)


# A serial number says which print and which ballot of it; its last digit (ISO 7064 MOD 11,10) shows
# when one of the others was mistyped or two were swapped.
def serial_of(batch: int, number: int) -> str:
    """Return the serial number of a ballot, as `02-017-5`."""
    return f"{batch:02d}-{number:03d}-{mod_11_10.calc_check_digit(f'{batch:02d}{number:03d}')}"


def as_serial(typed: str) -> str:
    """Return a serial number in its one form, however it was typed or scanned.

    Raises `UnknownPaper` for what is none, `SerialMistyped` where the digits contradict each other.
    """
    found = _SERIAL.fullmatch("".join(_plain(typed).split()))
    if found is None:
        raise UnknownPaper
    wanted = serial_of(int(found[1]), int(found[2]))
    if wanted[-1] != found[3]:
        raise SerialMistyped
    return wanted


def _plain(typed: str) -> str:
    """Return what was typed with the wide digits and signs of a Chinese keyboard as plain ones."""
    return unicodedata.normalize("NFKC", typed)


# Whoever keys in types what stands on the paper: project numbers, in order of preference where the
# ballot asks for one, each with its points where it hands out points ("3:5 7:2").
def read_marks(typed: str, kind: BallotForm) -> Marks:
    """Return what was typed as marks, just as marked. Raises `MarksUnreadable`."""
    choices, points = [], []
    for part in (one for one in _APART.split(_plain(typed).strip()) if one):
        found = _PAIR.fullmatch(part)
        if found is None or (found[2] is None) == (kind is BallotForm.CUMULATIVE):
            raise MarksUnreadable(part)
        choices.append(int(found[1]))
        points.append(int(found[2] or 0))
    if kind is BallotForm.CUMULATIVE:
        return Marks(tuple(choices), tuple(points))
    if kind is BallotForm.ORDINAL:
        return Marks(tuple(choices))
    return Marks(tuple(sorted(choices)))


def typed_marks(marks: Marks) -> str:
    """Return marks as somebody would key them in."""
    if not marks.points:
        return " ".join(str(number) for number in marks.choices)
    pairs = zip(marks.choices, marks.points, strict=True)
    return " ".join(f"{number}:{many}" for number, many in pairs)


# A paper ballot is held to the same rules as one on a screen. On a screen a ballot that breaks them
# is refused and the voter mends it; on paper nobody can ask, so it does not count. Whether a
# project was ticked twice does not matter where order and points do not.
def counted(reading: Reading, *, terms: Terms, costs: Mapping[int, int]) -> Marks | Invalid:
    """Return a reading as the count takes it, or why it does not count."""
    if reading.unclear:
        return Invalid.UNCLEAR
    try:
        kept = ballot_rules.ballot(ballot_rules.VOTING, reading.marks, terms=terms, costs=costs)
    except tuple(_INVALID) as refusal:
        return _INVALID[type(refusal)]
    return kept if kept.choices else Invalid.BLANK


# Two people key a ballot in, neither seeing what the other read. Where they differ a third looks at
# the paper and decides. Nobody reads the same ballot twice.
def another_reader(state: PaperState, readers: Sequence[object], reader: object) -> None:
    """Refuse a reading by somebody who read this ballot before, or a third where none is wanted.

    Raises `KeyedByYou`, `KeyedTwice`.
    """
    if reader in readers:
        raise KeyedByYou
    if state in {PaperState.DIFFERING, PaperState.SETTLED}:
        raise KeyedTwice


# A resident has one ballot, and who was given one is written down. So never more ballots come back
# than were handed out: one too many is nobody's vote, wherever it came from.
def somebodys(*, keyed: int, handed_out: int) -> None:
    """Refuse the first reading of another ballot with `MoreThanHandedOut`."""
    if keyed >= handed_out:
        raise MoreThanHandedOut


def third_reader(state: PaperState, readers: Sequence[object], reader: object) -> None:
    """Refuse a decision by whoever read the ballot before, or where there is nothing to decide.

    Raises `NoDifference`, `KeyedByYou`.
    """
    if state is not PaperState.DIFFERING:
        raise NoDifference
    if reader in readers:
        raise KeyedByYou


def state_of(readings: Sequence[Reading], *, spoiled: bool) -> PaperState:
    """Return how far a ballot has come by what was read on it, oldest first."""
    match len(readings):
        case _ if spoiled:
            return PaperState.SPOILED
        case 0:
            return PaperState.PRINTED
        case 1:
            return PaperState.ONCE
        case 2 if readings[0] != readings[1]:
            return PaperState.DIFFERING
        case _:
            return PaperState.SETTLED


# The sample is drawn by digits that people threw with dice in the open, so that nobody could know
# beforehand which ballots would be looked at, and everybody can draw it again afterwards.
def seed(thrown: str) -> str:
    """Return the digits of a throw without gaps. Raises `SeedTooShort`."""
    digits = "".join(one for one in thrown if one.isascii() and one.isdecimal())
    if len(digits) < SEED_DIGITS_MIN:
        raise SeedTooShort(SEED_DIGITS_MIN)
    return digits


def sample(serials: Sequence[str], *, seed: str, ballot_hash: str, percent: int) -> list[str]:
    """Return the serial numbers drawn: those with the smallest SHA-256(seed:hash:serial)."""

    def lot(serial: str) -> bytes:
        return hashlib.sha256(f"{seed}:{ballot_hash}:{serial}".encode()).digest()

    return sorted(serials, key=lot)[: sample_size(len(serials), percent)]


def sample_size(population: int, percent: int) -> int:
    """Return how many of so many ballots are looked at, rounded up, and never very few."""
    return min(population, max(SAMPLE_MIN, -(-population * percent // 100))) if percent else 0


# More wrong ones than the community bears: then looking at some is not enough.
def too_many_wrong(wrong: int, checked: int, *, percent_max: int) -> bool:
    """Say whether every ballot has to be looked at."""
    return wrong * 100 > percent_max * checked


def wrong_at_most(wrong: int, checked: int) -> float:
    """Return the share of all ballots that may be wrong, with 95 % confidence, by the sample.

    The upper end of the one-sided interval of Clopper and Pearson (1934): the share at which so few
    wrong ones would turn up in only one of twenty samples. Only shown, never decided by.
    """
    if wrong >= checked:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        chance = sum(
            math.comb(checked, k) * share**k * (1 - share) ** (checked - k)
            for k in range(wrong + 1)
        )
        low, high = (share, high) if chance > 0.05 else (low, share)  # noqa: PLR2004 (one in 20)
    return high
