"""The pages and forms, one module per subject; each parses, guards, calls one verb and answers."""

from litestar.types import ControllerRouterHandler

from app.routes import (
    audit,
    book,
    duplicates,
    elections,
    erasures,
    health,
    home,
    members,
    metrics,
    organisation_people,
    organisations,
    passbook,
    personal_data,
    places,
    policy,
    preferences,
    projects,
    roles,
    rounds,
    signin,
    visits,
)

# Every route of the app. A module adds its handlers here, in the order of the alphabet.
route_handlers: list[ControllerRouterHandler] = [
    *audit.handlers,
    *book.handlers,
    *duplicates.handlers,
    *elections.handlers,
    *erasures.handlers,
    health.live,
    health.ready,
    home.home,
    *members.handlers,
    metrics.figures,
    *organisation_people.handlers,
    *organisations.handlers,
    *passbook.handlers,
    *places.handlers,
    *personal_data.handlers,
    *policy.handlers,
    preferences.choose_language,
    preferences.choose_text_size,
    *projects.handlers,
    *roles.handlers,
    *rounds.handlers,
    *signin.handlers,
    *visits.handlers,
]
