"""Log lines: one JSON object each, with the request's id, and nothing about a person.

An error is written with its kind and the places it passed through, but without its message: a
database's message can quote the row, and a row can hold a name or a telephone number.
"""

import logging
import logging.config
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncpg
import structlog

from app.settings import Settings

HOUSE = Path(__file__).parent.parent
PLACES_MAX = 12


def configure(settings: Settings) -> None:
    """Send every line of this process, also of the libraries, to standard output."""
    logging.config.dictConfig(logging_config(settings))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        cache_logger_on_first_use=True,
    )


def logging_config(settings: Settings) -> dict[str, Any]:
    """Return the configuration for `logging`; the server's own processes take the same."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": [structlog.contextvars.merge_contextvars, *_shared()],
    }
    handler = {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stdout",
        "formatter": "line",
    }
    server = {"handlers": ["out"], "propagate": False, "level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"out": handler},
        "root": {"handlers": ["out"], "level": logging.getLevelName(_level(settings))},
        "loggers": {
            "_granian": server,
            "granian.access": server,
            "httpx": {"level": "WARNING"},  # its lines hold whole addresses
        },
    }


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


def _shared() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_without_words,
    ]


def _error_without_words(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Replace an exception by its kind and the places it passed through."""
    given = line.pop("exc_info", None)
    if not given:
        return line
    if isinstance(given, BaseException):
        error: BaseException | None = given
    elif isinstance(given, tuple):
        error = given[1]
    else:
        error = sys.exc_info()[1]
    if error is not None:
        line.update(described(error))
    return line


def described(error: BaseException) -> dict[str, Any]:
    """Return what may be logged of an error."""
    facts: dict[str, Any] = {"error": type(error).__qualname__, "at": _places(error.__traceback__)}
    if isinstance(error, asyncpg.PostgresError):
        facts["sqlstate"] = error.sqlstate
        facts["constraint"] = getattr(error, "constraint_name", None)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        facts["cause"] = type(cause).__qualname__
    return facts


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-PLACES_MAX:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return str(Path(*path.parts[path.parts.index("site-packages") + 1 :]))
    return str(path.relative_to(HOUSE)) if path.is_relative_to(HOUSE) else path.name
