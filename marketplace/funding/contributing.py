"""Giving money for a drive: through the card processor, or as the treasurer enters it."""

import hashlib
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor
from marketplace import plans
from marketplace.funding import rows, rules
from marketplace.funding.calls import CANCEL, CREATE, want_call
from marketplace.funding.errors import (
    GiftMoved,
    InvalidGift,
    NotForYou,
    SentTwice,
    UnknownContribution,
)
from marketplace.funding.moving import EVENT, book, keep, leg, outside
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.refusals import verb
from marketplace.funding.tables import ContributionRow, HandedBackRow, ReceiptFileRow
from marketplace.funding.telling import tell_giver
from marketplace.funding.values import (
    ONLINE,
    Contribution,
    ContributionId,
    ContributionState,
    Drive,
    Gift,
    LiesIn,
    Source,
)
from marketplace.money import ESCROW, fen_account

_WRITE: Final = """
INSERT INTO contribution (id, community_id, drive_id, project_id, source, lies_in, amount_fen,
    member_id, organisation_id, name, anonymous, state, escrow_fen, made_by, made_at, paid_at,
    receipt, received_on)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_KEEP: Final = """
INSERT INTO receipt_file (community_id, sha256, kind, body, added_by, added_at)
VALUES ({}, {}, {}, {}, {}, clock_timestamp())
ON CONFLICT ON CONSTRAINT one_receipt_for_each_content DO NOTHING RETURNING sha256
"""


async def keep_paper(body: bytes, kind: str, *, by: Actor) -> str:
    """Keep a scanned paper of the treasurer's; return the hash by which an entry names it.

    It comes here looked at by its content, pictures written anew. Raises `FileUnfit`, `NotForYou`.
    """
    rules.treasurer(by, "receive")
    rules.paper(kind, body)
    digest = hashlib.sha256(body).hexdigest()
    async with verb():
        added = await ReceiptFileRow.raw(_KEEP, by.community_id, digest, kind, body, by.member_id)
        if added:
            await community.record(
                "receipt.keep",
                by=by,
                subject_kind="community",
                subject_id=by.community_id,
                details={"sha256": digest, "kind": kind, "bytes": len(body)},
            )
    return digest


async def start_contribution(  # noqa: PLR0913 (a gift has these parts)
    drive_id: UUID,
    *,
    amount_fen: int,
    source: Source,
    by: Actor,
    anonymous: bool = False,
    organisation_id: UUID | None = None,
    id: ContributionId | None = None,  # noqa: A002 (the row's name)
) -> Contribution:
    """Begin a gift that is paid through the card processor; it counts when the payment is told of.

    The same `id` again returns the first, if it says the same. For an organisation gives whoever
    speaks for it. Raises `NotForYou`, `UnknownDrive`, `DriveMoved`, `DeadlineOver`, `InvalidGift`,
    `SentTwice`.
    """
    rules.own_hand(by, "give")
    if source not in ONLINE:
        raise InvalidGift("source", "not offered")
    key = id or ContributionId(ledger.new_id())
    async with verb():
        may = await _may_give(by, organisation_id)
        drive = await rows.locked_drive(drive_id, community_id=by.community_id)
        asked = (drive.id, amount_fen, source, by.member_id, anonymous, by.member_id)
        before = await _before(key, (*asked, organisation_id))
        if before is not None:
            return before
        now = datetime.now(UTC)
        rules.taking(drive, now=now)
        rules.amount(amount_fen, await funding_policy_at(by.community_id))
        if not may:
            raise NotForYou("give")
        await ContributionRow.raw(
            _WRITE,
            key,
            by.community_id,
            drive.id,
            drive.project_id,
            source.value,
            LiesIn.CARD_PROCESSOR.value,
            amount_fen,
            by.member_id,
            organisation_id,
            "",
            anonymous,
            ContributionState.STARTED.value,
            0,
            by.member_id,
            now,
            None,
            None,
            None,
        )
        gift = await rows.contribution(key, community_id=by.community_id)
        await _record("contribution.start", gift, by=by)
        await want_call(CREATE, gift, amount_fen)
        return gift


async def _may_give(by: Actor, organisation_id: UUID | None) -> bool:
    """Say whether a member may give, and keep them active: before the drive, as who leaves does."""
    active = await community.keep_active(by.member_id, community_id=by.community_id)
    if organisation_id is None:
        return active
    speaking = await plans.speaking_for(organisation_id, community_id=by.community_id)
    return active and by.member_id in speaking


async def _before(key: ContributionId, asked: tuple[object, ...]) -> Contribution | None:
    """Return the gift that the same request made before; refuse another one under its id.

    What says whose it is counts as well: who wished no name the second time believes to have none.
    """
    found = await rows.contributions("id = {}", key)
    if not found:
        return None
    (one,) = found
    first = (one.drive_id, one.amount_fen, one.source, one.made_by, one.anonymous, one.member_id)
    if (*first, one.organisation_id) != asked:
        raise SentTwice
    return one


async def give_up_contribution(contribution_id: ContributionId, *, by: Actor) -> Contribution:
    """Give up a gift of one's own that is not paid yet; a second time changes nothing.

    A payment that was made at that moment is given back. Raises `UnknownContribution` (also for
    another's), `GiftMoved`.
    """
    rules.own_hand(by, "give up")
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id, community_id=by.community_id)
        if gift.member_id != by.member_id or not gift.online:
            raise UnknownContribution
        if gift.state is ContributionState.CANCELLED:
            return gift
        rules.giving_up(gift)
        given_up = await keep(gift, state=ContributionState.CANCELLED, ended_at=datetime.now(UTC))
        await _record("contribution.give_up", given_up, by=by)
        await want_call(CANCEL, given_up, given_up.amount_fen)
        return given_up


async def receive_gift(drive_id: UUID, gift: Gift, *, by: Actor) -> Contribution:
    """Enter a gift that was received in cash, at the bank, or from an organisation.

    For the treasurer. The same id again returns the first entry, if it says the same. Raises
    `NotForYou`, `UnknownDrive`, `DriveMoved`, `DeadlineOver`, `InvalidGift`, `UnknownReceipt`,
    `SentTwice`, `community.UnknownOrganisation`.
    """
    rules.treasurer(by, "receive")
    async with verb():
        drive = await rows.locked_drive(drive_id, community_id=by.community_id)
        asked = (drive.id, gift.amount_fen, gift.source, by.member_id, gift.anonymous)
        before = await _before(gift.id, (*asked, gift.member_id, gift.organisation_id))
        if before is not None:
            return before
        now = datetime.now(UTC)
        rules.taking(drive, now=now)
        home = await community.community(by.community_id)
        rules.gift(gift, today=now.astimezone(ZoneInfo(home.time_zone)).date())
        await _giver_here(gift, by)
        entered = await _write_received(drive, gift, by=by, now=now)
        await _record("contribution.receive", entered, by=by)
        await tell_giver("funding.paid", entered)
        escrow = await fen_account(ESCROW, drive.id, community_id=by.community_id)
        place = await outside(entered.lies_in.value, community_id=by.community_id)
        legs = [leg(place, escrow, entered.amount_fen, uuid5(entered.id, "paid"))]
        await book(legs, by=by, event=EVENT, subject=entered.id)
        return entered


async def contribute_in_cash(drive_id: UUID, gift: Gift, *, by: Actor) -> Contribution:
    """Enter cash; as `receive_gift`, which refuses another source here with `InvalidGift`."""
    return await _received(drive_id, gift, Source.CASH, by=by)


async def contribute_at_bank(drive_id: UUID, gift: Gift, *, by: Actor) -> Contribution:
    """Enter a bank transfer; as `receive_gift`."""
    return await _received(drive_id, gift, Source.BANK, by=by)


async def contribute_of_organisation(drive_id: UUID, gift: Gift, *, by: Actor) -> Contribution:
    """Enter an organisation's gift; as `receive_gift`."""
    return await _received(drive_id, gift, Source.ORGANISATION, by=by)


async def _received(drive_id: UUID, gift: Gift, source: Source, *, by: Actor) -> Contribution:
    if gift.source is not source:
        raise InvalidGift("source", "not offered")
    return await receive_gift(drive_id, gift, by=by)


async def _giver_here(gift: Gift, by: Actor) -> None:
    """Refuse a giver who is not of this community."""
    if gift.member_id is not None:
        names = await community.named_members({gift.member_id}, community_id=by.community_id)
        if gift.member_id not in names:
            raise InvalidGift("giver", "unknown")
    if gift.organisation_id is not None:
        await community.organisation(gift.organisation_id, community_id=by.community_id)


async def _write_received(drive: Drive, gift: Gift, *, by: Actor, now: datetime) -> Contribution:
    await ContributionRow.raw(
        _WRITE,
        gift.id,
        by.community_id,
        drive.id,
        drive.project_id,
        gift.source.value,
        rules.lies_in(gift).value,
        gift.amount_fen,
        gift.member_id,
        gift.organisation_id,
        gift.name.strip(),
        gift.anonymous,
        ContributionState.PAID.value,
        gift.amount_fen,
        by.member_id,
        now,
        now,
        gift.receipt,
        gift.received_on,
    )
    return await rows.contribution(gift.id, community_id=by.community_id)


async def hand_back(
    contribution_id: ContributionId,
    *,
    by: Actor,
    words: str = "",
    through: LiesIn | None = None,
    id: UUID | None = None,  # noqa: A002 (the row's name)
) -> Contribution:
    """Confirm that what is due back of a gift was handed back: the treasurer's word.

    From where it lies, unless `through` says otherwise. What was paid online goes back online;
    only where the processor refused that, or said that it failed, and nothing is on its way, does
    the treasurer hand it back, `through` the cash box or the bank. The same `id` again changes
    nothing. Raises `NotForYou`, `UnknownContribution`, `GiftMoved`, `InvalidGift`.
    """
    rules.treasurer(by, "hand back")
    key = id or ledger.new_id()
    if len(words) > rules.WORDS_MAX:
        raise InvalidGift("words", "too long", bound=rules.WORDS_MAX)
    async with verb():
        _, gift = await rows.locked_contribution(contribution_id, community_id=by.community_id)
        if await HandedBackRow.raw(
            "SELECT FROM handed_back WHERE id = {} AND contribution_id = {}", key, gift.id
        ):
            return gift
        if not gift.due_fen:
            raise GiftMoved(gift.state.value)
        place = await _place_of(gift, through)
        fen = gift.due_fen
        back = await keep(
            gift, refunded_fen=gift.refunded_fen + fen, due_fen=0, escrow_fen=gift.escrow_fen - fen
        )
        await HandedBackRow.raw(
            "INSERT INTO handed_back (id, community_id, contribution_id, amount_fen, words,"
            " handed_by, handed_at) VALUES ({}, {}, {}, {}, {}, {}, clock_timestamp())",
            key,
            by.community_id,
            gift.id,
            fen,
            words.strip(),
            by.member_id,
        )
        await _record("contribution.hand_back", back, by=by, fen=fen)
        await tell_giver("funding.returned", back, fen=fen)
        escrow = await fen_account(ESCROW, gift.drive_id, community_id=by.community_id)
        out = await outside(place.value, community_id=by.community_id)
        legs = [leg(escrow, out, fen, uuid5(gift.id, f"handed back {key}"))]
        await book(legs, by=by, event=EVENT, subject=gift.id)
        return back


async def _place_of(gift: Contribution, through: LiesIn | None) -> LiesIn:
    """Return from where a gift is handed back."""
    place = through or gift.lies_in
    if gift.online:
        by_hand = await rows.contributions(f"id = {{}} AND {rows.NO_WAY_ONLINE}", gift.id)
        if not by_hand or place is LiesIn.CARD_PROCESSOR:
            raise GiftMoved("going back online")
    elif place is LiesIn.CARD_PROCESSOR:
        raise InvalidGift("source", "not offered")
    return place


async def _record(act: str, gift: Contribution, *, by: Actor, fen: int | None = None) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="contribution",
        subject_id=gift.id,
        details={
            "drive": str(gift.drive_id),
            "fen": gift.amount_fen if fen is None else fen,
            "source": gift.source.value,
        },
    )
