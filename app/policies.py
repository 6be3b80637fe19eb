"""A community's rules as pages and the command show them: in force, to come, and since when."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any, Final
from zoneinfo import ZoneInfo

import community
from app.i18n import gettext as _
from app.policy_words import GROUPS, allowed_words, rule_words, value_words, written
from community import AdoptedPack, Community, Pack, Policy, Setting
from community.policy import Value, read_pack
from community.policy.declared import SETTINGS as REGISTER
from marketplace.policy import SETTINGS as MARKETPLACE
from timebank.policy import BY_HAND
from timebank.policy import SETTINGS as TIME_BANK

SETTINGS: Final[Sequence[Setting[Any]]] = tuple(
    setting
    for group in GROUPS
    for setting in (*TIME_BANK, *MARKETPLACE, *REGISTER)
    if setting.group == group
)
"""Every setting of the program, in the order in which the policy page tells them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A setting with the value that holds: since which pack, or None since the beginning."""

    setting: Setting[Any]
    value: Value
    since: AdoptedPack | None

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        return rule_words(self.setting, self.value)

    @property
    def by_hand(self) -> bool:
        """Whether people see to it, because the program does not; its least asks for nothing."""
        return self.setting in BY_HAND and self.value != self.setting.least


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule before and after: as sentences, and as values with their units."""

    setting: Setting[Any]
    was: Value
    becomes: Value

    @property
    def words(self) -> str:
        """The new rule in one sentence."""
        return rule_words(self.setting, self.becomes)

    @property
    def words_before(self) -> str:
        """The old rule in one sentence."""
        return rule_words(self.setting, self.was)

    @property
    def figures(self) -> tuple[str, str]:
        """What was and what becomes, with their units."""
        return value_words(self.setting, self.was), value_words(self.setting, self.becomes)

    @property
    def line(self) -> str:
        """The change as a terminal shows it."""
        return f"{self.setting.key}: {written(self.was)} -> {written(self.becomes)}"


@dataclass(frozen=True, slots=True)
class Step:
    """A pack with what changed, or will change, when it began to hold."""

    pack: AdoptedPack
    changes: tuple[ChangedRule, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All that the policy page tells: the rules by group, what comes, and what was."""

    in_force: AdoptedPack | None
    groups: tuple[tuple[str, tuple[Rule, ...]], ...]
    ahead: tuple[Step, ...]
    past: tuple[Step, ...]
    """The pack in force and those before it, the latest first."""


def rules(packs: Iterable[AdoptedPack], now: datetime) -> Rules:
    """Return the rules that a community's packs make at a moment."""
    ordered = sorted(packs, key=lambda pack: pack.holds_from)
    steps = [
        Step(pack, changed(before, pack.policy))
        for before, pack in zip([Policy(), *(one.policy for one in ordered)], ordered, strict=False)
    ]
    past = [step for step in steps if step.pack.holds_from <= now]
    in_force = past[-1].pack if past else None
    policy = in_force.policy if in_force else Policy()
    told = [Rule(one, policy[one], _since(one, past)) for one in SETTINGS]
    return Rules(
        in_force,
        tuple(
            (group, tuple(rule for rule in told if rule.setting.group == group)) for group in GROUPS
        ),
        tuple(step for step in steps if step.pack.holds_from > now),
        tuple(reversed(past)),
    )


def _since(setting: Setting[Any], past: list[Step]) -> AdoptedPack | None:
    """Return the pack that brought the value that holds now."""
    for step in reversed(past):
        if any(change.setting == setting for change in step.changes):
            return step.pack
    return None


def changed(before: Policy, after: Policy) -> tuple[ChangedRule, ...]:
    """Return the rules that one policy has otherwise than another."""
    return tuple(
        ChangedRule(change.setting, change.before, change.after)
        for change in community.policy.changes(SETTINGS, before=before, after=after)
    )


async def read_for(home: Community, content: bytes, now: datetime) -> Pack:
    """Read a pack's file as this community may adopt it now. Raises `community.BadPackFile`.

    Only a first pack may hold from a moment that is over, and one that was adopted already.
    """
    packs = await community.adopted_packs(home.id)
    known = not packs or any(pack.file.encode() == content for pack in packs)
    return read_pack(
        content,
        settings=SETTINGS,
        zone=ZoneInfo(home.time_zone),
        not_before=None if known else now,
    )


def as_file(policy: Policy, *, name: str, source: str, preface: str = "") -> str:
    """Return a policy as a pack's file with every setting, its rule in words above it."""
    lines = [f"# {line}".rstrip() for line in preface.splitlines()]
    lines += ["", f"name = {_quoted(name)}", f"source = {_quoted(source)}", ""]
    for group in GROUPS:
        lines += [f"[{group}]", ""]
        for setting in SETTINGS:
            if setting.group == group:
                value = policy[setting]
                comment = [
                    rule_words(setting, value),
                    _("Allowed: %(what)s.") % {"what": allowed_words(setting)},
                ]
                for sentence in comment:
                    lines += wrap(sentence, 100, initial_indent="# ", subsequent_indent="#   ")
                lines += [f"{setting.path[1]} = {written(value)}", ""]
    return "\n".join(lines).strip("\n") + "\n"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; JSON's way of quoting is one of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def reference() -> str:
    """Return the table of every setting, as `docs/policy.md` has it."""
    lines = []
    for group in GROUPS:
        lines += [
            f"### `[{group}]`",
            "",
            "| name | rule | default | allowed |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_row(setting) for setting in SETTINGS if setting.group == group]
        lines.append("")
    return "\n".join(lines)


def _row(setting: Setting[Any]) -> str:
    name, default = setting.path[1], f"`{written(setting.default)}`"
    words = rule_words(setting, setting.default)
    return f"| `{name}` | {words} | {default} | {allowed_words(setting)} |"
