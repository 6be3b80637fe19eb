"""A member's passbook: what was saved, given, received and taken along, with the balances after.

`passbook` is a page of it, `whole_passbook` all of a period for a file.
"""

from timebank.passbooks.reading import (
    LINES_ON_PAPER_MAX,
    READERS,
    note_passbook_copy,
    passbook,
    whole_passbook,
)
from timebank.passbooks.values import (
    EVER,
    Passbook,
    PassbookLine,
    PassbookSums,
    Period,
    Purse,
    WholePassbook,
)

__all__ = [
    "EVER", "LINES_ON_PAPER_MAX", "READERS", "Passbook", "PassbookLine", "PassbookSums", "Period",
    "Purse", "WholePassbook", "note_passbook_copy", "passbook", "whole_passbook",
]  # fmt: skip
