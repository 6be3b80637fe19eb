"""The packs that come with Linli: rules as cities tell of theirs, for a community to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.i18n import current_language
from app.policies import SETTINGS
from community import Policy, Setting
from community.areas import DEFAULT_TIME_ZONE
from community.policy import Value, changes, read_pack

FOLDER: Final = Path(__file__).parent
CITIES: Final = ("default", "nanjing-2019", "beijing-2022", "shanghai-2026", "changning-pilot")
"""The names of the packs, in the order in which the pages show them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A pack to begin with. `stated` are the rules that it brings; the others stay as they are.

    `in_both` are its name and its source as the file has them, in Chinese and English.
    """

    code: str
    in_both: tuple[str, str]
    text: str
    stated: Mapping[Setting[Any], Value]

    @property
    def name(self) -> str:
        """Its name in the language of the request; the file has it in both."""
        return _in_language(self.in_both[0], " · ")

    @property
    def source(self) -> str:
        """Where it comes from, in the language of the request."""
        return _in_language(self.in_both[1], " ‖ ")

    def on(self, policy: Policy) -> Policy:
        """Return what would hold if this pack's rules of the time bank came in another's place.

        Rules of other matters (joining, signing in) stay as they are.
        """
        return Policy({**policy.settings, **{one.key: value for one, value in self.stated.items()}})


@cache
def example(code: str) -> Example | None:
    """Return a pack that comes with Linli, by its name; None where there is none."""
    if code not in CITIES:
        return None
    content = (FOLDER / f"{code}.toml").read_bytes()
    pack = read_pack(content, settings=SETTINGS, zone=ZoneInfo(DEFAULT_TIME_ZONE))
    stated = {one: value for one, value in pack.values.items() if one.group == "time_bank"}
    return Example(code, (pack.name, pack.source), content.decode(), stated)


def _in_language(text: str, between: str) -> str:
    chinese, _mark, english = text.partition(between)
    return chinese if current_language() == "zh" or not english else english


def examples() -> list[Example]:
    """Return every pack that comes with Linli."""
    return [found for code in CITIES if (found := example(code)) is not None]


def differing(policies: list[Policy]) -> list[Setting[Any]]:
    """Return the rules that at least two of these have otherwise, in the order of the page."""
    first, *others = policies
    found = {
        change.setting
        for other in others
        for change in changes(SETTINGS, before=first, after=other)
    }
    return [one for one in SETTINGS if one in found]
