"""The rules of delivery, each in words above what enforces it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from community import Actor, Role
from marketplace.delivery.errors import (
    ApprovedAlready,
    BeyondBalance,
    BeyondLine,
    DeliveryMoved,
    DisbursementMoved,
    InvalidDelivery,
    MilestonesOpen,
    NotYourProject,
    NotYoursToDecide,
    ReceiptUnfit,
    TiedToIt,
    TooManyPhotos,
)
from marketplace.delivery.values import (
    FORBIDDEN,
    Delivery,
    DeliveryState,
    Disbursement,
    DisbursementDraft,
    Milestone,
    Purse,
    ReceiptDraft,
    Tie,
    Undertaking,
)

WORDS_MAX: Final = 2000
REASON_MAX: Final = 1000
PURPOSE_MAX: Final = 200
PHOTOS_MAX: Final = 6
RECEIPTS_MAX: Final = 5
NAME_MAX: Final = 120
RECEIPT_BYTES_MAX: Final = 5 * 1024 * 1024
KINDS: Final = frozenset({"pdf", "jpg", "xlsx", "docx"})
AMOUNT_FEN_MAX: Final = 100_000_000_000

# A project under way is delivered or stopped; a delivered one is judged, or sent back where the
# inspectors find that something is missing; a judged one is closed when what was left has returned.
MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.UNDER_WAY: frozenset({DeliveryState.DELIVERED, DeliveryState.STOPPED}),
    DeliveryState.DELIVERED: frozenset(
        {DeliveryState.JUDGED, DeliveryState.UNDER_WAY, DeliveryState.STOPPED}
    ),
    DeliveryState.JUDGED: frozenset({DeliveryState.CLOSED}),
    DeliveryState.CLOSED: frozenset(),
    DeliveryState.STOPPED: frozenset(),
}

SPENDING: Final = frozenset(
    {DeliveryState.UNDER_WAY, DeliveryState.DELIVERED, DeliveryState.JUDGED}
)
"""The states in which a project's money is asked for and paid."""

STOPPABLE: Final = frozenset({DeliveryState.UNDER_WAY, DeliveryState.DELIVERED})
APPROVERS: Final = frozenset({Role.TREASURER, Role.COORDINATOR})
RECEIPT_READERS: Final = frozenset({Role.TREASURER, Role.COORDINATOR, Role.AUDITOR})
APPROVALS: Final = 2


def move(before: DeliveryState, after: DeliveryState) -> None:
    """Refuse a move that there is not with `DeliveryMoved`."""
    if after not in MOVES[before]:
        raise DeliveryMoved(before)


def standing(delivery: Delivery, states: Collection[DeliveryState]) -> None:
    """Refuse an act outside the states in which it is done with `DeliveryMoved`."""
    if delivery.state not in states:
        raise DeliveryMoved(delivery.state)


# The last part of the money waits until residents have judged what was delivered.
def last_part_free(state: DeliveryState) -> bool:
    """Say whether the last part may be asked for."""
    return state in (DeliveryState.JUDGED, DeliveryState.CLOSED)


def kept_back(received_fen: int, percent: int, state: DeliveryState) -> int:
    """Return how many fen wait for the judgement, rounded down to the fen."""
    return 0 if last_part_free(state) else received_fen * percent // 100


# A request names what it is for, and a line of the budget where the plan has some.
def request(draft: DisbursementDraft, lines: Collection[str]) -> None:
    """Refuse a request that cannot be with `InvalidDelivery`."""
    if not 1 <= draft.amount_fen <= AMOUNT_FEN_MAX:
        raise InvalidDelivery("amount", "missing" if draft.amount_fen < 1 else "too much")
    text("purpose", draft.purpose, PURPOSE_MAX)
    if draft.line and draft.line not in lines:
        raise InvalidDelivery("line", "unknown")


# Nothing is asked for beyond what the project has and has not promised to another request.
def within(amount_fen: int, purse: Purse) -> None:
    """Refuse an amount that is not free with `BeyondBalance`."""
    if amount_fen > purse.free_fen:
        raise BeyondBalance(purse.free_fen, purse.kept_back_fen)


# No money without a paper: an invoice, a receipt or an offer, in a form that people can open.
def receipts(given: Sequence[ReceiptDraft]) -> None:
    """Refuse no papers, too many, or unfit ones with `ReceiptUnfit`."""
    if not given:
        raise ReceiptUnfit("none")
    if len(given) > RECEIPTS_MAX:
        raise ReceiptUnfit("too many", most=RECEIPTS_MAX)
    for one in given:
        if one.kind not in KINDS:
            raise ReceiptUnfit("kind")
        if not one.body:
            raise ReceiptUnfit("empty")
        if len(one.body) > RECEIPT_BYTES_MAX:
            raise ReceiptUnfit("too large", most=RECEIPT_BYTES_MAX)


# A line of the budget pays for what it was planned for: no request goes beyond what is left of its
# line, as accepted changes have it. A request without a line is paid from what no line has.
def within_line(draft: DisbursementDraft, free: Mapping[str, int], unplanned_fen: int) -> None:
    """Refuse an amount that its line has not left with `BeyondLine`; a plan without lines, none."""
    left = free.get(draft.line, 0) if draft.line else unplanned_fen
    if free and draft.amount_fen > max(0, left):
        raise BeyondLine(draft.line, max(0, left))


# Two different people decide, treasurer or coordinator, each with their own hand; nobody about what
# they asked for or undertake. Whoever is tied to it by kinship or organisation decides where the
# community's rules let them, and everybody can read that there is a tie.
def decides(by: Actor, act: str) -> None:
    """Refuse whoever has no say about money with `NotYoursToDecide`."""
    if by.on_behalf_of is not None or not by.roles & APPROVERS:
        raise NotYoursToDecide(act)


def untied(tie: Tie | None, *, allowed: bool = False) -> None:
    """Refuse whoever is tied to who asks with `TiedToIt`; `allowed` lets kin and colleagues."""
    if tie is not None and not (allowed and tie not in FORBIDDEN):
        raise TiedToIt(tie)


def still_open(found: Disbursement) -> None:
    """Refuse a decision that comes too late with `DisbursementMoved`."""
    if not found.state.open:
        raise DisbursementMoved(found.state)


def deciding(found: Disbursement, by: Actor) -> None:
    """Refuse an approval that comes too late (`DisbursementMoved`) or twice (`ApprovedAlready`)."""
    still_open(found)
    if by.member_id in found.approvers:
        raise ApprovedAlready


# Who undertakes speaks for the project, each with their own hand.
def undertakes(undertaking: Undertaking, by: Actor) -> None:
    """Refuse whoever does not undertake the project with `NotYourProject`."""
    if by.on_behalf_of is not None or by.member_id not in undertaking.hands:
        raise NotYourProject


def coordinates(by: Actor, act: str) -> None:
    """Refuse whoever is no coordinator, or acts for another, with `NotYoursToDecide`."""
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotYoursToDecide(act)


# A milestone is reported when it is done, not before; on a day since the work began.
def reporting(done_on: date, words: str, *, began_on: date, today: date) -> None:
    """Refuse a report of a day to come or before the beginning with `InvalidDelivery`."""
    text("words", words, WORDS_MAX)
    if done_on > today:
        raise InvalidDelivery("done_on", "future")
    if done_on < began_on:
        raise InvalidDelivery("done_on", "too early")


def photos(count: int) -> None:
    """Refuse more photographs than there is room for with `TooManyPhotos`."""
    if count > PHOTOS_MAX:
        raise TooManyPhotos(PHOTOS_MAX)


def all_reported(milestones: Collection[Milestone]) -> None:
    """Refuse a delivery with milestones that are not reported with `MilestonesOpen`."""
    left = sum(one.report is None for one in milestones)
    if left:
        raise MilestonesOpen(left)


def text(field: str, words: str, most: int) -> None:
    """Refuse words that are missing or too long with `InvalidDelivery`."""
    if not words.strip():
        raise InvalidDelivery(field, "missing")
    if len(words) > most:
        raise InvalidDelivery(field, "too long", most=most)
