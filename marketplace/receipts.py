"""Finds a ballot of a closed round by its receipt; nothing leads on from there to a person."""

from marketplace.errors import UnknownReceipt
from marketplace.tables import CastBallotRow
from marketplace.values import Marks, Round


async def ballot_of_receipt(current: Round, receipt: str) -> Marks:
    """Return what the ballot with a receipt says, as it was counted. Raises `UnknownReceipt`.

    `receipt` is in its one form (`secrecy.as_receipt`); of 60 bits, no round has two of the same.
    """
    rows = await CastBallotRow.raw(
        "SELECT choices, points FROM cast_ballot WHERE round_id = {} AND receipt = {}",
        current.id,
        receipt,
    )
    if not rows:
        raise UnknownReceipt
    return Marks(tuple(rows[0]["choices"]), tuple(rows[0]["points"] or ()))
