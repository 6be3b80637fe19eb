"""The values that pass around a community's policy: what is in force, a pack, what it changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from community.policy.setting import Setting, T, Value


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds in a community at one moment: `policy[SETTING]` is a value of its kind.

    `settings` are those of the pack in force, by key; a setting that it does not know, because a
    later version of the program brought it, has its default. `pack_id` is None where no pack is
    in force yet.
    """

    settings: Mapping[str, Value] = field(default_factory=dict)
    pack_id: UUID | None = None

    def __getitem__(self, setting: Setting[T]) -> T:
        """Return the setting's value."""
        value = self.settings.get(setting.key, setting.default)
        return value if setting.fits(value) else setting.default


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read from a file without a fault and may be adopted.

    `values` has every setting that the program knows: what the file leaves out has its default, so
    that a later version with another default does not change a community's rules unasked.
    `holds_from` is None where the file names no time: it holds from the moment of its adoption.
    `file` is the text as it was given.
    """

    name: str
    source: str
    holds_from: datetime | None
    values: Mapping[Setting[Any], Value]
    file: str

    @property
    def settings(self) -> dict[str, Value]:
        """The values by key."""
        return {setting.key: value for setting, value in self.values.items()}


@dataclass(frozen=True, slots=True)
class AdoptedPack:
    """A pack as a community adopted it. It is never edited: another one follows it."""

    id: UUID
    community_id: UUID
    holds_from: datetime
    name: str
    source: str
    settings: Mapping[str, Value]
    file: str
    adopted_by: UUID
    adopted_at: datetime

    @property
    def policy(self) -> Policy:
        """What holds while it is in force."""
        return Policy(self.settings, self.id)


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that one policy has otherwise than another."""

    setting: Setting[Any]
    before: Value
    after: Value


def changes(settings: Iterable[Setting[Any]], *, before: Policy, after: Policy) -> list[Change]:
    """Return what differs between two policies, in the order of the settings."""
    return [
        Change(setting, before[setting], after[setting])
        for setting in settings
        if before[setting] != after[setting]
    ]
