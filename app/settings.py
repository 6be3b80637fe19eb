"""The settings: read from the environment once, checked at start, every mistake named at once."""

import base64
import difflib
import ipaddress
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app import card_keys, ways
from app.exits import Exit, StopError

PREFIX = "LINLI_"
SECRET_LENGTH_MIN = 32
FERNET_KEY_BYTES = 32
EMBEDDED_CONNECTIONS_MAX = 180  # it takes 200; the rest is for the operator's own
FOR_TESTS = {
    "LINLI_BALLOTS",
    "LINLI_DATA",
    "LINLI_SCREENSHOTS",
    "LINLI_SEED",
    "LINLI_STEPS",
    "LINLI_TEST_DATABASE_URL",
}
FIGURES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # set by `linli serve` for its workers
# May hold a password or a key: never shown.
HIDDEN = {
    "secret",
    "database_url",
    "owner_database_url",
    "mail_url",
    "message_ways",
    "identity_keys",
    "stripe_secret_key",
    "stripe_webhook_secret",
}


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_LENGTH_MIN:
        raise ValueError("too short")
    return secret


def _fernet_keys(keys: SecretStr) -> SecretStr:
    for key in keys.get_secret_value().split(","):
        if len(base64.urlsafe_b64decode(key.strip())) != FERNET_KEY_BYTES:
            raise ValueError("not a Fernet key")
    return keys


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("not a web address")
    return address.rstrip("/")


def _tables_by_age(folder: Path | None) -> Path | None:
    if folder is not None:
        if not folder.is_dir():
            raise ValueError("not a folder")
        from timebank.solvency import read_inputs  # noqa: PLC0415 (slow to import, and rarely needed)

        read_inputs(folder)
    return folder


def _networks(given: str) -> str:
    for one in given.split(","):
        if one.strip():
            ipaddress.ip_network(one.strip(), strict=False)
    return given


def _database_address(address: SecretStr) -> SecretStr:
    parts = urlsplit(address.get_secret_value())
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("not a database address")
    return address


def _mail_server(address: SecretStr) -> SecretStr:
    ways.mail_server(address.get_secret_value())
    return address


def _sender(written: str) -> str:
    ways.sender(written)
    return written


def _gateways(written: SecretStr) -> SecretStr:
    ways.gateways(written.get_secret_value())
    return written


def _host_names(written: str) -> str:
    if not all(set(one) <= HOST_NAME and one.strip("*.") for one in written.split()):
        raise ValueError("not host names")
    return written


def _stripe_secret(key: SecretStr) -> SecretStr:
    card_keys.secret_key(key.get_secret_value())
    return key


def _stripe_public(key: str) -> str:
    card_keys.public_key(key)
    return key


def _stripe_webhook(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith("whsec_"):
        raise ValueError("not a webhook's secret")
    return secret


def _ways_to_pay(written: str) -> str:
    card_keys.methods(written)
    return written


DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
HOST_NAME = set("abcdefghijklmnopqrstuvwxyz0123456789.-*")
# The push services of Chrome, Edge, Firefox, Safari and Windows.
PUSH_HOSTS = "fcm.googleapis.com *.push.services.mozilla.com *.push.apple.com *.notify.windows.com"
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
        "seals what must not be read or forged; without it one is made once in LINLI_VAR/secret",
        f"{SECRET_LENGTH_MIN} characters or more",
    )
    identity_keys: Annotated[SecretStr, AfterValidator(_fernet_keys)] | None = _setting(
        None,
        "seal identity numbers, the first key new ones; without it none are kept",
        "Fernet keys with commas between them",
    )
    public_address: Annotated[str, AfterValidator(_web_address)] | None = _setting(
        None,
        "where people reach the site; with https, cookies are sent over TLS only",
        "http://HOST or https://HOST, without a path",
    )
    proxies: Annotated[str, AfterValidator(_networks)] = _setting(
        "",
        "proxies in front of Linli whose X-Forwarded-For is believed",
        "addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8",
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

    mail_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = _setting(
        None,
        "the mail server that messages are handed to; without it no mail is sent",
        "smtp://NAME:PASSWORD@HOST:PORT, or smtps:// for TLS from the first byte",
    )
    mail_from: Annotated[str, AfterValidator(_sender)] | None = _setting(
        None, "who mail comes from; needed with LINLI_MAIL_URL", "NAME <NAME@HOST>"
    )
    message_ways: Annotated[SecretStr, AfterValidator(_gateways)] | None = _setting(
        None,
        "SMS gateways and staff chats, as Apprise addresses them; see docs/messages.md",
        "addresses with spaces between; one with {phone} or {number} in it sends SMS",
    )
    push_hosts: Annotated[str, AfterValidator(_host_names)] = _setting(
        PUSH_HOSTS,
        "the push services that browsers may name; empty turns web push off",
        "host names with spaces between, * for any name",
    )
    solvency_tables: Annotated[Path | None, AfterValidator(_tables_by_age)] = _setting(
        None,
        "tables of deaths and care need for projections; without it those of Linli",
        "a folder with mortality.csv or care_need.csv, as docs/solvency.md has them",
    )

    round_keys: Path | None = _setting(
        None,
        "where the keys of open ballots are kept, apart from backups; several machines share it",
        "a folder; without it LINLI_VAR/round-keys",
    )

    stripe_secret_key: Annotated[SecretStr, AfterValidator(_stripe_secret)] | None = _setting(
        None,
        "Stripe's secret key; without it no card is taken; see docs/payments.md",
        "a key that begins with sk_test_, sk_live_, rk_test_ or rk_live_",
    )
    stripe_public_key: Annotated[str, AfterValidator(_stripe_public)] | None = _setting(
        None,
        "Stripe's public key, of the same mode; it goes to the browser",
        "a key that begins with pk_test_ or pk_live_",
    )
    stripe_webhook_secret: Annotated[SecretStr, AfterValidator(_stripe_webhook)] | None = _setting(
        None,
        "what Stripe signs its messages to us with",
        "a secret that begins with whsec_",
    )
    stripe_methods: Annotated[str, AfterValidator(_ways_to_pay)] = _setting(
        "card",
        "the ways to pay through Stripe that are offered",
        "card, alipay, wechat_pay, with commas between them",
    )
    stripe_api: Annotated[str, AfterValidator(_web_address)] | None = _setting(
        None,
        "a stand-in for Stripe to try things on, with test keys; without it Stripe itself",
        "http://HOST or https://HOST, without a path",
    )

    @property
    def trusted_proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The proxies whose word on a visitor's address is believed."""
        return tuple(
            ipaddress.ip_network(one.strip(), strict=False)
            for one in self.proxies.split(",")
            if one.strip()
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
        wrong = {str(one["loc"][0]): one.get("ctx", {}).get("error") for one in error.errors()}
        lines.extend(
            _mistake(names.get(name, name), environment, why) for name, why in wrong.items()
        )
    else:
        if checked.pool_max < checked.pool_min:
            lines.append(_mistake("pool_max", environment))
        if (checked.mail_url is None) != (checked.mail_from is None):
            lines.append("LINLI_MAIL_FROM: it is needed with LINLI_MAIL_URL, and only with it.")
        lines.extend(_stripe_mistakes(checked))
        together = checked.workers * (checked.pool_max + 1)  # one more waits for messages
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


def _stripe_mistakes(given: Settings) -> list[str]:
    secret, webhook = given.stripe_secret_key, given.stripe_webhook_secret
    return card_keys.mistakes(
        secret.get_secret_value() if secret else None,
        given.stripe_public_key,
        webhook.get_secret_value() if webhook else None,
        given.stripe_api,
    ) + card_keys.nowhere_to_come_back(
        given.stripe_public_key, given.stripe_methods, given.public_address
    )


def _mistake(name: str, environment: Mapping[str, str], why: object = None) -> str:
    extra = Settings.model_fields[name].json_schema_extra
    allowed = extra["allowed"] if isinstance(extra, dict) else ""
    given = environment.get(variable(name), str(Settings.model_fields[name].default))
    shown = f"a hidden value of {len(given)} characters" if name in HIDDEN else repr(given)
    known = f" ({why})" if isinstance(why, ways.WrongWay) else ""
    return f"{variable(name)}: got {shown}{known}; allowed: {allowed}."


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process; the environment is read once.

    Raises `StopError` with one line for each mistake.
    """
    wrong = mistakes(os.environ)
    if wrong:
        raise StopError("\n".join(wrong), Exit.MISUSED)
    return Settings()
