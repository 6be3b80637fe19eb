"""The pages and forms, one module per subject; each parses, guards, calls one verb and answers."""

from litestar.types import ControllerRouterHandler

from app.routes import elections, health, home, metrics, preferences, projects, rounds

# Every route of the app. A module adds its handlers here, in the order of the alphabet.
route_handlers: list[ControllerRouterHandler] = [
    *elections.handlers,
    health.live,
    health.ready,
    home.home,
    metrics.figures,
    preferences.choose_language,
    preferences.choose_text_size,
    *projects.handlers,
    *rounds.handlers,
]
