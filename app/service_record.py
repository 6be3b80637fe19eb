"""An organisation's service record: what its people did for the community while they belonged."""

from dataclasses import dataclass
from uuid import UUID

import community
import timebank
from marketplace import Project
from marketplace import reading as marketplace


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """Confirmed visits given by its people, the minutes they took, and projects they proposed."""

    visits: int
    minutes: int
    projects: tuple[Project, ...]


async def service_record(organisation_id: UUID, *, community_id: UUID) -> ServiceRecord:
    """Return what an organisation's people did while they had a post in it."""
    held = await community.belonging(organisation_id, community_id=community_id)
    spans = [(member_id, span.since, span.until) for member_id, span in held]
    visits, minutes = await timebank.given_by(spans, community_id=community_id)
    projects = await marketplace.projects_proposed(spans, community_id=community_id)
    return ServiceRecord(visits, minutes, tuple(projects))
