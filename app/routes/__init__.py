"""The pages and forms, one module per subject; each parses, guards, calls one verb and answers."""

from litestar.types import ControllerRouterHandler

from app.routes import (
    audit,
    book,
    elections,
    erasures,
    health,
    home,
    metrics,
    passbook,
    personal_data,
    policy,
    preferences,
    projects,
    rounds,
    signin,
    visits,
)

# Every route of the app. A module adds its handlers here, in the order of the alphabet.
route_handlers: list[ControllerRouterHandler] = [
    *audit.handlers,
    *book.handlers,
    *elections.handlers,
    *erasures.handlers,
    health.live,
    health.ready,
    home.home,
    metrics.figures,
    *passbook.handlers,
    *personal_data.handlers,
    *policy.handlers,
    preferences.choose_language,
    preferences.choose_text_size,
    *projects.handlers,
    *rounds.handlers,
    *signin.handlers,
    *visits.handlers,
]
