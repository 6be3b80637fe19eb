"""Opening, finding and closing accounts."""

from uuid import UUID

from piccolo.query import Select

from ledger.errors import AccountClosed, AccountNotEmpty, InvalidLeg, UnknownAccount
from ledger.tables import AccountRow
from ledger.values import Account, AccountId, CommunityId, Unit, new_id
from ledger.verbs import connection, transaction

_OPEN = """
INSERT INTO account (id, community_id, unit, kind, owner, normal_side, floor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT one_account_of_its_kind DO NOTHING
"""

# In words of SQL: every booking looks accounts up, and building the query anew took half the time.
_FIND = """
SELECT id, community_id, unit, kind, owner, normal_side, floor, closed_at FROM account
WHERE community_id = {} AND kind = {} AND unit = {}
"""

_CLOSE = """
SELECT credits_posted - debits_posted, debits_pending, credits_pending, closed_at
FROM account WHERE id = $1 AND community_id = $2 FOR NO KEY UPDATE
"""


async def open_account(
    *,
    community_id: CommunityId,
    kind: str,
    unit: Unit,
    owner: UUID | None = None,
    floor: int | None = 0,
    normal_side: str = "credit",
) -> Account:
    """Return the one account of this community, kind, unit and owner; open it if there is none.

    `floor` is the lowest available balance, in the unit (None: no floor, for an account such as
    issuance that creates what others hold). An account that exists keeps the floor it has. Raises
    `AccountClosed` if it was closed, `InvalidLeg` for a floor above 0: it opens empty.
    """
    async with transaction():
        account = await find_account(community_id=community_id, kind=kind, unit=unit, owner=owner)
        if account is None:
            if floor is not None and floor > 0:
                raise InvalidLeg(f"an account opens empty, so it cannot have a floor of {floor}")
            await connection().execute(
                _OPEN, new_id(), community_id, unit, kind, owner, normal_side, floor
            )
            account = await find_account(
                community_id=community_id, kind=kind, unit=unit, owner=owner
            )
        if account is None:
            raise RuntimeError("the account that was just opened is not there")
        if account.closed_at is not None:
            raise AccountClosed(account.id)
        return account


async def find_account(
    *, community_id: CommunityId, kind: str, unit: Unit, owner: UUID | None = None
) -> Account | None:
    """Return the account of this community, kind, unit and owner, None if there is none."""
    if owner is None:
        found = await AccountRow.raw(f"{_FIND} AND owner IS NULL", community_id, kind, unit)
    else:
        found = await AccountRow.raw(f"{_FIND} AND owner = {{}}", community_id, kind, unit, owner)
    return Account(**found[0]) if found else None


async def accounts_of(owner: UUID, *, community_id: CommunityId) -> list[Account]:
    """Return the accounts that an owner has in this community, oldest first."""
    found = await _select().where(
        AccountRow.community_id == community_id, AccountRow.owner == owner
    )
    return [Account(**row) for row in found]


def _select() -> Select[AccountRow]:
    row = AccountRow
    return row.select(
        row.id,
        row.community_id,
        row.unit,
        row.kind,
        row.owner,
        row.normal_side,
        row.floor,
        row.closed_at,
    ).order_by(row.opened_at)


async def close_account(account: AccountId, *, community_id: CommunityId) -> None:
    """Close an account that has no balance and no hold on either side; it takes no more transfers.

    Closing a closed account changes nothing. Raises `AccountNotEmpty`, `UnknownAccount`.
    """
    async with transaction():
        row = await connection().fetchrow(_CLOSE, account, community_id)
        if row is None:
            raise UnknownAccount(account)
        posted, held, incoming, closed_at = row
        if closed_at is not None:
            return
        if posted or held or incoming:
            raise AccountNotEmpty(account, posted=posted, held=held, incoming=incoming)
        await connection().execute(
            "UPDATE account SET closed_at = clock_timestamp() WHERE id = $1", account
        )
