"""Donations of saved hours to the relief fund: at once, thanked for, and standing.

A donation passes through `donated` to `relief` in one journal. What a volunteer may not save
because of a cap goes the same way in the journal of the visit (`timebank.earning`); the book alone
tells of that, so that a correction of the visit corrects it too.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from ledger import MINUTE, AccountId, CommunityId, Event, Journal, Leg, Origin, TransferId
from timebank.accounts import DONATED, RELIEF, member_account, own_account
from timebank.errors import NotEnoughMinutes
from timebank.hours import people, rules, telling
from timebank.hours.errors import (
    MayNotReceive,
    NoDonations,
    NotReversible,
    NotTheirAct,
    SentBefore,
    UnknownHours,
)
from timebank.hours.refusals import StoredBefore, verb
from timebank.hours.tables import DonationRow
from timebank.hours.values import Donation
from timebank.policy import DONATIONS
from timebank.policy.passing import DONATION_REVERSAL_DAYS

_COLUMNS: Final = (
    "id, community_id, member_id, minutes, donated_at, first_id, second_id,"
    " reversed_at, reversed_by, reversed_why"
)
_FIND: Final = f"SELECT {_COLUMNS} FROM donation WHERE community_id = {{}} AND "  # noqa: S608 (columns of ours)
_INSERT: Final = """
INSERT INTO donation (id, community_id, member_id, minutes, donated_at, first_id, second_id,
    form_key)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""


async def donate(
    minutes: int, *, by: Actor, form_key: UUID, at: datetime | None = None
) -> Donation:
    """Give saved minutes to the relief fund, at once.

    The same form again returns the first donation. Raises `OwnHandOnly`, `InvalidHours`,
    `NoDonations`, `NotEnoughMinutes`, `SentBefore`, and `MayNotReceive` for a member who has left.
    """
    people.refuse_for_another(by)
    moment = at or datetime.now(UTC)
    rules.check_minutes(minutes)
    try:
        async with verb():
            known = await _sent(form_key, by)
            if known is None:
                return await _donate(minutes, by=by, key=form_key, at=moment)
    except StoredBefore:
        known = await _sent(form_key, by)
        if known is None:
            raise
    if known.minutes != minutes:
        raise SentBefore(known.id)
    return known


async def _donate(minutes: int, *, by: Actor, key: UUID, at: datetime) -> Donation:
    policy = await community.policy_in_force(by.community_id, at)
    if not policy[DONATIONS]:
        raise NoDonations
    if not await community.keep_active(by.member_id, community_id=by.community_id):
        raise MayNotReceive("gone")
    given = Donation(
        id=ledger.new_id(),
        community_id=by.community_id,
        member_id=by.member_id,
        minutes=minutes,
        donated_at=at,
        first_id=ledger.new_id(),
        second_id=ledger.new_id(),
    )
    await _store(given, key=key, by=by)
    await telling.donated(given, "donation.thanks")
    source = await member_account(by.member_id, community_id=by.community_id)
    origin = _origin(given, by, at)
    await ledger.book(Journal(await _legs(given, source), origin))
    return given


async def reverse_donation(
    donation_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Donation:
    """Give a donation back that was a mistake, with the reason; a second time changes nothing.

    Raises `NotTheirAct` for whoever is no coordinator or donated it themselves, `InvalidHours`,
    `NotReversible`, `UnknownHours`.
    """
    moment = at or datetime.now(UTC)
    rules.require(Role.COORDINATOR, by.roles, "give a donation back")
    told = rules.check_reason(why, field="why")
    try:
        async with verb():
            return await _reverse(donation_id, told, by=by, at=moment)
    except NotEnoughMinutes as short:
        raise NotReversible("spent") from short


async def _reverse(donation_id: UUID, why: str, *, by: Actor, at: datetime) -> Donation:
    seen = await donation(donation_id, community_id=by.community_id)
    await people.keep_active({seen.member_id}, community_id=by.community_id)
    found = await donation(donation_id, community_id=by.community_id, locked=True)
    if found.reversed_at is not None:
        return found
    if found.member_id == by.member_id:
        raise NotTheirAct("give their own donation back")
    policy = await community.policy_in_force(by.community_id, at)
    rules.check_reversal(found, days=policy[DONATION_REVERSAL_DAYS], at=at)
    back = replace(found, reversed_at=at, reversed_by=by.member_id, reversed_why=why)
    await DonationRow.raw(
        "UPDATE donation SET reversed_at = {}, reversed_by = {}, reversed_why = {}"
        " WHERE community_id = {} AND id = {}",
        at,
        by.member_id,
        why,
        by.community_id,
        donation_id,
    )
    await _note_donation("donation.reverse", back, by=by, reason=why)
    await telling.donated(back, "donation.reversed")
    # From the fund first: where it has used them, nothing of it can be.
    legs = (
        Leg.reverse(TransferId(found.second_id), reason=why),
        Leg.reverse(TransferId(found.first_id), reason=why),
    )
    await ledger.book(Journal(legs, _origin(found, by, at)))
    return back


async def donation(donation_id: UUID, *, community_id: UUID, locked: bool = False) -> Donation:
    """Return a donation, kept as it is until the transaction ends where it is `locked`.

    Raises `UnknownHours`.
    """
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await _find("id = {}" + lock, donation_id, community_id=community_id)
    if not found:
        raise UnknownHours("donation", donation_id)
    return found[0]


async def donations_of(member_id: UUID, *, community_id: UUID, most: int = 60) -> list[Donation]:
    """Return a member's donations, newest first."""
    return await _find(
        "member_id = {} ORDER BY donated_at DESC, id DESC LIMIT {}",
        member_id,
        most,
        community_id=community_id,
    )


async def donations(
    community_id: UUID, *, before: datetime | None = None, most: int = 50
) -> list[Donation]:
    """Return a community's donations, newest first; `before` is the last moment already seen."""
    return await _find(
        "donated_at < {} ORDER BY donated_at DESC, id DESC LIMIT {}",
        before or datetime.max.replace(tzinfo=UTC),
        most,
        community_id=community_id,
    )


async def _legs(given: Donation, source: AccountId) -> tuple[Leg, Leg]:
    donated = await own_account(DONATED, community_id=given.community_id)
    relief = await own_account(RELIEF, community_id=given.community_id)
    note = "donation"
    return (
        Leg.transfer(
            debit=source, credit=donated, amount=given.minutes, unit=MINUTE,
            id=TransferId(given.first_id), note=note,
        ),
        Leg.transfer(
            debit=donated, credit=relief, amount=given.minutes, unit=MINUTE,
            id=TransferId(given.second_id), note=note,
        ),
    )  # fmt: skip


async def _store(given: Donation, *, key: UUID, by: Actor) -> None:
    await DonationRow.raw(
        _INSERT,
        given.id,
        given.community_id,
        given.member_id,
        given.minutes,
        given.donated_at,
        given.first_id,
        given.second_id,
        key,
    )
    await _note_donation("donation.give", given, by=by)


async def _note_donation(act: str, what: Donation, *, by: Actor, **more: object) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="member",
        subject_id=what.member_id,
        details={"donation": what.id, "minutes": what.minutes, **more},
    )


async def _sent(form_key: UUID, by: Actor) -> Donation | None:
    found = await _find(
        "member_id = {} AND form_key = {}", by.member_id, form_key, community_id=by.community_id
    )
    return found[0] if found else None


async def _find(condition: str, *values: Any, community_id: UUID) -> list[Donation]:
    rows = await DonationRow.raw(_FIND + condition, community_id, *values)
    return [Donation(**row) for row in rows]


def _origin(given: Donation, by: Actor, at: datetime) -> Origin:
    return Origin(
        CommunityId(given.community_id),
        Event("donation", given.id),
        by.member_id,
        effective_at=at,
    )
