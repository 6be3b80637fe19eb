"""The worked example of the time bank, in the ledger's own notation.

An elder with 300 minutes asks for 120; the volunteer stays 95; the elder confirms.
"""

from datetime import timedelta

import pytest

import ledger
import timebank
from ledger import Account, Transfer
from tests.timebank.street import Street, street

__all__ = ["street"]


async def told(visit: timebank.Visit, street: Street) -> list[str]:
    """Tell every transfer of a visit as `debit -> credit minutes kind`, in the book's order."""
    names = {
        street.elder.member_id: "elder",
        street.volunteer.member_id: "volunteer",
        None: "",
    }
    transfers: list[Transfer] = []
    elder = await timebank.member_account(visit.elder_id, community_id=street.id)
    held = (await ledger.statement(elder, kinds=(ledger.Kind.HOLD,))).entries
    transfers += [entry.transfer for entry in held]
    transfers += await ledger.journal(ledger.JournalId(visit.post_id))
    ids = {one.debit for one in transfers} | {one.credit for one in transfers}
    accounts = await ledger.named_accounts(ids)

    def name(account: Account) -> str:
        return names[account.owner] or account.kind

    return [
        f"{name(accounts[one.debit])} -> {name(accounts[one.credit])} {one.amount} min {one.kind}"
        for one in sorted(transfers, key=lambda transfer: transfer.seq)
    ]


async def test_ninety_five_of_a_hundred_and_twenty(street: Street) -> None:
    visit = await street.finished(120, taken=95)
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert await told(visit, street) == [
        "elder -> escrow 120 min hold",
        "elder -> escrow 95 min post",
        "escrow -> volunteer 95 min transfer",
    ]
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


async def test_a_hundred_and_thirty_of_a_hundred_and_twenty(street: Street) -> None:
    visit = await street.finished(120, taken=130)
    await timebank.confirm(visit.id, by=street.elder, minutes=130, word=True)
    assert await told(visit, street) == [
        "elder -> escrow 120 min hold",
        "elder -> escrow 120 min post",
        "elder -> escrow 10 min transfer",
        "escrow -> volunteer 130 min transfer",
    ]
    assert await street.minutes(street.elder, street.volunteer) == [(170, 0), (130, 0)]


async def test_the_book_of_the_day_before_still_reads_as_it_did(street: Street) -> None:
    first = await street.finished(120, taken=95)
    await timebank.confirm(first.id, by=street.elder, minutes=95)
    book = ledger.CommunityId(street.id)
    (last, *_) = (
        await ledger.statement(
            await timebank.member_account(street.volunteer.member_id, community_id=street.id)
        )
    ).entries
    then = last.transfer.created_at
    before = await ledger.trial_balance(book, as_of=then)
    second = await street.asked(60, starts_at=first.starts_at + timedelta(days=1))
    await timebank.cancel(second.id, by=street.elder)
    assert before.balanced
    assert await ledger.trial_balance(book, as_of=then) == before


@pytest.mark.parametrize("minutes", [15, 120, 240])
async def test_a_cancelled_visit_leaves_a_hold_and_its_release(
    street: Street, minutes: int
) -> None:
    visit = await street.booked(minutes)
    await timebank.cancel(visit.id, by=street.elder)
    account = await timebank.member_account(street.elder.member_id, community_id=street.id)
    lines = (await ledger.statement(account, kinds=tuple(ledger.Kind))).entries
    assert [(one.transfer.kind, one.transfer.amount, one.change) for one in lines[:2]] == [
        ("void", minutes, 0),
        ("hold", minutes, 0),
    ]
    assert await street.minutes(street.elder) == [(300, 0)]
