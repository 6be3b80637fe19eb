"""Compares Stripe's list with the book, keeps what was found, and books what only was not told.

Stripe's list is the whole installation's, and so is what is compared. What is kept is the whole,
for the operator, and for each community its own part: no treasurer sees another's gifts. What
belongs to no gift is the operator's, and also a community's that is the only one to take cards.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

import community
import ledger
from app.card_keys import Mode
from app.card_payments import applying
from app.card_payments.differences import Booked, Difference, Kind, Theirs, differences
from app.card_payments.keys import Keys, keys
from app.card_payments.processor import Processor, Progress
from app.card_payments.stripe_client import processor
from app.card_payments.tables import ReconciliationRow, StripeModeRow
from community import Actor
from marketplace.funding.errors import FundingError
from marketplace.funding.tables import ContributionRow

log = structlog.get_logger("linli.card_payments")

BEGINNING: Final = datetime(2011, 1, 1, tzinfo=UTC)  # no payment of Stripe's is older
SLACK: Final = timedelta(hours=1)  # a payment is made after its gift, on another clock
DAYS_EACH_NIGHT: Final = 120  # a giver's bank may take a payment back for so long

_BOOKED: Final = """
SELECT id, community_id, amount_fen, paid_at IS NOT NULL AS paid, intent_id
FROM contribution
WHERE lies_in = 'card_processor'
    AND (id = ANY({}) OR (paid_at IS NOT NULL AND made_at >= {}))
    AND (SELECT mode FROM stripe_mode WHERE community_id = contribution.community_id) = {}
"""
_ENTRIES: Final = """
SELECT contribution_id, kind, processor_id, amount_fen FROM card_entry
WHERE contribution_id = ANY({})
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What a comparison found. `compared` counts what was looked at.

    `community_id` is None for the whole installation.
    """

    id: UUID
    ran_at: datetime
    since: datetime
    mode: Mode
    compared: dict[str, int]
    differences: tuple[Difference, ...]
    community_id: UUID | None = None


async def reconcile(
    given: Keys, *, since: datetime = BEGINNING, mend: bool = False, by: Actor | None = None
) -> Result:
    """Compare all that Stripe lists since then with the book; keep the result and return it.

    To a community's treasurer their own part of it is returned, to anybody else the whole. With
    `mend`, what Stripe did and the book has not is booked first. Raises `NoAnswer`, `Refused`.
    """
    at = processor(given)
    theirs = await _theirs(at, since - SLACK)
    if mend:
        await _mend(theirs)
    ours = await _ours(theirs, since, given.mode)
    found = tuple(differences(theirs, ours))
    whole = Result(
        ledger.new_id(),
        datetime.now(UTC),
        since,
        given.mode,
        _compared(theirs, ours),
        found,
    )
    parts = [_part(whole, one, theirs, ours) for one in await _taking_cards(given.mode)]
    if len(parts) == 1:
        parts = [replace(parts[0], compared=whole.compared, differences=found)]
    own = next((one for one in parts if by and one.community_id == by.community_id), None)
    await _keep([whole, *parts], own, by)
    return whole if by is None else own or replace(whole, compared={}, differences=())


def _compared(theirs: Theirs, ours: Sequence[Booked]) -> dict[str, int]:
    return {
        "payments": sum(one.progress is Progress.SUCCEEDED for one in theirs.payments),
        "refunds": sum(len(one.refunds) for one in theirs.payments),
        "disputes": len(theirs.disputes),
        "movements": len(theirs.movements),
        "gifts": sum(one.paid for one in ours),
    }


def _part(whole: Result, community_id: UUID, theirs: Theirs, ours: Sequence[Booked]) -> Result:
    """Return one community's part of a comparison: what is about its own gifts."""
    own = [one for one in ours if one.community_id == community_id]
    gifts = {one.id for one in own}
    payments = tuple(one for one in theirs.payments if one.contribution_id in gifts)
    paid = {one.id for one in payments}
    disputes = tuple(one for one in theirs.disputes if one.payment_id in paid)
    sources = {one.charge_id for one in payments} | {one.id for one in disputes}
    sources |= {refund.id for one in payments for refund in one.refunds}
    movements = tuple(one for one in theirs.movements if one.source_id in sources - {None})
    return replace(
        whole,
        id=ledger.new_id(),
        compared=_compared(Theirs(payments, disputes, movements), own),
        differences=tuple(one for one in whole.differences if one.community_id == community_id),
        community_id=community_id,
    )


async def _taking_cards(mode: Mode) -> list[UUID]:
    """Return the communities that ever took a card in this mode."""
    rows = await StripeModeRow.raw(
        "SELECT community_id FROM stripe_mode WHERE mode = {} ORDER BY community_id", mode.value
    )
    return [row["community_id"] for row in rows]


async def only_one_here(community_id: UUID) -> bool:
    """Say whether no other community of this installation ever took a card."""
    return not await StripeModeRow.raw(
        "SELECT FROM stripe_mode WHERE community_id <> {} LIMIT 1", community_id
    )


async def reconcile_nightly() -> None:
    """Compare the last months with the book. The job of this name; what differs is kept."""
    given = keys()
    if given is None:
        return
    result = await reconcile(given, since=datetime.now(UTC) - timedelta(days=DAYS_EACH_NIGHT))
    if result.differences:
        log.warning("the card processor and the book differ", count=len(result.differences))


async def _theirs(at: Processor, since: datetime) -> Theirs:
    return Theirs(
        tuple([one async for one in at.payments(since)]),
        tuple([one async for one in at.disputes(since)]),
        tuple([one async for one in at.movements(since)]),
    )


async def _mend(theirs: Theirs) -> None:
    """Apply all that Stripe lists, each payment in its own transaction; repeats do nothing."""
    for payment in theirs.payments:
        try:
            async with ledger.transaction():
                gift = await applying.apply_payment(payment)
                for one in reversed(theirs.disputes):  # listed newest first; won before lost again
                    if one.payment_id == payment.id and one.taken:
                        await applying.apply_dispute(one, gift, returned=one.returned)
        except (FundingError, applying.OtherMode) as refusal:
            log.warning("not mended", payment=payment.id, reason=str(refusal))


async def _ours(theirs: Theirs, since: datetime, mode: Mode) -> list[Booked]:
    named = {one.contribution_id for one in theirs.payments if one.contribution_id is not None}
    rows = await ContributionRow.raw(_BOOKED, list(named), since, mode.value)
    entries: dict[UUID, dict[tuple[str, str], int]] = {}
    for one in await ContributionRow.raw(_ENTRIES, [row["id"] for row in rows]):
        of = entries.setdefault(one["contribution_id"], {})
        of[one["kind"], one["processor_id"]] = one["amount_fen"]
    return [Booked(**row, entries=entries.get(row["id"], {})) for row in rows]


async def _keep(results: Sequence[Result], own: Result | None, by: Actor | None) -> None:
    async with ledger.transaction():
        for result in results:
            await ReconciliationRow.raw(
                "INSERT INTO reconciliation (id, community_id, ran_at, since, mode, compared,"
                " differences) VALUES ({}, {}, {}, {}, {}, {}, {})",
                result.id,
                result.community_id,
                result.ran_at,
                result.since,
                result.mode.value,
                json.dumps(result.compared),
                json.dumps(shown(result.differences)),
            )
        if by is not None:
            await community.record(
                "payment.compare",
                by=by,
                subject_kind="community",
                subject_id=by.community_id,
                details={"differences": len(own.differences) if own else 0},
            )


def shown(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """Return differences as plain data, for JSON."""
    return [
        {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in asdict(one).items()
        }
        for one in found
    ]


async def last_result(community_id: UUID | None) -> Result | None:
    """Return a community's part of the last comparison, or the whole; None before the first."""
    rows = await ReconciliationRow.raw(
        "SELECT id, ran_at, since, mode, compared, differences, community_id FROM reconciliation"
        " WHERE community_id IS NOT DISTINCT FROM {} ORDER BY ran_at DESC LIMIT 1",
        community_id,
    )
    if not rows:
        return None
    row = rows[0]
    return Result(
        row["id"],
        row["ran_at"],
        row["since"],
        Mode(row["mode"]),
        json.loads(row["compared"]),
        tuple(_read(one) for one in json.loads(row["differences"])),
        row["community_id"],
    )


def _read(told: dict[str, Any]) -> Difference:
    ids = {name: told[name] and UUID(told[name]) for name in ("contribution_id", "community_id")}
    return Difference(**{**told, **ids, "kind": Kind(told["kind"])})
