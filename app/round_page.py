"""What the page of a round shows of its terms, dates, electorate and changes."""

from typing import Any
from zoneinfo import ZoneInfo

from app.round_words import area_name, change_words, dates_words, parts_of_budget, terms_facts
from marketplace import Project, Round, reading, round_changes
from marketplace.values import ballot_id


async def round_facts(current: Round, zone: ZoneInfo) -> dict[str, Any]:
    """Return what a round promises and how far that has been changed, in words."""
    parts, parts_sum = await parts_of_budget(current)
    changes = await round_changes(current.id, community_id=current.community_id)
    return {
        "facts": await terms_facts(current),
        "dates": dates_words(current, zone),
        "parts": parts,
        "parts_sum": parts_sum,
        "changes": [(change, change_words(change, zone)) for change in changes],
        "groups": await groups_shown(current),
        "area_name": await area_name(current.area_id) if current.area_id else "",
    }


async def groups_shown(current: Round) -> list[list[Project]]:
    """Return the projects that exclude one another, group by group."""
    if not current.incompatible:
        return []
    projects = {
        project.number: project
        for project in await reading.projects_of(current.id, community_id=current.community_id)
    }
    found = [
        [projects[number] for number in group if number in projects]
        for group in current.incompatible
    ]
    return [group for group in found if len(group) > 1]


def round_data(current: Round) -> dict[str, Any]:
    """Return a round as data for other programs; how it stands is told only after it is closed."""
    terms = current.terms
    return {
        "id": str(current.id),
        "name": current.name,
        "state": current.state.value,
        "opened_at": current.opened_at.isoformat(),
        "budget_fen": terms.budget_fen,
        "ballot": terms.kind.value,
        "choices_max": terms.choices_max,
        "points": terms.points,
        "rule": terms.rule.value,
        "satisfaction": terms.satisfaction.value,
        "completion": terms.completion.value,
        "threshold": terms.threshold,
        "quorum_percent": terms.quorum,
        "ceilings": [
            {"by": one.grouping.value, "name": one.name, "fen": one.amount}
            for one in terms.ceilings
        ],
        "area_id": str(current.area_id) if current.area_id else None,
        "electorate": current.electorate.stated(),
        "entry": current.entry.value,
        "voting_opens_at": _iso(current.voting_opens_at),
        "voting_closes_at": _iso(current.voting_closes_at),
        "incompatible": [[ballot_id(number) for number in group] for group in current.incompatible],
        "terms_sha256": current.terms_hash,
        "ballot_sha256": current.ballot_hash or None,
    }


def project_data(project: Project) -> dict[str, Any]:
    """Return a project of a round as data; who proposed it is not among it."""
    return {
        "id": str(project.id),
        "number": project.ballot_id,
        "title": project.title,
        "purpose": project.purpose,
        "place": project.place,
        "category": project.category,
        "cost_fen": project.cost_fen,
        "state": project.state.value,
        "area_id": str(project.area_id) if project.area_id else None,
        "plan_id": str(project.plan_id) if project.plan_id else None,
        "plan_version": project.plan_version,
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
