"""Safety notes, ratings and photographs: who writes, who reads, what is published, what goes."""

import dataclasses
import uuid
from datetime import timedelta

import pytest

import community
import ledger
import timebank
from community import Actor, DelegatedAct, Role
from tests.timebank.street import NOON, Street, open_street, street
from timebank import Visit, beside
from timebank.beside import SafetyNote
from timebank.tables import VisitRow

__all__ = ["street"]

NOTE = SafetyNote("走路要拄拐。", "陈晓东", "+8613912345678")


async def closed(street: Street) -> Visit:
    visit = await street.finished(60, taken=60)
    return await timebank.confirm(visit.id, by=street.elder, minutes=60)


async def test_a_safety_note_is_for_those_near_and_for_the_booked_volunteer(
    street: Street,
) -> None:
    elder = street.elder.member_id
    assert (await beside.safety_note(elder, by=street.elder)).empty
    await beside.save_safety_note(NOTE, elder, by=street.elder, at=NOON)
    assert (await beside.safety_note(elder, by=street.coordinator)).words == NOTE.words
    for stranger in (street.volunteer, street.poor_elder):
        with pytest.raises(timebank.NotYours):
            await beside.safety_note(elder, by=stranger)
        with pytest.raises(timebank.NotYours):
            await beside.save_safety_note(NOTE, elder, by=stranger)
    with pytest.raises(timebank.NotYours):
        await beside.save_safety_note(NOTE, street.volunteer.member_id, by=street.coordinator)
    visit = await street.asked()
    assert await beside.safety_of_visit(visit.id, by=street.volunteer) is None
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    seen = await beside.safety_of_visit(visit.id, by=street.volunteer)
    assert seen is not None
    assert seen.contact_phone == NOTE.contact_phone
    assert await beside.safety_of_visit(visit.id, by=street.other_volunteer) is None
    await timebank.cancel(visit.id, by=street.elder, at=NOON)
    assert await beside.safety_of_visit(visit.id, by=street.volunteer) is None
    done = await closed(street)
    assert await beside.safety_of_visit(done.id, by=street.volunteer) is None
    assert await beside.safety_of_visit(done.id, by=street.coordinator) is not None


@pytest.mark.parametrize(
    ("note", "field"),
    [
        (SafetyNote("长" * 501), "safety"),
        (SafetyNote("", "名" * 81, "+861"), "contact_name"),
        (SafetyNote("", "", "+8613912345678"), "contact_name"),
        (SafetyNote("", "陈晓东", ""), "contact_phone"),
    ],
)
async def test_a_note_that_cannot_be(street: Street, note: SafetyNote, field: str) -> None:
    with pytest.raises(timebank.InvalidRequest) as refused:
        await beside.save_safety_note(note, street.elder.member_id, by=street.elder)
    assert refused.value.field == field


async def test_a_delegate_may_write_the_note_only_where_they_may_ask(street: Street) -> None:
    elder = street.elder.member_id
    kin = await community.add_member(community_id=street.id, name="陈晓东")
    coordinator = street.coordinator
    await community.record_kinship(
        elder, kin.id, community.KinKind.LINEAL, evidence="户口簿", by=coordinator
    )
    await community.grant_delegation(
        community.Terms(
            elder,
            kin.id,
            frozenset({DelegatedAct.CONFIRM}),
            timedelta(days=30) + NOON.now(NOON.tzinfo),
        ),
        community.Agreement("同意", "zh", community.Channel.ONLINE),
        by=street.elder,
        key=uuid.uuid4(),
    )
    son = Actor(kin.id, street.id, (await community.member(kin.id)).roles, on_behalf_of=elder)
    with pytest.raises(community.NotDelegated):
        await beside.save_safety_note(NOTE, elder, by=son)
    with pytest.raises(community.NotDelegated):
        await beside.safety_note(elder, by=son)


async def test_each_side_rates_once_and_may_change_it_for_a_week(street: Street) -> None:
    visit = await closed(street)
    at = NOON + timedelta(hours=3)
    await beside.rate(visit.id, 2, "来晚了", by=street.elder, at=at)
    await beside.rate(visit.id, 5, by=street.volunteer, at=at)
    for one in (street.other_volunteer, street.poor_elder, street.coordinator):
        with pytest.raises(timebank.NotYours):
            await beside.rate(visit.id, 1, by=one, at=at)
    (low,) = await beside.low_ratings(street.coordinator)
    assert (low.stars, low.words, low.rater_name, low.rated_name) == (2, "来晚了", "陈桂芳", "李明")
    await beside.mark_seen(visit.id, by=street.coordinator, at=at)
    assert await beside.low_ratings(street.coordinator) == []
    await beside.rate(visit.id, 1, "想想还是不行", by=street.elder, at=at + timedelta(days=7))
    assert len(await beside.low_ratings(street.coordinator)) == 1, "what was changed is new"
    with pytest.raises(beside.RatingOver):
        await beside.rate(visit.id, 5, by=street.elder, at=at + timedelta(days=7, seconds=1))
    found = await beside.ratings_of_visit(visit.id, by=street.coordinator)
    assert [one.stars for one in found] == [1, 5]
    for reader in (street.elder, street.volunteer):
        with pytest.raises(timebank.NotYours):
            await beside.ratings_of_visit(visit.id, by=reader)
        with pytest.raises(timebank.NotYours):
            await beside.mark_seen(visit.id, by=reader)
        with pytest.raises(timebank.NotYours):
            await beside.low_ratings(reader)


async def test_what_cannot_be_rated(street: Street) -> None:
    visit = await street.finished(60, taken=60)
    with pytest.raises(timebank.WrongState):
        await beside.rate(visit.id, 5, by=street.elder, at=NOON)
    await timebank.confirm(visit.id, by=street.elder, minutes=60)
    for stars, words in ((0, ""), (6, ""), (5, "好" * 301)):
        with pytest.raises(timebank.InvalidRequest):
            await beside.rate(visit.id, stars, words, by=street.elder, at=NOON)
    with pytest.raises(beside.RatingOver):
        await beside.rate(visit.id, 5, by=street.elder, at=NOON + timedelta(days=31))
    none = await closed_at(street, days=3)
    await timebank.correct(none.id, by=street.coordinator, minutes=0, reason="没有来")
    with pytest.raises(timebank.WrongState):
        await beside.rate(none.id, 5, by=street.elder, at=NOON + timedelta(days=3))


async def closed_at(street: Street, *, days: int, elder: Actor | None = None) -> Visit:
    """Let a visit of an hour happen so many days later."""
    who = elder or street.elder
    starts_at = NOON + timedelta(days=days)
    visit = await street.asked(60, by=who, starts_at=starts_at)
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    code = (await timebank.visit_page(visit.id, who))[0].visit.code
    await timebank.check_in(visit.id, by=street.volunteer, code=code, at=starts_at)
    ends = starts_at + timedelta(hours=1)
    await timebank.check_out(visit.id, by=street.volunteer, at=ends)
    return await timebank.confirm(visit.id, by=who, minutes=60, at=ends)


async def test_only_a_sum_of_five_people_is_published(street: Street) -> None:
    volunteer = street.volunteer.member_id
    stars = [5, 5, 4, 4, 3]
    for number, given in enumerate(stars):
        member = await community.add_member(
            community_id=street.id, name=f"老人{number}", roles=(Role.ELDER,)
        )
        elder = Actor(member.id, street.id, member.roles)
        await street.grant(elder, 120)
        assert await beside.published([volunteer], community_id=street.id) == {}
        visit = await closed_at(street, days=number + 1, elder=elder)
        at = visit.starts_at + timedelta(hours=2)
        await beside.rate(visit.id, given, by=elder, at=at)
        await beside.rate(visit.id, 1, by=street.volunteer, at=at)
    found = await beside.published([volunteer, elder.member_id], community_id=street.id)
    assert found == {volunteer: beside.Published(42, 5)}
    again = await closed_at(street, days=8, elder=elder)
    await beside.rate(again.id, 3, by=elder, at=again.starts_at + timedelta(hours=2))
    found = await beside.published([volunteer], community_id=street.id)
    assert found == {volunteer: beside.Published(42, 5)}, "a person's word weighs once"
    elsewhere = await open_street()
    assert await beside.published([volunteer], community_id=elsewhere.id) == {}


async def test_a_photograph_is_for_both_sides_and_the_desk(street: Street) -> None:
    visit = await street.under_way()
    with pytest.raises(timebank.NotYours):
        await beside.add_photo(visit.id, b"jpeg", by=street.elder)
    for wrong in (b"", b"x" * (1024 * 1024 + 1)):
        with pytest.raises(timebank.InvalidRequest):
            await beside.add_photo(visit.id, wrong, by=street.volunteer)
    with pytest.raises(beside.NoPhoto):
        await beside.photo(visit.id, by=street.elder)
    for image in (b"first", b"second"):
        await beside.add_photo(visit.id, image, by=street.volunteer, at=NOON)
    for reader in (street.elder, street.volunteer, street.coordinator):
        assert (await beside.photo(visit.id, by=reader)).image == b"second"
    for stranger in (street.other_volunteer, street.poor_elder):
        with pytest.raises(timebank.NotYours):
            await beside.photo(visit.id, by=stranger)
    elsewhere = await open_street()
    with pytest.raises(timebank.UnknownVisit):
        await beside.photo(visit.id, by=elsewhere.coordinator)
    later = NOON + timedelta(days=91)
    await beside.clear_photos(street.id, at=later)
    assert await beside.has_photo(visit.id, community_id=street.id), "it is not settled yet"
    ends = visit.starts_at + timedelta(hours=1)
    await timebank.check_out(visit.id, by=street.volunteer, at=ends)
    await timebank.confirm(visit.id, by=street.elder, minutes=60)
    with pytest.raises(timebank.WrongState):
        await beside.add_photo(visit.id, b"third", by=street.volunteer)
    await beside.clear_photos(street.id, at=NOON + timedelta(days=89))
    assert await beside.has_photo(visit.id, community_id=street.id)
    await beside.clear_photos(street.id, at=later)
    assert not await beside.has_photo(visit.id, community_id=street.id)


async def test_an_erasure_takes_words_and_notes_and_leaves_the_sum(street: Street) -> None:
    visit = await closed(street)
    await beside.save_safety_note(NOTE, street.elder.member_id, by=street.elder)
    at = NOON + timedelta(hours=3)
    await beside.rate(visit.id, 4, "很好", by=street.elder, at=at)
    await beside.rate(visit.id, 3, "门铃坏了", by=street.volunteer, at=at)
    gone = street.elder.member_id
    async with ledger.transaction():
        await beside.forget_beside([gone], community_id=street.id)
        await community.record(
            "erasure.carry_out", by=street.coordinator, subject_kind="member", subject_id=gone
        )
    assert (await beside.safety_note(street.elder.member_id, by=street.elder)).empty
    left = await beside.ratings_of_visit(visit.id, by=street.coordinator)
    assert [(one.stars, one.words) for one in left] == [(4, ""), (3, "")]


async def test_a_merge_hands_the_note_on_where_there_is_none(street: Street) -> None:
    old, new = street.poor_elder.member_id, street.elder.member_id
    await beside.save_safety_note(NOTE, old, by=street.poor_elder)
    await beside.take_over_beside(old, new, by=street.coordinator)
    assert (await beside.safety_note(new, by=street.elder)).words == NOTE.words
    kept = dataclasses.replace(NOTE, words="别的")
    await beside.save_safety_note(kept, old, by=street.poor_elder)
    await beside.take_over_beside(old, new, by=street.coordinator)
    assert (await beside.safety_note(new, by=street.elder)).words == NOTE.words
    assert (await beside.safety_note(old, by=street.poor_elder)).empty


async def test_the_database_itself_keeps_ratings_apart(street: Street) -> None:
    visit = await closed(street)
    await beside.rate(visit.id, 5, by=street.elder, at=NOON + timedelta(hours=3))
    rows = await VisitRow.raw(
        "SELECT count(*) AS n FROM visit_rating WHERE visit_id = {}", visit.id
    )
    assert rows[0]["n"] == 1
