"""What a community may decide for itself: one setting, its kind, its bounds and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeGuard, TypeVar

Value = int | bool | str
"""A whole number with its setting's unit, a switch, or the name of one of the choices."""

T = TypeVar("T", int, bool, str)

WHOLE_NUMBER_MAX: Final = 2**53
"""The largest whole number that every reader of JSON keeps exactly."""


class Kind(StrEnum):
    """What a setting's value is."""

    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"


class Unit(StrEnum):
    """What a whole number counts. `COUNT` has no word of its own: the sentence names the thing."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    YEARS = "years"
    TIMES = "times"
    FEN = "fen"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that a community may decide; two with the same key are the same.

    `key` is `table.name`, as it stands in a pack. A number lies between `least` and `most`, both
    included, in steps of `step` counted from zero. `words` is the rule as an English sentence,
    which the app translates: `%(value)s` in it becomes the number with its unit, or the words of
    the choice. A switch that is off says `otherwise` instead, and so does a number that is zero,
    where it has such words ("there is no limit"). Made with `number`, `switch` or `choice`.
    """

    key: str
    kind: Kind = field(compare=False)
    default: T = field(compare=False)
    words: str = field(compare=False)
    least: int = field(default=0, compare=False)
    most: int = field(default=WHOLE_NUMBER_MAX, compare=False)
    step: int = field(default=1, compare=False)
    unit: Unit = field(default=Unit.COUNT, compare=False)
    choices: Mapping[str, str] = field(default_factory=dict, compare=False)
    otherwise: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Raise `ValueError` for a default that the setting itself does not allow."""
        if len(self.path) != 2 or not all(self.path):  # noqa: PLR2004 (a table and a name)
            raise ValueError(f"{self.key!r} is not a table and a name")
        if not self.allows(self.default):
            raise ValueError(f"{self.key}: the default {self.default!r} is not allowed")

    @property
    def path(self) -> tuple[str, ...]:
        """The table and the name under which a pack states it."""
        return tuple(self.key.split("."))

    @property
    def group(self) -> str:
        """The table that it belongs to."""
        return self.path[0]

    def fits(self, value: object) -> TypeGuard[T]:
        """Say whether a value is of the setting's kind, whatever its bounds."""
        if self.kind is Kind.SWITCH:
            return isinstance(value, bool)
        if self.kind is Kind.CHOICE:
            return isinstance(value, str)
        return isinstance(value, int) and not isinstance(value, bool)

    def allows(self, value: object) -> bool:
        """Say whether a community may choose this value."""
        if not self.fits(value):
            return False
        if self.kind is Kind.CHOICE:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, int):
            return True
        return self.least <= value <= self.most and value % self.step == 0

    def says(self, value: Value) -> str:
        """Return the sentence for a value, still in English and with its gap."""
        return self.otherwise if self.otherwise and not value else self.words


def number(  # noqa: PLR0913 (a number has these bounds)
    key: str,
    default: int,
    unit: Unit,
    *,
    least: int,
    most: int,
    words: str,
    step: int = 1,
    otherwise: str = "",
) -> Setting[int]:
    """Declare a whole number from `least` to `most` of a unit; `otherwise` is what zero says."""
    return Setting(
        key,
        Kind.NUMBER,
        default,
        words,
        least=least,
        most=most,
        step=step,
        unit=unit,
        otherwise=otherwise,
    )


def switch(key: str, *, default: bool, words: str, otherwise: str) -> Setting[bool]:
    """Declare something that is so (`words`) or not (`otherwise`)."""
    return Setting(key, Kind.SWITCH, default, words, otherwise=otherwise)


def choice(key: str, default: str, choices: Mapping[str, str], words: str) -> Setting[str]:
    """Declare one of several; `choices` gives each its words, which fill the sentence's gap."""
    return Setting(key, Kind.CHOICE, default, words, choices=dict(choices))
