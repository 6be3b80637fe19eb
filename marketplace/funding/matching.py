"""Matching funds: the treasurer founds one and puts money into it; drives reserve their caps."""

from uuid import UUID, uuid5

import community
import ledger
from community import Actor
from marketplace.funding import rules
from marketplace.funding.errors import InvalidGift, SentTwice
from marketplace.funding.moving import book, leg, outside
from marketplace.funding.reading import read_fund
from marketplace.funding.refusals import verb
from marketplace.funding.tables import FundGiftRow, MatchingFundRow
from marketplace.funding.values import Fund, FundId
from marketplace.money import BANK, CASH_BOX, MATCHING_FUND, PUBLIC_BUDGET, fen_account

CAME_FROM = frozenset({PUBLIC_BUDGET, CASH_BOX, BANK})
"""Where a fund's money comes from: the kinds of account that show it."""


async def found_fund(name: str, *, by: Actor, id: FundId | None = None) -> Fund:  # noqa: A002 (the row's name)
    """Found a matching fund, empty at first; the same `id` again returns the first.

    Raises `NotForYou`, `InvalidGift`, `FundNameTaken`.
    """
    rules.treasurer(by, "found")
    tidy = name.strip()
    if not tidy:
        raise InvalidGift("name", "missing")
    if len(tidy) > rules.NAME_MAX:
        raise InvalidGift("name", "too long", bound=rules.NAME_MAX)
    key = id or FundId(ledger.new_id())
    async with verb():
        written = await MatchingFundRow.raw(
            "INSERT INTO matching_fund (id, community_id, name, founded_by, founded_at)"
            " VALUES ({}, {}, {}, {}, clock_timestamp()) ON CONFLICT (id) DO NOTHING RETURNING id",
            key,
            by.community_id,
            tidy,
            by.member_id,
        )
        if written:
            await community.record(
                "matching_fund.found",
                by=by,
                subject_kind="matching_fund",
                subject_id=key,
                details={"name": tidy},
            )
        return await read_fund(key, community_id=by.community_id)


async def add_to_fund(  # noqa: PLR0913 (an entry has these parts)
    fund_id: FundId,
    amount_fen: int,
    *,
    by: Actor,
    came_from: str,
    id: UUID,  # noqa: A002 (the row's name)
    words: str = "",
    receipt: str | None = None,
) -> Fund:
    """Enter money that was put into a fund: from the public budget, in cash, or at the bank.

    What came in cash or at the bank has its paper. The same `id` again changes nothing. Raises
    `NotForYou`, `UnknownFund`, `InvalidGift`, `UnknownReceipt`, `SentTwice`.
    """
    rules.treasurer(by, "add")
    _entry(amount_fen, came_from, words, receipt)
    async with verb():
        fund = await read_fund(fund_id, community_id=by.community_id)
        written = await FundGiftRow.raw(
            "INSERT INTO matching_fund_gift (id, community_id, fund_id, amount_fen, came_from,"
            " words, receipt, entered_by, entered_at)"
            " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, clock_timestamp())"
            " ON CONFLICT (id) DO NOTHING RETURNING id",
            id,
            by.community_id,
            fund.id,
            amount_fen,
            came_from,
            words.strip(),
            receipt,
            by.member_id,
        )
        if not written:
            await _same(id, fund_id, amount_fen)
            return fund
        await community.record(
            "matching_fund.add",
            by=by,
            subject_kind="matching_fund",
            subject_id=fund.id,
            details={"fen": amount_fen, "from": came_from},
        )
        source = await outside(came_from, community_id=by.community_id)
        purse = await fen_account(MATCHING_FUND, fund.id, community_id=by.community_id)
        legs = [leg(source, purse, amount_fen, uuid5(id, "added"))]
        await book(legs, by=by, event="matching_fund", subject=fund.id)
        return await read_fund(fund_id, community_id=by.community_id)


def _entry(amount_fen: int, came_from: str, words: str, receipt: str | None) -> None:
    if came_from not in CAME_FROM:
        raise InvalidGift("source", "not offered")
    if amount_fen < 1:
        raise InvalidGift("amount", "too little", bound=1)
    if amount_fen > rules.FUND_FEN_MAX:
        raise InvalidGift("amount", "too much", bound=rules.FUND_FEN_MAX)
    if len(words) > rules.WORDS_MAX:
        raise InvalidGift("words", "too long", bound=rules.WORDS_MAX)
    if came_from != PUBLIC_BUDGET and not receipt:
        raise InvalidGift("receipt", "missing")


async def _same(gift_id: UUID, fund_id: FundId, amount_fen: int) -> None:
    found = await FundGiftRow.raw(
        "SELECT FROM matching_fund_gift WHERE id = {} AND fund_id = {} AND amount_fen = {}",
        gift_id,
        fund_id,
        amount_fen,
    )
    if not found:
        raise SentTwice
