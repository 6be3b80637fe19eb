"""What the card processor tells of a gift: each applied once, whenever and how often it comes.

The caller has checked that the processor said so. Each verb is one transaction, locks the drive and
then the gift, and books last; each returns the gift as it is then. What was told before changes
nothing. Nobody is told twice of one thing.
"""

import dataclasses
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import community
from community import Actor
from marketplace.funding import rows
from marketplace.funding.calls import REFUND, want_call
from marketplace.funding.errors import NotPaidYet, OtherPayment
from marketplace.funding.moving import (
    EVENT,
    Parts,
    book,
    fee_places,
    goes_on_to_project,
    keep,
    leg,
    legs_in,
    legs_out,
    on_the_way_in,
    places,
    taken,
)
from marketplace.funding.refusals import verb
from marketplace.funding.tables import CardEntryRow
from marketplace.funding.telling import tell_giver, tell_treasurers
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    ContributionState,
    Drive,
    DriveState,
)

HAND_BACK: Final = "funding.hand_back"


async def payment_started(contribution_id: ContributionId, intent_id: str) -> Contribution:
    """Keep under which id the processor knows a gift's payment.

    Raises `UnknownContribution`, `OtherPayment`.
    """
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id)
        _same_intent(gift, intent_id)
        if gift.intent_id:
            return gift
        known = await keep(gift, intent_id=intent_id)
        by = community.system(gift.community_id)
        await _record("contribution.intent", known, gift.amount_fen, by)
        return known


async def payment_succeeded(
    contribution_id: ContributionId,
    intent_id: str,
    charge_id: str,
    *,
    amount_fen: int,
    at: datetime,
) -> Contribution:
    """Book a payment. It counts for a drive that is open, if it was made before the deadline.

    What comes after a drive that reached its goal goes on to the project; what comes after one that
    did not, or after the giver gave the gift up, is due back at once. Raises `UnknownContribution`,
    `OtherPayment`.
    """
    async with verb():
        drive, gift = await rows.locked_contribution(contribution_id)
        _same_intent(gift, intent_id)
        if gift.paid_at is not None:
            if gift.charge_id != charge_id:
                raise OtherPayment
            return gift
        if amount_fen != gift.amount_fen:
            raise OtherPayment
        known = dataclasses.replace(gift, intent_id=intent_id, charge_id=charge_id)
        return await _paid(drive, known, at)


async def _paid(drive: Drive, gift: Contribution, at: datetime) -> Contribution:
    onwards = gift.ended_at is None and await goes_on_to_project(drive)
    back = not onwards and (gift.ended_at is not None or drive.state is not DriveState.OPEN)
    now = await keep(
        gift,
        paid_at=at,
        why="",
        escrow_fen=0 if onwards else gift.amount_fen,
        due_fen=gift.amount_fen if back else 0,
    )
    if back:
        await want_call(REFUND, now, now.amount_fen)
    by = community.system(gift.community_id)
    await _record("contribution.paid", now, now.amount_fen, by)
    await tell_giver("funding.going_back" if back else "funding.paid", now)
    outside, escrow = await on_the_way_in(now)
    legs = [leg(outside, escrow, now.amount_fen, uuid5(now.id, "paid"))]
    if onwards:
        project = (await places(now)).project
        legs.append(leg(escrow, project, now.amount_fen, uuid5(now.id, "onwards")))
    await book(legs, by=by, event=EVENT, subject=now.id)
    return now


async def payment_failed(
    contribution_id: ContributionId, intent_id: str | None, reason: str
) -> Contribution:
    """Keep that a payment did not go through; nothing where it did since, or was given up.

    Without an intent, none was made. Raises `UnknownContribution`, `OtherPayment`.
    """
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id)
        if intent_id is not None:
            _same_intent(gift, intent_id)
        if gift.state is not ContributionState.STARTED:
            return gift
        failed = await keep(
            gift,
            state=ContributionState.FAILED,
            why=reason[:200],
            intent_id=intent_id or gift.intent_id,
        )
        await _record("contribution.failed", failed, 0, community.system(gift.community_id))
        await tell_giver("funding.failed", failed)
        return failed


async def refund_confirmed(
    contribution_id: ContributionId, refund_id: str, amount_fen: int
) -> Contribution:
    """Book money that the processor gave back, whether we asked for it or somebody did there.

    Raises `UnknownContribution`, `NotPaidYet`, `OtherPayment`.
    """
    async with verb():
        drive, gift = await rows.locked_contribution(contribution_id)
        if await _told_before("refund", refund_id, gift):
            return gift
        if gift.paid_at is None:
            raise NotPaidYet
        if not 0 < amount_fen <= gift.amount_fen - gift.refunded_fen:
            raise OtherPayment
        parts = await taken(drive, gift, amount_fen)
        escrow = gift.escrow_fen - parts.escrow
        now = await keep(
            gift,
            refunded_fen=gift.refunded_fen + amount_fen,
            escrow_fen=escrow,
            due_fen=min(max(0, gift.due_fen - amount_fen), escrow),
        )
        await _entered("refund", refund_id, now, fen=amount_fen, parts=parts)
        await tell_giver("funding.returned", now, fen=amount_fen)
        await _book_out("refund", refund_id, now, parts)
        return now


async def refund_refused(contribution_id: ContributionId) -> None:
    """Tell the treasurers that the processor does not send a gift's money back.

    Whoever calls keeps the refusal in the same transaction, and so tells of it once.
    Raises `UnknownContribution`.
    """
    gift = await rows.contribution(contribution_id)
    if gift.due_fen:
        await tell_treasurers(HAND_BACK, gift, fen=gift.due_fen)


async def refund_failed(
    contribution_id: ContributionId, refund_id: str, amount_fen: int
) -> Contribution:
    """Book money that came back because a refund did not arrive; the treasurer hands it back.

    Raises `UnknownContribution`, `NotPaidYet` where the refund itself was not told of yet.
    """
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id)
        if await _told_before("refund_failed", refund_id, gift):
            return gift
        before = await _entry("refund", refund_id)
        if amount_fen != before["amount_fen"]:
            raise OtherPayment
        now = await keep(
            gift,
            refunded_fen=gift.refunded_fen - amount_fen,
            escrow_fen=gift.escrow_fen + amount_fen,
            due_fen=gift.due_fen + amount_fen,
        )
        parts = Parts(escrow=amount_fen)
        await _entered("refund_failed", refund_id, now, fen=amount_fen, parts=parts)
        await tell_giver("funding.refund_failed", now, fen=amount_fen)
        await tell_treasurers(HAND_BACK, now, fen=amount_fen)
        await _book_in("refund_failed", refund_id, now, parts)
        return now


async def dispute_withdrawn(
    contribution_id: ContributionId, dispute_id: str, amount_fen: int
) -> Contribution:
    """Book what the giver's bank took back: from escrow, else from what the project has, else lost.

    Raises `UnknownContribution`, `NotPaidYet`, `OtherPayment`.
    """
    async with verb():
        drive, gift = await rows.locked_contribution(contribution_id)
        if await _told_before("dispute", dispute_id, gift):
            return gift
        if gift.paid_at is None:
            raise NotPaidYet
        if not 0 < amount_fen <= gift.amount_fen - gift.disputed_fen:
            raise OtherPayment
        parts = await taken(drive, gift, amount_fen)
        escrow = gift.escrow_fen - parts.escrow
        now = await keep(
            gift,
            disputed_fen=gift.disputed_fen + amount_fen,
            escrow_fen=escrow,
            due_fen=min(gift.due_fen, escrow),
        )
        await _entered("dispute", dispute_id, now, fen=amount_fen, parts=parts)
        await _book_out("dispute", dispute_id, now, parts)
        return now


async def dispute_reinstated(
    contribution_id: ContributionId, dispute_id: str, amount_fen: int
) -> Contribution:
    """Book what came back because a dispute was won: where it belongs by now, losses first.

    Raises `UnknownContribution`, `NotPaidYet` where the dispute itself was not told of yet,
    `OtherPayment`.
    """
    async with verb():
        drive, gift = await rows.locked_contribution(contribution_id)
        if await _told_before("reinstatement", dispute_id, gift):
            return gift
        before = await _entry("dispute", dispute_id)
        if not 0 < amount_fen <= before["amount_fen"]:
            raise OtherPayment
        losses = min(amount_fen, before["from_losses_fen"])
        rest = amount_fen - losses
        onwards = gift.ended_at is None and await goes_on_to_project(drive)
        parts = Parts(escrow=0 if onwards else rest, project=rest if onwards else 0, losses=losses)
        back = not onwards and (gift.ended_at is not None or drive.state is not DriveState.OPEN)
        now = await keep(
            gift,
            disputed_fen=gift.disputed_fen - amount_fen,
            escrow_fen=gift.escrow_fen + parts.escrow,
            due_fen=gift.due_fen + (parts.escrow if back else 0),
        )
        if back and parts.escrow:
            await want_call(REFUND, now, parts.escrow)
        await _entered("reinstatement", dispute_id, now, fen=amount_fen, parts=parts)
        await _book_in("reinstatement", dispute_id, now, parts)
        return now


async def fee_known(
    contribution_id: ContributionId, balance_transaction_id: str, fee_fen: int
) -> Contribution:
    """Book what the processor kept for itself, or gave back of it where that is below 0.

    Raises `UnknownContribution`.
    """
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id)
        kind = "fee" if fee_fen > 0 else "fee_back"
        if not fee_fen or await _told_before(kind, balance_transaction_id, gift):
            return gift
        await _entered(
            "fee" if fee_fen > 0 else "fee_back",
            balance_transaction_id,
            gift,
            fen=abs(fee_fen),
            parts=Parts(),
        )
        outside, fees = await fee_places(gift)
        sides = (fees, outside) if fee_fen > 0 else (outside, fees)
        key = _key(kind, balance_transaction_id, gift)
        by = community.system(gift.community_id)
        await book([leg(*sides, abs(fee_fen), key)], by=by, event=EVENT, subject=gift.id)
        return gift


def _same_intent(gift: Contribution, intent_id: str | None) -> None:
    if not gift.online or gift.intent_id not in {None, intent_id}:
        raise OtherPayment


async def _told_before(kind: str, processor_id: str, gift: Contribution) -> bool:
    found = await CardEntryRow.raw(
        "SELECT contribution_id FROM card_entry WHERE kind = {} AND processor_id = {}",
        kind,
        processor_id,
    )
    if found and found[0]["contribution_id"] != gift.id:
        raise OtherPayment
    return bool(found)


async def _entry(kind: str, processor_id: str) -> dict[str, int]:
    found = await CardEntryRow.raw(
        "SELECT amount_fen, from_losses_fen FROM card_entry WHERE kind = {} AND processor_id = {}",
        kind,
        processor_id,
    )
    if not found:
        raise NotPaidYet
    return dict(found[0])


async def _entered(
    kind: str, processor_id: str, gift: Contribution, *, fen: int, parts: Parts
) -> None:
    await CardEntryRow.raw(
        "INSERT INTO card_entry (kind, processor_id, community_id, contribution_id, amount_fen,"
        " from_escrow_fen, from_project_fen, from_losses_fen, entered_at)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, clock_timestamp())",
        kind,
        processor_id,
        gift.community_id,
        gift.id,
        fen,
        parts.escrow,
        parts.project,
        parts.losses,
    )
    await _record(f"contribution.{kind}", gift, fen, community.system(gift.community_id))


def _key(kind: str, processor_id: str, gift: Contribution) -> UUID:
    return uuid5(gift.id, f"{kind} {processor_id}")


async def _book_out(kind: str, processor_id: str, gift: Contribution, parts: Parts) -> None:
    legs = legs_out(await places(gift), parts, _key(kind, processor_id, gift))
    await book(legs, by=community.system(gift.community_id), event=EVENT, subject=gift.id)


async def _book_in(kind: str, processor_id: str, gift: Contribution, parts: Parts) -> None:
    legs = legs_in(await places(gift), parts, _key(kind, processor_id, gift))
    await book(legs, by=community.system(gift.community_id), event=EVENT, subject=gift.id)


async def _record(act: str, gift: Contribution, fen: int, by: Actor) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="contribution",
        subject_id=gift.id,
        details={"drive": str(gift.drive_id), "fen": fen, "source": gift.source.value},
    )
