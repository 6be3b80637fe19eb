"""The settings: read from the environment once, checked at start, every mistake named at once."""

import difflib
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.exits import Exit, StopError

PREFIX = "LINLI_"
SECRET_LENGTH_MIN = 32
EMBEDDED_CONNECTIONS_MAX = 180  # it takes 200; the rest is for the operator's own
FOR_TESTS = {"LINLI_DATA", "LINLI_STEPS", "LINLI_TEST_DATABASE_URL"}
FIGURES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # set by `linli serve` for its workers
HIDDEN = {"secret", "database_url", "owner_database_url"}  # may hold a password: never shown


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_LENGTH_MIN:
        raise ValueError("too short")
    return secret


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("not a web address")
    return address.rstrip("/")


def _database_address(address: SecretStr) -> SecretStr:
    parts = urlsplit(address.get_secret_value())
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("not a database address")
    return address


DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
DATABASE_ADDRESS = "postgresql://NAME:PASSWORD@HOST:PORT/DATABASE"


def _setting(default: Any, meaning: str, allowed: str, **more: Any) -> Any:
    """Describe one setting: what it means, and in words what may be given."""
    return Field(default, description=meaning, json_schema_extra={"allowed": allowed}, **more)


class Settings(BaseSettings):
    """Every setting with its meaning; `docs/settings.md` lists the same."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = _setting(
        "127.0.0.1", "the address to listen on", "a host name or address", min_length=1
    )
    port: int = _setting(
        8000, "the port to listen on", "a whole number from 1 to 65535", ge=1, le=65535
    )
    workers: int = _setting(
        1, "how many processes answer requests", "a whole number from 1 to 64", ge=1, le=64
    )
    var: Path = _setting(
        Path("var"), "the folder for the embedded database and the secret", "a folder"
    )
    secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = _setting(
        None,
        "seals session cookies; without it one is made once in LINLI_VAR/secret",
        f"{SECRET_LENGTH_MIN} characters or more",
    )
    public_address: Annotated[str, AfterValidator(_web_address)] | None = _setting(
        None,
        "where people reach the site; with https, cookies are sent over TLS only",
        "http://HOST or https://HOST, without a path",
    )
    demo: bool = _setting(
        default=False,
        meaning="lets anybody sign in as any demo member, without a password",
        allowed="true or false",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "the least serious line to log", "debug, info, warning or error"
    )
    log_format: Literal["json", "console"] = _setting(
        "json", "how a log line looks", "json or console"
    )
    metrics: Literal["loopback", "anyone", "off"] = _setting(
        "loopback", "who may read /metrics", "loopback, anyone or off"
    )
    pool_min: int = _setting(
        2,
        "database connections that each worker keeps open",
        "a whole number from 1 to 100",
        ge=1,
        le=100,
    )
    pool_max: int = _setting(
        10,
        "database connections that each worker may open",
        "a whole number from 1 to 100, and not below LINLI_POOL_MIN",
        ge=1,
        le=100,
    )
    statement_seconds_max: int = _setting(
        30, "how long one database statement may take", "a whole number from 1 to 600", ge=1, le=600
    )
    stop_seconds_max: int = _setting(
        30,
        "how long requests in flight may take to finish when stopping",
        "a whole number from 1 to 600",
        ge=1,
        le=600,
    )
    database_url: DatabaseAddress | None = _setting(
        None,
        "a PostgreSQL server 15 or newer; without it Linli runs its own",
        DATABASE_ADDRESS,
        validation_alias="DATABASE_URL",
    )
    owner_database_url: DatabaseAddress | None = _setting(
        None, "the database's owner, for migrations; default DATABASE_URL", DATABASE_ADDRESS
    )

    @property
    def secure(self) -> bool:
        """Whether people reach the site over TLS, so that cookies must not travel without it."""
        return self.public_address is not None and self.public_address.startswith("https://")


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def mistakes(environment: Mapping[str, str]) -> list[str]:
    """Return one line for every wrong or unknown setting; none when all is well."""
    names = {variable(name): name for name in Settings.model_fields}
    lines: list[str] = []
    try:
        checked = Settings()
    except ValidationError as error:
        wrong = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
        lines.extend(_mistake(names.get(name, name), environment) for name in wrong)
    else:
        if checked.pool_max < checked.pool_min:
            lines.append(_mistake("pool_max", environment))
        together = checked.workers * checked.pool_max
        if checked.database_url is None and together > EMBEDDED_CONNECTIONS_MAX:
            lines.append(
                f"LINLI_POOL_MAX: got {checked.pool_max} for each of {checked.workers} workers; "
                f"allowed: {EMBEDDED_CONNECTIONS_MAX} together on the embedded database."
            )
    for given in sorted(environment):
        if given.startswith(PREFIX) and given not in names and given not in FOR_TESTS:
            near = difflib.get_close_matches(given, names, n=1)
            hint = f"did you mean {near[0]}?" if near else "see docs/settings.md for all settings."
            lines.append(f"{given}: there is no such setting; {hint}")
    return lines


def _mistake(name: str, environment: Mapping[str, str]) -> str:
    extra = Settings.model_fields[name].json_schema_extra
    allowed = extra["allowed"] if isinstance(extra, dict) else ""
    given = environment.get(variable(name), str(Settings.model_fields[name].default))
    shown = f"a hidden value of {len(given)} characters" if name in HIDDEN else repr(given)
    return f"{variable(name)}: got {shown}; allowed: {allowed}."


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process; the environment is read once.

    Raises `StopError` with one line for each mistake.
    """
    wrong = mistakes(os.environ)
    if wrong:
        raise StopError("\n".join(wrong), Exit.MISUSED)
    return Settings()
