"""Puts the post together from the settings: which carriers there are, and where the pages are."""

from collections.abc import Mapping

from app import ways
from app.keys import key
from app.messages.choices import forget_device
from app.messages.delivering import Site
from app.messages.gateway import Sms
from app.messages.mail import Mail
from app.messages.parcels import Carrier
from app.messages.push import Push, public_key, site_key
from app.messages.rules import Way
from app.settings import Settings


def site(given: Settings) -> Site:
    """Return where people reach the pages that messages lead to."""
    return Site(given.public_address or f"http://{given.host}:{given.port}")


def gateways(given: Settings) -> ways.Gateways:
    """Return the SMS gateways and staff chats of the settings."""
    written = given.message_ways
    return ways.Gateways() if written is None else ways.gateways(written.get_secret_value())


def carriers(given: Settings) -> Mapping[Way, Carrier]:
    """Return who carries on which way; a way without settings has nobody."""
    found: dict[Way, Carrier] = {}
    if given.mail_url is not None and given.mail_from is not None:
        server = ways.mail_server(given.mail_url.get_secret_value())
        found[Way.MAIL] = Mail(server, ways.sender(given.mail_from), site(given).address)
    if sms := gateways(given).sms:
        found[Way.SMS] = Sms(sms)
    if (contact := push_contact(given)) is not None:
        found[Way.PUSH] = Push(site_key(key("web push")), contact, forget_device)
    return found


def push_contact(given: Settings) -> str | None:
    """Return whom a push service may write to; None where web push is off.

    Browsers allow it on sites over TLS alone, and a service wants to know who sends.
    """
    if not given.push_hosts.strip() or not given.secure:
        return None
    if given.mail_from is not None:
        return f"mailto:{ways.sender(given.mail_from)[1]}"
    return given.public_address


def push_key(given: Settings) -> str | None:
    """Return the key that a browser is told when it asks for messages; None where push is off."""
    return None if push_contact(given) is None else public_key(site_key(key("web push")))
