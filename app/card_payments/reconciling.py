"""Compares Stripe's list with the book, keeps what was found, and books what only was not told."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
from app.card_payments.tables import ReconciliationRow
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
    """What a comparison found. `compared` counts what was looked at."""

    id: UUID
    ran_at: datetime
    since: datetime
    mode: Mode
    compared: dict[str, int]
    differences: tuple[Difference, ...]


async def reconcile(
    given: Keys, *, since: datetime = BEGINNING, mend: bool = False, by: Actor | None = None
) -> Result:
    """Compare all that Stripe lists since then with the book; keep and return the result.

    With `mend`, what Stripe did and the book has not is booked first. Raises `NoAnswer`, `Refused`.
    """
    at = processor(given)
    theirs = await _theirs(at, since - SLACK)
    if mend:
        await _mend(theirs)
    ours = await _ours(theirs, since, given.mode)
    found = tuple(differences(theirs, ours))
    compared = {
        "payments": sum(one.progress is Progress.SUCCEEDED for one in theirs.payments),
        "refunds": sum(len(one.refunds) for one in theirs.payments),
        "disputes": len(theirs.disputes),
        "movements": len(theirs.movements),
        "gifts": sum(one.paid for one in ours),
    }
    result = Result(ledger.new_id(), datetime.now(UTC), since, given.mode, compared, found)
    await _keep(result, by)
    return result


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
                for one in theirs.disputes:
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


async def _keep(result: Result, by: Actor | None) -> None:
    async with ledger.transaction():
        await ReconciliationRow.raw(
            "INSERT INTO reconciliation (id, ran_at, since, mode, compared, differences)"
            " VALUES ({}, {}, {}, {}, {}, {})",
            result.id,
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
                details={"differences": len(result.differences)},
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


async def last_result() -> Result | None:
    """Return the last comparison that was kept; None before the first."""
    rows = await ReconciliationRow.raw(
        "SELECT id, ran_at, since, mode, compared, differences FROM reconciliation"
        " ORDER BY ran_at DESC LIMIT 1"
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
    )


def _read(told: dict[str, Any]) -> Difference:
    ids = {name: told[name] and UUID(told[name]) for name in ("contribution_id", "community_id")}
    return Difference(**{**told, **ids, "kind": Kind(told["kind"])})
