"""Double entry for minutes and money, and nothing else: units, accounts, transfers, holds.

An account holds one unit in one community's book. A transfer is one immutable row with a debit and
a credit account, so the book balances by construction. A hold reserves an amount until it is posted
or voided. A mistake is mended by a reversal, never by an edit.

The verbs below work within the caller's transaction; `GroupPoster` books journals that need no
transaction of their caller's. Both ask the same `rules`.
"""

from ledger.accounts import accounts_of, close_account, find_account, open_account
from ledger.errors import (
    AccountClosed,
    AccountNotEmpty,
    AlreadyResolved,
    ExceedsHold,
    InvalidLeg,
    KeyReused,
    LedgerError,
    NotEnough,
    NotResolvable,
    PosterClosed,
    TooLarge,
    UnitMismatch,
    UnknownAccount,
    UnknownTransfer,
)
from ledger.holds import CLOCK, void_expired_holds
from ledger.importing import BadJournalFile, ImportReport, import_journals
from ledger.poster import GroupPoster
from ledger.reading import balance, journal, named_accounts, open_holds, statement, trial_balance
from ledger.values import (
    CNY,
    MINUTE,
    Account,
    AccountId,
    Amount,
    Balance,
    CommunityId,
    Entry,
    Event,
    Fen,
    Journal,
    JournalId,
    Kind,
    Leg,
    Minutes,
    Origin,
    Statement,
    Transfer,
    TransferId,
    TrialBalance,
    TrialBalanceLine,
    Unit,
    new_id,
)
from ledger.verbs import book, hold, post, reverse, transaction, transfer, void
from ledger.verifying import Finding, Verification, verify

__all__ = [
    "CLOCK",
    "CNY",
    "MINUTE",
    "Account",
    "AccountClosed",
    "AccountId",
    "AccountNotEmpty",
    "AlreadyResolved",
    "Amount",
    "BadJournalFile",
    "Balance",
    "CommunityId",
    "Entry",
    "Event",
    "ExceedsHold",
    "Fen",
    "Finding",
    "GroupPoster",
    "ImportReport",
    "InvalidLeg",
    "Journal",
    "JournalId",
    "KeyReused",
    "Kind",
    "LedgerError",
    "Leg",
    "Minutes",
    "NotEnough",
    "NotResolvable",
    "Origin",
    "PosterClosed",
    "Statement",
    "TooLarge",
    "Transfer",
    "TransferId",
    "TrialBalance",
    "TrialBalanceLine",
    "Unit",
    "UnitMismatch",
    "UnknownAccount",
    "UnknownTransfer",
    "Verification",
    "accounts_of",
    "balance",
    "book",
    "close_account",
    "find_account",
    "hold",
    "import_journals",
    "journal",
    "named_accounts",
    "new_id",
    "open_account",
    "open_holds",
    "post",
    "reverse",
    "statement",
    "transaction",
    "transfer",
    "trial_balance",
    "verify",
    "void",
    "void_expired_holds",
]
