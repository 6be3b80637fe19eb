"""Finished projects for programs, as JSON: covenant, checks, what needs attention; no names."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath

from app import aftercare_page
from app.acts import act
from marketplace import aftercare
from marketplace.aftercare import CovenantVersion

AnyRequest = Request[Any, Any, Any]


@get("/api/projects/{project_id:uuid}/aftercare", name="aftercare.data", opt=act("aftercare.read"))
async def aftercare_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give what comes after a project: since when, its checks, and what needs attention."""
    found = await aftercare_page.place_shown(request, project_id)
    here, home = found.project.id, found.home.id
    people = await aftercare.custodians(here, community_id=home)
    said = await aftercare.attentions(here, community_id=home)
    return {
        "project": str(here),
        "finished": found.finished,
        "delivered_on": found.care.delivered_on.isoformat() if found.care else None,
        "months": found.care.months if found.care else None,
        "custodians": sum(one.serves(found.today) for one in people),
        "checks": [
            {
                "id": str(one.id),
                "number": one.number,
                "due_on": one.due_on.isoformat(),
                "state": one.state(found.today).value,
                "outcome": one.outcome.value if one.outcome else None,
                "words": one.words,
                "done_at": one.done_at.isoformat() if one.done_at else None,
            }
            for one in await aftercare.checks(here, community_id=home)
        ],
        "attention": [
            {
                "id": str(one.id),
                "state": one.state.value,
                "words": one.words if aftercare.sees_words(one, None) else None,
                "raised_at": one.raised_at.isoformat(),
                "check": str(one.check_id) if one.check_id else None,
                "goes_on_under": str(one.into_id) if one.into_id else None,
            }
            for one in said
        ],
    }


@get("/api/projects/{project_id:uuid}/covenant", name="covenant.data", opt=act("aftercare.read"))
async def covenant_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give a covenant: the number of the version in force, and every version, the newest first."""
    found = await aftercare_page.place_shown(request, project_id)
    versions = await aftercare.covenant_versions(found.project.id, community_id=found.home.id)
    forced = aftercare.in_force(versions)
    return {
        "project": str(found.project.id),
        "in_force": forced.number if forced else None,
        "versions": [_version(one) for one in versions],
    }


def _version(one: CovenantVersion) -> dict[str, Any]:
    return {
        "number": one.number,
        "words": one.words,
        "sha256": one.sha256,
        "note": one.note,
        "written_at": one.written_at.isoformat(),
        "in_force_from": one.in_force_from.isoformat() if one.in_force_from else None,
        "signatures": one.signatures,
    }


@get("/api/projects/{project_id:uuid}/story", name="story.data", opt=act("aftercare.read"))
async def story_data(request: AnyRequest, project_id: FromPath[UUID]) -> dict[str, Any]:
    """Give each need and project of a project's story, the first first."""
    found = await aftercare_page.place_shown(request, project_id)
    story = await aftercare.story_of_project(found.project.id, community_id=found.home.id)
    return {
        "project": str(found.project.id),
        "story": [
            {
                "kind": one.kind,
                "id": str(one.id),
                "at": one.at.isoformat(),
                "state": one.state,
                "round": str(one.round_id) if one.round_id else None,
                "delivery": one.delivery or None,
                "again": one.again.value if one.again else None,
                "from_project": str(one.from_project) if one.from_project else None,
            }
            for one in story
        ],
    }


handlers = [aftercare_data, covenant_data, story_data]
