"""What differs between two versions, as pure functions: words, keyed lists, and the whole.

A comparison is complete: the old version and the comparison give the new one. Words are compared by
word where they are written with spaces, and by character in Chinese, which has none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, Generic, TypeVar

from marketplace.plans.values import (
    Attachment,
    BudgetLine,
    Maintenance,
    Milestone,
    PlanContent,
)

# A word, a run of spaces, or any other character alone: each Chinese character is one.
_TOKEN: Final = re.compile(r"[A-Za-z0-9]+(?:['’.,][A-Za-z0-9]+)*|[^\S\n]+|.", re.DOTALL)
_SENTENCE: Final = re.compile(r"[^。！？；.!?;\n]*(?:[。！？；.!?;\n]+|\Z)", re.DOTALL)
_WORK_MAX: Final = 200_000
"""Pairs of like tokens beyond which a passage is told as replaced: nobody could read it else."""


class Kind(StrEnum):
    """What became of a piece."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text that stayed, came or went."""

    kind: Kind
    text: str


def words(old: str, new: str) -> tuple[Span, ...]:
    """Return how a text became another; what went stands before what came in its place."""
    if old == new:
        return (Span(Kind.SAME, old),) if old else ()
    spans: list[Span] = []
    for kind, before, after in _pieces(_split(_SENTENCE, old), _split(_SENTENCE, new)):
        if kind is Kind.SAME:
            spans.append(Span(Kind.SAME, "".join(before)))
        else:
            spans += _closely("".join(before), "".join(after))
    return _joined(spans)


def _closely(old: str, new: str) -> list[Span]:
    """Compare two passages token by token."""
    before, after = _split(_TOKEN, old), _split(_TOKEN, new)
    if _work(before, after) > _WORK_MAX:
        return [Span(Kind.REMOVED, old), Span(Kind.ADDED, new)]
    spans = []
    for kind, gone, come in _pieces(before, after):
        if kind is Kind.SAME:
            spans.append(Span(Kind.SAME, "".join(gone)))
        else:
            spans += [Span(Kind.REMOVED, "".join(gone)), Span(Kind.ADDED, "".join(come))]
    return spans


def _pieces(
    old: Sequence[str], new: Sequence[str]
) -> list[tuple[Kind, Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (Kind.SAME if tag == "equal" else Kind.CHANGED, old[a:b], new[c:d])
        for tag, a, b, c, d in matcher.get_opcodes()
    ]


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many pairs of like tokens there are: what comparing them costs."""
    seen: dict[str, int] = {}
    for token in new:
        seen[token] = seen.get(token, 0) + 1
    return sum(seen.get(token, 0) for token in old)


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    return [piece for piece in pattern.findall(text) if piece]


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans without empty ones, and neighbours of one kind as one."""
    joined: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if joined and joined[-1].kind is span.kind:
            joined[-1] = Span(span.kind, joined[-1].text + span.text)
        else:
            joined.append(span)
    return tuple(joined)


def applied_words(spans: Sequence[Span], old: str) -> str:
    """Return the new text. Raises ValueError where the spans are not of this old text."""
    if "".join(one.text for one in spans if one.kind is not Kind.ADDED) != old:
        raise ValueError("compared with another text")
    return "".join(one.text for one in spans if one.kind is not Kind.REMOVED)


Item = TypeVar("Item", BudgetLine, Milestone, Attachment)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Item]):
    """An item of a list before and after; `old` is None where it came, `new` where it went."""

    old: Item | None
    new: Item | None

    @property
    def kind(self) -> Kind:
        """What became of it."""
        if self.old is None:
            return Kind.ADDED
        if self.new is None:
            return Kind.REMOVED
        return Kind.SAME if self.old == self.new else Kind.CHANGED

    @property
    def item(self) -> Item:
        """The item as it is, or was last."""
        found = self.new if self.new is not None else self.old
        assert found is not None  # noqa: S101 (an entry is of something)
        return found


def key(item: BudgetLine | Milestone | Attachment) -> str:
    """Return what an item is told apart by: a line's label, a milestone's title, a file's hash."""
    match item:
        case BudgetLine(label=label):
            return label
        case Milestone(title=title):
            return title
        case Attachment(sha256=sha256):
            return sha256


def listed(old: Sequence[Item], new: Sequence[Item]) -> tuple[Entry[Item], ...]:
    """Return how a list became another, in the new order; what went follows what it followed."""
    before, after = {key(one): one for one in old}, {key(one): one for one in new}
    gone_after: dict[str | None, list[Entry[Item]]] = {}
    last: str | None = None
    for one in old:
        if key(one) in after:
            last = key(one)
        else:
            gone_after.setdefault(last, []).append(Entry(one, None))
    entries = gone_after.get(None, [])
    for one in new:
        entries.append(Entry(before.get(key(one)), one))
        entries += gone_after.get(key(one), [])
    return tuple(entries)


def applied_list(entries: Sequence[Entry[Item]], old: Sequence[Item]) -> tuple[Item, ...]:
    """Return the new list. Raises ValueError where the entries are not of this old list."""
    told = sorted((one.old for one in entries if one.old is not None), key=key)
    if told != sorted(old, key=key):
        raise ValueError("compared with another list")
    return tuple(one.new for one in entries if one.new is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two versions."""

    title: tuple[Span, ...]
    summary: tuple[Span, ...]
    place: tuple[Span, ...]
    who: tuple[Span, ...]
    lines: tuple[Entry[BudgetLine], ...]
    milestones: tuple[Entry[Milestone], ...]
    attachments: tuple[Entry[Attachment], ...]
    old: PlanContent
    new: PlanContent

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts that differ, in the order in which a plan tells them."""
        return changed_parts(self.old, self.new)


PARTS: Final[dict[str, Callable[[PlanContent], object]]] = {
    "title": lambda one: one.title,
    "summary": lambda one: one.summary,
    "place": lambda one: (one.place, one.area_id),
    "lines": lambda one: one.lines,
    "milestones": lambda one: one.milestones,
    "maintenance": lambda one: one.maintenance,
    "attachments": lambda one: one.attachments,
}
"""The parts of a plan, each with what it holds."""


def changed_parts(old: PlanContent, new: PlanContent) -> tuple[str, ...]:
    """Return the names of the parts in which two contents differ."""
    return tuple(name for name, part in PARTS.items() if part(old) != part(new))


def compared(old: PlanContent, new: PlanContent) -> Comparison:
    """Return all that differs between two contents."""
    return Comparison(
        title=words(old.title, new.title),
        summary=words(old.summary, new.summary),
        place=words(old.place, new.place),
        who=words(old.maintenance.who, new.maintenance.who),
        lines=listed(old.lines, new.lines),
        milestones=listed(old.milestones, new.milestones),
        attachments=listed(old.attachments, new.attachments),
        old=old,
        new=new,
    )


def applied(found: Comparison, old: PlanContent) -> PlanContent:
    """Return the new content from the old one. Raises ValueError for another old content."""
    kept = found.new.maintenance
    return PlanContent(
        title=applied_words(found.title, old.title),
        summary=applied_words(found.summary, old.summary),
        lines=applied_list(found.lines, old.lines),
        milestones=applied_list(found.milestones, old.milestones),
        maintenance=Maintenance(
            applied_words(found.who, old.maintenance.who), kept.months, kept.yearly_fen
        ),
        place=applied_words(found.place, old.place),
        area_id=found.new.area_id,
        attachments=applied_list(found.attachments, old.attachments),
    )
