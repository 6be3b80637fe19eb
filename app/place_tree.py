"""A part of the tree of places as a page shows it: each place with what it counts and holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from community import Area, Counts, area_counts, areas_below

STEPS_SHOWN: Final = 2

# Offered first; any other that is in force already is offered too.
_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "Asia/Singapore",
    "Europe/Warsaw",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "UTC",
)


@dataclass(slots=True)
class Node:
    """A place on the page, what lies at it and below it, and the places right below it."""

    area: Area
    counts: Counts
    below: list["Node"] = field(default_factory=list)


async def node_of(top: Area, *, steps: int = STEPS_SHOWN) -> Node:
    """Return a place with what lies below it, so many steps down."""
    below = await areas_below(top.id, steps=steps)
    return _grown([top, *below], await area_counts([one.id for one in (top, *below)]))


def _grown(areas: Sequence[Area], counts: dict[UUID, Counts]) -> Node:
    """Join places, each of which comes after the one that it lies in."""
    nodes: dict[UUID, Node] = {}
    for one in areas:
        nodes[one.id] = Node(one, counts[one.id])
        if one.parent_id in nodes:
            nodes[one.parent_id].below.append(nodes[one.id])
    return nodes[areas[0].id]


def zones(current: str) -> list[tuple[str, str]]:
    """Return the time zones to choose from: the usual ones, the current one, then all others."""
    known = available_timezones()
    first = [zone for zone in dict.fromkeys([current, *_ZONES]) if zone in known]
    rest = sorted(zone for zone in known - set(first) if "/" in zone and not zone.startswith("Etc"))
    return [(zone, zone.replace("_", " ")) for zone in [*first, *rest]]
