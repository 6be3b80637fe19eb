"""Gifts and donations on a real database: what passes, what returns, and every refusal."""

import uuid
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

import community
import timebank
from community import Actor, Role
from tests.timebank.hours_town import NOON, Town, open_town, town_is_sound
from timebank import hours
from timebank.eligibility import NotEligible, Reason
from timebank.hours import GiftState

LATER = NOON + timedelta(days=1)


@pytest.fixture
async def town(database: object) -> AsyncIterator[Town]:  # noqa: ARG001 (must be migrated)
    opened = await open_town()
    yield opened
    await town_is_sound(opened)


async def test_a_gift_waits_and_is_the_receivers_once_accepted(town: Town) -> None:
    gift = await town.offered(60, words=" 妈妈，买菜用 ")
    assert (gift.words, gift.lapses_at) == ("妈妈，买菜用", NOON + timedelta(days=14))
    assert await town.saved(town.volunteer) == (600, 60)
    assert await town.gifts(town.mother) == (0, 0)
    assert await town.told(town.mother) == ["gift.offered"]
    accepted = await hours.accept_gift(gift.id, by=town.mother, at=LATER)
    assert (accepted.state, accepted.ended_at) == (GiftState.ACCEPTED, LATER)
    assert await town.saved(town.volunteer) == (540, 0)
    assert await town.gifts(town.mother) == (60, 0)
    assert await town.saved(town.mother) == (0, 0)
    assert await town.told(town.mother) == []
    assert await town.told(town.volunteer) == ["gift.accepted"]


async def test_a_received_gift_is_not_given_on_nor_donated(town: Town) -> None:
    gift = await town.offered(60, to=town.husband)
    await hours.accept_gift(gift.id, by=town.husband, at=LATER)
    with pytest.raises(timebank.NotEnoughMinutes) as short:
        await town.offered(15, by=town.husband, to=town.volunteer)
    assert (short.value.available, short.value.asked) == (0, 15)
    with pytest.raises(timebank.NotEnoughMinutes):
        await hours.donate(15, by=town.husband, form_key=uuid.uuid4(), at=NOON)


@pytest.mark.parametrize("to", ["decline", "withdraw", "lapse"])
async def test_a_gift_that_is_not_accepted_returns_once(town: Town, to: str) -> None:
    gift = await town.offered(60)
    verbs = {
        "decline": lambda: hours.decline_gift(gift.id, by=town.mother, at=LATER),
        "withdraw": lambda: hours.withdraw_gift(gift.id, by=town.volunteer, at=LATER),
        "lapse": lambda: hours.lapse_gifts(at=gift.lapses_at),
    }
    await verbs[to]()
    assert await town.saved(town.volunteer) == (600, 0)
    assert await town.gifts(town.mother) == (0, 0)
    await verbs[to]()
    assert await town.saved(town.volunteer) == (600, 0)
    told = {
        "decline": (["gift.declined"], []),
        "withdraw": ([], ["gift.withdrawn"]),
        "lapse": (["gift.lapsed"], ["gift.lapsed_for_you"]),
    }[to]
    assert (await town.told(town.volunteer), await town.told(town.mother)) == told
    with pytest.raises(hours.GiftOver):
        await hours.accept_gift(gift.id, by=town.mother, at=LATER)


async def test_only_what_is_due_lapses(town: Town) -> None:
    early, late = await town.offered(60), await town.offered(30, at=LATER)
    assert await hours.lapse_gifts(at=early.lapses_at - timedelta(seconds=1)) == 0
    assert await hours.lapse_gifts(at=early.lapses_at) >= 1
    assert await town.saved(town.volunteer) == (600, 30)
    # Nobody waits for the job: what is over is over, and what is not can be taken.
    with pytest.raises(hours.GiftOver):
        await hours.accept_gift(late.id, by=town.mother, at=late.lapses_at)
    await hours.accept_gift(late.id, by=town.mother, at=late.lapses_at - timedelta(seconds=1))
    assert await town.gifts(town.mother) == (30, 0)


async def test_how_long_a_gift_waits_is_the_community_s_to_say(town: Town) -> None:
    await town.policy(gift_days=3)
    assert (await town.offered(60)).lapses_at == NOON + timedelta(days=3)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ("none", set()),
        ("lineal", {"mother", "husband"}),
        ("kin", {"mother", "husband", "cousin"}),
        ("anyone", {"mother", "husband", "cousin", "neighbour"}),
    ],
)
async def test_to_whom_hours_are_given(town: Town, rule: str, allowed: set[str]) -> None:
    await town.policy(gifts_to=rule)
    reason = Reason.NO_GIFTS if rule == "none" else Reason.NOT_KIN
    for name in ("mother", "husband", "cousin", "neighbour"):
        to: Actor = getattr(town, name)
        if name in allowed:
            await town.offered(15, to=to)
        else:
            with pytest.raises(NotEligible) as refused:
                await town.offered(15, to=to)
            assert refused.value.reason is reason
    assert await town.saved(town.volunteer) == (600, 15 * len(allowed))
    listed = {name for _id, name in await hours.may_be_given_to(town.volunteer, at=NOON)}
    kin = {"mother": "陈桂芳", "husband": "王建国", "cousin": "李秀英"}
    assert listed == {kin[one] for one in allowed & kin.keys()}


async def test_who_is_too_young_for_help_is_not_given_any(town: Town) -> None:
    with pytest.raises(NotEligible) as refused:
        await town.offered(15, to=town.son)
    assert (refused.value.reason, refused.value.least) == (Reason.TOO_YOUNG, 60)
    await town.policy(redeem_age_min=60, hardship_redeem_age_min=20)
    await town.needs(town.son, hardship=True)
    await town.offered(15, to=town.son)


async def test_what_no_gift_can_be(town: Town) -> None:
    for minutes, field in ((14, "minutes"), (60_001, "minutes"), (-60, "minutes")):
        with pytest.raises(hours.InvalidHours) as refused:
            await town.offered(minutes)
        assert refused.value.field == field
    with pytest.raises(hours.InvalidHours, match="words"):
        await town.offered(15, words="好" * 201)
    with pytest.raises(hours.MayNotReceive, match="oneself"):
        await town.offered(15, to=town.volunteer)
    with pytest.raises(timebank.NotEnoughMinutes) as short:
        await town.offered(601)
    assert (short.value.available, short.value.asked) == (600, 601)
    assert await town.saved(town.volunteer) == (600, 0)
    await town.offered(600)
    with pytest.raises(timebank.NotEnoughMinutes):
        await town.offered(15)


async def test_nobody_gives_to_another_community_or_to_who_has_left(town: Town) -> None:
    elsewhere = await open_town()
    with pytest.raises(hours.MayNotReceive, match="gone"):
        await town.offered(15, to=elsewhere.mother)
    gift = await town.offered(60)
    with pytest.raises(hours.UnknownHours):
        await hours.accept_gift(gift.id, by=elsewhere.mother, at=LATER)
    await community.member_left(town.cousin.member_id, by=town.coordinator)
    with pytest.raises(hours.MayNotReceive, match="gone"):
        await town.offered(15, to=town.cousin)


async def test_the_gift_is_whose_it_is(town: Town) -> None:
    gift = await town.offered(60)
    for verb, by in (
        (hours.accept_gift, town.volunteer),
        (hours.accept_gift, town.neighbour),
        (hours.decline_gift, town.neighbour),
        (hours.withdraw_gift, town.mother),
        (hours.withdraw_gift, town.coordinator),
        (hours.accept_gift, town.treasurer),
    ):
        with pytest.raises(hours.NotTheirAct):
            await verb(gift.id, by=by, at=LATER)
    assert await town.saved(town.volunteer) == (600, 60)


async def test_the_desk_writes_down_what_an_elder_said(town: Town) -> None:
    gift = await town.offered(60)
    await hours.accept_gift(gift.id, by=town.coordinator, at=LATER)
    assert await town.gifts(town.mother) == (60, 0)
    events = await community.audit_events(town.id)
    (accepted,) = [one for one in events if one.act == "gift.accept"]
    assert accepted.actor == town.coordinator.member_id


async def test_whoever_acts_for_another_gives_nothing_of_theirs(town: Town) -> None:
    acting = town.neighbour.acting_for(town.volunteer.member_id, uuid.uuid4())
    gift = await town.offered(60)
    with pytest.raises(hours.OwnHandOnly):
        await town.offered(15, by=acting)
    with pytest.raises(hours.OwnHandOnly):
        await hours.withdraw_gift(gift.id, by=acting, at=LATER)
    with pytest.raises(hours.OwnHandOnly):
        await hours.donate(15, by=acting, form_key=uuid.uuid4(), at=NOON)


async def test_kinship_that_ended_ends_what_rests_on_it(town: Town) -> None:
    gift = await town.offered(60)
    kin = await community.kin_of(town.mother.member_id, town.coordinator)
    await community.end_kinship(kin[0].id, why="登记错误", by=town.coordinator)
    with pytest.raises(NotEligible):
        await hours.accept_gift(gift.id, by=town.mother, at=LATER)
    await hours.decline_gift(gift.id, by=town.mother, at=LATER)
    assert await town.saved(town.volunteer) == (600, 0)


async def test_a_form_sent_twice_gives_once(town: Town) -> None:
    key = uuid.uuid4()
    first, again = await town.offered(60, key=key), await town.offered(60, key=key)
    assert first == again
    assert await town.saved(town.volunteer) == (600, 60)
    with pytest.raises(hours.SentBefore):
        await town.offered(90, key=key)
    with pytest.raises(hours.SentBefore):
        await town.offered(60, key=key, to=town.husband)


async def test_a_page_of_giving_shows_both_sides_theirs(town: Town) -> None:
    gift = await town.offered(60)
    mine = await hours.giving(town.volunteer)
    assert [(one.gift.id, one.may_answer, one.may_withdraw) for one in mine.gifts] == [
        (gift.id, False, True)
    ]
    theirs = await hours.giving(town.mother)
    assert [(one.giver_name, one.may_answer, one.may_withdraw) for one in theirs.gifts] == [
        ("李明华", True, False)
    ]
    assert (await hours.giving(town.neighbour)).gifts == ()
    with pytest.raises(hours.UnknownHours):
        await hours.gift_seen(gift.id, town.neighbour)
    assert (await hours.gift_seen(gift.id, town.coordinator)).may_answer
    assert not (await hours.gift_seen(gift.id, town.auditor)).may_answer


# --- donations -----------------------------------------------------------------------------------


async def test_a_donation_is_the_funds_at_once(town: Town) -> None:
    key = uuid.uuid4()
    given = await hours.donate(90, by=town.volunteer, form_key=key, at=NOON)
    assert await hours.donate(90, by=town.volunteer, form_key=key, at=NOON) == given
    assert await town.saved(town.volunteer) == (510, 0)
    assert (await town.relief(), (await town.minutes("donated"))[0]) == (90, 0)
    assert await town.told(town.volunteer) == ["donation.thanks"]
    found = await hours.fund(town.id)
    assert (found.available, found.donated, found.donated_this_month, found.donors) == (
        90,
        90,
        90,
        1,
    )
    with pytest.raises(hours.SentBefore):
        await hours.donate(60, by=town.volunteer, form_key=key, at=NOON)


async def test_what_no_donation_can_be(town: Town) -> None:
    for minutes in (14, 0, 60_001):
        with pytest.raises(hours.InvalidHours):
            await hours.donate(minutes, by=town.volunteer, form_key=uuid.uuid4(), at=NOON)
    with pytest.raises(timebank.NotEnoughMinutes):
        await hours.donate(601, by=town.volunteer, form_key=uuid.uuid4(), at=NOON)
    await town.policy(donations=False)
    with pytest.raises(hours.NoDonations):
        await hours.donate(60, by=town.volunteer, form_key=uuid.uuid4(), at=NOON)
    assert await town.relief() == 0


async def test_a_mistaken_donation_is_given_back_whole(town: Town) -> None:
    given = await hours.donate(90, by=town.volunteer, form_key=uuid.uuid4(), at=NOON)
    for why in ("", "   "):
        with pytest.raises(hours.InvalidHours):
            await hours.reverse_donation(given.id, why=why, by=town.coordinator, at=LATER)
    for by in (town.volunteer, town.treasurer, town.auditor):
        with pytest.raises(hours.NotTheirAct):
            await hours.reverse_donation(given.id, why="多输了一个零", by=by, at=LATER)
    back = await hours.reverse_donation(given.id, why="多输了一个零", by=town.coordinator, at=LATER)
    assert (back.reversed_at, back.reversed_why) == (LATER, "多输了一个零")
    assert await town.saved(town.volunteer) == (600, 0)
    assert await town.relief() == 0
    again = await hours.reverse_donation(given.id, why="x", by=town.coordinator, at=LATER)
    assert again.reversed_why == "多输了一个零"
    found = await hours.fund(town.id)
    assert (found.donated, found.donors) == (0, 0)
    assert (await hours.giving(town.volunteer)).donated == 0


async def test_a_donation_stands_after_its_days_or_once_it_was_used(town: Town) -> None:
    given = await hours.donate(90, by=town.volunteer, form_key=uuid.uuid4(), at=NOON)
    late = NOON + timedelta(days=14, seconds=1)
    with pytest.raises(hours.NotReversible, match="too late"):
        await hours.reverse_donation(given.id, why="x", by=town.coordinator, at=late)
    await town.both_approve(await town.granted(town.mother, 60))
    with pytest.raises(hours.NotReversible, match="spent"):
        await hours.reverse_donation(given.id, why="x", by=town.coordinator, at=LATER)
    assert await town.relief() == 30


async def test_a_coordinator_does_not_give_their_own_back(town: Town) -> None:
    await town.give(town.coordinator, 60)
    given = await hours.donate(60, by=town.coordinator, form_key=uuid.uuid4(), at=NOON)
    with pytest.raises(hours.NotTheirAct):
        await hours.reverse_donation(given.id, why="x", by=town.coordinator, at=LATER)
    await hours.reverse_donation(given.id, why="x", by=town.colleague, at=LATER)


async def test_what_is_above_the_cap_is_thanked_for_as_a_donation(town: Town) -> None:
    await town.policy(cap_minutes=600)
    await town.give(town.mother, 300)
    visit = await _confirmed(town, 60)
    assert await town.saved(town.volunteer) == (600, 0)
    mine = await hours.giving(town.volunteer)
    assert ([one.amount for one in mine.over_cap], mine.donated) == ([60], 60)
    assert mine.donations == ()
    assert (await hours.fund(town.id)).donated == 60
    assert visit.minutes_confirmed == 60


async def _asked(town: Town, minutes: int, *, days: int = 0) -> timebank.Visit:
    starts = NOON + timedelta(days=days, hours=1)
    request = timebank.Request("companionship", starts, minutes, "梧桐里 12 号")
    at = LATER if days else NOON
    return await timebank.ask(request, by=town.mother, form_key=uuid.uuid4(), at=at)


async def _confirmed(town: Town, minutes: int) -> timebank.Visit:
    visit = await _asked(town, minutes)
    starts = visit.starts_at
    await timebank.accept(visit.id, by=town.volunteer, at=NOON)
    code = (await timebank.visit_page(visit.id, town.mother))[0].visit.code
    await timebank.check_in(visit.id, by=town.volunteer, code=code, at=starts)
    await timebank.check_out(visit.id, by=town.volunteer, at=starts + timedelta(minutes=minutes))
    return await timebank.confirm(visit.id, by=town.mother, minutes=minutes, at=LATER)


# --- the relief fund -----------------------------------------------------------------------------


async def test_the_fund_covers_by_rank_until_the_month_is_used(town: Town) -> None:
    await town.fill(10_000)
    cover = {"community_id": town.id, "at": NOON}
    assert await hours.relief_cover(town.mother.member_id, **cover) == 0
    await town.needs(town.mother)
    assert await hours.relief_cover(town.mother.member_id, **cover) == 240
    await town.policy(relief_month_minutes_first=100)
    assert await hours.relief_cover(town.mother.member_id, **cover) == 100
    await hours.remove_needs(town.mother.member_id, by=town.coordinator)
    assert await hours.relief_cover(town.mother.member_id, **cover) == 0


async def test_the_fund_pays_for_visits_booked_in_a_month_and_no_more(town: Town) -> None:
    await town.fill(10_000)
    await town.needs(town.mother)
    await _confirmed(town, 120)
    assert await town.relief() == 9880
    who, cover = town.mother.member_id, {"community_id": town.id}
    assert await hours.relief_cover(who, **cover, at=LATER) == 120
    visit = await _asked(town, 120, days=50)
    await timebank.accept(visit.id, by=town.volunteer, at=LATER)
    assert await town.minutes("relief") == (9880, 120)
    assert await hours.relief_cover(who, **cover, at=LATER) == 0
    with pytest.raises(timebank.NotEnoughMinutes):
        await _asked(town, 30, days=51)
    assert await hours.relief_cover(who, **cover, at=NOON + timedelta(days=31)) == 240
    await timebank.cancel(visit.id, by=town.mother, at=LATER)
    assert await hours.relief_cover(who, **cover, at=LATER) == 120
    assert (await hours.fund(town.id)).visits == 120


async def test_the_last_of_the_fund_is_kept_for_those_who_come_first(town: Town) -> None:
    await town.needs(town.mother)
    await town.needs(town.husband, low_income=True, disability=hours.Disability.SEMI)
    cover = {"community_id": town.id, "at": NOON}
    first, second = town.mother.member_id, town.husband.member_id
    found = []
    for minutes in (100, 500, 50, 350):
        await town.fill(minutes)
        found.append(
            (await hours.relief_cover(first, **cover), await hours.relief_cover(second, **cover))
        )
    assert found == [(100, 0), (240, 0), (240, 50), (240, 120)]


async def test_somebody_turns_eighty_by_the_clock_of_their_community(town: Town) -> None:
    await town.fill(1000)
    born = date(1946, 3, 3)
    who = await community.add_member(
        community_id=town.id, name="周小妹", birth_date=born, roles=(Role.ELDER,)
    )
    actor = Actor(who.id, town.id, who.roles)
    await town.needs(actor)
    just_before = NOON.replace(hour=15, minute=59)  # one minute to midnight in Shanghai
    for at, minutes in ((just_before, 0), (just_before + timedelta(minutes=1), 240)):
        assert await hours.relief_cover(who.id, community_id=town.id, at=at) == minutes


async def test_needs_are_a_coordinator_s_to_enter_and_masked_in_the_trail(town: Town) -> None:
    for by in (town.treasurer, town.mother, town.auditor):
        with pytest.raises(hours.NotTheirAct):
            await town.needs(town.mother, by=by)
    with pytest.raises(hours.NotTheirAct):
        await town.needs(town.coordinator)
    await town.needs(town.mother, evidence="残疾证 320502")
    await town.needs(town.mother, low_income=True, evidence="低保证 888")
    (later, first) = [
        one for one in await community.audit_events(town.id) if one.act == "needs.enter"
    ]
    assert later.details["fields"] == ["low_income", "evidence"]
    for one in (later, first):
        told = repr((one.details, one.before, one.after))
        assert not any(word in told for word in ("320502", "888", "alone", "True"))
    for by, sees in ((town.mother, True), (town.coordinator, True), (town.auditor, True)):
        assert (await hours.needs_of(town.mother.member_id, by) is not None) is sees
    for by in (town.volunteer, town.treasurer, town.neighbour):
        with pytest.raises(hours.UnknownHours):
            await hours.needs_of(town.mother.member_id, by)
    with pytest.raises(hours.NotTheirAct):
        await hours.needs_on_record(town.auditor)


async def test_a_review_that_is_due_is_listed_and_still_counts(town: Town) -> None:
    await town.fill(1000)
    await town.needs(town.mother, review_on=date(2026, 4, 1))
    due = date(2026, 3, 18)
    assert await hours.reviews_due(town.coordinator, on=due - timedelta(days=1)) == []
    (found,) = await hours.reviews_due(town.coordinator, on=due)
    assert found.member_id == town.mother.member_id
    late = NOON + timedelta(days=200)
    assert await hours.relief_cover(town.mother.member_id, community_id=town.id, at=late) == 240
