"""The verbs of a visit on a real database: what each does, and every way it is refused."""

import uuid
from datetime import timedelta

import asyncpg
import pytest

import community
import ledger
import timebank
from app.database import Engine
from community import Actor, Role
from tests.timebank.street import NOON, Street, open_street
from timebank import Request, State


async def test_booking_sets_the_minutes_aside(street: Street) -> None:
    visit = await street.asked(120)
    assert visit.state is State.REQUESTED
    assert await street.minutes(street.elder) == [(300, 0)]
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    assert await street.minutes(street.elder) == [(300, 120)]
    account = await timebank.member_account(street.elder.member_id, community_id=street.id)
    (hold, *_) = (await ledger.statement(account, kinds=tuple(ledger.Kind))).entries
    assert (hold.transfer.kind, hold.transfer.amount) == ("hold", 120)
    assert hold.transfer.actor == street.volunteer.member_id
    assert hold.transfer.event == ledger.Event("visit", visit.id)


async def test_asking_for_more_than_saved_is_refused_and_leaves_nothing(street: Street) -> None:
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await street.asked(75, by=street.poor_elder)
    assert (refused.value.available, refused.value.asked) == (60, 75)
    assert await timebank.my_visits(street.poor_elder) == []
    assert await street.minutes(street.poor_elder) == [(60, 0)]
    acts = [event.act for event in await community.audit_events(street.id)]
    assert "visit.ask" not in acts


@pytest.mark.parametrize("booked", [False, True])
async def test_what_is_asked_for_or_set_aside_cannot_be_spent_again(
    street: Street, *, booked: bool
) -> None:
    visit = await street.asked(240)
    if booked:
        await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await street.asked(75, starts_at=NOON + timedelta(days=1))
    assert refused.value.available == 60
    await street.asked(60, starts_at=NOON + timedelta(days=1))
    assert await street.minutes(street.elder) == [(300, 240 if booked else 0)]


async def test_who_spent_the_minutes_meanwhile_is_not_booked(street: Street) -> None:
    visit = await street.asked(60, by=street.poor_elder)
    account = await timebank.member_account(street.poor_elder.member_id, community_id=street.id)
    other = await timebank.member_account(street.elder.member_id, community_id=street.id)
    await ledger.transfer(
        debit=account,
        credit=other,
        amount=5,
        unit=ledger.MINUTE,
        origin=ledger.Origin(
            ledger.CommunityId(street.id),
            ledger.Event("test", uuid.uuid4()),
            street.coordinator.member_id,
        ),
    )
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    assert (refused.value.available, refused.value.asked) == (55, 60)
    stands = (await timebank.visit_page(visit.id, street.poor_elder))[0].visit
    assert (stands.state, stands.volunteer_id) == (State.REQUESTED, None)
    again = await street.asked(60)
    assert (await timebank.accept(again.id, by=street.volunteer, at=NOON)).state is State.BOOKED


async def test_only_an_elder_asks_for_what_the_catalogue_has(street: Street) -> None:
    with pytest.raises(timebank.NotYours):
        await street.asked(by=street.volunteer)
    request = Request("gardening", NOON + timedelta(hours=1), 60, "梧桐里")
    with pytest.raises(timebank.UnknownCareService):
        await timebank.ask(request, by=street.elder, form_key=uuid.uuid4(), at=NOON)
    with pytest.raises(timebank.InvalidRequest):
        await street.asked(50)
    assert await street.minutes(street.elder) == [(300, 0)]


async def test_one_form_sent_twice_asks_once(street: Street) -> None:
    key = uuid.uuid4()
    first = await street.asked(form_key=key)
    assert await street.asked(form_key=key) == first
    with pytest.raises(timebank.AlreadyAsked) as refused:
        await street.asked(60, form_key=key)
    assert refused.value.visit == first.id
    assert len(await timebank.my_visits(street.elder)) == 1


async def test_going_back_and_asking_anew_asks_once(street: Street) -> None:
    first = await street.booked(120)
    with pytest.raises(timebank.AlreadyAsked) as refused:
        await street.asked(120)
    assert refused.value.visit == first.id
    assert await street.minutes(street.elder) == [(300, 120)]
    await timebank.cancel(first.id, by=street.elder)
    again = await street.asked(120)
    assert again.id != first.id


async def test_one_key_of_two_elders_are_two_visits(street: Street) -> None:
    key = uuid.uuid4()
    await street.asked(60, form_key=key)
    await street.asked(60, form_key=key, by=street.poor_elder)
    for elder in (street.elder, street.poor_elder):
        assert len(await timebank.my_visits(elder)) == 1


async def test_accepting_takes_the_visit_and_the_quarters(street: Street) -> None:
    visit = await street.booked()
    assert (visit.state, visit.volunteer_id) == (State.BOOKED, street.volunteer.member_id)
    assert await timebank.accept(visit.id, by=street.volunteer, at=NOON) == visit
    with pytest.raises(timebank.AlreadyTaken):
        await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)


async def test_nobody_accepts_their_own_or_without_being_a_volunteer(street: Street) -> None:
    await street.grant(street.other_volunteer, 60)
    own = await street.asked(60, by=street.other_volunteer)
    with pytest.raises(timebank.OwnVisit):
        await timebank.accept(own.id, by=street.other_volunteer, at=NOON)
    with pytest.raises(timebank.NotYours):
        await timebank.accept(own.id, by=street.elder, at=NOON)
    with pytest.raises(timebank.TooLate):
        await timebank.accept(own.id, by=street.volunteer, at=own.starts_at)
    with pytest.raises(timebank.UnknownVisit):
        await timebank.accept(uuid.uuid4(), by=street.volunteer, at=NOON)


@pytest.mark.parametrize(
    ("minutes_later", "clash"), [(0, True), (105, True), (120, False), (-60, False), (-45, True)]
)
async def test_nobody_is_in_two_places(street: Street, minutes_later: int, *, clash: bool) -> None:
    first = await street.booked(120)
    begins = first.starts_at + timedelta(minutes=minutes_later)
    second = await street.asked(60, by=street.poor_elder, starts_at=begins)
    board = {one.visit.id: one.free_then for one in await _board(street)}
    assert board.get(second.id, False) == (not clash)
    accepting = timebank.accept(second.id, by=street.volunteer, at=NOON - timedelta(hours=3))
    if clash:
        with pytest.raises(timebank.BusyThen):
            await accepting
        stands = (await timebank.visit_page(second.id, street.poor_elder))[0].visit
        assert stands.state is State.REQUESTED
        accepting = timebank.accept(
            second.id, by=street.other_volunteer, at=NOON - timedelta(hours=3)
        )
    assert (await accepting).state is State.BOOKED


async def _board(street: Street) -> list[timebank.OpenRequest]:
    return await timebank.open_requests(street.volunteer, at=NOON - timedelta(hours=3))


async def test_giving_a_visit_back_opens_it_again(street: Street) -> None:
    visit = await street.booked()
    with pytest.raises(timebank.NotYours):
        await timebank.withdraw(visit.id, by=street.other_volunteer, at=NOON)
    opened = await timebank.withdraw(visit.id, by=street.volunteer, at=NOON)
    assert (opened.state, opened.volunteer_id) == (State.REQUESTED, None)
    assert await street.minutes(street.elder) == [(300, 0)]
    taken = await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)
    assert await street.minutes(street.elder) == [(300, 120)]
    assert taken.volunteer_id == street.other_volunteer.member_id
    other = await street.asked(60, by=street.poor_elder)
    assert (await timebank.accept(other.id, by=street.volunteer, at=NOON)).state is State.BOOKED


async def test_checking_in_needs_the_elders_code(street: Street) -> None:
    visit = await street.booked()
    assert visit.volunteer_id is not None
    seen = (await timebank.visit_page(visit.id, street.volunteer))[0].visit
    assert seen.code == ""
    code = (await timebank.visit_page(visit.id, street.elder))[0].visit.code
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    with pytest.raises(timebank.WrongCode):
        await timebank.check_in(visit.id, by=street.volunteer, code=wrong, at=visit.starts_at)
    early = visit.starts_at - timedelta(minutes=31)
    with pytest.raises(timebank.TooEarly):
        await timebank.check_in(visit.id, by=street.volunteer, code=code, at=early)
    with pytest.raises(timebank.NotYours):
        await timebank.check_in(visit.id, by=street.elder, code=code, at=visit.starts_at)
    begun = await timebank.check_in(visit.id, by=street.volunteer, code=code, at=visit.starts_at)
    assert begun.state is State.UNDER_WAY
    again = await timebank.check_in(visit.id, by=street.volunteer, code=code, at=visit.ends_at)
    assert again.checked_in_at == visit.starts_at


async def test_the_clock_measures_and_the_volunteer_may_say_less(street: Street) -> None:
    visit = await street.under_way()
    after = visit.starts_at + timedelta(minutes=118)
    with pytest.raises(timebank.TooManyStated):
        await timebank.check_out(visit.id, by=street.volunteer, stated=125, at=after)
    with pytest.raises(timebank.NotYours):
        await timebank.check_out(visit.id, by=street.elder, at=after)
    ended = await timebank.check_out(visit.id, by=street.volunteer, stated=93, at=after)
    assert (ended.state, ended.minutes_measured) == (State.FINISHED, 95)
    again = await timebank.check_out(visit.id, by=street.volunteer, stated=60, at=after)
    assert again.minutes_measured == 95
    assert await street.minutes(street.elder, street.volunteer) == [(300, 120), (0, 0)]


async def test_confirming_passes_the_minutes_and_returns_the_rest(street: Street) -> None:
    visit = await street.finished(120, taken=95)
    closed = await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert (closed.state, closed.minutes_confirmed) == (State.CONFIRMED, 95)
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]
    legs = await ledger.journal(ledger.JournalId(visit.post_id))
    assert [(leg.kind, leg.amount) for leg in legs] == [("post", 95), ("transfer", 95)]


async def test_confirming_twice_passes_the_minutes_once(street: Street) -> None:
    visit = await street.finished()
    closed = await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert await timebank.confirm(visit.id, by=street.elder, minutes=95) == closed
    with pytest.raises(timebank.WrongState):
        await timebank.confirm(visit.id, by=street.elder, minutes=90)
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


async def test_the_volunteer_never_confirms_own_hours(street: Street) -> None:
    visit = await street.finished()
    for other in (street.volunteer, street.other_volunteer, street.coordinator):
        with pytest.raises(timebank.NotYours):
            await timebank.confirm(visit.id, by=other, minutes=95)
    assert await street.minutes(street.elder, street.volunteer) == [(300, 120), (0, 0)]


async def test_nothing_is_confirmed_before_it_is_finished(street: Street) -> None:
    visit = await street.under_way()
    with pytest.raises(timebank.WrongState):
        await timebank.confirm(visit.id, by=street.elder, minutes=95)


async def test_more_than_was_set_aside_needs_the_word_and_the_minutes(street: Street) -> None:
    visit = await street.finished(120, taken=130)
    with pytest.raises(timebank.NeedsWord):
        await timebank.confirm(visit.id, by=street.elder, minutes=130)
    with pytest.raises(timebank.OutOfRange):
        await timebank.confirm(visit.id, by=street.elder, minutes=135, word=True)
    with pytest.raises(timebank.OutOfRange):
        await timebank.confirm(visit.id, by=street.elder, minutes=115)
    closed = await timebank.confirm(visit.id, by=street.elder, minutes=130, word=True)
    assert closed.minutes_confirmed == 130
    assert await street.minutes(street.elder, street.volunteer) == [(170, 0), (130, 0)]
    legs = await ledger.journal(ledger.JournalId(visit.post_id))
    assert [(leg.kind, leg.amount) for leg in legs] == [
        ("post", 120), ("transfer", 10), ("transfer", 130)
    ]  # fmt: skip


async def test_the_word_alone_is_not_enough_without_the_minutes(street: Street) -> None:
    visit = await timebank.accept(
        (await street.asked(60, by=street.poor_elder)).id, by=street.volunteer, at=NOON
    )
    code = (await timebank.visit_page(visit.id, street.poor_elder))[0].visit.code
    await timebank.check_in(visit.id, by=street.volunteer, code=code, at=visit.starts_at)
    end = visit.starts_at + timedelta(minutes=80)
    await timebank.check_out(visit.id, by=street.volunteer, at=end)
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await timebank.confirm(visit.id, by=street.poor_elder, minutes=80, word=True)
    assert refused.value.asked == 20
    stands = (await timebank.visit_page(visit.id, street.poor_elder))[0].visit
    assert stands.state is State.FINISHED
    await timebank.confirm(visit.id, by=street.poor_elder, minutes=60)
    assert await street.minutes(street.poor_elder, street.volunteer) == [(0, 0), (60, 0)]


async def test_cancelling_returns_everything_and_frees_the_volunteer(street: Street) -> None:
    visit = await street.booked()
    with pytest.raises(timebank.NotYours):
        await timebank.cancel(visit.id, by=street.volunteer)
    gone = await timebank.cancel(visit.id, by=street.elder, reason="改天再说")
    assert gone.state is State.CANCELLED
    assert (await timebank.cancel(visit.id, by=street.elder)).state is State.CANCELLED
    assert await street.minutes(street.elder) == [(300, 0)]
    other = await street.asked(60, by=street.poor_elder)
    await timebank.accept(other.id, by=street.volunteer, at=NOON)
    with pytest.raises(timebank.AlreadyTaken):
        await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)


async def test_after_check_in_only_a_coordinator_cancels(street: Street) -> None:
    visit = await street.finished()
    with pytest.raises(timebank.WrongState):
        await timebank.cancel(visit.id, by=street.elder)
    await timebank.cancel(visit.id, by=street.coordinator, reason="登记错误")
    assert await street.minutes(street.elder, street.volunteer) == [(300, 0), (0, 0)]
    with pytest.raises(timebank.WrongState):
        await timebank.confirm(visit.id, by=street.elder, minutes=95)


async def test_what_is_confirmed_stays(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    for by in (street.elder, street.coordinator):
        with pytest.raises(timebank.WrongState):
            await timebank.cancel(visit.id, by=by)


async def test_every_step_is_in_the_history_and_the_audit_trail(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    _, steps = await timebank.visit_page(visit.id, street.elder)
    assert [(step.state.value, step.actor_name, step.minutes) for step in steps] == [
        ("requested", "陈桂芳", 120),
        ("booked", "李明", None),
        ("under_way", "李明", None),
        ("finished", "李明", 95),
        ("confirmed", "陈桂芳", 95),
    ]
    events = await community.audit_events(street.id, size=5)
    acts = ["visit.confirm", "visit.check_out", "visit.check_in", "visit.accept", "visit.ask"]
    assert [event.act for event in events] == acts


async def test_another_community_sees_and_touches_nothing(street: Street) -> None:
    visit = await street.asked()
    elsewhere = await open_street()
    for verb in (
        timebank.accept(visit.id, by=elsewhere.volunteer, at=NOON),
        timebank.cancel(visit.id, by=elsewhere.coordinator),
        timebank.visit_page(visit.id, elsewhere.coordinator),
    ):
        with pytest.raises(timebank.UnknownVisit):
            await verb
    assert await timebank.open_requests(elsewhere.volunteer, at=NOON) == []
    stranger = Actor(street.elder.member_id, elsewhere.id, frozenset({Role.ELDER}))
    assert await timebank.my_visits(stranger) == []


async def test_the_board_shows_what_this_volunteer_could_take(street: Street) -> None:
    later = await street.asked(60, starts_at=NOON + timedelta(days=1))
    sooner = await street.asked(60)
    (first, second) = await timebank.open_requests(street.volunteer, at=NOON)
    assert [first.visit.id, second.visit.id] == [sooner.id, later.id]
    assert first.visit.code == ""
    assert first.elder_name == "陈桂芳"
    assert len(await timebank.open_requests(street.volunteer, at=sooner.starts_at)) == 1
    with pytest.raises(timebank.NotYours):
        await timebank.open_requests(street.elder, at=NOON)


async def test_who_may_look_at_a_visit(street: Street) -> None:
    visit = await street.booked()
    for member in (street.elder, street.volunteer, street.coordinator):
        assert (await timebank.visit_page(visit.id, member))[0].visit.id == visit.id
    for member in (street.other_volunteer, street.poor_elder):
        with pytest.raises(timebank.NotYours):
            await timebank.visit_page(visit.id, member)


async def test_the_passbooks_tell_the_story_to_both(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    elder = await timebank.passbook(street.elder)
    assert [
        (line.kind, line.change, line.balance, line.returned, line.other_name)
        for line in elder.lines
    ] == [("visit", -95, 205, 25, "李明"), ("opening_grant", 300, 300, 0, "")]
    (line,) = (await timebank.passbook(street.volunteer)).lines
    assert (line.change, line.balance, line.other_name) == (95, 95, "陈桂芳")
    assert line.visit is not None
    assert line.visit.code == ""
    nobody = await timebank.passbook(street.coordinator)
    assert (nobody.lines, nobody.balance.posted, nobody.older) == ((), 0, None)


async def test_a_long_passbook_turns_its_pages(street: Street) -> None:
    account = await timebank.member_account(street.elder.member_id, community_id=street.id)
    other = await timebank.member_account(street.poor_elder.member_id, community_id=street.id)
    for number in range(24):
        await ledger.transfer(
            debit=account if number % 2 else other,
            credit=other if number % 2 else account,
            amount=5,
            unit=ledger.MINUTE,
            origin=ledger.Origin(
                ledger.CommunityId(street.id),
                ledger.Event("test", uuid.uuid4()),
                street.coordinator.member_id,
            ),
        )
    first = await timebank.passbook(street.elder)
    assert first.older is not None
    rest = await timebank.passbook(street.elder, page=first.older)
    assert (len(first.lines), len(rest.lines), rest.older) == (20, 5, None)


async def test_opening_the_time_bank_again_changes_nothing(street: Street) -> None:
    before = await timebank.care_services(street.id)
    await timebank.open_time_bank(street.id)
    assert await timebank.care_services(street.id) == before
    assert len(before) == 12
    assert before[0].name("zh") == "助餐"
    assert before[0].name("en") == "Meals"


async def test_an_opening_grant_is_given_once(street: Street) -> None:
    await timebank.opening_grant(street.elder.member_id, 300, community_id=street.id)
    with pytest.raises(ledger.KeyReused):
        await timebank.opening_grant(street.elder.member_id, 301, community_id=street.id)
    with pytest.raises(timebank.InvalidRequest):
        await timebank.opening_grant(street.volunteer.member_id, 0, community_id=street.id)
    assert await street.minutes(street.elder) == [(300, 0)]


async def test_the_last_place_is_remembered(street: Street) -> None:
    assert await timebank.last_place(street.elder) == ""
    await street.asked(60, place="桃花坞 3 号")
    assert await timebank.last_place(street.elder) == "桃花坞 3 号"


async def test_the_figures_of_a_community(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert await timebank.given_and_waiting(street.id) == (1, 95, 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE visit_history SET minutes = 1",
        "DELETE FROM visit_history",
        "TRUNCATE visit_history",
        "DELETE FROM visit",
        "UPDATE visit SET minutes_booked = 15",
        "UPDATE visit SET elder_id = id",
        "UPDATE visit SET credit_per_hour = 600",
        "UPDATE visit_hold SET minutes = 1",
        "UPDATE visit_hold SET account = visit_id",
    ],
)
async def test_the_app_cannot_edit_what_was_agreed(
    database: Engine, street: Street, sql: str
) -> None:
    await street.asked()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool(sql)  # noqa: SLF001 (any statement, as the app's role)


@pytest.mark.parametrize("sql", ["UPDATE visit_history SET minutes = 1", "TRUNCATE visit_history"])
async def test_nor_can_the_owner_by_mistake(
    owner: asyncpg.Connection, street: Street, sql: str
) -> None:
    await street.asked()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
        await owner.execute(sql)
