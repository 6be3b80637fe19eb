"""The app, built once for all files whose settings are the same: its 780 routes take a second."""

from litestar import Litestar

from app import logs
from app.main import create_app
from app.settings import Settings, settings

_BUILT: list[tuple[Settings, Litestar]] = []


def built() -> Litestar:
    """Return the app as the settings of the moment make it, as it is before it first runs."""
    given = settings()
    for known, app in _BUILT:
        if known == given:
            logs.configure(given)
            app.state.stopping = False
            return app
    made = create_app()
    _BUILT.append((given, made))
    return made
