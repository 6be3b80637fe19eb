"""Moving to another community with one's saved hours, and what two communities owe one another.

Verbs: `ask_move`, `release_move` (the old side), `receive_move` (the new side), `decline_move`,
`withdraw_move`; for administrators over two communities `agree_clearing`. `net_settlement` is the
report. Redeeming hours in another community without moving there is not part of it: an elder's
visit belongs to one community's volunteers, rules and book.
"""

from timebank.moving.agreeing import agree_clearing, agreements, clearing_partners, is_above_both
from timebank.moving.clearing import luggage_of
from timebank.moving.errors import (
    AlreadyMoving,
    ClearingFull,
    HoursSetAside,
    InvalidAgreement,
    MoveOver,
    NoClearing,
    NoReason,
    NotAboveBoth,
    NothingToTake,
    NotReleased,
    OpenMove,
    SameHand,
    UnknownMove,
)
from timebank.moving.moves import (
    ask_move,
    decline_move,
    forget_moves,
    move_seen,
    moves_here,
    moves_of,
    own_move,
    receive_move,
    refuse_open_move,
    release_move,
    withdraw_move,
)
from timebank.moving.settlement import communities_watched, net_settlement
from timebank.moving.values import (
    LIMIT_MINUTES_MAX,
    Agreement,
    Luggage,
    Move,
    MoveState,
    NetSettlement,
    Pair,
    Payment,
    Position,
)

__all__ = [
    "LIMIT_MINUTES_MAX", "Agreement", "AlreadyMoving", "ClearingFull", "HoursSetAside",
    "InvalidAgreement", "Luggage", "Move", "MoveOver", "MoveState", "NetSettlement", "NoClearing",
    "NoReason", "NotAboveBoth", "NotReleased", "NothingToTake", "OpenMove", "Pair", "Payment",
    "Position", "SameHand", "UnknownMove",
    "agree_clearing", "agreements", "ask_move", "clearing_partners", "communities_watched",
    "decline_move", "forget_moves", "is_above_both", "luggage_of", "move_seen", "moves_here",
    "moves_of", "net_settlement", "own_move", "receive_move", "refuse_open_move", "release_move",
    "withdraw_move",
]  # fmt: skip
