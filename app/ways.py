"""Which ways of sending this installation has, as its settings say; wrong ones are named by place.

Nothing here is sent and nothing imported that is slow: the settings are checked with it at every
start.
"""

import hashlib
import logging
import re
import warnings
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

PHONE, NUMBER = "{phone}", "{number}"

_EXAMPLE: Final = "+8613800000000"
_CHAT: Final = re.compile(r"(?:(?P<code>[a-z0-9-]{2,40})=)?(?P<address>[a-z0-9]+://.+)", re.DOTALL)
_PORTS: Final = {"smtp": 587, "smtps": 465}
_NTH: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class WrongWay(ValueError):
    """A setting that names no way of sending; says which part is wrong, and shows no secret."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `tls` is from the first byte; else STARTTLS where it is offered.

    With a password, the connection is encrypted or not used at all, except on this machine.
    """

    host: str
    port: int
    tls: bool
    login: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of the staff, as Apprise addresses it: of one community, or of all of them.

    `name` tells one from another in the database, and is no secret.
    """

    address: str
    community_code: str | None = None

    @property
    def name(self) -> str:
        """Return a short name that shows nothing of the address."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Gateways:
    """What Apprise carries: SMS gateways, tried in order, and chats of the staff."""

    sms: tuple[str, ...] = ()
    chats: tuple[Chat, ...] = ()


def mail_server(address: str) -> MailServer:
    """Read `smtp://NAME:PASSWORD@HOST:PORT` or `smtps://...`. Raises `WrongWay`."""
    parts, port = _split(address)
    if parts.scheme not in _PORTS:
        raise WrongWay("the address begins neither with smtp:// nor with smtps://")
    if not parts.hostname:
        raise WrongWay("the address names no host")
    if parts.path.strip("/") or parts.query:
        raise WrongWay("something stands behind the host and port")
    if (parts.username is None) != (parts.password is None):
        raise WrongWay("a name without a password, or a password without a name")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        login=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _split(address: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise WrongWay("the address cannot be read") from error
    return parts, port


def sender(written: str) -> tuple[str, str]:
    """Read `Linli desk <desk@example.org>` as name and address. Raises `WrongWay`."""
    name, address = parseaddr(written)
    local, at, host = address.rpartition("@")
    if not at or not local or not host or not written.isprintable() or not address.isascii():
        raise WrongWay("this is no mail address")
    return name, address


def gateways(written: str) -> Gateways:
    """Read Apprise's addresses, one a line or with spaces between. Raises `WrongWay`.

    One that holds `{phone}` (with the country, +8613812345678) or `{number}` (without it) reaches
    a member's phone. Any other is a chat of the staff; `CODE=` before it names its community.
    """
    sms: list[str] = []
    chats: list[Chat] = []
    for place, one in enumerate(written.split()):
        which = f"the {_NTH[place]} address" if place < len(_NTH) else f"address {place + 1}"
        found = _CHAT.fullmatch(one)
        if found is None:
            raise WrongWay(f"{which} is none: it has no ://")
        address, code = found["address"], found["code"]
        for_phones = PHONE in address or NUMBER in address
        if for_phones and code:
            raise WrongWay(f"{which} reaches phones, so it serves every community: leave out CODE=")
        if not _known_to_apprise(for_phone(address, _EXAMPLE)):
            scheme = address.partition("://")[0]
            raise WrongWay(f"{which} ({scheme}://...) is not complete, or Apprise has no such kind")
        if for_phones:
            sms.append(address)
        else:
            chats.append(Chat(address, code))
    return Gateways(tuple(sms), tuple(chats))


def for_phone(address: str, phone: str) -> str:
    """Return a gateway's address for one telephone number (E.164)."""
    return address.replace(PHONE, quote(phone, safe="")).replace(NUMBER, _national(phone))


def _national(phone: str) -> str:
    import phonenumbers  # noqa: PLC0415 (slow to import, and only needed for some gateways)

    return str(phonenumbers.parse(phone).national_number)


def _known_to_apprise(address: str) -> bool:
    return apprise().instantiate(address, suppress_exceptions=True) is not None


@lru_cache(maxsize=1)
def apprise() -> Any:
    """Return the `Apprise` class, loaded with all it knows; slow, and most starts do not need it.

    It is kept from writing down addresses and numbers: what matters we write down ourselves.
    """
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        # One of its parts imports what Python 3.13 no longer has, and knows what to do without.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise  # noqa: PLC0415 (see above)

        Apprise.instantiate("json://localhost")  # its parts are loaded when one is asked for
    return Apprise
