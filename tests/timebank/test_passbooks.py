"""Passbooks on the real book: what they add up to, who reads them, long ones piece by piece."""

import random
import uuid
from datetime import timedelta

import pytest

import community
import ledger
import timebank
from community import Actor, Role
from ledger import MINUTE, AccountId, CommunityId, Event, Journal, Leg, Origin
from tests.timebank.street import NOON, Street, open_street, street
from timebank import passbooks
from timebank.accounts import ISSUANCE, gifts_account, member_account, own_account
from timebank.passbooks import PassbookLine, Period, Purse, entries

__all__ = ["street"]

KINDS = ("grant", "gift", "donation", "estate", "something_new")


async def purses(street: Street, who: Actor) -> dict[Purse, AccountId]:
    return {
        Purse.SAVED: await member_account(who.member_id, community_id=street.id),
        Purse.GIFTS: await gifts_account(who.member_id, community_id=street.id),
    }


async def move_at_random(street: Street, who: Actor, chance: random.Random, times: int) -> None:
    """Book so many random movements on both purses, some as journals, some put right after."""
    own = await purses(street, who)
    issuance = await own_account(ISSUANCE, community_id=street.id)
    book = CommunityId(street.id)
    for _ in range(times):
        origin = Origin(book, Event(chance.choice(KINDS), uuid.uuid4()), who.member_id)
        purse = chance.choice(list(Purse))
        other = own[Purse.GIFTS if purse is Purse.SAVED else Purse.SAVED]
        held = (await ledger.balance(own[purse])).available
        if held > 10 and chance.random() < 0.4:
            amount = chance.randint(1, held)
            sides = (own[purse], issuance)
        elif held > 10 and chance.random() < 0.2:
            amount = chance.randint(1, held)
            sides = (own[purse], other)  # one place in the book, two lines
        else:
            amount, sides = chance.randint(1, 300), (issuance, own[purse])
        legs = [Leg.transfer(debit=sides[0], credit=sides[1], amount=amount, unit=MINUTE)]
        if chance.random() < 0.3:
            legs.append(
                Leg.transfer(
                    debit=issuance, credit=other, amount=chance.randint(1, 50), unit=MINUTE
                )
            )
        booked = await ledger.book(Journal(tuple(legs), origin))
        if sides[0] == issuance and chance.random() < 0.2:
            balance = await ledger.balance(sides[1])
            if balance.available >= amount:
                await ledger.reverse(booked[0].id, origin=origin, reason="写错了")


async def every_line(who: Actor, period: Period = passbooks.EVER) -> list[PassbookLine]:
    """Turn the pages of the screen to the end, and return the lines oldest first."""
    lines: list[PassbookLine] = []
    page = None
    while True:
        found = await timebank.passbook(who, period=period, page=page)
        lines += found.lines
        page = found.older
        if page is None:
            return lines[::-1]


def check(lines: list[PassbookLine], sums: passbooks.PassbookSums) -> None:
    """Assert that lines lead from the opening to the closing balance, each from the one before."""
    held = dict(sums.opening)
    for line in lines:
        held[line.purse] += line.change
        assert (line.saved, line.gifts) == (held[Purse.SAVED], held[Purse.GIFTS])
    assert held == dict(sums.closing)
    assert sums.lines == len(lines)
    for purse in Purse:
        assert sums.difference(purse) == 0
        changes = [line.change for line in lines if line.purse is purse]
        assert sums.came[purse] == sum(one for one in changes if one > 0)
        assert sums.went[purse] == -sum(one for one in changes if one < 0)


@pytest.mark.parametrize(("seed", "at_a_time"), [(0, 3), (1, 500), (2, 8)])
async def test_any_period_adds_up_however_the_pages_fall(
    database: object,  # noqa: ARG001 (must be migrated)
    seed: int,
    at_a_time: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(seed)  # noqa: S311 (a story, no secret)
    street = await open_street()
    who = street.elder
    await move_at_random(street, who, chance, 18)
    monkeypatch.setattr(entries, "ENTRIES_AT_A_TIME", at_a_time)
    lines = await every_line(who)
    assert [one.seq for one in lines] == sorted(one.seq for one in lines)
    whole = await passbooks.whole_passbook(who)
    assert [one async for one in whole.lines] == lines
    check(lines, whole.sums)
    moments = [line.booked_at for line in lines]
    for _ in range(5):
        cut = sorted(chance.sample(moments, 2))
        since, until = (
            chance.choice([cut[0], None]),
            chance.choice([cut[1], cut[1] + timedelta(days=400), None]),
        )
        period = Period(since, until)
        expected = [
            one
            for one in lines
            if (since is None or one.booked_at >= since)
            and (until is None or one.booked_at < until)
        ]
        assert await every_line(who, period) == expected
        part = await passbooks.whole_passbook(who, period=period)
        assert [one async for one in part.lines] == expected
        assert part.sums.reconciles
        check(expected, part.sums)
        page = await timebank.passbook(who, period=period)
        assert page.sums == part.sums or not page.sums or not page.sums.complete


async def test_a_passbook_that_was_never_needed_is_empty_and_adds_up(street: Street) -> None:
    found = await timebank.passbook(street.coordinator)
    assert (found.lines, found.older, found.balance.available) == ((), None, 0)
    assert found.sums is not None
    assert found.sums.reconciles
    assert not found.has_gifts


async def test_what_is_booked_while_a_file_is_read_is_in_the_next_one(street: Street) -> None:
    before = await passbooks.whole_passbook(street.elder)
    book = CommunityId(street.id)
    await ledger.transfer(
        debit=await member_account(street.elder.member_id, community_id=street.id),
        credit=await own_account("relief", community_id=street.id),
        amount=10,
        unit=MINUTE,
        origin=Origin(book, Event("donation", uuid.uuid4()), street.elder.member_id),
    )
    lines = [one async for one in before.lines]
    assert [one.change for one in lines] == [300]
    check(lines, before.sums)


async def test_a_page_that_is_too_long_to_add_up_says_so(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await move_at_random(street, street.volunteer, random.Random(1), 8)  # noqa: S311 (a story)
    monkeypatch.setattr(entries, "ENTRIES_AT_A_TIME", 2)
    book = await entries.opened(street.volunteer.member_id, community_id=street.id, period=Period())
    sums, places = await entries.summed(book, pages_max=2)
    assert not sums.complete
    assert not sums.reconciles
    assert len(places) == 2
    await undo_grants(street)


async def undo_grants(street: Street) -> None:
    """Give back what the story made, so that the street's own check holds."""
    for account in (await purses(street, street.volunteer)).values():
        left = (await ledger.balance(account)).available
        if left:
            await ledger.transfer(
                debit=account,
                credit=await own_account(ISSUANCE, community_id=street.id),
                amount=left,
                unit=MINUTE,
                origin=Origin(
                    CommunityId(street.id), Event("grant", uuid.uuid4()), street.volunteer.member_id
                ),
            )


async def test_a_visit_s_line_names_it_and_keeps_its_secrets(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    elder, volunteer = [
        (await timebank.passbook(who)).lines[0] for who in (street.elder, street.volunteer)
    ]
    assert (elder.change, elder.gave, elder.other_name, elder.returned) == (-95, False, "李明", 25)
    assert (volunteer.change, volunteer.gave, volunteer.other_name) == (95, True, "陈桂芳")
    for line in (elder, volunteer):
        assert line.visit is not None
        assert line.visit.starts_at == NOON + timedelta(hours=1)
        assert (line.visit.code, line.visit.place, line.visit.wishes) == ("", "", "")


async def test_staff_reads_those_of_their_community_and_nobody_else_does(street: Street) -> None:
    for role in (Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR):
        by = Actor(street.coordinator.member_id, street.id, frozenset({role}))
        found = await timebank.passbook(by, of=street.elder.member_id)
        assert [line.change for line in found.lines] == [300]
    others = (
        street.volunteer,
        Actor(street.coordinator.member_id, street.id, frozenset({Role.TREASURER})),
        street.coordinator.acting_for(street.elder.member_id, uuid.uuid4()),
    )
    for by in others:
        with pytest.raises((timebank.NotYours, community.NotDelegated)):
            await timebank.passbook(by, of=street.poor_elder.member_id)
        with pytest.raises((timebank.NotYours, community.NotDelegated)):
            await passbooks.whole_passbook(by, of=street.poor_elder.member_id)
    elsewhere = await open_street()
    for unknown in (elsewhere.elder.member_id, uuid.uuid4()):
        with pytest.raises(community.UnknownMember):
            await timebank.passbook(street.coordinator, of=unknown)


async def test_a_copy_taken_by_staff_is_written_down(street: Street) -> None:
    await passbooks.note_passbook_copy(
        street.elder.member_id, by=street.coordinator, period="2026-11"
    )
    (event, *_) = await community.audit_events(street.id, size=1)
    assert (event.act, event.subject_id) == ("passbook.export", street.elder.member_id)
    assert event.details == {"period": "2026-11"}
    with pytest.raises(timebank.NotYours):
        await passbooks.note_passbook_copy(
            street.elder.member_id, by=street.volunteer, period="all"
        )


async def test_a_long_passbook_is_read_page_by_page(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it is, no more than a page of each purse is in hand at a time."""
    asked: list[int] = []
    statement = ledger.statement

    async def watched(account: AccountId, **more: object) -> ledger.Statement:
        found = await statement(account, **more)  # type: ignore[arg-type]  # passed through as given
        asked.append(len(found.entries))
        return found

    own = (await purses(street, street.volunteer))[Purse.SAVED]
    issuance = await own_account(ISSUANCE, community_id=street.id)
    origin = Origin(
        CommunityId(street.id), Event("grant", uuid.uuid4()), street.volunteer.member_id
    )
    legs = [Leg.transfer(debit=issuance, credit=own, amount=1, unit=MINUTE) for _ in range(1_200)]
    await ledger.book(Journal(tuple(legs), origin))
    monkeypatch.setattr(entries.ledger, "statement", watched)
    whole = await passbooks.whole_passbook(street.volunteer)
    first = await anext(whole.lines)
    assert (first.change, first.saved) == (1, 1)
    count = 1 + sum([1 async for _line in whole.lines])
    assert count == whole.sums.lines == 1_200
    assert max(asked) <= entries.ENTRIES_AT_A_TIME
    monkeypatch.undo()
    await undo_grants(street)
