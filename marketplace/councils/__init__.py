"""Councils and delegates' meetings: who sits on them, since when, until when, and how they came in.

A council is that of one term; the next term's is another. A seat is never rewritten: it ends, and
another begins, so who sat when stays to be read.
"""

from marketplace.councils.errors import (
    CouncilFull,
    InvalidCouncil,
    NoPlaceForYou,
    SeatedAlready,
    TermOver,
    UnknownCouncil,
    UnknownSeat,
)
from marketplace.councils.reading import (
    council,
    council_members,
    councils,
    seats_at,
    seats_of,
    seats_of_member,
)
from marketplace.councils.values import (
    Council,
    CouncilDraft,
    CouncilKind,
    Entry,
    Seat,
    SeatRole,
)
from marketplace.councils.verbs import end_seat, found_council, seat_member

__all__ = [
    "Council", "CouncilDraft", "CouncilFull", "CouncilKind", "Entry", "InvalidCouncil",
    "NoPlaceForYou", "Seat", "SeatRole", "SeatedAlready", "TermOver", "UnknownCouncil",
    "UnknownSeat",
    "council", "council_members", "councils", "end_seat", "found_council", "seat_member",
    "seats_at", "seats_of", "seats_of_member",
]  # fmt: skip
