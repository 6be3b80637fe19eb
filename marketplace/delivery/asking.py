"""The verbs of a request for a project's money: asked for with its papers, taken back, closed.

While a request is open its amount is held on the project's account, so that two together never
exceed what is there.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID, uuid5

import community
import ledger
from community import Actor
from marketplace.delivery import rules, telling
from marketplace.delivery.changes.reading import USED, lines_now
from marketplace.delivery.changes.values import LineNow
from marketplace.delivery.errors import BeyondBalance, DisbursementMoved
from marketplace.delivery.moving import locked
from marketplace.delivery.reading import as_purse, disbursement, disbursements, purse
from marketplace.delivery.refusals import verb
from marketplace.delivery.reporting import own_delivery
from marketplace.delivery.tables import DisbursementRow, ReceiptRow
from marketplace.delivery.values import (
    Delivery,
    Disbursement,
    DisbursementDraft,
    DisbursementId,
    DisbursementState,
    Purse,
    ReceiptDraft,
)
from marketplace.money import PAID_OUT, PROJECT_ACCOUNT, fen_account, origin
from marketplace.values import Project

EVENT: Final = "disbursement"

_ASK: Final = """
INSERT INTO disbursement (id, project_id, community_id, amount_fen, purpose, line, asked_by)
VALUES ({}, {}, {}, {}, {}, {}, {})
"""

_RECEIPT: Final = """
INSERT INTO disbursement_receipt (id, disbursement_id, community_id, name, kind, sha256, body,
    public, added_by, added_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, clock_timestamp())
"""

_CLOSE: Final = """
UPDATE disbursement SET state = {}, closed_at = clock_timestamp()
WHERE id = {} AND community_id = {} AND state = {} RETURNING id
"""


def leg_id(disbursement_id: UUID, step: Literal["hold", "post", "void"]) -> ledger.TransferId:
    """Return the id of a request's step in the book: always the same, so it is booked once."""
    return ledger.TransferId(uuid5(disbursement_id, step))


def request_page(found: Disbursement) -> str:
    """Return the address of a request."""
    return f"/disbursements/{found.id}"


async def ask(
    project_id: UUID,
    draft: DisbursementDraft,
    receipts: Sequence[ReceiptDraft],
    *,
    by: Actor,
    id: DisbursementId | None = None,  # noqa: A002 (the row's name)
) -> Disbursement:
    """Ask for some of a project's money, with the papers for it; the amount is held from now on.

    The papers come here looked at by their content. The same `id` again is answered with the
    request it made. Raises `NotBegun`, `NotYourProject`, `DeliveryMoved`, `InvalidDelivery`,
    `BeyondBalance`, `ReceiptUnfit`.
    """
    key = id or DisbursementId(ledger.new_id())
    async with verb():
        delivery, project = await own_delivery(project_id, by=by)
        before = await DisbursementRow.raw(
            "SELECT id FROM disbursement WHERE id = {} AND community_id = {} AND asked_by = {}",
            key,
            by.community_id,
            by.member_id,
        )
        if before:
            return await disbursement(key, community_id=by.community_id)
        rules.standing(delivery, rules.SPENDING)
        rules.receipts(receipts)
        lines = await lines_of(project)
        rules.request(draft, {one.label for one in lines})
        await _want_line(delivery, draft, lines)
        await _write(key, project, draft, by=by)
        await _file(key, receipts, by=by)
        found = await disbursement(key, community_id=by.community_id)
        await note("ask", found, by)
        await telling.tell(
            await telling.holding(rules.APPROVERS, community_id=by.community_id),
            "disbursement.asked",
            project,
            by=by,
            fill={"fen": draft.amount_fen, "purpose": found.purpose},
            link=request_page(found),
        )
        await _hold(delivery, found, by)
    return found


async def lines_of(project: Project) -> tuple[LineNow, ...]:
    """Return the budget's lines that have money, as accepted changes have them; none unplanned."""
    return tuple(one for one in await lines_now(project) if one.promised_fen or one.now_fen)


async def unplanned_fen(delivery: Delivery, lines: Sequence[LineNow]) -> int:
    """Return what no line of the budget has of a project's money, less what was asked of it."""
    others = await disbursements(delivery.project_id, community_id=delivery.community_id)
    unnamed = sum(one.amount_fen for one in others if one.state in USED and not one.line)
    received = (await purse(delivery)).received_fen
    return received - sum(one.now_fen for one in lines) - unnamed


async def _want_line(
    delivery: Delivery, draft: DisbursementDraft, lines: Sequence[LineNow]
) -> None:
    """Refuse more than a request's line has left; its delivery is locked, as for every change."""
    unplanned = await unplanned_fen(delivery, lines)
    rules.within_line(draft, {one.label: one.free_fen for one in lines}, unplanned)


async def _write(
    key: DisbursementId, project: Project, draft: DisbursementDraft, *, by: Actor
) -> None:
    await DisbursementRow.raw(
        _ASK,
        key,
        project.id,
        by.community_id,
        draft.amount_fen,
        draft.purpose.strip(),
        draft.line,
        by.member_id,
    )


async def _file(key: DisbursementId, receipts: Sequence[ReceiptDraft], *, by: Actor) -> None:
    for one in receipts:
        await ReceiptRow.raw(
            _RECEIPT,
            ledger.new_id(),
            key,
            by.community_id,
            one.name[: rules.NAME_MAX],
            one.kind,
            hashlib.sha256(one.body).hexdigest(),
            one.body,
            one.public,
            by.member_id,
        )


async def _hold(delivery: Delivery, found: Disbursement, by: Actor) -> None:
    """Hold the amount, where that much is free; the book is asked last."""
    here = delivery.community_id
    source = await fen_account(PROJECT_ACCOUNT, delivery.project_id, community_id=here)
    target = await fen_account(PAID_OUT, delivery.project_id, community_id=here)
    balances = await ledger.locked_balances([source, target])
    purse = as_purse(
        delivery, balances[source].posted, balances[source].held, balances[target].posted
    )
    rules.within(found.amount_fen, purse)
    try:
        await ledger.hold(
            debit=source,
            credit=target,
            amount=ledger.Fen(found.amount_fen),
            unit=ledger.CNY,
            id=leg_id(found.id, "hold"),
            origin=origin(by, EVENT, found.id),
        )
    except ledger.NotEnough as refused:
        free = Purse(refused.available, 0, 0, purse.kept_back_fen).free_fen
        raise BeyondBalance(free, purse.kept_back_fen) from refused


async def withdraw(disbursement_id: UUID, *, by: Actor) -> Disbursement:
    """Take an open request back, by who undertakes the project; a second time changes nothing.

    Raises `UnknownDisbursement`, `NotYourProject`, `DisbursementMoved`.
    """
    async with verb():
        found = await disbursement(disbursement_id, community_id=by.community_id)
        await own_delivery(found.project_id, by=by)
        found = await disbursement(disbursement_id, community_id=by.community_id)
        if found.state is DisbursementState.WITHDRAWN:
            return found
        await let_go(found, DisbursementState.WITHDRAWN, by=by)
        return await disbursement(disbursement_id, community_id=by.community_id)


async def let_go(found: Disbursement, state: DisbursementState, *, by: Actor) -> None:
    """Close an open request without paying it, and void its hold.

    Within the transaction in which its delivery is locked. Raises `DisbursementMoved`.
    """
    await close(found, state)
    await note(_ACTS[state], found, by)
    await ledger.void(
        leg_id(found.id, "hold"), id=leg_id(found.id, "void"), origin=origin(by, EVENT, found.id)
    )


_ACTS: Final = {
    DisbursementState.WITHDRAWN: "withdraw",
    DisbursementState.REFUSED: "refuse",
    DisbursementState.STOPPED: "stop",
}


async def close(found: Disbursement, state: DisbursementState) -> None:
    """Move an open request to its end: nobody is asked about it any more.

    Raises `DisbursementMoved`.
    """
    if not found.state.open or not await DisbursementRow.raw(
        _CLOSE, state.value, found.id, found.community_id, found.state.value
    ):
        raise DisbursementMoved(found.state)
    here = found.community_id
    asked = await telling.holding(rules.APPROVERS, community_id=here)
    await community.settle_messages_of(sorted(asked), request_page(found), community_id=here)


async def open_request(disbursement_id: UUID, *, by: Actor) -> tuple[Delivery, Disbursement]:
    """Return a request and its delivery, both kept as they are until the transaction ends.

    Raises `UnknownDisbursement`.
    """
    first = await disbursement(disbursement_id, community_id=by.community_id)
    delivery = await locked(first.project_id, community_id=by.community_id)
    return delivery, await disbursement(disbursement_id, community_id=by.community_id)


async def note(act: str, found: Disbursement, by: Actor) -> None:
    """Write an act about a request down in the trail."""
    await community.record(
        f"disbursement.{act}",
        by=by,
        subject_kind="project",
        subject_id=found.project_id,
        details={"disbursement": found.id, "amount_fen": found.amount_fen},
    )
