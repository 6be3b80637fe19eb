"""What the elder's page and card show at the door: the QR beside the number, and where it leads.

A visit's QR carries the number in its address (`?code=`), so that it survives signing in on the way
and works without scripts. That gives nothing away: the number counts once, for this visit, and only
for the volunteer who is booked and has signed in; for everybody else the page is closed. The QR of
a card that hangs at the door for months carries no number. It only leads the volunteer to today's
visit there, and the number still has to be told: a photograph of the card checks nobody in.
"""

from typing import Final
from uuid import UUID

import segno

from timebank import Visit

QR_SCALE: Final = 6


def visit_address(site: str, visit: Visit) -> str:
    """Return where a visit's QR leads: to its page, with the number filled in."""
    return f"{site}/time-bank/visits/{visit.id}?code={visit.code}"


def standing_address(site: str, elder_id: UUID) -> str:
    """Return where the QR of an elder's standing card leads."""
    return f"{site}/time-bank/with/{elder_id}"


def picture(address: str) -> str:
    """Return an address as a QR, for the page itself (`data:`)."""
    return segno.make(address, error="m").svg_data_uri(scale=QR_SCALE, border=4, light="#fff")


def code_scanned(text: str) -> str:
    """Return the number that a QR brought along; nothing where it is none."""
    return text if len(text) == len("0000") and text.isascii() and text.isdigit() else ""
