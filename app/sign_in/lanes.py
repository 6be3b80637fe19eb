"""In which lanes the tries of a sign-in are counted, so that guessing is slow and elders are not.

A try at a number counts in three lanes:

- its own: this number from this place (or, from a browser that has signed in with the number
  before, this number from this browser). The policy says how many tries are free.
- the number's, wherever the tries come from: slows guessers who change their address. A browser
  that is known for the number is not counted here, so such guessers cannot keep its owner out.
- the place's, whatever the number: slows guessers who change the number. Many neighbours share an
  address (one line for a whole house, a telephone company's), so it allows more.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from app.addresses import site_of
from app.throttle import Lane

NUMBER_FREE: Final = 20
PLACE_FREE: Final = 60
PLACE_FORGETS: Final = timedelta(hours=1)
CODE_FREE: Final = 5
STREAKS: Final = frozenset({5, 10, 20, 50, 100, 200, 500, 1000})
"""After how many failed tries in a row the trail says so."""


def password_lanes(phone: str, address: str | None, mark: str | None, *, free: int) -> list[Lane]:
    """Return the lanes of a try at a number's password; the first is the person's own."""
    place = Lane(f"place {site_of(address)}", PLACE_FREE, shared=True, forget=PLACE_FORGETS)
    if mark is not None:
        return [Lane(f"known {mark} {phone}", free, phone), place]
    own = Lane(f"pair {phone} {site_of(address)}", free, phone)
    return [own, Lane(f"number {phone}", NUMBER_FREE, phone, shared=True), place]


def code_lanes(address: str | None) -> list[Lane]:
    """Return the lane of codes typed from a place; each code also counts its own tries."""
    return [Lane(f"codes {site_of(address)}", PLACE_FREE, shared=True, forget=PLACE_FORGETS)]


def number_lane(lookup: bytes) -> Lane:
    """Return the lane of codes typed for a number, from wherever; `lookup` stands for the number.

    Whoever's browser is known for the number is not counted in it.
    """
    return Lane(f"codes of {lookup.hex()}", NUMBER_FREE, f"codes {lookup.hex()}", shared=True)


def factor_lane(member_id: UUID) -> Lane:
    """Return the lane of a member's second step: whoever tries there has taken the first."""
    return Lane(f"second step {member_id}", CODE_FREE, str(member_id))


def card_lanes(shown: str, desk_id: UUID, whose: str, *, free: int) -> list[Lane]:
    """Return the lanes of a try at a card's PIN: the card's own, and the desk's.

    `whose` is the id of the member whose card it is, if it is one: typed or scanned, it is the same
    card, and the desk can end its wait.
    """
    return [
        Lane(f"card of {whose}" if whose else f"card {shown}", free, whose),
        Lane(f"desk {desk_id}", PLACE_FREE, shared=True, forget=PLACE_FORGETS),
    ]
