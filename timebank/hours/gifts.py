"""Gifts of saved hours: set aside when offered, passed on when accepted, else returned once.

An offered gift is a hold from the giver's saved minutes to the receiver's gifts. Whoever comes
first (receiver, giver, clock) ends it; each locks both members in the order of their ids, then the
gift, and books last.
"""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor
from ledger import MINUTE, CommunityId, Event, Origin, TransferId
from timebank.accounts import gifts_account, member_account
from timebank.eligibility import redeeming
from timebank.hours import needs, people, rules, telling
from timebank.hours.errors import GiftOver, MayNotReceive, SentBefore, UnknownHours
from timebank.hours.refusals import StoredBefore, verb
from timebank.hours.tables import GiftRow
from timebank.hours.values import Gift, GiftState
from timebank.policy import GIFT_DAYS

_COLUMNS: Final = (
    "id, community_id, giver_id, receiver_id, minutes, words, state, offered_at, lapses_at,"
    " ended_at, hold_id, post_id"
)
_FIND: Final = f"SELECT {_COLUMNS} FROM gift WHERE community_id = {{}} AND "  # noqa: S608 (columns of ours)
_INSERT: Final = """
INSERT INTO gift (id, community_id, giver_id, receiver_id, minutes, words, offered_at, lapses_at,
    form_key, hold_id, post_id)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""
_DUE: Final = """
SELECT id, community_id FROM gift WHERE state = 'offered' AND lapses_at <= {}
ORDER BY lapses_at LIMIT {}
"""


async def offer_gift(
    receiver_id: UUID,
    minutes: int,
    *,
    by: Actor,
    form_key: UUID,
    words: str = "",
    at: datetime | None = None,
) -> Gift:
    """Set minutes of one's own aside for another member, until they accept or the days are over.

    The same form again returns the first gift. Raises `OwnHandOnly`, `InvalidHours`,
    `MayNotReceive`, `NotEligible`, `NotEnoughMinutes`, `SentBefore`.
    """
    people.refuse_for_another(by)
    moment, said = at or datetime.now(UTC), words.strip()
    rules.check_minutes(minutes)
    rules.check_words(said)
    try:
        async with verb():
            known = await _sent(form_key, by)
            if known is None:
                return await _offer(receiver_id, minutes, said, by=by, key=form_key, at=moment)
    except StoredBefore:
        known = await _sent(form_key, by)
        if known is None:
            raise
    if (known.receiver_id, known.minutes, known.words) != (receiver_id, minutes, said):
        raise SentBefore(known.id)
    return known


async def _offer(
    receiver_id: UUID, minutes: int, words: str, *, by: Actor, key: UUID, at: datetime
) -> Gift:
    policy = await community.policy_in_force(by.community_id, at)
    two = {by.member_id, receiver_id}
    active = await people.keep_active(two, community_id=by.community_id)
    if active != two:
        raise MayNotReceive("gone")
    if receiver_id == by.member_id:
        raise MayNotReceive("oneself")
    await people.refuse_gift(by.member_id, receiver_id, policy, community_id=by.community_id)
    hardship = await needs.in_hardship(receiver_id, community_id=by.community_id)
    await redeeming(receiver_id, community_id=by.community_id, at=at, hardship=hardship)
    gift = Gift(
        id=ledger.new_id(),
        community_id=by.community_id,
        giver_id=by.member_id,
        receiver_id=receiver_id,
        minutes=minutes,
        words=words,
        state=GiftState.OFFERED,
        offered_at=at,
        lapses_at=at + timedelta(days=policy[GIFT_DAYS]),
        ended_at=None,
        hold_id=ledger.new_id(),
        post_id=ledger.new_id(),
    )
    await GiftRow.raw(
        _INSERT,
        gift.id,
        gift.community_id,
        gift.giver_id,
        gift.receiver_id,
        minutes,
        words,
        at,
        gift.lapses_at,
        key,
        gift.hold_id,
        gift.post_id,
    )
    await _note_gift("gift.offer", gift, by=by)
    await telling.gift_offered(gift)
    await ledger.hold(
        debit=await member_account(gift.giver_id, community_id=gift.community_id),
        credit=await gifts_account(receiver_id, community_id=gift.community_id),
        amount=minutes,
        unit=MINUTE,
        id=TransferId(gift.hold_id),
        origin=_origin(gift, by.member_id, at),
        note="gift",
    )
    return gift


async def accept_gift(gift_id: UUID, *, by: Actor, at: datetime | None = None) -> Gift:
    """Take a gift: its minutes are the receiver's, to be spent and not given on.

    The receiver does, or the desk for them; no delegate: none of what a member agrees to for one
    names it, and who acts for an elder is often who gives. Where it rested on kinship, they still
    have to be kin.
    Raises `OwnHandOnly`, `NotTheirAct`, `GiftOver`, `MayNotReceive`, `NotEligible`, `UnknownHours`.
    """
    return await _end_gift(gift_id, GiftState.ACCEPTED, "gift.accept", by=by, at=at)


async def decline_gift(gift_id: UUID, *, by: Actor, at: datetime | None = None) -> Gift:
    """Turn a gift down: its minutes return to the giver. Raises as `accept_gift` does."""
    return await _end_gift(gift_id, GiftState.DECLINED, "gift.decline", by=by, at=at)


async def withdraw_gift(gift_id: UUID, *, by: Actor, at: datetime | None = None) -> Gift:
    """Take back a gift that one offered and nobody has answered. Raises as `accept_gift` does."""
    return await _end_gift(gift_id, GiftState.WITHDRAWN, "gift.withdraw", by=by, at=at)


async def lapse_gifts(*, at: datetime | None = None, most: int = 500) -> int:
    """Return up to `most` gifts that nobody accepted in time; return how many this call returned.

    A job. Each is a transaction of its own, so a run that is killed, or two that meet, return every
    gift exactly once.
    """
    moment, returned = at or datetime.now(UTC), 0
    for row in await GiftRow.raw(_DUE, moment, most):
        by = community.system(row["community_id"])
        try:
            gift = await _end_gift(row["id"], GiftState.LAPSED, "gift.lapse", by=by, at=moment)
        except GiftOver:
            continue
        returned += gift.ended_at == moment
    return returned


async def end_open_gifts(member_id: UUID, *, by: Actor, at: datetime | None = None) -> int:
    """Return every gift that a member has offered or been offered, because the membership ends.

    Within the transaction that ends it, with the member locked. Return how many.
    """
    found = await _find(
        "state = 'offered' AND (giver_id = {} OR receiver_id = {}) ORDER BY id",
        member_id,
        member_id,
        community_id=by.community_id,
    )
    for gift in found:
        await _end_gift(gift.id, GiftState.LAPSED, "gift.lapse", by=by, at=at)
    return len(found)


async def _end_gift(
    gift_id: UUID, to: GiftState, act: str, *, by: Actor, at: datetime | None
) -> Gift:
    people.refuse_for_another(by)
    moment = at or datetime.now(UTC)
    async with verb():
        gift = await one(gift_id, community_id=by.community_id)
        two = {gift.giver_id, gift.receiver_id}
        active = await people.keep_active(two, community_id=by.community_id)
        gift = await one(gift_id, community_id=by.community_id, locked=True)
        if not rules.answer(gift, to, by=by.member_id, roles=by.roles, at=moment):
            return gift
        if to is GiftState.ACCEPTED:
            await _check_still(gift, active)
        ended = dataclasses.replace(gift, state=to, ended_at=moment)
        await GiftRow.raw(
            "UPDATE gift SET state = {}, ended_at = {} WHERE community_id = {} AND id = {}",
            to.value,
            moment,
            gift.community_id,
            gift.id,
        )
        await _note_gift(act, ended, by=by)
        await telling.gift_ended(ended)
        origin = _origin(gift, by.member_id, moment)
        if to is GiftState.ACCEPTED:
            await ledger.post(TransferId(gift.hold_id), origin=origin, id=TransferId(gift.post_id))
        else:
            await ledger.void(TransferId(gift.hold_id), origin=origin, note=to.value)
    return ended


async def _check_still(gift: Gift, active: frozenset[UUID]) -> None:
    """Ask at the acceptance what may have changed since the offer, by the rules of the offer."""
    if active != {gift.giver_id, gift.receiver_id}:
        raise MayNotReceive("gone")
    policy = await community.policy_in_force(gift.community_id, gift.offered_at)
    await people.refuse_gift(
        gift.giver_id, gift.receiver_id, policy, community_id=gift.community_id
    )


async def one(gift_id: UUID, *, community_id: UUID, locked: bool = False) -> Gift:
    """Return a gift, which nobody else changes until the transaction ends where it is `locked`.

    Raises `UnknownHours`.
    """
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await _find("id = {}" + lock, gift_id, community_id=community_id)
    if not found:
        raise UnknownHours("gift", gift_id)
    return found[0]


async def gifts_of(member_id: UUID, *, community_id: UUID, most: int = 60) -> list[Gift]:
    """Return the gifts that a member has offered or been offered, open ones first, then newest."""
    return await _find(
        "(giver_id = {} OR receiver_id = {})"
        " ORDER BY state = 'offered' DESC, offered_at DESC, id DESC LIMIT {}",
        member_id,
        member_id,
        most,
        community_id=community_id,
    )


async def _sent(form_key: UUID, by: Actor) -> Gift | None:
    found = await _find(
        "giver_id = {} AND form_key = {}", by.member_id, form_key, community_id=by.community_id
    )
    return found[0] if found else None


async def _find(condition: str, *values: Any, community_id: UUID) -> list[Gift]:
    return [_gift(row) for row in await GiftRow.raw(_FIND + condition, community_id, *values)]


def _gift(row: Mapping[str, Any]) -> Gift:
    return Gift(**{**row, "state": GiftState(row["state"])})


async def _note_gift(act: str, gift: Gift, *, by: Actor) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="gift",
        subject_id=gift.id,
        details={"giver": gift.giver_id, "receiver": gift.receiver_id, "minutes": gift.minutes},
    )


def _origin(gift: Gift, actor: UUID, at: datetime) -> Origin:
    return Origin(CommunityId(gift.community_id), Event("gift", gift.id), actor, effective_at=at)
