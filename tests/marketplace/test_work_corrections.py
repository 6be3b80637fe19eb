"""What was written down wrongly about help is corrected: in the book, in words, and only once."""

import dataclasses
import uuid

import pytest
from piccolo.engine.base import Engine

import ledger
from app.project_hours import within_the_caps
from community import Role
from marketplace import work
from marketplace.money import MEMBER, PROJECT_ACCOUNT, minute_account
from marketplace.values import Project
from marketplace.work import Slot, TurnState
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import kinds_told
from tests.marketplace.work_examples import THERE, adopt, offered, saved, signed, with_hours
from timebank.policy import SETTINGS as TIME_BANK

WHY = "She left after half an hour."


async def came(home: Neighbourhood, minutes: int = 60) -> tuple[Project, Slot]:
    """Let the second resident have helped for so long, as the undertaker wrote down."""
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    await work.confirm(
        slot.id, home.residents[1].member_id, minutes, by=home.residents[0], at=THERE
    )
    return project, slot


async def paid(home: Neighbourhood, project: Project) -> tuple[int, int, int]:
    found = await work.hours_of(project.id, community_id=home.id)
    return found.received, found.paid, found.held


async def test_less_more_none_and_again(neighbourhood: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    project, slot = await came(home)
    for minutes, kept in ((30, 30), (45, 45), (None, 0), (60, 60), (None, 0)):
        turn = await work.correct(
            slot.id, one.member_id, minutes, WHY, by=home.coordinator, at=THERE
        )
        assert turn.state is (TurnState.CAME if minutes else TurnState.NO_SHOW)
        assert await saved(one) == kept
        assert await paid(home, project) == (600, kept, 0)
        assert not (await ledger.verify()).findings
    told = await work.corrections_in(slot)
    assert [(each.was_minutes, each.minutes) for each in told] == [
        (60, 30), (30, 45), (45, None), (None, 60), (60, None),
    ]  # fmt: skip
    assert {each.why for each in told} == {WHY}
    assert (await kinds_told(one)).count("work.corrected") == 5


async def test_a_wrong_no_show_becomes_help(neighbourhood: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    project = await with_hours(home, 60)
    slot = await offered(home, project)
    await signed(slot, one)
    await work.not_there(slot.id, one.member_id, by=home.residents[0], at=THERE)
    await work.correct(slot.id, one.member_id, 60, "She was.", by=home.coordinator, at=THERE)
    assert await saved(one) == 60
    with pytest.raises(work.NothingToCorrect):
        await work.correct(slot.id, one.member_id, 60, "Again.", by=home.coordinator, at=THERE)


async def test_what_the_project_cannot_pay_is_refused(neighbourhood: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    project = await with_hours(home, 60)
    slot = await offered(home, project)
    await signed(slot, one)
    await work.not_there(slot.id, one.member_id, by=home.residents[0], at=THERE)
    await signed(await offered(home, project), home.residents[2])
    with pytest.raises(work.NoMinutesLeft):
        await work.correct(slot.id, one.member_id, 60, "She was.", by=home.coordinator, at=THERE)
    assert await work.corrections_in(slot) == []
    assert await saved(one) == 0


async def test_what_was_spent_is_not_taken_back_and_a_part_can_be(
    neighbourhood: Neighbourhood,
) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    _project, slot = await came(home)
    await ledger.transfer(
        debit=await minute_account(MEMBER, one.member_id, community_id=home.id),
        credit=await minute_account(MEMBER, home.residents[3].member_id, community_id=home.id),
        amount=ledger.Minutes(40),
        unit=ledger.MINUTE,
        origin=ledger.Origin(
            ledger.CommunityId(home.id), ledger.Event("gift", uuid.uuid4()), one.member_id
        ),
    )
    with pytest.raises(work.SpentAlready):
        await work.correct(slot.id, one.member_id, None, WHY, by=home.coordinator, at=THERE)
    assert await saved(one) == 20
    await work.correct(slot.id, one.member_id, 45, WHY, by=home.coordinator, at=THERE)
    assert await saved(one) == 5


async def test_the_same_correction_again_changes_nothing(neighbourhood: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    _project, slot = await came(home)
    for _twice in range(2):
        await work.correct(slot.id, one.member_id, 30, WHY, by=home.coordinator, at=THERE)
    assert len(await work.corrections_in(slot)) == 1
    assert await saved(one) == 30


async def test_who_does_not_correct(neighbourhood: Neighbourhood, elsewhere: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    _project, slot = await came(home)
    own = dataclasses.replace(one, roles=one.roles | {Role.COORDINATOR})
    hand = home.residents[0]
    coordinating = dataclasses.replace(hand, roles=hand.roles | {Role.COORDINATOR})
    behalf = dataclasses.replace(
        home.coordinator, on_behalf_of=one.member_id, consent_id=uuid.uuid4()
    )
    for by, refusal in (
        (one, work.NotYourWork),
        (hand, work.NotYourWork),
        (coordinating, work.NotYourWork),
        (behalf, work.NotYourWork),
        (own, work.OwnHours),
        (elsewhere.coordinator, work.UnknownSlot),
    ):
        with pytest.raises(refusal):
            await work.correct(slot.id, one.member_id, 30, WHY, by=by, at=THERE)
    with pytest.raises(work.NotSignedUp):
        await work.correct(slot.id, hand.member_id, 30, WHY, by=home.coordinator, at=THERE)
    for minutes in (-5, 0, 61, 2**70):
        with pytest.raises(work.TooLongStated):
            await work.correct(slot.id, one.member_id, minutes, WHY, by=home.coordinator, at=THERE)
    for why in (" ", "x" * 301):
        with pytest.raises(work.InvalidSlot):
            await work.correct(slot.id, one.member_id, 30, why, by=home.coordinator, at=THERE)
    assert await saved(one) == 60


async def test_what_nobody_wrote_down_is_not_corrected(neighbourhood: Neighbourhood) -> None:
    home, one = neighbourhood, neighbourhood.residents[1]
    slot = await offered(home, await with_hours(home))
    await signed(slot, one)
    with pytest.raises(work.NothingToCorrect):
        await work.correct(slot.id, one.member_id, 30, WHY, by=home.coordinator, at=THERE)


async def test_the_tables_keep_what_was_settled_but_for_a_correction(
    neighbourhood: Neighbourhood, database: Engine
) -> None:
    home = neighbourhood
    _project, slot = await came(home)
    for statement in (
        "UPDATE work_turn SET minutes = 5, paid = 5 WHERE slot_id = $1",
        "UPDATE work_turn SET settled_by = gen_random_uuid() WHERE slot_id = $1",
    ):
        with pytest.raises(Exception, match="not rewritten"):
            await database._run_in_new_connection(statement, [slot.id])  # noqa: SLF001 (straight at the tables)


async def test_what_was_above_a_cap_comes_back_first(neighbourhood: Neighbourhood) -> None:
    """With the time bank's limits: what went on to the community is taken back from there."""
    home = neighbourhood
    await adopt(home, "time_bank", settings_of=TIME_BANK, cap_minutes=40)
    one = home.residents[1]
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, one)
    by, told = home.coordinator, (slot.id, one.member_id)
    await work.confirm(*told, 60, by=by, beyond=within_the_caps, at=THERE)
    assert await saved(one) == 40
    for minutes, kept, left in ((15, 15, 585), (50, 40, 550), (None, 0, 600)):
        await work.correct(*told, minutes, WHY, by=by, beyond=within_the_caps, at=THERE)
        assert await saved(one) == kept
        account = await minute_account(PROJECT_ACCOUNT, project.id, community_id=home.id)
        assert (await ledger.balance(account)).posted == left
        assert not (await ledger.verify()).findings
