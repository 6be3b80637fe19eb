"""How alike two texts are that ask for something in a neighbourhood, in Chinese or in English.

Pure: texts in, terms and a number out. `docs/similar-needs.md` says in words how it works and how
well.
"""

from marketplace.likeness.folding import folded
from marketplace.likeness.scoring import ALIKE, likeness
from marketplace.likeness.terms import Wording, search_terms, wording

__all__ = ["ALIKE", "Wording", "folded", "likeness", "search_terms", "wording"]
