"""Who has a say about a project's work, and whether it is under way; every verb of work asks."""

from uuid import UUID

from community import Actor, Role
from marketplace.delivery.errors import NotBegun
from marketplace.delivery.moving import locked
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import DeliveryState, Undertaking
from marketplace.reading import read_project
from marketplace.values import Project, ProjectId
from marketplace.work.errors import NotYourWork, NoWorkNow


async def project_of(project_id: UUID, *, community_id: UUID) -> Project:
    """Return a project. Raises `UnknownProject`."""
    return await read_project(ProjectId(project_id), community_id=community_id)


def coordinates(by: Actor) -> bool:
    """Whether somebody acts as a coordinator, with their own hand."""
    return by.on_behalf_of is None and Role.COORDINATOR in by.roles


def runs(undertaking: Undertaking, by: Actor) -> bool:
    """Whether somebody looks after a project's work: who undertakes it, or a coordinator."""
    own = by.on_behalf_of is None and by.member_id in undertaking.hands
    return own or coordinates(by)


async def require_runs(project: Project, by: Actor, act: str) -> Undertaking:
    """Return who undertakes a project. Raises `NotYourWork` for whoever has no say about it."""
    undertaking = await undertaking_of(project)
    if not runs(undertaking, by):
        raise NotYourWork(act)
    return undertaking


async def require_under_way(project: Project) -> None:
    """Keep a project under way until the open transaction ends. Raises `NoWorkNow`."""
    try:
        delivery = await locked(project.id, community_id=project.community_id)
    except NotBegun as error:
        raise NoWorkNow from error
    if delivery.state is not DeliveryState.UNDER_WAY:
        raise NoWorkNow
