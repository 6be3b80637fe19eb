"""Reads the trail and the sums of a project, or of a community for a stretch of time.

Never writes.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

import ledger
from ledger import CNY, MINUTE, Account, AccountId, Unit
from marketplace.money import (
    BANK,
    CARD_PROCESSOR,
    CASH_BOX,
    ESCROW,
    MATCHING_FUND,
    PAID_OUT,
    PROCESSOR_FEES,
    PROCESSOR_LOSSES,
    PROJECT_ACCOUNT,
    PUBLIC_BUDGET,
)
from marketplace.open_books import rules
from marketplace.open_books.documents import documents, public
from marketplace.open_books.sums import OWN_KINDS, added_up
from marketplace.open_books.tables import TrailMarkRow
from marketplace.open_books.values import (
    BookLine,
    Books,
    CommunityBooks,
    ProjectSum,
    Span,
    Spending,
    TrailLine,
    TrailPage,
)

PAGE: Final = 50
RECEIPTS_MAX: Final = 12
"""So many receipts have a node of their own in the picture; the others of a line are one."""

_ACCOUNTS: Final = """
SELECT id, community_id, unit, kind, owner, normal_side, floor, closed_at FROM account
WHERE community_id = {} AND unit = ANY({}) AND kind = ANY({})
"""
_OF_PROJECT: Final = (
    " AND owner IN (SELECT {}::uuid UNION ALL SELECT id FROM drive WHERE project_id = {})"
)

# One entry for each request for money, each of which two people approved.
_SPENDINGS: Final = """
SELECT disbursement.id, coalesce(line, '') AS line, coalesce(purpose, '') AS purpose,
    sum(amount)::bigint AS amount
FROM (
    SELECT event_id, amount FROM transfer WHERE credit_account = {}
        AND kind IN ('transfer', 'post', 'reversal')
    UNION ALL
    SELECT event_id, -amount FROM transfer WHERE debit_account = {}
        AND kind IN ('transfer', 'post', 'reversal')
) AS paid LEFT JOIN disbursement ON disbursement.id = event_id
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1
"""

_PROJECT_SUMS: Final = """
SELECT project.id, project.title, purse.held, coalesce(paid.spent, 0)::bigint AS spent
FROM (
    SELECT owner, credits_posted - debits_posted AS held FROM account
    WHERE community_id = {} AND kind = 'project' AND unit = {}
) AS purse JOIN project ON project.id = purse.owner LEFT JOIN (
    SELECT owner, credits_posted - debits_posted AS spent FROM account
    WHERE community_id = {} AND kind = 'paid_out' AND unit = {}
) AS paid ON paid.owner = project.id
ORDER BY purse.held + coalesce(paid.spent, 0) DESC, project.id
"""

# Every transfer of the wing's money touches one of these: outside, in a fund, or on a project.
_ON_TRAIL: Final = (
    PUBLIC_BUDGET,
    CARD_PROCESSOR,
    CASH_BOX,
    BANK,
    PROCESSOR_FEES,
    PROCESSOR_LOSSES,
    MATCHING_FUND,
    PROJECT_ACCOUNT,
)


async def project_accounts(
    project_id: UUID, *, community_id: UUID, units: Collection[Unit] = (CNY, MINUTE)
) -> list[Account]:
    """Return the accounts of a project and of its drives in these units."""
    rows = await TrailMarkRow.raw(
        _ACCOUNTS + _OF_PROJECT,
        community_id,
        list(units),
        list(OWN_KINDS),
        project_id,
        project_id,
    )
    return [Account(**row) for row in rows]


async def project_trail(
    project_id: UUID,
    *,
    community_id: UUID,
    page: int | None = None,
    size: int = PAGE,
    named: bool = False,
) -> TrailPage:
    """Return a page of a project's transfers, of money and of hours, newest first.

    `named` is for the treasurer and the auditor: givers stand there who are anonymous to others.
    """
    own = await project_accounts(project_id, community_id=community_id)
    if not own:
        return TrailPage((), None)
    found = await ledger.trail([one.id for one in own], page=page, size=size)
    return TrailPage(await _lines(found.transfers, named=named), found.older)


async def community_trail(
    community_id: UUID,
    span: Span,
    *,
    page: int | None = None,
    size: int = PAGE,
    named: bool = False,
) -> TrailPage:
    """Return a page of the transfers of all a community's rounds and projects in a span."""
    own = await _kinds(community_id, CNY, _ON_TRAIL)
    own += await _kinds(community_id, MINUTE, (PROJECT_ACCOUNT,))
    found = await ledger.trail(
        [one.id for one in own], since=span.since, until=span.until, page=page, size=size
    )
    return TrailPage(await _lines(found.transfers, named=named), found.older)


async def _kinds(community_id: UUID, unit: Unit, kinds: Collection[str]) -> list[Account]:
    rows = await TrailMarkRow.raw(_ACCOUNTS, community_id, [unit], list(kinds))
    return [Account(**row) for row in rows]


async def _lines(transfers: Iterable[ledger.Transfer], *, named: bool) -> tuple[TrailLine, ...]:
    found = list(transfers)
    accounts = await ledger.named_accounts(
        {one.debit for one in found} | {one.credit for one in found}
    )
    projects = await _projects(accounts)
    behind = await documents(found)
    return tuple(
        TrailLine(
            one,
            accounts[one.debit].kind,
            accounts[one.credit].kind,
            projects.get(one.credit) or projects.get(one.debit),
            behind[one.id] if named else public(behind[one.id]),
        )
        for one in found
    )


async def _projects(accounts: Mapping[UUID, Account]) -> dict[UUID, UUID]:
    """Return to which project each of these accounts belongs, where it belongs to one."""
    escrows = [one.owner for one in accounts.values() if one.kind == ESCROW]
    rows = await TrailMarkRow.raw("SELECT id, project_id FROM drive WHERE id = ANY({})", escrows)
    drives = {row["id"]: row["project_id"] for row in rows}
    found: dict[UUID, UUID] = {}
    for key, one in accounts.items():
        owner = drives.get(one.owner) if one.kind == ESCROW else one.owner
        if one.kind in OWN_KINDS and owner is not None:
            found[key] = owner
    return found


async def project_books(project_id: UUID, *, community_id: UUID, unit: Unit = CNY) -> Books:
    """Return a project's sums by source, its picture, and whether its book balances now."""
    own = await project_accounts(project_id, community_id=community_id, units=[unit])
    found = await added_up(
        [one.id for one in own], [project_id], community_id=community_id, unit=unit
    )
    reckoning = rules.reckon(found.passed, found.owed if unit == CNY else None, unit=unit)
    spendings = await _spendings(one.id for one in own if one.kind == PAID_OUT)
    shown = rules.few(spendings, RECEIPTS_MAX)
    paid_out = reckoning.spent if unit == CNY else 0
    line = BookLine(
        rows=reckoning.held + paid_out, accounts=sum(found.now.values()), whole=found.whole
    )
    return Books(
        reckoning,
        rules.streams(found.passed, shown, unit=unit),
        tuple(spendings),
        line,
        found.transfers,
    )


async def _spendings(paid_out: Iterable[AccountId]) -> list[Spending]:
    found: list[Spending] = []
    for account in paid_out:
        rows = await TrailMarkRow.raw(_SPENDINGS, account, account)
        found += [Spending(**row) for row in rows if row["amount"]]
    return found


async def community_books(community_id: UUID, span: Span, *, unit: Unit = CNY) -> CommunityBooks:
    """Return what came to a community's rounds and projects in a span, and what became of it."""
    inner = rules.COMMUNITY_INNER if unit == CNY else (PROJECT_ACCOUNT,)
    own = await _kinds(community_id, unit, inner)
    ids = [one.id for one in own]
    first = await ledger.place_at(span.since - span.since.resolution)
    last = max(first, await ledger.place_at(span.until))
    found = await added_up(ids, [], community_id=community_id, unit=unit, places=(first, last))
    had = await _by_kind(own, first)
    closing = await _by_kind(own, last)
    moved = rules.normal(found.passed, unit)
    given, returned = rules.by_source(moved, inner)
    spent = sum(
        one.amount * ((one.to_kind in rules.SPENT) - (one.from_kind in rules.SPENT))
        for one in moved
    )
    came_to = sum(had.values()) + sum(given.values()) - sum(returned.values()) - spent
    return CommunityBooks(
        unit=unit,
        had=had,
        given=given,
        returned=returned,
        spent=spent,
        holds=closing,
        streams=rules.streams(found.passed, (), unit=unit, had=had, inner=inner),
        line=BookLine(rows=came_to, accounts=sum(closing.values()), whole=found.whole),
        transfers=found.transfers,
    )


async def _by_kind(accounts: list[Account], place: int) -> dict[str, int]:
    found = await ledger.balances_at([one.id for one in accounts], place)
    sums: dict[str, int] = {}
    for one in accounts:
        sums[one.kind] = sums.get(one.kind, 0) + found[one.id]
    return {kind: amount for kind, amount in sums.items() if amount}


async def project_sums(community_id: UUID, *, unit: Unit = CNY) -> list[ProjectSum]:
    """Return what each of a community's projects spent and still has, the greatest first."""
    rows = await TrailMarkRow.raw(_PROJECT_SUMS, community_id, unit, community_id, unit)
    return [ProjectSum(**row) for row in rows]
