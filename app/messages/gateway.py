"""Carries messages through SMS gateways and staff chats, with Apprise: it knows their languages."""

import asyncio

import structlog

from app.i18n import gettext, speaking
from app.messages.parcels import Later, Parcel, Refused
from app.ways import apprise, for_phone
from app.wording import number

log = structlog.get_logger("linli.message")

ANSWER_SECONDS_MAX = 60


class Sms:
    """Sends one SMS for a parcel, through the first gateway that takes it."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = addresses

    async def carry(self, parcel: Parcel) -> None:
        """Send the parcel. Raises `Refused` where there is no number, else `Later`."""
        if parcel.phone is None:
            raise Refused("no_address")
        text = sms_text(parcel)
        for address in self._addresses:
            if await notified(for_phone(address, parcel.phone), text):
                return
        raise Later("busy")


def sms_text(parcel: Parcel) -> str:
    """Return the one text of a parcel: its sentences, or how many messages wait on the site."""
    with speaking(parcel.language):
        if len(parcel.letters) == 1:
            said = parcel.letters[0].spoken.sentence
        else:
            said = gettext("You have %(count)s new messages. Please open Linli to read them.") % {
                "count": number(len(parcel.letters))
            }
        return gettext("[Linli] %(words)s") % {"words": said}


async def notified(address: str, text: str, title: str = "") -> bool:
    """Send a text to an address of Apprise's; return whether whoever is there took it.

    Apprise waits in its own way, so it runs in a thread, and is given up after a minute.
    """
    try:
        return await asyncio.wait_for(
            asyncio.to_thread(_notify, address, text, title), ANSWER_SECONDS_MAX
        )
    except TimeoutError:
        log.warning("a gateway does not answer", kind=address.partition("://")[0])
        return False


def _notify(address: str, text: str, title: str) -> bool:
    carrier = apprise()()
    if not carrier.add(address):
        return False
    return bool(carrier.notify(body=text, title=title, body_format="text"))
