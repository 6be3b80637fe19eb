"""The whole of what decides a round, frozen in one hashed text when its ballot opens. Pure.

It holds the terms, who may vote, how long, every project with what it costs and the version of its
plan, what excludes what, and the order in which ties fall. It is published before the first vote,
and a count takes everything but the ballots from it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.election import Ceiling, Grouping
from marketplace.values import Project, ProjectId, Round, ballot_id, canonical


@dataclass(frozen=True, slots=True)
class Places:
    """The areas of a community: their names, and for each the areas it lies in, nearest first."""

    names: Mapping[UUID, str]
    lineages: Mapping[UUID, Sequence[UUID]]

    def label(self, area_id: UUID) -> str:
        """Return an area's name, with its id where another area has the same."""
        name = self.names[area_id]
        alike = sum(other == name for other in self.names.values())
        return f"{name} {area_id}" if alike > 1 else name


# A part of the budget that is kept for an area holds for every project in it. Where one such area
# lies in another, the nearer one holds.
def neighbourhood(project: Project, bounded: set[UUID], places: Places) -> str:
    """Return the name under which a count knows where a project is; empty for everywhere."""
    if project.area_id is None:
        return ""
    lineage = places.lineages.get(project.area_id, (project.area_id,))
    found = next((area for area in lineage if area in bounded), project.area_id)
    return places.label(found) if found in places.names else ""


def document(
    current: Round,
    projects: Sequence[Project],
    *,
    opened_at: datetime,
    versions: Mapping[ProjectId, str],
    places: Places,
) -> str:
    """Return the text that is hashed; `versions` has the hash of each project's plan version."""
    bounded = {
        UUID(one.name)
        for one in current.terms.ceilings
        if one.grouping is Grouping.NEIGHBOURHOOD and UUID(one.name) in places.names
    }
    on_ballot = {project.number for project in projects}
    stated = {
        "version": 1,
        "round": str(current.id),
        "name": current.name,
        "terms": json.loads(current.terms_text),
        "terms_sha256": current.terms_hash,
        "area": str(current.area_id) if current.area_id else None,
        "electorate": current.electorate.stated(),
        "opened_at": opened_at.isoformat(),
        "closes_at": current.voting_closes_at.isoformat() if current.voting_closes_at else None,
        "projects": [
            {
                "id": project.ballot_id,
                "title": project.title,
                "cost_fen": project.cost_fen,
                "category": project.category,
                "area": str(project.area_id) if project.area_id else None,
                "neighbourhood": neighbourhood(project, bounded, places),
                "plan": str(project.plan_id) if project.plan_id else None,
                "plan_version": project.plan_version,
                "plan_sha256": versions.get(project.id),
            }
            for project in projects
        ],
        "ceilings": [
            [one.grouping.value, _ceiling_name(one, places), one.amount]
            for one in current.terms.ceilings
        ],
        "incompatible": [
            [ballot_id(number) for number in group if number in on_ballot]
            for group in current.incompatible
            if len(on_ballot & set(group)) > 1
        ],
        "ties": [project.ballot_id for project in projects],
    }
    return canonical(stated)


def _ceiling_name(ceiling: Ceiling, places: Places) -> str:
    if ceiling.grouping is Grouping.CATEGORY:
        return ceiling.name
    area = UUID(ceiling.name)
    return places.label(area) if area in places.names else ceiling.name


def sha256(text: str) -> str:
    """Return the hash under which a document is published."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a count takes from the document; nothing bounds a round that was opened without one."""

    ceilings: tuple[Ceiling, ...] = ()
    incompatible: tuple[tuple[str, ...], ...] = ()
    neighbourhoods: Mapping[str, str] | None = None

    @classmethod
    def of(cls, text: str) -> "Frozen":
        """Read it from a round's document, which is empty before the ballot opens."""
        if not text:
            return cls()
        stated: dict[str, Any] = json.loads(text)
        return cls(
            ceilings=tuple(
                Ceiling(Grouping(grouping), name, amount)
                for grouping, name, amount in stated["ceilings"]
            ),
            incompatible=tuple(map(tuple, stated["incompatible"])),
            neighbourhoods={one["id"]: one["neighbourhood"] for one in stated["projects"]},
        )
