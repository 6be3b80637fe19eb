"""Work for projects on a real database: offered, signed up for, confirmed, called off; refusals."""

from datetime import timedelta
from uuid import uuid4

import pytest

import community
import ledger
from community import Actor, Role
from marketplace import work
from marketplace.work import (
    BusyThen,
    GrantRefused,
    Hours,
    InvalidSlot,
    NoMinutesLeft,
    NotSignedUp,
    NotYourWork,
    NoWorkNow,
    OwnHours,
    PlacesSettled,
    SettledOtherwise,
    SlotFull,
    SlotNotBegun,
    SlotOver,
    SlotState,
    TooLongStated,
    TurnState,
    UnknownSlot,
)
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.meeting_examples import kinds_told
from tests.marketplace.work_examples import (
    BEGINS,
    NOW,
    SLOT,
    THERE,
    adopt,
    offered,
    pledged,
    saved,
    signed,
    stop,
    under_way,
    with_hours,
)


async def hours(home: Neighbourhood, project_id: object) -> Hours:
    return await work.hours_of(project_id, community_id=home.id)  # type: ignore[arg-type] # an id


# --- offering -------------------------------------------------------------------------------------


async def test_who_undertakes_and_coordinators_offer_slots(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await under_way(home)
    key = uuid4()
    for by in (home.residents[0], home.coordinator):
        slot = await work.offer_slot(project.id, SLOT, by=by, id=key, at=NOW)
    assert (slot.id, slot.offered_by) == (key, home.residents[0].member_id)
    assert (slot.free, slot.credit_each, slot.ends_at) == (2, 60, BEGINS + timedelta(hours=1))
    for by in (home.residents[1], home.outsider):
        with pytest.raises(NotYourWork):
            await work.offer_slot(project.id, SLOT, by=by, at=NOW)


async def test_a_delegate_has_no_say(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    for_another = Actor(
        home.residents[0].member_id, home.id, frozenset({Role.RESIDENT}),
        on_behalf_of=home.residents[2].member_id,
    )  # fmt: skip
    with pytest.raises(NotYourWork):
        await work.offer_slot(project.id, SLOT, by=for_another, at=NOW)
    with pytest.raises(NotYourWork):
        await work.sign_up(slot.id, by=for_another, at=NOW)
    with pytest.raises(NotYourWork):
        await work.step_back(slot.id, by=for_another, at=NOW)


async def test_only_a_project_under_way_has_work(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    opened = await home.round()
    waiting = await home.project(opened, "Bench", 300)
    with pytest.raises(NoWorkNow):
        await work.offer_slot(waiting.id, SLOT, by=home.coordinator, at=NOW)
    project = await with_hours(home)
    slot = await offered(home, project)
    await stop(home, project)
    with pytest.raises(NoWorkNow):
        await work.sign_up(slot.id, by=home.residents[1], at=NOW)


async def test_what_no_slot_can_be_and_other_communities(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    project = await with_hours(neighbourhood)
    with pytest.raises(InvalidSlot):
        await offered(neighbourhood, project, minutes=50)
    slot = await offered(neighbourhood, project)
    stranger = elsewhere.residents[0]
    with pytest.raises(UnknownSlot):
        await work.sign_up(slot.id, by=stranger, at=NOW)
    with pytest.raises(UnknownSlot):
        await work.cancel_slot(slot.id, "No.", by=elsewhere.coordinator)
    with pytest.raises(UnknownSlot):
        await work.confirm(slot.id, stranger.member_id, 60, by=elsewhere.coordinator, at=THERE)


# --- signing up -----------------------------------------------------------------------------------


async def test_signing_up_sets_minutes_aside(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home, 150)
    slot = await offered(home, project)
    (turn,) = await signed(slot, home.residents[1])
    assert (await signed(slot, home.residents[1]))[0].id == turn.id
    now = await hours(home, project.id)
    assert (now.received, now.held, now.paid, now.left) == (150, 60, 0, 90)
    await signed(slot, home.residents[2])
    with pytest.raises(SlotFull):
        await work.sign_up(slot.id, by=home.residents[3], at=NOW)
    other = await offered(home, project, starts_at=BEGINS + timedelta(hours=2))
    with pytest.raises(NoMinutesLeft) as refused:
        await work.sign_up(other.id, by=home.residents[3], at=NOW)
    assert (refused.value.available, refused.value.asked) == (30, 60)
    with pytest.raises(SlotOver):
        await work.sign_up(other.id, by=home.residents[3], at=other.starts_at)


async def test_nobody_is_in_two_places(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project, another = await with_hours(home), await with_hours(home)
    first = await offered(home, project)
    overlapping = await offered(home, another, starts_at=BEGINS + timedelta(minutes=45))
    after = await offered(home, another, starts_at=BEGINS + timedelta(minutes=60))
    await signed(first, home.residents[1])
    with pytest.raises(BusyThen):
        await work.sign_up(overlapping.id, by=home.residents[1], at=NOW)
    await signed(after, home.residents[1])
    await work.step_back(first.id, by=home.residents[1], at=NOW)
    await work.step_back(after.id, by=home.residents[1], at=NOW)
    await signed(overlapping, home.residents[1])


async def test_stepping_back_gives_place_and_minutes_back(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project, people=1)
    await signed(slot, home.residents[1])
    for _ in range(2):
        await work.step_back(slot.id, by=home.residents[1], at=NOW)
    assert (await hours(home, project.id)).held == 0
    await signed(slot, home.residents[2])
    await work.step_back(slot.id, by=home.residents[2], at=NOW)
    (again,) = await signed(slot, home.residents[1])
    assert again.state is TurnState.SIGNED
    with pytest.raises(NotSignedUp):
        await work.step_back(slot.id, by=home.residents[3], at=NOW)
    with pytest.raises(SlotOver):
        await work.step_back(slot.id, by=home.residents[1], at=BEGINS)


# --- who came -------------------------------------------------------------------------------------


async def test_real_minutes_pass_and_the_rest_returns(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project, minutes=90)
    one, two = home.residents[1], home.residents[2]
    await signed(slot, one, two)
    for _ in range(2):  # told twice, and 72 counts as 75 both times
        done = await work.confirm(slot.id, one.member_id, 72, by=home.coordinator, at=THERE)
    assert (done.minutes, done.paid, done.settled_by) == (75, 75, home.coordinator.member_id)
    missed = await work.not_there(slot.id, two.member_id, by=home.residents[0], at=THERE)
    assert missed.state is TurnState.NO_SHOW
    assert (await saved(one), await saved(two)) == (75, 0)
    now = await hours(home, project.id)
    assert (now.received, now.held, now.paid, now.left) == (600, 0, 75, 525)
    assert await kinds_told(one) == ["work.confirmed"]
    assert await kinds_told(two) == ["work.missed"]


async def test_an_hour_counts_what_it_counted_when_it_was_offered(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    project = await with_hours(home)
    await adopt(home, credit_per_hour=90, round_up_minutes=1)
    slot = await work.offer_slot(project.id, SLOT, by=home.coordinator, at=NOW + timedelta(days=1))
    assert slot.credit_per_hour == 90
    await signed(slot, home.residents[1])
    assert (await hours(home, project.id)).held == 90
    done = await work.confirm(
        slot.id, home.residents[1].member_id, 41, by=home.coordinator, at=THERE
    )
    assert (done.minutes, done.paid) == (41, 62)  # a begun minute counts


async def test_who_may_say_who_came(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    undertaker, helper = home.residents[0], home.residents[1]
    own, _other = await signed(slot, undertaker, helper)
    assert own.own
    with pytest.raises(OwnHours):
        await work.confirm(slot.id, undertaker.member_id, 60, by=undertaker, at=THERE)
    with pytest.raises(NotYourWork):
        await work.confirm(slot.id, helper.member_id, 60, by=helper, at=THERE)
    with pytest.raises(NotYourWork):
        await work.not_there(slot.id, helper.member_id, by=home.residents[3], at=THERE)
    with pytest.raises(SlotNotBegun):
        await work.confirm(slot.id, helper.member_id, 60, by=undertaker, at=NOW)
    with pytest.raises(TooLongStated):
        await work.confirm(slot.id, helper.member_id, 61, by=undertaker, at=THERE)
    with pytest.raises(NotSignedUp):
        await work.confirm(slot.id, home.residents[4].member_id, 60, by=undertaker, at=THERE)
    await work.confirm(slot.id, undertaker.member_id, 60, by=home.coordinator, at=THERE)
    seen = await work.board(project.id, community_id=home.id, by=None)
    assert seen.own_hours == 60


async def test_what_was_said_of_a_turn_stands(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    one, two = home.residents[1], home.residents[2]
    await signed(slot, one, two)
    await work.confirm(slot.id, one.member_id, 60, by=home.coordinator, at=THERE)
    with pytest.raises(SettledOtherwise):
        await work.confirm(slot.id, one.member_id, 30, by=home.coordinator, at=THERE)
    with pytest.raises(SettledOtherwise):
        await work.not_there(slot.id, one.member_id, by=home.coordinator, at=THERE)
    for _ in range(2):
        await work.not_there(slot.id, two.member_id, by=home.coordinator, at=THERE)
    with pytest.raises(SettledOtherwise):
        await work.confirm(slot.id, two.member_id, 60, by=home.coordinator, at=THERE)
    assert await saved(one) == 60


async def test_minutes_above_what_may_be_saved_go_on(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    one = home.residents[1]
    await signed(slot, one)
    fund = await ledger.open_account(
        community_id=ledger.CommunityId(home.id), kind="relief", unit=ledger.MINUTE
    )

    async def beyond(
        turn: work.Turn, earned: int, *, source: ledger.AccountId
    ) -> tuple[ledger.Leg, ...]:
        assert source
        own = (await ledger.accounts_of(turn.member_id, community_id=ledger.CommunityId(home.id)))[
            0
        ]
        return (
            ledger.Leg.transfer(
                debit=own.id, credit=fund.id, amount=earned - 20, unit=ledger.MINUTE
            ),
        )

    await work.confirm(slot.id, one.member_id, 60, by=home.coordinator, beyond=beyond, at=THERE)
    assert await saved(one) == 20
    assert (await ledger.balance(fund.id)).posted == 40


# --- calling off, granting ------------------------------------------------------------------------


async def test_calling_a_slot_off_tells_and_releases(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    one = home.residents[1]
    await signed(slot, one)
    with pytest.raises(NotYourWork):
        await work.cancel_slot(slot.id, "Rain.", by=one, at=NOW)
    with pytest.raises(InvalidSlot):
        await work.cancel_slot(slot.id, " ", by=home.coordinator, at=NOW)
    for _ in range(2):
        off = await work.cancel_slot(slot.id, "Rain.", by=home.residents[0], at=NOW)
    assert (off.state, off.reason, off.free) == (SlotState.CANCELLED, "Rain.", 0)
    assert (await hours(home, project.id)).held == 0
    assert await kinds_told(one) == ["work.cancelled"]
    with pytest.raises(SlotOver):
        await work.sign_up(slot.id, by=home.residents[2], at=NOW)
    same_time = await offered(home, project)
    await signed(same_time, one)


async def test_a_slot_with_somebody_there_is_not_called_off(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    await work.confirm(slot.id, home.residents[1].member_id, 60, by=home.coordinator, at=THERE)
    with pytest.raises(PlacesSettled):
        await work.cancel_slot(slot.id, "Rain.", by=home.coordinator, at=THERE)


async def test_hours_are_granted_only_as_far_as_the_rules_allow(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    project = await under_way(home)
    with pytest.raises(GrantRefused):
        await work.grant_minutes(project.id, 60, "For the rails.", by=home.coordinator)
    await adopt(home, grant_minutes_max=120)
    key = uuid4()
    for _ in range(2):
        await work.grant_minutes(project.id, 90, "For the rails.", by=home.coordinator, id=key)
    with pytest.raises(GrantRefused) as refused:
        await work.grant_minutes(project.id, 45, "More.", by=home.coordinator)
    assert refused.value.most == 120
    with pytest.raises(NotYourWork):
        await work.grant_minutes(project.id, 15, "More.", by=home.residents[0])
    with pytest.raises(InvalidSlot):
        await work.grant_minutes(project.id, 20, "More.", by=home.coordinator)
    with pytest.raises(InvalidSlot):
        await work.grant_minutes(project.id, 15, "", by=home.coordinator)
    now = await hours(home, project.id)
    assert (now.received, now.granted, now.left) == (90, 90, 90)


async def test_a_coordinator_who_undertakes_grants_nothing(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    await adopt(home, grant_minutes_max=120)
    project = await under_way(home)
    both = Actor(home.residents[0].member_id, home.id, frozenset({Role.RESIDENT, Role.COORDINATOR}))
    with pytest.raises(NotYourWork):
        await work.grant_minutes(project.id, 60, "For us.", by=both)


# --- in time --------------------------------------------------------------------------------------


async def test_reminding_and_asking_happen_once(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project, people=3)
    early, late = home.residents[1], home.residents[2]
    await signed(slot, early)
    day_before = BEGINS - timedelta(hours=20)
    await work.sign_up(slot.id, by=late, at=day_before)
    for _ in range(2):
        await work.remind_of_work(at=day_before)
    assert await kinds_told(early) == ["work.soon"]
    assert await kinds_told(late) == []
    for _ in range(2):
        await work.ask_who_came(at=slot.ends_at)
    assert (await kinds_told(home.residents[0]))[0] == "work.over"
    assert (await kinds_told(home.residents[0])).count("work.over") == 1
    waiting = await work.waiting_slots(home.coordinator, at=THERE)
    assert [one.id for one, _project in waiting] == [slot.id]
    assert await work.waiting_slots(home.residents[0], at=THERE) == waiting
    assert await work.waiting_slots(home.residents[4], at=THERE) == []


async def test_work_ends_with_its_project(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    await stop(home, project)
    await work.end_stopped_work(at=NOW)
    assert (await hours(home, project.id)).held == 0
    assert (await kinds_told(home.residents[1]))[0] == "work.stopped"
    seen = await work.slot_page(
        slot.id, project_id=project.id, community_id=home.id, by=home.coordinator
    )
    assert (seen.slot.state, seen.slot.reason) == (SlotState.CANCELLED, "")


async def test_what_was_done_before_a_stop_still_counts(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    await stop(home, project)
    await work.end_stopped_work(at=THERE)
    await work.confirm(slot.id, home.residents[1].member_id, 60, by=home.coordinator, at=THERE)
    assert await saved(home.residents[1]) == 60


# --- reading --------------------------------------------------------------------------------------


async def test_names_are_for_those_who_look_after_a_slot(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])

    async def seen(by: Actor | None) -> work.SeenSlot:
        return await work.slot_page(slot.id, project_id=project.id, community_id=home.id, by=by)

    assert [name for _turn, name in (await seen(home.coordinator)).turns] == ["Resident 2"]
    assert (await seen(None)).turns == ()
    mine = await seen(home.residents[1])
    assert mine.mine is not None
    assert (mine.turns, mine.runs) == ((), False)
    with pytest.raises(UnknownSlot):
        await work.slot_page(slot.id, project_id=uuid4(), community_id=home.id, by=None)
    assert [one.id for one in await work.slots_to_join(home.id, at=NOW)] == [slot.id]
    assert await work.titles_of_slots([mine.mine.id], community_id=home.id) == {
        mine.mine.id: slot.title
    }


async def test_a_calendar_has_ones_turns_called_off_or_not(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    first = await offered(home, project)
    second = await offered(home, project, starts_at=BEGINS + timedelta(hours=3))
    await signed(first, home.residents[1])
    await signed(second, home.residents[1])
    await work.cancel_slot(second.id, "Rain.", by=home.coordinator, at=NOW)
    found = await work.own_turns(home.residents[1].member_id, community_id=home.id, since=NOW)
    assert [(slot.id, turn.state) for slot, turn in found] == [
        (first.id, TurnState.SIGNED),
        (second.id, TurnState.CANCELLED),
    ]


# --- people who leave or are merged ---------------------------------------------------------------


async def test_who_leaves_gives_turns_to_come_back(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    over = await offered(home, project, starts_at=NOW + timedelta(hours=1))
    ahead = await offered(home, project)
    await signed(over, home.residents[1])
    await signed(ahead, home.residents[1])
    await work.leave_work(
        [home.residents[1].member_id], community_id=home.id, at=NOW + timedelta(hours=2)
    )
    assert (await hours(home, project.id)).held == over.credit_each


async def test_a_merge_hands_turns_on_with_their_minutes(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    both = await offered(home, project, starts_at=BEGINS + timedelta(hours=3))
    other, survivor = home.residents[1], home.residents[2]
    await signed(slot, other)
    await signed(both, other, survivor)
    async with ledger.transaction():
        await work.take_over_work(
            other.member_id, survivor.member_id, by=community.system(home.id), at=NOW
        )
    assert (await hours(home, project.id)).held == 120
    await work.confirm(slot.id, survivor.member_id, 60, by=home.coordinator, at=THERE)
    assert (await saved(survivor), await saved(other)) == (60, 0)
    with pytest.raises(NotSignedUp):
        await work.confirm(slot.id, other.member_id, 60, by=home.coordinator, at=THERE)


async def test_pledges_that_come_later_can_be_promised(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await under_way(home)
    slot = await offered(home, project)
    with pytest.raises(NoMinutesLeft):
        await work.sign_up(slot.id, by=home.residents[1], at=NOW)
    await pledged(home, project, 60)
    await signed(slot, home.residents[1])
