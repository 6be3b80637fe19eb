"""Needs on a real database: what each verb does, whom it tells, and what it refuses."""

import dataclasses
import uuid

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import community
from community import Actor, Role
from marketplace import needs
from marketplace.errors import NotACoordinator, NotAResident, TooLong, WordsMissing
from marketplace.needs import Need, NeedCategory, NeedDraft, NeedState, Order, Search
from tests.marketplace.conftest import Neighbourhood, actor
from tests.marketplace.need_examples import (
    BENCH,
    on_the_phone,
    operator,
    put,
    raised,
    seconded,
)


async def told(who: Actor) -> list[str]:
    """Return the kinds of messages that somebody has, the newest first."""
    return [one.kind for one in await community.inbox(who.member_id, community_id=who.community_id)]


async def acts(need: Need) -> list[str]:
    """Return what the trail says of a need, the oldest first."""
    found = await community.audit_events(need.community_id)
    return [one.act for one in reversed(found) if one.subject_id == need.id]


async def test_a_need_is_raised_once_however_often_its_form_comes(
    neighbourhood: Neighbourhood,
) -> None:
    key, author = uuid.uuid4(), neighbourhood.residents[0]
    first = await needs.raise_need(BENCH, by=author, id=key, photo=b"jpeg")
    other = dataclasses.replace(BENCH, title="Something else")
    again = await needs.raise_need(other, by=author, id=key)
    assert first == again
    assert (first.state, first.version, first.title) == (NeedState.RAISED, 1, BENCH.title)
    assert await needs.authors(first.id) == [author.member_id]
    assert await needs.has_photo(first.id)
    assert [one.state for one in await needs.moves(key, community_id=neighbourhood.id)] == [
        NeedState.RAISED
    ]
    with pytest.raises(needs.FormReused):
        await needs.raise_need(BENCH, by=neighbourhood.residents[1], id=key)
    assert await acts(first) == ["need.raise"]


async def test_what_cannot_be_raised(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    author = neighbourhood.residents[0]
    for wrong, refusal in (
        (dataclasses.replace(BENCH, title=" "), WordsMissing),
        (dataclasses.replace(BENCH, story="x" * 2001), TooLong),
        (dataclasses.replace(BENCH, category="nonsense"), needs.UnknownCategory),
        (dataclasses.replace(BENCH, area_id=elsewhere.id), needs.UnknownPlace),
        (dataclasses.replace(BENCH, area_id=uuid.uuid4()), needs.UnknownPlace),
    ):
        with pytest.raises(refusal):
            await needs.raise_need(wrong, by=author)
    with pytest.raises(NotAResident):
        await needs.raise_need(BENCH, by=neighbourhood.outsider)
    with pytest.raises(needs.BadPhoto):
        await needs.raise_need(BENCH, by=author, photo=b"x" * (1024 * 1024 + 1))
    for_another = dataclasses.replace(author, on_behalf_of=neighbourhood.residents[1].member_id)
    with pytest.raises(needs.NotForAnother):
        await needs.raise_need(BENCH, by=for_another)
    assert await needs.count_needs(Search(), community_id=neighbourhood.id) == 0


async def test_seconds_count_once_and_move_a_need_on(neighbourhood: Neighbourhood) -> None:
    need = await raised(neighbourhood)
    author, *others = neighbourhood.residents
    with pytest.raises(needs.OwnNeed):
        await needs.second_need(need.id, by=author)
    with pytest.raises(NotAResident):
        await needs.second_need(need.id, by=neighbourhood.outsider)
    for one in others[:4]:
        await needs.second_need(need.id, by=one)
        assert (await needs.second_need(need.id, by=one)).state is NeedState.RAISED
    assert await needs.count_seconds(need.id) == 4
    await needs.take_back_second(need.id, by=others[0])
    await needs.take_back_second(need.id, by=others[0])
    assert await needs.count_seconds(need.id) == 3
    await needs.second_need(need.id, by=others[0])
    assert (await needs.second_need(need.id, by=others[4])).state is NeedState.SECONDED
    assert "need.seconded" in await told(author)
    assert "need.seconded" in await told(others[1])
    assert "need.seconded" not in await told(others[4]), "whoever did it knows"
    await needs.take_back_second(need.id, by=others[0])
    now = await needs.read_need(need.id, community_id=neighbourhood.id)
    assert now.state is NeedState.SECONDED, "what waits for its screening goes on waiting"


async def test_needs_stay_in_their_community(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    need, stranger = await raised(neighbourhood), elsewhere.residents[0]
    for refused in (
        needs.second_need(need.id, by=stranger),
        needs.take_back_second(need.id, by=stranger),
        needs.report_need(need.id, "Wrong", by=stranger),
        needs.withdraw_need(need.id, "Wrong", by=stranger),
        needs.edit_need(need.id, BENCH, by=stranger, version=1),
        needs.hide_need(need.id, "Wrong", by=elsewhere.coordinator),
        needs.show_need(need.id, "Wrong", by=elsewhere.coordinator),
        needs.dismiss_reports(need.id, by=elsewhere.coordinator),
        needs.read_need(need.id, community_id=elsewhere.id),
    ):
        with pytest.raises(needs.UnknownNeed):
            await refused


async def test_words_change_until_the_threshold_and_are_kept(
    neighbourhood: Neighbourhood,
) -> None:
    need = await raised(neighbourhood)
    author, other = neighbourhood.residents[:2]
    await needs.second_need(need.id, by=other)
    better = dataclasses.replace(BENCH, title="Two benches")
    changed = await needs.edit_need(need.id, better, by=author, version=1)
    again = await needs.edit_need(need.id, better, by=author, version=1)
    assert changed == again
    assert (changed.title, changed.version) == ("Two benches", 2)
    kept = await needs.versions(need.id, community_id=neighbourhood.id)
    assert [one.title for one in kept] == [BENCH.title, "Two benches"]
    assert (await told(other)).count("need.edited") == 1
    with pytest.raises(needs.NeedChanged):
        await needs.edit_need(need.id, BENCH, by=author, version=1)
    with pytest.raises(needs.NotAnAuthor):
        await needs.edit_need(need.id, BENCH, by=other, version=2)
    await seconded(neighbourhood, need)
    with pytest.raises(needs.NeedMoved):
        await needs.edit_need(need.id, BENCH, by=author, version=2)


async def test_a_photograph_can_be_changed_and_taken_away(neighbourhood: Neighbourhood) -> None:
    need, author = await raised(neighbourhood), neighbourhood.residents[0]
    await needs.edit_need(need.id, BENCH, by=author, version=1, photo=b"one")
    assert await needs.photo_of_need(need, None) == b"one"
    await needs.edit_need(need.id, BENCH, by=author, version=1, remove_photo=True)
    with pytest.raises(needs.NoPhotoOfNeed):
        await needs.photo_of_need(need, author)


async def test_the_last_author_withdraws(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    need = await raised(neighbourhood)
    author, second_author, follower = neighbourhood.residents[:3]
    await needs.second_need(need.id, by=follower)
    await owner.execute(
        "INSERT INTO need_author (need_id, member_id, community_id) VALUES ($1, $2, $3)",
        need.id, second_author.member_id, neighbourhood.id,
    )  # fmt: skip
    with pytest.raises(WordsMissing):
        await needs.withdraw_need(need.id, " ", by=author)
    with pytest.raises(needs.NotAnAuthor):
        await needs.withdraw_need(need.id, "No", by=follower)
    left = await needs.withdraw_need(need.id, "I moved", by=author)
    assert left.state is NeedState.RAISED
    assert await needs.authors(need.id) == [second_author.member_id]
    with pytest.raises(needs.NotAnAuthor):
        await needs.withdraw_need(need.id, "Again", by=author)
    gone = await needs.withdraw_need(need.id, "It is there now", by=second_author)
    assert gone.state is NeedState.WITHDRAWN
    assert (await needs.moves(need.id, community_id=need.community_id))[-1].why == "It is there now"
    assert "need.withdrawn" in await told(follower)
    with pytest.raises(needs.NeedMoved):
        await needs.second_need(need.id, by=neighbourhood.residents[4])


async def test_what_stands_in_a_round_is_neither_withdrawn_nor_hidden(
    neighbourhood: Neighbourhood,
) -> None:
    need = await seconded(neighbourhood, await raised(neighbourhood))
    for state in (NeedState.ACCEPTED, NeedState.PLANNED, NeedState.ENTERED):
        need = await put(need, state, neighbourhood.coordinator)
    with pytest.raises(needs.NeedMoved):
        await needs.withdraw_need(need.id, "No", by=neighbourhood.residents[0])
    with pytest.raises(needs.NeedMoved):
        await needs.hide_need(need.id, "No", by=neighbourhood.coordinator)
    with pytest.raises(needs.NeedMoved):
        await put(need, NeedState.RAISED, neighbourhood.coordinator)


async def test_a_report_is_made_once_and_answered(neighbourhood: Neighbourhood) -> None:
    need = await raised(neighbourhood)
    author, one, two = neighbourhood.residents[:3]
    with pytest.raises(needs.OwnNeed):
        await needs.report_need(need.id, "Mine", by=author)
    with pytest.raises(NotAResident):
        await needs.report_need(need.id, "Bad", by=neighbourhood.outsider)
    with pytest.raises(WordsMissing):
        await needs.report_need(need.id, "", by=one)
    await needs.report_need(need.id, "It names my neighbour", by=one)
    with pytest.raises(needs.ReportedAlready):
        await needs.report_need(need.id, "Again", by=one)
    with pytest.raises(NotACoordinator):
        await needs.dismiss_reports(need.id, by=two)
    (waiting,) = await needs.waiting_reports(neighbourhood.id)
    assert (waiting.member_id, waiting.reason) == (one.member_id, "It names my neighbour")
    await needs.dismiss_reports(need.id, by=neighbourhood.coordinator)
    assert await needs.waiting_reports(neighbourhood.id) == []
    assert await told(one) == ["need.report_kept"]
    with pytest.raises(needs.NothingReported):
        await needs.dismiss_reports(need.id, by=neighbourhood.coordinator)


async def test_a_coordinator_judges_no_need_of_their_own(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    both = (Role.COORDINATOR, Role.RESIDENT)
    author = actor(
        await community.add_member(community_id=neighbourhood.id, name="Wei", roles=both)
    )
    need = await needs.raise_need(BENCH, by=author)
    await needs.report_need(need.id, "It insults", by=neighbourhood.residents[1])
    assert not await needs.may_judge(need, author)
    with pytest.raises(needs.NotImpartial):
        await needs.dismiss_reports(need.id, by=author)
    assert len(await needs.waiting_reports(neighbourhood.id)) == 1
    await needs.hide_need(need.id, "It insults", by=neighbourhood.coordinator)
    with pytest.raises(needs.NotImpartial):
        await needs.show_need(need.id, "It does not", by=author)
    await owner.execute(
        "UPDATE member_role SET until = clock_timestamp() WHERE member_id = $1",
        neighbourhood.coordinator.member_id,
    )
    shown = await needs.show_need(need.id, "Nobody else is left", by=author)
    assert shown.state is NeedState.RAISED


async def test_what_is_hidden_keeps_its_words_from_others_and_comes_back(
    neighbourhood: Neighbourhood,
) -> None:
    need = await seconded(neighbourhood, await raised(neighbourhood))
    author, reporter = neighbourhood.residents[:2]
    await needs.report_need(need.id, "It insults", by=reporter)
    with pytest.raises(NotACoordinator):
        await needs.hide_need(need.id, "No", by=author)
    with pytest.raises(WordsMissing):
        await needs.hide_need(need.id, "", by=neighbourhood.coordinator)
    with pytest.raises(needs.NeedMoved):
        await needs.show_need(need.id, "It is not hidden", by=neighbourhood.coordinator)
    hidden = await needs.hide_need(need.id, "It names a person", by=neighbourhood.coordinator)
    assert await needs.waiting_reports(neighbourhood.id) == []
    assert "need.report_right" in await told(reporter)
    assert "need.hidden" in await told(author)
    assert not await needs.sees_words(hidden, None)
    assert not await needs.sees_words(hidden, reporter)
    assert await needs.sees_words(hidden, author)
    assert await needs.sees_words(hidden, neighbourhood.coordinator)
    assert await needs.count_needs(Search(), community_id=neighbourhood.id) == 0
    shown = await needs.show_need(need.id, "It was mended", by=neighbourhood.coordinator)
    assert shown.state is NeedState.SECONDED, "it goes on where it stood"
    assert (await told(author))[0] == "need.shown"


async def test_a_caller_raises_and_seconds_on_their_own_word(
    neighbourhood: Neighbourhood,
) -> None:
    caller, friend = neighbourhood.residents[:2]
    desk = await operator(neighbourhood)
    with pytest.raises(needs.NoWordGiven):
        await needs.raise_need(BENCH, by=desk, call_id=uuid.uuid4())
    call_id = await on_the_phone(caller, desk)
    need = await needs.raise_need(BENCH, by=desk, call_id=call_id)
    assert (need.raised_by, need.entered_by) == (caller.member_id, desk.member_id)
    assert await needs.authors(need.id) == [caller.member_id]
    assert await needs.needs_of_call(call_id, community_id=neighbourhood.id) == [need]
    with pytest.raises(needs.OwnNeed):
        await needs.second_need(need.id, by=desk, call_id=call_id)
    other = await on_the_phone(friend, desk)
    await needs.second_need(need.id, by=desk, call_id=other)
    assert await needs.seconders(need.id, community_id=need.community_id) == [friend.member_id]
    with pytest.raises(needs.NotYourDesk):
        await needs.raise_need(BENCH, by=friend, call_id=other)
    await community.end_words(other, by=desk)
    with pytest.raises(needs.NoWordGiven):
        await needs.raise_need(BENCH, by=desk, call_id=other)


async def test_a_list_is_chosen_ordered_and_paged(neighbourhood: Neighbourhood) -> None:
    first, second = [await raised(neighbourhood, title) for title in ("First", "Second")]
    culture = NeedDraft("Third", "A stage", "culture", "", neighbourhood.id)
    third = await needs.raise_need(culture, by=neighbourhood.residents[0])
    await needs.second_need(first.id, by=neighbourhood.residents[1])
    here = neighbourhood.id

    async def titles(search: Search, **page: int) -> list[str]:
        found = await needs.need_cards(search, community_id=here, **page)
        return [one.need.title for one in found]

    assert await titles(Search()) == ["Third", "Second", "First"]
    assert await titles(Search(order=Order.SECONDED)) == ["First", "Third", "Second"]
    assert await titles(Search(category="culture")) == ["Third"]
    assert await titles(Search(area_id=here)) == ["Third"]
    assert await titles(Search(state=NeedState.SECONDED)) == []
    assert await titles(Search(), page=2, size=2) == ["First"]
    await needs.withdraw_need(second.id, "Done", by=neighbourhood.residents[0])
    assert await titles(Search()) == ["Third", "First"]
    assert await titles(Search(state=NeedState.WITHDRAWN)) == ["Second"]
    assert await needs.count_needs(Search(), community_id=here) == 2
    own = await needs.own_needs(neighbourhood.residents[0].member_id, community_id=here)
    assert [one.need.id for one in own] == [third.id, second.id, first.id]


async def test_categories_are_the_usual_five_until_somebody_changes_them(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    coordinator, author = neighbourhood.coordinator, neighbourhood.residents[0]
    usual = await needs.categories(neighbourhood.id)
    assert [one.key for one in usual] == [
        "elder_care", "culture", "environment", "self_management", "youth"
    ]  # fmt: skip
    lamps = NeedCategory("", "路灯", "Street lamps", "hammer", 0)
    added = await needs.save_category(lamps, by=coordinator)
    assert added.key == "street_lamps"
    assert (await needs.categories(neighbourhood.id))[0] == added
    assert len(await needs.categories(elsewhere.id)) == 5
    need = await needs.raise_need(dataclasses.replace(BENCH, category="street_lamps"), by=author)
    await needs.save_category(dataclasses.replace(added, retired=True), by=coordinator)
    with pytest.raises(needs.UnknownCategory):
        await needs.raise_need(dataclasses.replace(BENCH, category="street_lamps"), by=author)
    mended = NeedDraft("New title", BENCH.story, "street_lamps")
    assert (await needs.edit_need(need.id, mended, by=author, version=1)).version == 2
    everything = await needs.categories(neighbourhood.id, retired=True)
    assert everything[-1].key == "street_lamps"
    renamed = dataclasses.replace(usual[0], name_en="For elders")
    assert (await needs.save_category(renamed, by=coordinator)).key == "elder_care"


async def test_what_no_category_can_be(neighbourhood: Neighbourhood) -> None:
    coordinator = neighbourhood.coordinator
    good = NeedCategory("", "路灯", "Lamps", "hammer", 9)
    with pytest.raises(NotACoordinator):
        await needs.save_category(good, by=neighbourhood.residents[0])
    for wrong, field in (
        (dataclasses.replace(good, name_zh=" "), "name_zh"),
        (dataclasses.replace(good, name_en="x" * 61), "name_en"),
        (dataclasses.replace(good, name_en="Culture"), "name_en"),
        (dataclasses.replace(good, icon="skull"), "icon"),
        (dataclasses.replace(good, position=1000), "position"),
    ):
        with pytest.raises(needs.BadCategory) as refused:
            await needs.save_category(wrong, by=coordinator)
        assert refused.value.field == field
    with pytest.raises(needs.UnknownCategory):
        await needs.save_category(dataclasses.replace(good, key="nonsense"), by=coordinator)
    *others, last = await needs.categories(neighbourhood.id)
    for one in others:
        await needs.save_category(dataclasses.replace(one, retired=True), by=coordinator)
    with pytest.raises(needs.BadCategory):
        await needs.save_category(dataclasses.replace(last, retired=True), by=coordinator)


async def test_the_database_keeps_the_way_too(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    need = await raised(neighbourhood)
    for statement in (
        "UPDATE need SET state = 'planned' WHERE id = $1",
        "DELETE FROM need WHERE id = $1",
        "UPDATE need_move SET why = 'x' WHERE need_id = $1",
        "DELETE FROM need_version WHERE need_id = $1",
        "UPDATE need_version SET title = 'x' WHERE need_id = $1",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(statement, need.id)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=14),
)
async def test_the_count_is_the_rows(settled: object, steps: list[tuple[int, bool]]) -> None:
    """Whoever stands behind it and takes it back in any order: each counts once, or not at all."""
    here: Neighbourhood = await settled()  # type: ignore[operator]  # the fixture gives a way to settle
    need = await raised(here)
    behind: set[uuid.UUID] = set()
    reached = False
    for who, stands in steps:
        resident = here.residents[who]
        if stands and who:
            await needs.second_need(need.id, by=resident)
            behind.add(resident.member_id)
        elif not stands:
            await needs.take_back_second(need.id, by=resident)
            behind.discard(resident.member_id)
        reached = reached or len(behind) >= 5
        now = await needs.read_need(need.id, community_id=here.id)
        assert await needs.count_seconds(need.id) == len(behind)
        assert (now.state is NeedState.SECONDED) == reached
    history = await needs.moves(need.id, community_id=here.id)
    assert [one.state for one in history].count(NeedState.SECONDED) == int(reached)
