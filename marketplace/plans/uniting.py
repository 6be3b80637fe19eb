"""Takes an amendment into a later version, as pure functions: what both touch, people decide.

An amendment was written against a base. What it changed is put into the latest version; where the
latest has changed the same thing to something else, nobody can say which one is meant.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.plans.comparing import PARTS, Item, key
from marketplace.plans.values import PlanContent


@dataclass(frozen=True, slots=True)
class United:
    """The latest content with the amendment's changes; `conflicts` names the parts in dispute.

    Where there are some, those parts stand as the latest version has them.
    """

    content: PlanContent
    conflicts: tuple[str, ...]


def united(base: PlanContent, proposed: PlanContent, latest: PlanContent) -> United:
    """Return `latest` with what `proposed` changed of `base`."""
    conflicts = []
    changes: dict[str, object] = {}
    for name, part in PARTS.items():
        theirs, ours, origin = part(proposed), part(latest), part(base)
        if theirs in (origin, ours):
            continue
        if name in {"lines", "milestones", "attachments"}:
            merged = _list(getattr(base, name), getattr(proposed, name), getattr(latest, name))
            if merged is None:
                conflicts.append(name)
            else:
                changes[name] = merged
        elif ours != origin:
            conflicts.append(name)
        elif name == "place":
            changes |= {"place": proposed.place, "area_id": proposed.area_id}
        else:
            changes[name] = theirs
    return United(dataclasses.replace(latest, **changes), tuple(conflicts))  # type: ignore[arg-type] # each value is of its own field


def _list(
    base: Sequence[Item], proposed: Sequence[Item], latest: Sequence[Item]
) -> tuple[Item, ...] | None:
    """Return the latest list with the proposal's changes; None where both changed one item."""
    if tuple(base) == tuple(latest):
        return tuple(proposed)
    origin = {key(one): one for one in base}
    theirs = {key(one): one for one in proposed}
    ours = {key(one): one for one in latest}
    result: list[Item] = []
    for name, item in ours.items():
        told = _one(origin.get(name), theirs.get(name), item)
        if told is None:
            return None
        result += told
    for name, item in theirs.items():
        if name in ours:
            continue
        if name not in origin:
            result.append(item)  # the proposal's own, at the end
        elif item != origin[name]:
            return None  # changed by the one, taken out by the other
    return tuple(result)


def _one(origin: Item | None, theirs: Item | None, ours: Item) -> list[Item] | None:
    """Return what an item of the latest list becomes: itself, another, nothing; None in dispute."""
    if theirs in (origin, ours):
        return [ours]
    if ours != origin:
        return None
    return [] if theirs is None else [theirs]
