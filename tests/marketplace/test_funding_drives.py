"""Drives on a real book: reached, missed, called off; every way of giving; every refusal."""

import asyncio
import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
import ledger
from community import Role
from marketplace.delivery import begin
from marketplace.errors import UnknownProject
from marketplace.funding import errors
from marketplace.funding.contributing import (
    contribute_at_bank,
    give_up_contribution,
    hand_back,
    keep_paper,
    start_contribution,
)
from marketplace.funding.drives import cancel_drive, open_drive
from marketplace.funding.matching import add_to_fund, found_fund
from marketplace.funding.pledging import pledge_minutes, withdraw_pledge
from marketplace.funding.reading import (
    contributions_shown,
    paper,
    project_contributions_shown,
    read_contribution,
    read_drive,
    read_fund,
    spendable,
)
from marketplace.funding.reminding import remind_of_drives
from marketplace.funding.returning import give_back, returned
from marketplace.funding.settling import settle, settle_due
from marketplace.funding.sums import OfSource, by_source, progress
from marketplace.funding.values import (
    ContributionId,
    ContributionState,
    Drive,
    DriveId,
    DriveState,
    Gift,
    Pledge,
    PledgeId,
    PledgeState,
    Progress,
    Source,
)
from marketplace.money import fen_account, origin
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import (
    PAPER,
    calls_of,
    card,
    cash,
    chosen,
    draft,
    fund_of,
    has_minutes,
    lies,
    minutes_for,
    opened,
    paid,
    past_deadline,
    ratio,
    treasurer,
)
from tests.marketplace.plans_examples import group, kinds_told


async def test_a_drive_from_several_sources_reaches_its_goal(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    fund = await fund_of(20_000, keeper)
    asked = draft(10_000, goal_minutes=60, matching=ratio(fund, 6_000))
    drive = await opened(neighbourhood, asked)
    one, two = neighbourhood.residents[:2]
    await minutes_for(one, 100)
    await cash(drive, 2_000, by=keeper, giver=two)
    await paid(await card(drive, 3_000, one))
    await pledge_minutes(drive.id, 60, by=one)
    stands = await progress(drive)
    assert (stands.given_fen, stands.matched_fen, stands.reached) == (5_000, 5_000, True)
    assert (await read_fund(fund.id, community_id=neighbourhood.id)).reserved_fen == 6_000
    done = await settle(drive.id, by=neighbourhood.coordinator)
    assert (done.state, done.matched_fen, done.given_fen) == (DriveState.REACHED, 5_000, 5_000)
    found = await spendable(drive.project_id, community_id=neighbourhood.id)
    assert (found.fen, found.minutes) == (20_000, 60)
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    assert await has_minutes(one) == (40, 0)
    parts = await give_back(drive.project_id, by=neighbourhood.coordinator)
    assert {part.source: part.amount for part in parts} == {
        Source.PUBLIC_BUDGET: 10_000, Source.MATCHING: 5_000, Source.CASH: 2_000,
        Source.CARD: 3_000, None: 60,
    }  # fmt: skip
    assert await returned(drive.project_id, community_id=neighbourhood.id) == list(parts)
    assert await lies(neighbourhood, "escrow", drive.id) == 5_000
    assert await has_minutes(one) == (100, 0)
    after = await read_fund(fund.id, community_id=neighbourhood.id)
    assert (after.balance_fen, after.reserved_fen) == (20_000, 0)
    assert await give_back(drive.project_id, by=neighbourhood.coordinator) == ()


async def test_a_missed_drive_gives_everything_back(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    fund = await fund_of(6_000, keeper)
    asked = draft(10_000, goal_minutes=60, matching=ratio(fund, 6_000, 50))
    drive = await opened(neighbourhood, asked)
    one, two = neighbourhood.residents[:2]
    await minutes_for(one, 100)
    notes = await cash(drive, 2_000, by=keeper, giver=two)
    online = await paid(await card(drive, 3_000, one))
    waiting = await card(drive, 1_000, two)
    pledge = await pledge_minutes(drive.id, 60, by=one)
    await past_deadline(owner, drive)
    assert await settle_due() >= 1
    assert (await progress_of(drive)).reached is False
    assert await has_minutes(one) == (100, 0)
    back = await read_fund(fund.id, community_id=neighbourhood.id)
    assert (back.balance_fen, back.reserved_fen) == (6_000, 0)
    assert await calls_of(owner, online) == [("create", 3_000), ("refund", 3_000)]
    assert await calls_of(owner, waiting) == [("create", 1_000), ("cancel", 1_000)]
    assert (await read_contribution(waiting.id, community_id=neighbourhood.id)).state == "cancelled"
    assert await lies(neighbourhood, "escrow", drive.id) == 5_000
    handed = await hand_back(notes.id, by=keeper, words="signed for", id=uuid.UUID(int=7))
    assert (handed.state, handed.refunded_fen) == (ContributionState.REFUNDED, 2_000)
    assert await hand_back(notes.id, by=keeper, id=uuid.UUID(int=7)) == handed
    with pytest.raises(errors.GiftMoved):
        await hand_back(notes.id, by=keeper)
    with pytest.raises(errors.GiftMoved):
        await hand_back(online.id, by=keeper)
    assert await lies(neighbourhood, "cash_box") == 0
    assert await lies(neighbourhood, "escrow", drive.id) == 3_000
    assert "drive.missed" in await kinds_told(one)
    with pytest.raises(errors.DriveMoved):
        await withdraw_pledge(pledge.id, by=one)


async def progress_of(drive: Drive) -> Progress:
    return await progress(await read_drive(drive.id, community_id=drive.community_id))


async def test_a_drive_that_is_called_off_gives_everything_back(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood)
    one = neighbourhood.residents[1]
    gift = await paid(await card(drive, 12_000, one))
    with pytest.raises(errors.NotForYou):
        await cancel_drive(drive.id, by=one, why="no")
    with pytest.raises(errors.InvalidDrive):
        await cancel_drive(drive.id, by=neighbourhood.coordinator, why="  ")
    ended = await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The wall fell down")
    assert (ended.state, ended.why) == (DriveState.CANCELLED, "The wall fell down")
    assert await calls_of(owner, gift) == [("create", 12_000), ("refund", 12_000)]
    with pytest.raises(errors.DriveMoved):
        await cancel_drive(drive.id, by=neighbourhood.coordinator, why="again")
    with pytest.raises(errors.DriveMoved):
        await settle(drive.id, by=neighbourhood.coordinator)
    again = await open_drive(drive.project_id, draft(), by=neighbourhood.coordinator)
    assert again.state is DriveState.OPEN


async def test_a_part_of_the_goal_does_where_it_was_announced(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    with pytest.raises(errors.InvalidDrive):
        await opened(neighbourhood, draft(part_goal_percent=80))
    drive = await opened(neighbourhood)
    await owner.execute("UPDATE drive SET part_goal_percent = 80 WHERE id = $1", drive.id)
    await paid(await card(drive, 8_000, neighbourhood.residents[1]))
    with pytest.raises(errors.TooEarly):
        await settle(drive.id, by=neighbourhood.coordinator)
    await past_deadline(owner, drive)
    done = await settle(drive.id, by=neighbourhood.coordinator)
    assert done.state is DriveState.REACHED


async def test_only_those_who_lead_a_project_open_a_drive_for_it(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    project = await chosen(neighbourhood)
    with pytest.raises(errors.NotForYou):
        await open_drive(project.id, draft(), by=neighbourhood.residents[1])
    with pytest.raises(UnknownProject):
        await open_drive(project.id, draft(), by=elsewhere.coordinator)
    for_another = dataclasses.replace(neighbourhood.coordinator, on_behalf_of=uuid.uuid4())
    with pytest.raises(errors.NotForYou):
        await open_drive(project.id, draft(), by=for_another)
    key = DriveId(uuid.uuid4())
    first = await open_drive(project.id, draft(), by=neighbourhood.residents[0], id=key)
    assert await open_drive(project.id, draft(), by=neighbourhood.residents[0], id=key) == first
    with pytest.raises(errors.DriveThere):
        await open_drive(project.id, draft(), by=neighbourhood.coordinator)


async def test_only_a_chosen_project_raises_more(neighbourhood: Neighbourhood) -> None:
    opened_round = await neighbourhood.round()
    project = await neighbourhood.project(opened_round, "Lamp", 50)
    with pytest.raises(errors.NotChosen):
        await open_drive(project.id, draft(), by=neighbourhood.coordinator)


async def test_a_fund_gives_no_more_than_it_has(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    fund = await fund_of(5_000, keeper)
    with pytest.raises(errors.FundTooSmall) as refused:
        await opened(neighbourhood, draft(matching=ratio(fund, 5_001)))
    assert refused.value.free_fen == 5_000
    await opened(neighbourhood, draft(matching=ratio(fund, 3_000)))
    with pytest.raises(errors.FundTooSmall) as refused:
        await opened(neighbourhood, draft(matching=ratio(fund, 2_001)))
    assert refused.value.free_fen == 2_000
    stranger = dataclasses.replace(fund, id=uuid.uuid4())
    with pytest.raises(errors.UnknownFund):
        await opened(neighbourhood, draft(matching=ratio(stranger, 1)))


async def test_a_fund_is_the_treasurers(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    with pytest.raises(errors.NotForYou):
        await found_fund("Garden fund", by=neighbourhood.coordinator)
    fund = await found_fund("Garden fund", by=keeper)
    assert await found_fund("Garden fund", by=keeper, id=fund.id) == fund
    with pytest.raises(errors.FundNameTaken):
        await found_fund("Garden fund", by=keeper)
    with pytest.raises(errors.InvalidGift):
        await found_fund(" ", by=keeper)
    key = uuid.uuid4()
    with pytest.raises(errors.InvalidGift) as refused:
        await add_to_fund(fund.id, 100, by=keeper, came_from="bank", id=key)
    assert refused.value.field == "receipt"
    for amount, source in ((0, "public_budget"), (100, "card_processor")):
        with pytest.raises(errors.InvalidGift):
            await add_to_fund(fund.id, amount, by=keeper, came_from=source, id=key)
    with pytest.raises(errors.UnknownReceipt):
        await add_to_fund(fund.id, 100, by=keeper, came_from="bank", id=key, receipt="ab")
    sheet = await keep_paper(PAPER, "pdf", by=keeper)
    for _ in range(2):
        full = await add_to_fund(fund.id, 100, by=keeper, came_from="bank", id=key, receipt=sheet)
        assert full.balance_fen == 100
    with pytest.raises(errors.SentTwice):
        await add_to_fund(fund.id, 101, by=keeper, came_from="bank", id=key, receipt=sheet)


async def test_the_treasurer_enters_gifts_with_their_paper(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    with pytest.raises(errors.NotForYou):
        await keep_paper(PAPER, "pdf", by=neighbourhood.coordinator)
    with pytest.raises(errors.FileUnfit):
        await keep_paper(PAPER, "exe", by=keeper)
    with pytest.raises(errors.FileUnfit):
        await keep_paper(b"", "pdf", by=keeper)
    sheet = await keep_paper(PAPER, "pdf", by=keeper)
    assert (await paper(sheet, community_id=neighbourhood.id)).body == PAPER
    with pytest.raises(errors.UnknownReceipt):
        await paper(sheet, community_id=uuid.uuid4())
    key = ContributionId(uuid.uuid4())
    first = await cash(drive, 500, by=keeper, id=key)
    assert await cash(drive, 500, by=keeper, id=key) == first
    with pytest.raises(errors.SentTwice):
        await cash(drive, 501, by=keeper, id=key)
    with pytest.raises(errors.UnknownReceipt):
        await cash(drive, 500, by=keeper, receipt="0" * 64)
    with pytest.raises(errors.InvalidGift):
        await cash(drive, 500, by=keeper, name="", member_id=uuid.uuid4())
    with pytest.raises(community.UnknownOrganisation):
        await cash(
            drive, 500, by=keeper, name="", source=Source.ORGANISATION, organisation_id=uuid.uuid4()
        )
    firm = await group(neighbourhood, neighbourhood.residents[3])
    gift = await cash(
        drive, 900, by=keeper, name="", source=Source.ORGANISATION, organisation_id=firm.id
    )
    assert await lies(neighbourhood, "bank") == -900
    assert await lies(neighbourhood, "cash_box") == -500
    assert gift.state is ContributionState.PAID
    entry = {"by": neighbourhood.coordinator}
    with pytest.raises(errors.NotForYou):
        await cash(drive, 500, **entry, receipt=sheet)


async def test_a_gift_by_the_wrong_door_is_refused(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    sheet = await keep_paper(PAPER, "pdf", by=keeper)
    entered = Gift(
        ContributionId(uuid.uuid4()), Source.CASH, 5, sheet, datetime.now(UTC).date(), name="Li"
    )
    with pytest.raises(errors.InvalidGift):
        await contribute_at_bank(drive.id, entered, by=keeper)


async def test_who_wishes_it_is_not_named_in_public(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    await cash(drive, 500, by=keeper, anonymous=True)
    await cash(drive, 600, by=keeper)
    hidden, named = await contributions_shown(drive.id, community_id=neighbourhood.id)
    assert (hidden.name, hidden.member_id, hidden.receipt) == ("", None, None)
    assert named.name == "Lao Wang"
    full = await read_contribution(hidden.id, community_id=neighbourhood.id)
    assert full.name == "Lao Wang"


async def test_the_same_gift_again_with_another_wish_for_a_name_is_no_repeat(
    neighbourhood: Neighbourhood,
) -> None:
    drive = await opened(neighbourhood)
    giver, key = neighbourhood.residents[0], ContributionId(uuid.uuid4())
    first = await card(drive, 1_000, giver, id=key)
    assert await card(drive, 1_000, giver, id=key) == first
    with pytest.raises(errors.SentTwice):  # else they would believe to stand there without a name
        await card(drive, 1_000, giver, id=key, anonymous=True)
    keeper = await treasurer(neighbourhood)
    entry = await cash(drive, 1_000, by=keeper, giver=giver)
    with pytest.raises(errors.SentTwice):
        await cash(drive, 1_000, by=keeper, giver=giver, id=entry.id, anonymous=True)
    with pytest.raises(errors.SentTwice):
        await cash(drive, 1_000, by=keeper, giver=neighbourhood.residents[1], id=entry.id)


async def test_the_number_of_givers_does_not_tell_whose_an_unnamed_gift_is(
    neighbourhood: Neighbourhood,
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    one, two = neighbourhood.residents[:2]
    await cash(drive, 1_000, by=keeper, giver=one)
    await cash(drive, 500, by=keeper, giver=one)
    assert (await progress(drive)).givers == 1
    await cash(drive, 700, by=keeper, giver=one, anonymous=True)
    own = await progress(drive)
    other = await opened(neighbourhood)
    await cash(other, 1_500, by=keeper, giver=one)
    await cash(other, 700, by=keeper, giver=two, anonymous=True)
    another = await progress(other)
    assert (own.givers, own.given_fen) == (another.givers, another.given_fen) == (2, 2_200)


async def test_gifts_are_read_by_the_page_and_added_up_by_source(
    neighbourhood: Neighbourhood,
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    given = [await cash(drive, 100 + n, by=keeper) for n in range(5)]
    await cash(drive, 50, by=keeper, source=Source.BANK)
    await card(drive, 7_000, neighbourhood.residents[0])  # not paid
    here = neighbourhood.id
    assert await by_source(drive) == {
        Source.CASH: OfSource(5, 510, 510), Source.BANK: OfSource(1, 50, 50),
    }  # fmt: skip
    pages = [
        await contributions_shown(drive.id, community_id=here, page=page, size=4)
        for page in (1, 2, 3)
    ]
    assert [len(one) for one in pages] == [4, 2, 0]
    assert [one.id for one in pages[0]] == [one.id for one in given[:4]]
    newest = await contributions_shown(drive.id, community_id=here, size=4, newest=True)
    assert newest[1].id == given[-1].id
    found, more = await project_contributions_shown(
        drive.project_id, community_id=here, page=2, size=5
    )
    assert ([one.amount_fen for one in found], more) == ([50], False)


async def test_a_drive_that_cannot_be_settled_holds_no_other_up(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    broken, sound = await opened(neighbourhood), await opened(neighbourhood)
    for drive in (broken, sound):
        await past_deadline(owner, drive)
    await owner.execute(
        "CREATE FUNCTION pg_temp.break() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'broken'; END $$"
    )
    await owner.execute(
        "CREATE TRIGGER breaks BEFORE UPDATE ON drive FOR EACH ROW"
        f" WHEN (OLD.id = '{broken.id}') EXECUTE FUNCTION pg_temp.break()"
    )
    try:
        with pytest.raises(asyncpg.RaiseError):
            await settle_due()
    finally:
        await owner.execute("DROP TRIGGER breaks ON drive")
    states = [
        (await read_drive(one.id, community_id=neighbourhood.id)).state for one in (broken, sound)
    ]
    assert states == [DriveState.OPEN, DriveState.MISSED]
    assert await settle_due() == 1


async def test_who_leaves_and_pledges_at_the_same_moment_waits_for_nobody_in_a_circle(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood, draft(goal_minutes=600))
    member = neighbourhood.residents[0]
    await minutes_for(member, 100)
    await pledge_minutes(drive.id, 30, by=member)
    async with owner.transaction():
        await owner.execute("SELECT FROM member WHERE id = $1 FOR UPDATE", member.member_id)
        again = asyncio.create_task(pledge_minutes(drive.id, 30, by=member))
        await asyncio.sleep(0.2)
        await owner.execute("SET LOCAL lock_timeout = '3s'")
        await owner.execute("SELECT FROM drive WHERE id = $1 FOR NO KEY UPDATE", drive.id)
    with pytest.raises(errors.PledgedAlready):
        await again


async def test_pledges_at_the_same_moment(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood, draft(goal_minutes=600))
    twice, clicks, *others = neighbourhood.residents
    for one in neighbourhood.residents:
        await minutes_for(one, 100)
    key = PledgeId(uuid.uuid4())
    told = await asyncio.gather(
        *(pledge_minutes(drive.id, 30, by=clicks, id=key) for _ in range(4)),
        *(pledge_minutes(drive.id, 20, by=one) for one in others),
        *(pledge_minutes(drive.id, 10, by=twice) for _ in range(3)),
        return_exceptions=True,
    )
    first = told[0]
    assert isinstance(first, Pledge)
    assert {one.id for one in told[:4] if isinstance(one, Pledge)} == {key}
    assert sum(isinstance(one, Pledge) for one in told) == 4 + len(others) + 1
    assert sum(isinstance(one, errors.PledgedAlready) for one in told) == 2
    assert (await progress(drive)).pledged_minutes == 30 + 20 * len(others) + 10
    assert await has_minutes(clicks) == (100, 30)
    assert await has_minutes(twice) == (100, 10)
    with pytest.raises(errors.SentTwice):
        await pledge_minutes(drive.id, 31, by=clicks, id=key)


async def test_pledges_and_the_end_of_their_drive_meet(
    neighbourhood: Neighbourhood,
) -> None:
    drive = await opened(neighbourhood, draft(goal_minutes=600))
    for one in neighbourhood.residents:
        await minutes_for(one, 100)
    told = await asyncio.gather(
        *(pledge_minutes(drive.id, 20, by=one) for one in neighbourhood.residents[:3]),
        cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up"),
        *(pledge_minutes(drive.id, 20, by=one) for one in neighbourhood.residents[3:]),
        return_exceptions=True,
    )
    refused = [one for one in told if isinstance(one, BaseException)]
    assert all(isinstance(one, errors.DriveMoved) for one in refused), refused
    for one in neighbourhood.residents:
        assert await has_minutes(one) == (100, 0), "nothing is held for a drive that is over"


async def test_gifts_online_are_bounded_and_ones_own(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood)
    one, two = neighbourhood.residents[:2]
    for fen in (99, 5_000_001):
        with pytest.raises(errors.InvalidGift):
            await card(drive, fen, one)
    with pytest.raises(errors.InvalidGift):
        await card(drive, 500, one, source=Source.CASH)
    with pytest.raises(errors.UnknownDrive):
        await card(drive, 500, elsewhere.residents[0])
    firm = await group(neighbourhood, one)
    with pytest.raises(errors.NotForYou):
        await card(drive, 500, two, organisation_id=firm.id)
    assert (await card(drive, 500, one, organisation_id=firm.id)).organisation_id == firm.id
    key = ContributionId(uuid.uuid4())
    gift = await card(drive, 700, one, id=key)
    assert await card(drive, 700, one, id=key) == gift
    with pytest.raises(errors.SentTwice):
        await card(drive, 700, two, id=key)
    with pytest.raises(errors.UnknownContribution):
        await give_up_contribution(gift.id, by=two)
    gone = await give_up_contribution(gift.id, by=one)
    assert gone.state is ContributionState.CANCELLED
    assert await give_up_contribution(gift.id, by=one) == gone
    assert await calls_of(owner, gift) == [("create", 700), ("cancel", 700)]
    done = await paid(await card(drive, 800, one))
    with pytest.raises(errors.GiftMoved):
        await give_up_contribution(done.id, by=one)
    await past_deadline(owner, drive)
    with pytest.raises(errors.DeadlineOver):
        await start_contribution(drive.id, amount_fen=500, source=Source.CARD, by=one)


async def test_minutes_are_pledged_by_ones_own_hand_as_far_as_they_reach(
    neighbourhood: Neighbourhood,
) -> None:
    drive = await opened(neighbourhood, draft(0, goal_minutes=120))
    one, two = neighbourhood.residents[:2]
    await minutes_for(one, 100)
    with pytest.raises(errors.TooFewMinutes) as refused:
        await pledge_minutes(drive.id, 101, by=one)
    assert refused.value.available == 100
    for minutes in (0, 6_001):
        with pytest.raises(errors.InvalidGift):
            await pledge_minutes(drive.id, minutes, by=one)
    with pytest.raises(errors.NotForYou):
        await pledge_minutes(drive.id, 10, by=dataclasses.replace(two, on_behalf_of=one.member_id))
    pledge = await pledge_minutes(drive.id, 60, by=one)
    assert await pledge_minutes(drive.id, 60, by=one, id=pledge.id) == pledge
    with pytest.raises(errors.SentTwice):
        await pledge_minutes(drive.id, 61, by=one, id=pledge.id)
    assert await has_minutes(one) == (100, 60)
    with pytest.raises(errors.PledgedAlready):
        await pledge_minutes(drive.id, 10, by=one)
    with pytest.raises(errors.UnknownPledge):
        await withdraw_pledge(pledge.id, by=two)
    back = await withdraw_pledge(pledge.id, by=one)
    assert back.state is PledgeState.WITHDRAWN
    assert await withdraw_pledge(pledge.id, by=one) == back
    assert await has_minutes(one) == (100, 0)
    money = await opened(neighbourhood)
    with pytest.raises(errors.InvalidGift):
        await pledge_minutes(money.id, 10, by=one)


async def test_a_drive_is_reminded_of_once(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    one = neighbourhood.residents[4]
    await card(drive, 500, one)
    await remind_of_drives()
    assert "drive.ends_soon" not in await kinds_told(one)
    near = drive.deadline - timedelta(days=2)
    assert await remind_of_drives(at=near) >= 1
    await remind_of_drives(at=near)
    assert (await kinds_told(one)).count("drive.ends_soon") == 1


async def test_what_is_left_goes_back_in_proportion_to_the_fen(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood, draft(1_000))
    online = await paid(await card(drive, 333, neighbourhood.residents[1]))
    notes = await cash(drive, 667, by=keeper)
    await settle(drive.id, by=neighbourhood.coordinator)
    await ledger.transfer(
        debit=await fen_account("project", drive.project_id, community_id=neighbourhood.id),
        credit=await fen_account("paid_out", drive.project_id, community_id=neighbourhood.id),
        amount=10_000,
        unit=ledger.CNY,
        origin=origin(keeper, "disbursement", uuid.uuid4()),
    )
    parts = {
        one.contribution_id: one.amount for one in await give_back(drive.project_id, by=keeper)
    }
    # 1,000 of 11,000 fen are left: 909.09, 30.27 and 60.63 fen.
    assert parts == {None: 909, online.id: 30, notes.id: 61}
    assert (await calls_of(owner, online))[-1] == ("refund", 30)
    found = await read_contribution(notes.id, community_id=neighbourhood.id)
    assert (found.state, found.due_fen, found.net_fen) == (ContributionState.REFUND_DUE, 61, 606)
    handed = await hand_back(notes.id, by=keeper)
    assert (handed.state, handed.refunded_fen) == (ContributionState.PAID, 61)
    assert (await spendable(drive.project_id, community_id=neighbourhood.id)).fen == 0
    with pytest.raises(errors.DriveMoved):
        await card(drive, 500, neighbourhood.residents[0])


async def test_reserved_money_does_not_go_back(neighbourhood: Neighbourhood) -> None:
    project = await chosen(neighbourhood)
    await ledger.hold(
        debit=await fen_account("project", project.id, community_id=neighbourhood.id),
        credit=await fen_account("paid_out", project.id, community_id=neighbourhood.id),
        amount=1,
        unit=ledger.CNY,
        origin=origin(neighbourhood.coordinator, "disbursement", uuid.uuid4()),
    )
    with pytest.raises(errors.PartsReserved):
        await give_back(project.id, by=neighbourhood.coordinator)


async def test_a_treasurer_elsewhere_hands_nothing_back_here(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    keeper, stranger = await treasurer(neighbourhood), await treasurer(elsewhere)
    drive = await opened(neighbourhood)
    gift = await cash(drive, 500, by=keeper)
    assert Role.TREASURER in stranger.roles
    with pytest.raises(errors.UnknownContribution):
        await hand_back(gift.id, by=stranger)
    with pytest.raises(errors.NotForYou):
        await hand_back(gift.id, by=neighbourhood.coordinator)
    with pytest.raises(errors.GiftMoved):
        await hand_back(gift.id, by=keeper)
    with pytest.raises(errors.UnknownDrive):
        await settle(drive.id, by=elsewhere.coordinator)


async def test_nothing_more_is_raised_once_the_work_has_begun(neighbourhood: Neighbourhood) -> None:
    project = await chosen(neighbourhood)
    await begin(project.id, by=neighbourhood.coordinator)
    with pytest.raises(errors.DeliveryBegun):
        await open_drive(project.id, draft(), by=neighbourhood.coordinator)
