"""Says how alike two wishes are, from 0 to 1."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz

from marketplace.likeness.concepts import MARK
from marketplace.likeness.terms import Wording, weight

ALIKE: Final = 0.5
"""From here on two wishes are shown as alike. Chosen on the examples in `tests/marketplace`."""

OTHER_HOUSE: Final = 0.4
OTHER_PLACE: Final = 0.5
OTHER_THING: Final = 0.7


def likeness(one: Wording, two: Wording) -> float:
    """Return how alike two wishes are: 1 for the same words, 0 where nothing is shared."""
    titles = _shared(one.title, two.title)
    if not titles and not (one.title & two.all or two.title & one.all):
        return 0.0
    mine, theirs = _within(one.title, two.all), _within(two.title, one.all)
    letters = fuzz.token_set_ratio(one.line, two.line) / 100
    score = (
        0.2 * titles
        + 0.4 * min(mine, theirs)
        + 0.1 * max(mine, theirs)
        + 0.1 * _shared(one.all, two.all)
        + 0.2 * letters
    )
    return score * _elsewhere(one, two) * _other_thing(one, two)


def _elsewhere(one: Wording, two: Wording) -> float:
    """Return what is left where both say where, and not the same: two lamps are two wishes."""
    if one.numbers and two.numbers and not one.numbers & two.numbers:
        return OTHER_HOUSE
    if one.place and two.place and not one.place & two.place:
        return OTHER_PLACE
    return 1.0


def _other_thing(one: Wording, two: Wording) -> float:
    """Return what is left where both titles name things, and share none."""
    mine, theirs = _things(one.title), _things(two.title)
    return OTHER_THING if mine and theirs and not mine & theirs else 1.0


def _things(terms: Iterable[str]) -> set[str]:
    return {term for term in terms if term.startswith(MARK)}


def _weigh(terms: Iterable[str]) -> float:
    return sum(weight(term) for term in terms)


def _shared(one: frozenset[str], two: frozenset[str]) -> float:
    """Return the weight that two sets share of the geometric mean of theirs."""
    product = _weigh(one) * _weigh(two)
    return float(_weigh(one & two) / product**0.5) if product else 0.0


def _within(few: frozenset[str], many: frozenset[str]) -> float:
    """Return how much of one set's weight the other has as well."""
    total = _weigh(few)
    return _weigh(few & many) / total if total else 0.0
