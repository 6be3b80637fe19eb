"""Needs that are alike: finding them while somebody types, and pairs that may be one."""

from marketplace.needs.alike.finding import SHOWN, Alike, Sought, alike_needs
from marketplace.needs.alike.noting import look_for_pairs, note_terms
from marketplace.needs.alike.pairs import LikelyPair, likely_pairs, not_the_same_need

__all__ = [
    "SHOWN",
    "Alike",
    "LikelyPair",
    "Sought",
    "alike_needs",
    "likely_pairs",
    "look_for_pairs",
    "not_the_same_need",
    "note_terms",
]
