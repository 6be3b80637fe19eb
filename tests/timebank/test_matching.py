"""Matching on a real street: who is suggested and why, a week matched by the job, offers sent."""

import uuid
from datetime import timedelta

import pytest

import community
import timebank
from community import Role
from tests.timebank.street import NOON, Street
from timebank import State, care, matching
from timebank.matching import About, Limits, Outcome, RunState


async def proposed(street: Street, limits: Limits | None = None) -> matching.Run:
    run = await matching.match_week(
        limits or Limits(), by=street.coordinator, key=uuid.uuid4(), at=NOON
    )
    await matching.match_waiting(at=NOON)
    found, _lines, _names = await matching.match_run(run.id, street.coordinator)
    return found


async def test_the_board_names_the_best_and_says_why(street: Street) -> None:
    visit = await street.asked(starts_at=NOON + timedelta(days=1))
    services = {one.code: one.id for one in await timebank.care_services(street.id)}
    profile = care.Profile(
        skills=frozenset({services["companionship"]}), languages=frozenset({care.Speech.MANDARIN})
    )
    await care.save_profile(profile, by=street.volunteer, at=NOON)
    page = await matching.match_board(street.coordinator, at=NOON)
    (line,) = page.lines
    assert (line.visit.id, line.visit.code, line.elder_name) == (visit.id, "", "陈桂芳")
    assert [one.volunteer_id for one in line.best] == [
        street.volunteer.member_id,
        street.other_volunteer.member_id,
    ]
    abouts = {why.about for why in line.best[0].why}
    assert {About.LIKES, About.SPEAKS, About.UNTOLD, About.LATELY} <= abouts
    assert About.ANY_HELP in {why.about for why in line.best[1].why}


async def test_filters_weeks_and_order(street: Street) -> None:
    near = await street.asked(starts_at=NOON + timedelta(days=1))
    far = await street.asked(starts_at=NOON + timedelta(days=8))
    services = {one.code: one.id for one in await timebank.care_services(street.id)}

    async def shown(**which: object) -> list[uuid.UUID]:
        page = await matching.match_board(street.coordinator, at=NOON, **which)  # type: ignore[arg-type] # the filters
        return [line.visit.id for line in page.lines]

    assert await shown() == [near.id]
    assert await shown(week=1) == [far.id]
    assert await shown(care_service=services["meals"]) == []
    assert await shown(care_service=services["companionship"]) == [near.id]
    assert await shown(grid=uuid.uuid4()) == []
    assert await shown(order=matching.Order.OLDEST, page=99) == [near.id]


async def test_nobody_is_suggested_who_must_not_come(street: Street) -> None:
    """Busy then, an offer that waits, a no to this very request, and one's own visit."""
    at_one = NOON + timedelta(days=1, hours=1)
    first = await street.asked(60, starts_at=at_one)
    await timebank.accept(first.id, by=street.volunteer, at=NOON)
    visit = await street.asked(60, by=street.poor_elder, starts_at=at_one)

    async def who() -> list[uuid.UUID]:
        page = await matching.match_board(street.coordinator, at=NOON)
        return [one.volunteer_id for line in page.lines for one in line.best]

    assert await who() == [street.other_volunteer.member_id]
    await timebank.offer(visit.id, street.other_volunteer.member_id, by=street.coordinator, at=NOON)
    assert await who() == []
    await timebank.decline(visit.id, by=street.other_volunteer, at=NOON)
    assert await who() == []
    await street.grant(street.other_volunteer, 60)
    own = await street.asked(60, by=street.other_volunteer, starts_at=at_one + timedelta(days=1))
    page = await matching.match_board(street.coordinator, at=NOON)
    best = {line.visit.id: line.best for line in page.lines}
    assert [one.volunteer_id for one in best[own.id]] == [street.volunteer.member_id]


async def test_a_volunteer_sees_what_fits_with_reasons_and_takes_it(street: Street) -> None:
    late = await street.asked(60, starts_at=NOON + timedelta(days=3))
    liked = await timebank.ask(
        timebank.Request("meals", NOON + timedelta(days=5), 60, "梧桐里"),
        by=street.elder,
        form_key=uuid.uuid4(),
        at=NOON,
    )
    services = {one.code: one.id for one in await timebank.care_services(street.id)}
    profile = care.Profile(
        skills=frozenset({services["meals"]}), languages=frozenset({care.Speech.MANDARIN})
    )
    await care.save_profile(profile, by=street.volunteer, at=NOON)
    found = await matching.fitting_requests(street.volunteer, at=NOON)
    assert [one.visit.id for one in found] == [liked.id, late.id]
    assert About.LIKES in {why.about for why in found[0].why}
    assert all(not one.visit.code for one in found)
    await timebank.accept(liked.id, by=street.volunteer, at=NOON)
    assert [one.visit.id for one in await matching.fitting_requests(street.volunteer, at=NOON)] == [
        late.id
    ]
    with pytest.raises(timebank.NotYours):
        await matching.fitting_requests(street.elder, at=NOON)


async def test_a_week_is_matched_and_offered_line_by_line(street: Street) -> None:
    one = await street.asked(60, starts_at=NOON + timedelta(days=1))
    other = await street.asked(60, by=street.poor_elder, starts_at=NOON + timedelta(days=1))
    run = await proposed(street)
    assert (run.state, run.requests, run.volunteers, run.proven) == (RunState.DONE, 2, 2, True)
    _run, lines, names = await matching.match_run(run.id, street.coordinator)
    assert {line.visit_id for line, _visit in lines} == {one.id, other.id}
    assert {names[line.volunteer_id] for line, _visit in lines} == {"李明", "周敏"}
    assert all(line.why and line.outcome is Outcome.OPEN for line, _visit in lines)
    # Nobody hears of it before the coordinator says so; one was taken meanwhile.
    given = {line.visit_id: line.volunteer_id for line, _visit in lines}
    taker = next(
        who for who in (street.volunteer, street.other_volunteer) if given[one.id] == who.member_id
    )
    await timebank.accept(one.id, by=taker, at=NOON)
    assert await matching.accept_lines(run.id, None, by=street.coordinator, at=NOON) == (1, 1)
    _run, lines, _names = await matching.match_run(run.id, street.coordinator)
    outcome = {line.visit_id: (line.outcome, line.refusal) for line, _visit in lines}
    assert outcome == {
        one.id: (Outcome.GONE, "AlreadyTaken"),
        other.id: (Outcome.OFFERED, ""),
    }
    offered = {visit.id: visit for _line, visit in lines}[other.id]
    assert (offered.state, offered.volunteer_id) == (State.OFFERED, given[other.id])
    with pytest.raises(matching.NothingChosen):
        await matching.accept_lines(run.id, None, by=street.coordinator, at=NOON)


async def test_only_chosen_lines_are_offered(street: Street) -> None:
    one = await street.asked(60, starts_at=NOON + timedelta(days=1))
    other = await street.asked(60, starts_at=NOON + timedelta(days=2))
    run = await proposed(street)
    with pytest.raises(matching.NothingChosen):
        await matching.accept_lines(run.id, [uuid.uuid4()], by=street.coordinator, at=NOON)
    assert await matching.accept_lines(run.id, [one.id], by=street.coordinator, at=NOON) == (1, 0)
    page = await matching.match_board(street.coordinator, at=NOON)
    assert [line.visit.id for line in page.lines] == [other.id]


async def test_limits_hold_with_what_was_promised_before(street: Street) -> None:
    day = NOON + timedelta(days=1)
    for hours in (0, 2, 4):
        await street.asked(30, starts_at=day + timedelta(hours=hours))
    first = await street.asked(30, starts_at=day + timedelta(hours=6))
    await timebank.accept(first.id, by=street.volunteer, at=NOON)
    run = await proposed(street, Limits(day_most=1, week_most=4))
    _run, lines, _names = await matching.match_run(run.id, street.coordinator)
    assert [line.volunteer_id for line, _visit in lines] == [street.other_volunteer.member_id]


async def test_the_same_form_and_a_second_coordinator_find_the_run_under_way(
    street: Street,
) -> None:
    key = uuid.uuid4()
    first = await matching.match_week(Limits(), by=street.coordinator, key=key, at=NOON)
    again = await matching.match_week(Limits(), by=street.coordinator, key=key, at=NOON)
    other = await matching.match_week(Limits(), by=street.coordinator, key=uuid.uuid4(), at=NOON)
    assert first == again == other
    await matching.match_waiting(at=NOON)
    after = await matching.match_week(Limits(), by=street.coordinator, key=key, at=NOON)
    assert (after.id, after.state, after.requests) == (first.id, RunState.DONE, 0)


async def test_a_run_whose_worker_died_is_taken_up_again_and_given_up_after_three_tries(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await street.asked(60, starts_at=NOON + timedelta(days=1))
    run = await matching.match_week(Limits(), by=street.coordinator, key=uuid.uuid4(), at=NOON)
    monkeypatch.setattr("timebank.matching.solver.SMALL", 0)  # in a program of its own
    with monkeypatch.context() as slow:
        slow.setattr("timebank.matching.solver.SECONDS_MAX", 0)  # the program is killed at once
        for _try in range(2):
            with pytest.raises(Exception, match="not done"):
                await matching.match_waiting(at=NOON)
    assert (await matching.match_runs(street.coordinator))[0].state is RunState.SOLVING
    await matching.match_waiting(at=NOON)
    assert (await matching.match_runs(street.coordinator))[0].state is RunState.DONE
    again = await matching.match_week(Limits(), by=street.coordinator, key=uuid.uuid4(), at=NOON)
    assert again.id != run.id
    monkeypatch.setattr("timebank.matching.solver.SECONDS_MAX", 0)
    for _try in range(3):
        with pytest.raises(Exception, match="not done"):
            await matching.match_waiting(at=NOON)
    failed, _lines, _names = await matching.match_run(again.id, street.coordinator)
    assert failed.state is RunState.FAILED
    assert await matching.match_waiting(at=NOON) == 0


@pytest.mark.parametrize(("day", "week", "field"), [(0, 4, "day_most"), (2, 21, "week_most")])
async def test_limits_out_of_bounds_are_refused(
    street: Street, day: int, week: int, field: str
) -> None:
    with pytest.raises(matching.InvalidLimits) as refused:
        await matching.match_week(
            Limits(day_most=day, week_most=week), by=street.coordinator, key=uuid.uuid4()
        )
    assert refused.value.field == field


async def test_only_the_desk_matches_and_nobody_elses_runs_are_seen(street: Street) -> None:
    run = await proposed(street)
    for who in (street.elder, street.volunteer):
        with pytest.raises(timebank.NotYours):
            await matching.match_board(who, at=NOON)
        with pytest.raises(timebank.NotYours):
            await matching.match_week(Limits(), by=who, key=uuid.uuid4())
        with pytest.raises(timebank.NotYours):
            await matching.match_run(run.id, who)
    stranger = type(street.coordinator)(
        street.coordinator.member_id, uuid.uuid4(), frozenset({Role.COORDINATOR})
    )
    with pytest.raises(matching.UnknownRun):
        await matching.match_run(run.id, stranger)


async def test_old_runs_are_thrown_away_with_their_lines(street: Street) -> None:
    await street.asked(60, starts_at=NOON + timedelta(days=1))
    run = await proposed(street)
    await matching.clear_old_runs(at=NOON + timedelta(days=89))
    await matching.match_run(run.id, street.coordinator)
    await matching.clear_old_runs(at=NOON + timedelta(days=91))
    with pytest.raises(matching.UnknownRun):
        await matching.match_run(run.id, street.coordinator)


async def test_a_volunteer_is_told_of_proposals_and_disappears_from_them(street: Street) -> None:
    await street.asked(60, starts_at=NOON + timedelta(days=1))
    run = await proposed(street)
    _run, ((line, visit),), _names = await matching.match_run(run.id, street.coordinator)
    volunteer = [line.volunteer_id]
    told = await community.read_kept(matching.KEPT, volunteer)
    (record,) = told["suggested"]
    assert (record["outcome"], record["starts_at"]) == ("open", visit.starts_at)
    await matching.forget_suggestions(volunteer, community_id=street.id)
    _run, lines, _names = await matching.match_run(run.id, street.coordinator)
    assert lines == []
