"""Why the book refuses: one exception for each refusal, named as the glossary names it."""

from uuid import UUID


class LedgerError(Exception):
    """Any refusal of the book. Nothing of the refused journal is stored."""


class InvalidLeg(LedgerError):
    """A leg that no book could hold: an amount below 1, one account on both sides, and the like."""


class UnknownAccount(LedgerError):
    """No such account in this community's book."""

    def __init__(self, account: UUID) -> None:
        self.account = account
        super().__init__(f"there is no account {account} in this community's book")


class UnknownTransfer(LedgerError):
    """A post, void or reversal names a transfer that is not in this community's book."""

    def __init__(self, transfer: UUID) -> None:
        self.transfer = transfer
        super().__init__(f"there is no transfer {transfer} in this community's book")


class UnitMismatch(LedgerError):
    """A leg's unit is not the unit that the account holds: minutes never meet money."""

    def __init__(self, account: UUID, *, holds: str, asked: str) -> None:
        self.account, self.holds, self.asked = account, holds, asked
        super().__init__(f"account {account} holds {holds}, not {asked}")


class NotEnough(LedgerError):
    """The debit account would fall below its floor."""

    def __init__(self, account: UUID, *, available: int, asked: int, unit: str) -> None:
        self.account, self.available, self.asked, self.unit = account, available, asked, unit
        super().__init__(f"account {account} can spend {available} {unit}, not {asked}")


class TooLarge(LedgerError):
    """A sum would pass 2^63 - 1, the largest that the book can hold."""

    def __init__(self, account: UUID) -> None:
        self.account = account
        super().__init__(f"a total of account {account} would pass 2^63 - 1")


class AccountClosed(LedgerError):
    """The account takes no more transfers."""

    def __init__(self, account: UUID) -> None:
        self.account = account
        super().__init__(f"account {account} is closed")


class AccountNotEmpty(LedgerError):
    """Only an account with no balance and no hold on either side can be closed."""

    def __init__(self, account: UUID, *, posted: int, held: int, incoming: int) -> None:
        self.account, self.posted, self.held, self.incoming = account, posted, held, incoming
        super().__init__(
            f"account {account} still has posted {posted}, held {held}, incoming {incoming}"
        )


class KeyReused(LedgerError):
    """The id was used before, with other content. The first use stands."""

    def __init__(self, key: UUID) -> None:
        self.key = key
        super().__init__(f"id {key} was used before with other content; the first use stands")


class AlreadyResolved(LedgerError):
    """The hold was posted or voided before, or the transfer was reversed before."""

    def __init__(self, transfer: UUID) -> None:
        self.transfer = transfer
        super().__init__(f"transfer {transfer} was posted, voided or reversed before")


class ExceedsHold(LedgerError):
    """A post for more than its hold reserved."""

    def __init__(self, hold: UUID, *, held: int, asked: int) -> None:
        self.hold, self.held, self.asked = hold, held, asked
        super().__init__(f"hold {hold} reserved {held}, not {asked}")


class NotResolvable(LedgerError):
    """Only a hold can be posted or voided; only a transfer or a post can be reversed."""

    def __init__(self, transfer: UUID, *, kind: str, asked: str) -> None:
        self.transfer, self.kind, self.asked = transfer, kind, asked
        super().__init__(f"transfer {transfer} is a {kind}; it cannot take a {asked}")


class PosterClosed(LedgerError):
    """The group poster has stopped, or is stopping, and takes no more journals."""
