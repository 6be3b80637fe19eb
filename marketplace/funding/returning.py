"""Gives what is left of a project back to its sources, each in proportion to what it gave."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import community
import ledger
from community import Actor
from ledger import Leg, TransferId
from marketplace.funding import rows, rules
from marketplace.funding.calls import REFUND, want_call
from marketplace.funding.errors import PartsReserved
from marketplace.funding.moving import keep, leg
from marketplace.funding.refusals import verb
from marketplace.funding.tables import GivingBackRow, PledgeRow
from marketplace.funding.telling import tell_giver
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    Drive,
    FundId,
    Pledge,
    PledgeId,
    Returned,
    Source,
)
from marketplace.money import (
    ESCROW,
    MATCHING_FUND,
    MEMBER,
    PROJECT_ACCOUNT,
    PUBLIC_BUDGET,
    fen_account,
    issuance,
    minute_account,
    origin,
)
from marketplace.values import Project

EVENT: Final = "giving_back"

_GIVEN: Final = """
INSERT INTO giving_back (id, community_id, project_id, fen, minutes, parts, given_by, given_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class _Wound:
    """A project that is wound up, locked, with what it was given and where its own lies."""

    id: UUID
    project: Project
    purse: ledger.AccountId
    jar: ledger.AccountId
    drives: Sequence[Drive]
    gifts: Sequence[Contribution]
    pledges: Sequence[Pledge]
    earlier: Sequence[Returned]


async def give_back(
    project_id: UUID, *, by: Actor, hours_wait: bool = False
) -> tuple[Returned, ...]:
    """Return what a project has left, money and minutes, and say to whom; nothing if it has none.

    Whoever calls has decided that the project ends; this joins their transaction and books last.
    The round's part goes to the public budget, the fund's to the fund, each gift's is due back to
    its giver (online gifts go back online), minutes go to those who pledged them and to the
    community, which may have granted some. With `hours_wait`, minutes that are set aside for
    somebody stay, and are returned by another call.
    Raises `UnknownProject`, `PartsReserved` where a payment or an hour is still undecided.
    """
    rules.own_hand(by, "give back")
    async with verb():
        wound = await _locked(project_id, by=by)
        money, minutes = await _left(wound, hours_wait=hours_wait)
        parts = (*_money_parts(wound, money), *_minute_parts(wound, minutes, await _granted(wound)))
        if not parts:
            return ()
        await GivingBackRow.raw(
            _GIVEN,
            wound.id,
            by.community_id,
            project_id,
            sum(one.amount for one in parts if one.source is not None),
            sum(one.amount for one in parts if one.source is None),
            _written(parts),
            by.member_id,
        )
        legs = await _applied(wound, parts, by=by)
        await ledger.book(ledger.Journal(tuple(legs), origin(by, EVENT, wound.id)))
        return parts


async def keep_still(project_id: UUID, *, community_id: UUID) -> None:
    """Lock a project with its drives, gifts and pledges, for a verb that gives back at its end.

    It asks for this before it touches the book, as every verb of funding does.
    """
    await rows.locked_project(project_id, community_id=community_id)
    await rows.drives("project_id = {} ORDER BY id FOR NO KEY UPDATE", project_id)
    await rows.contributions("project_id = {} ORDER BY id FOR NO KEY UPDATE", project_id)
    await rows.pledges("project_id = {} ORDER BY id FOR NO KEY UPDATE", project_id)


async def _locked(project_id: UUID, *, by: Actor) -> _Wound:
    here = by.community_id
    project = await rows.locked_project(project_id, community_id=here)
    drives = await rows.drives("project_id = {} ORDER BY id FOR NO KEY UPDATE", project_id)
    gifts = await rows.contributions(
        "project_id = {} AND paid_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE", project_id
    )
    pledges = await rows.pledges(
        "project_id = {} AND state = 'given' ORDER BY id FOR NO KEY UPDATE", project_id
    )
    return _Wound(
        id=ledger.new_id(),
        project=project,
        purse=await fen_account(PROJECT_ACCOUNT, project_id, community_id=here),
        jar=await minute_account(PROJECT_ACCOUNT, project_id, community_id=here),
        drives=drives,
        gifts=gifts,
        pledges=pledges,
        earlier=await returned(project_id, community_id=here),
    )


async def _left(wound: _Wound, *, hours_wait: bool) -> tuple[int, int]:
    """Return the fen and the minutes that a project has left. Raises `PartsReserved`."""
    balances = await ledger.locked_balances([wound.purse, wound.jar])
    purse, jar = balances[wound.purse], balances[wound.jar]
    if purse.held or (jar.held and not hours_wait):
        raise PartsReserved
    return purse.posted, jar.posted - jar.held


def _money_parts(wound: _Wound, left: int) -> list[Returned]:
    """Return each source's part of the money. What nobody is known to have given is public."""
    gave = _gave(wound)
    shared = min(left, sum(fen for _, fen in gave))
    parts = rules.shares(shared, [fen for _, fen in gave])
    parts[0] += left - shared
    return [
        Returned(to.source, fen, to.contribution_id, None, to.fund_id)
        for (to, _), fen in zip(gave, parts, strict=True)
        if fen
    ]


def _gave(wound: _Wound) -> list[tuple[Returned, int]]:
    """Return what each source gave and has not had back yet: the round, funds, then gifts."""
    back: dict[tuple[Source | None, UUID | None], int] = {}
    for one in wound.earlier:
        key = (one.source, one.fund_id)
        back[key] = back.get(key, 0) + one.amount
    public = wound.project.cost_fen - back.get((Source.PUBLIC_BUDGET, None), 0)
    gave = [(Returned(Source.PUBLIC_BUDGET, 0), max(0, public))]
    for drive in wound.drives:
        if drive.matching is not None and drive.matched_fen:
            fund = drive.matching.fund_id
            left = drive.matched_fen - back.get((Source.MATCHING, fund), 0)
            gave.append((Returned(Source.MATCHING, 0, fund_id=fund), max(0, left)))
    for gift in wound.gifts:
        kept = gift.amount_fen - gift.refunded_fen - gift.disputed_fen - gift.escrow_fen
        if kept > 0:
            gave.append((Returned(gift.source, 0, contribution_id=gift.id), kept))
    return gave


async def _granted(wound: _Wound) -> int:
    """Return the minutes that the community granted and has not had back yet."""
    source = await issuance(community_id=wound.project.community_id)
    back = (one.amount for one in wound.earlier if one.source is None and one.pledge_id is None)
    return max(0, await ledger.passed_between(source, wound.jar) - sum(back))


def _minute_parts(wound: _Wound, left: int, granted: int) -> list[Returned]:
    """Return each pledge's part of the minutes. What nobody pledged is the community's."""
    gave = [granted, *(one.minutes - one.returned_minutes for one in wound.pledges)]
    shared = min(left, sum(gave))
    parts = rules.shares(shared, gave)
    parts[0] += left - shared
    pledges = (None, *(one.id for one in wound.pledges))
    return [
        Returned(None, minutes, pledge_id=pledge)
        for pledge, minutes in zip(pledges, parts, strict=True)
        if minutes
    ]


async def _applied(wound: _Wound, parts: Sequence[Returned], *, by: Actor) -> list[Leg]:
    """Write what becomes of each gift and pledge; return the legs to book."""
    gifts = {one.id: one for one in wound.gifts}
    pledges = {one.id: one for one in wound.pledges}
    legs = []
    for number, part in enumerate(parts):
        key = uuid5(wound.id, str(number))
        if part.contribution_id is not None:
            gift = gifts[part.contribution_id]
            legs.append(await _gift_back(wound, gift, part.amount, key))
        elif part.pledge_id is not None:
            legs.append(await _pledge_back(wound, pledges[part.pledge_id], part.amount, key))
        else:
            legs.append(await _own_back(wound, part, key))
    await community.record(
        "project.give_back",
        by=by,
        subject_kind="project",
        subject_id=wound.project.id,
        details={
            "fen": sum(one.amount for one in parts if one.source is not None),
            "minutes": sum(one.amount for one in parts if one.source is None),
        },
    )
    return legs


async def _own_back(wound: _Wound, part: Returned, key: UUID) -> Leg:
    here = wound.project.community_id
    if part.source is None:
        return Leg.transfer(
            debit=wound.jar,
            credit=await issuance(community_id=here),
            amount=ledger.Minutes(part.amount),
            unit=ledger.MINUTE,
            id=TransferId(key),
            note="grant",
        )
    if part.fund_id is not None:
        to = await fen_account(MATCHING_FUND, part.fund_id, community_id=here)
    else:
        to = await fen_account(PUBLIC_BUDGET, community_id=here)
    return leg(wound.purse, to, part.amount, key, note=part.source.value)


async def _gift_back(wound: _Wound, gift: Contribution, fen: int, key: UUID) -> Leg:
    """Lay a gift's part into its drive's escrow, due back to its giver."""
    due = await keep(gift, due_fen=gift.due_fen + fen, escrow_fen=gift.escrow_fen + fen)
    if due.online:
        await want_call(REFUND, due, fen)
    await tell_giver("funding.left_over", due, fen=fen)
    escrow = await fen_account(ESCROW, gift.drive_id, community_id=gift.community_id)
    return leg(wound.purse, escrow, fen, key, note=gift.source.value)


async def _pledge_back(wound: _Wound, pledge: Pledge, minutes: int, key: UUID) -> Leg:
    await PledgeRow.raw(
        "UPDATE pledge SET returned_minutes = returned_minutes + {} WHERE id = {}",
        minutes,
        pledge.id,
    )
    await community.tell(
        pledge.member_id,
        "pledge.left_over",
        community_id=pledge.community_id,
        fill={"title": wound.project.title, "minutes": minutes},
        link=f"/drives/{pledge.drive_id}",
    )
    return Leg.transfer(
        debit=wound.jar,
        credit=await minute_account(MEMBER, pledge.member_id, community_id=pledge.community_id),
        amount=ledger.Minutes(minutes),
        unit=ledger.MINUTE,
        id=TransferId(key),
        note="pledge",
    )


async def returned(project_id: UUID, *, community_id: UUID) -> list[Returned]:
    """Return what of a project went back to its sources, in the order in which it did."""
    found = await GivingBackRow.raw(
        "SELECT parts FROM giving_back WHERE project_id = {} AND community_id = {}"
        " ORDER BY given_at, id",
        project_id,
        community_id,
    )
    return [_read(one) for row in found for one in json.loads(row["parts"])]


def _written(parts: Sequence[Returned]) -> str:
    return json.dumps(
        [
            [
                one.source.value if one.source else None,
                one.amount,
                *(
                    str(key) if key else None
                    for key in (one.contribution_id, one.pledge_id, one.fund_id)
                ),
            ]
            for one in parts
        ]
    )


def _read(written: list[str | int | None]) -> Returned:
    source, amount, *keys = written
    gift, pledge, fund = (UUID(str(key)) if key else None for key in keys)
    return Returned(
        source=Source(str(source)) if source else None,
        amount=int(amount or 0),
        contribution_id=ContributionId(gift) if gift else None,
        pledge_id=PledgeId(pledge) if pledge else None,
        fund_id=FundId(fund) if fund else None,
    )
