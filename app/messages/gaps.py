"""What the words of a message are made of: a title, sentences, and gaps for what a verb told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Gap(StrEnum):
    """What stands in a gap of the words, and how it is said."""

    TEXT = "text"  # as it is: a name, a code
    NUMBER = "number"
    MINUTES = "minutes"
    FEN = "fen"  # an amount of money, in fen
    MOMENT = "moment"
    DAY = "day"
    ROLE = "role"
    ACTS = "acts"  # the acts of a delegation, with commas between
    BOTH = "both"  # a name in each language: the fill has `x_zh` and `x_en` for the gap `x`


@dataclass(frozen=True, slots=True)
class Words:
    """A kind of message: its title, its sentences, and what fills their gaps."""

    title: str
    sentence: str
    gaps: Mapping[str, Gap] = field(default_factory=dict)

    @property
    def fill_names(self) -> frozenset[str]:
        """Return the names that a verb has to fill."""
        return frozenset(
            one
            for name, gap in self.gaps.items()
            for one in ((f"{name}_zh", f"{name}_en") if gap is Gap.BOTH else (name,))
        )
