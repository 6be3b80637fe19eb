"""Meetings on a real database: announced, changed, attended, voted at, minuted; every refusal."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

import community
from app import erasing, merging
from community import Actor, Role
from marketplace import councils, meetings
from marketplace.meetings import (
    Answer,
    Change,
    Choice,
    ItemDraft,
    MeetingState,
    MinutesState,
    Votes,
    Way,
    rules,
)
from marketplace.meetings.values import ItemState
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.meeting_examples import (
    HALL,
    NOW,
    SOON,
    THERE,
    adopt,
    called,
    come,
    council_meeting,
    council_of,
    draft,
    first_item,
    kinds_told,
    newcomer,
)


async def seen(meeting: meetings.Meeting, by: Actor | None = None) -> meetings.SeenMeeting:
    return await meetings.meeting_page(meeting.id, community_id=meeting.community_id, by=by)


# --- the notice -----------------------------------------------------------------------------------


async def test_a_meeting_is_announced_to_those_whom_it_is_for(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood)
    assert await kinds_told(neighbourhood.residents[3]) == ["meeting.called"]
    assert await kinds_told(neighbourhood.outsider) == []
    shown = await seen(meeting)
    assert [item.title for item in shown.agenda] == ["A rack in the yard", "Who keeps the key"]
    assert [one.place for one in shown.notices] == [HALL]
    assert not shown.runs


async def test_everybody_is_told_in_one_statement(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    """However many live here: a notice must not take minutes in a community of 100,000."""
    meeting = await called(neighbourhood)
    change = meetings.Change(
        meeting.starts_at, meeting.length, "The school hall", meeting.link, meeting.phone, "Rain."
    )
    await meetings.change_meeting(meeting.id, change, by=neighbourhood.coordinator)
    for kind in ("meeting.called", "meeting.changed"):
        told, statements = await owner.fetchrow(
            "SELECT count(*), count(DISTINCT cmin::text) FROM message"
            " WHERE community_id = $1 AND kind = $2",
            neighbourhood.id,
            kind,
        )
        assert (told, statements) == (len(neighbourhood.residents), 1)
    assert [
        (one.kind, one.read_at is None)
        for one in await community.inbox(
            neighbourhood.residents[3].member_id, community_id=neighbourhood.id
        )
    ] == [("meeting.changed", True), ("meeting.called", False)]


async def test_the_same_form_twice_announces_once(neighbourhood: Neighbourhood) -> None:
    key = uuid4()
    for _twice in range(2):
        made = await meetings.call_meeting(
            draft(neighbourhood), by=neighbourhood.coordinator, id=key
        )
    assert made.id == key
    assert await kinds_told(neighbourhood.residents[3]) == ["meeting.called"]


async def test_a_notice_that_is_too_short_names_the_first_day(
    neighbourhood: Neighbourhood,
) -> None:
    await adopt(neighbourhood, notice_open_talk_days=3, notice_working_days=False)
    with pytest.raises(meetings.NoticeTooShort) as short:
        await called(neighbourhood, starts_at=NOW + timedelta(days=2))
    home = await community.community(neighbourhood.id)
    assert home.time_zone == "Asia/Shanghai"
    today = (NOW + timedelta(hours=8)).date()
    assert short.value.earliest == today + timedelta(days=4)


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 81}),
        ("place", {"place": ""}),
        ("day", {"starts_at": NOW - timedelta(days=1)}),
        ("length", {"length": 5}),
        ("link", {"link": "javascript:alert(1)"}),
        ("items", {"items": ()}),
        ("items", {"items": (ItemDraft(" "),)}),
        ("seats", {"seats": 0}),
        ("council", {"kind": meetings.Kind.COUNCIL}),
        ("council", {"kind": meetings.Kind.COUNCIL, "council_id": uuid4()}),
        ("audience", {"audience": meetings.Audience.COUNCIL}),
        ("audience", {"audience": meetings.Audience.FOLLOWERS}),
        ("area", {"audience": meetings.Audience.AREA}),
        ("area", {"audience": meetings.Audience.AREA, "area_id": uuid4()}),
        ("chair", {"chair_id": uuid4()}),
        ("needs", {"needs": (uuid4(),)}),
    ],
)
async def test_what_cannot_be_announced_is_refused(
    neighbourhood: Neighbourhood, field: str, how: dict[str, object]
) -> None:
    with pytest.raises(meetings.InvalidMeeting) as refused:
        await called(neighbourhood, **how)
    assert refused.value.field == field
    assert await meetings.meetings_ahead(neighbourhood.id) == []


async def test_only_a_coordinator_announces(neighbourhood: Neighbourhood) -> None:
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.call_meeting(draft(neighbourhood), by=neighbourhood.residents[0])


async def test_a_change_is_announced_again_and_kept(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood)
    later = Change(SOON + timedelta(days=1), 90, "School hall", "The lane hall is painted.")
    after = await meetings.change_meeting(meeting.id, later, by=neighbourhood.coordinator)
    again = await meetings.change_meeting(meeting.id, later, by=neighbourhood.coordinator)
    assert after == again
    shown = await seen(meeting)
    assert [one.place for one in shown.notices] == [HALL, "School hall"]
    assert shown.notices[1].why == "The lane hall is painted."
    assert (await kinds_told(neighbourhood.residents[3]))[0] == "meeting.changed"
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.change_meeting(
            meeting.id, Change(SOON, 90, HALL, ""), by=neighbourhood.coordinator
        )
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.change_meeting(
            meeting.id, Change(SOON, 90, HALL, "No"), by=neighbourhood.residents[4]
        )


async def test_a_meeting_is_called_off_once_with_a_reason(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood)
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.cancel_meeting(meeting.id, " ", by=neighbourhood.coordinator)
    for _twice in range(2):
        off = await meetings.cancel_meeting(meeting.id, "Typhoon", by=neighbourhood.coordinator)
    assert (off.state, off.reason) == (MeetingState.CANCELLED, "Typhoon")
    told = await kinds_told(neighbourhood.residents[3])
    assert told.count("meeting.cancelled") == 1
    with pytest.raises(meetings.MeetingOver):
        await meetings.answer_meeting(meeting.id, Answer.YES, by=neighbourhood.residents[3])


async def test_another_community_s_meeting_is_unknown(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    meeting = await called(neighbourhood)
    with pytest.raises(meetings.UnknownMeeting):
        await meetings.cancel_meeting(meeting.id, "No", by=elsewhere.coordinator)
    with pytest.raises(meetings.UnknownMeeting):
        await meetings.answer_meeting(meeting.id, Answer.YES, by=elsewhere.residents[0])


# --- coming ---------------------------------------------------------------------------------------


async def test_who_waits_moves_up_when_somebody_stays_away(neighbourhood: Neighbourhood) -> None:
    first, second, third = neighbourhood.residents[1:4]
    meeting = await called(neighbourhood, seats=1)
    assert (await meetings.answer_meeting(meeting.id, Answer.YES, by=first)).placed
    waiting = await meetings.answer_meeting(meeting.id, Answer.YES, by=second)
    assert (waiting.placed, waiting.place) == (False, 1)
    assert (await meetings.answer_meeting(meeting.id, Answer.YES, by=third)).place == 2
    await meetings.answer_meeting(meeting.id, Answer.ONLINE, by=first)
    assert "meeting.moved_up" in await kinds_told(second)
    own = (await seen(meeting, third)).answer
    assert own is not None
    assert own.place == 1
    now = await meetings.meeting(meeting.id, community_id=neighbourhood.id)
    assert (now.coming, now.waiting, now.online) == (1, 1, 1)


async def test_a_council_s_member_always_has_a_place(neighbourhood: Neighbourhood) -> None:
    council = await council_of(neighbourhood, 3)
    meeting = await council_meeting(neighbourhood, council, seats=1)
    assert (
        await meetings.answer_meeting(meeting.id, Answer.YES, by=neighbourhood.residents[5])
    ).placed
    assert (
        await meetings.answer_meeting(meeting.id, Answer.YES, by=neighbourhood.residents[1])
    ).placed
    late = await meetings.answer_meeting(meeting.id, Answer.YES, by=neighbourhood.residents[4])
    assert not late.placed


# --- the agenda -----------------------------------------------------------------------------------


async def test_a_resident_brings_an_item_in_and_hears_what_became_of_it(
    neighbourhood: Neighbourhood,
) -> None:
    resident, chair = neighbourhood.residents[2], neighbourhood.coordinator
    meeting = await called(neighbourhood)
    good = await meetings.propose_item(meeting.id, ItemDraft("Lamps"), by=resident)
    bad = await meetings.propose_item(meeting.id, ItemDraft("The moon"), by=resident)
    assert good.number is None
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.decide_item(meeting.id, bad.id, accept=False, by=chair)
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.decide_item(meeting.id, good.id, accept=True, by=resident)
    taken = await meetings.decide_item(meeting.id, good.id, accept=True, by=chair)
    assert (taken.number, taken.state) == (3, ItemState.ACCEPTED)
    left = await meetings.decide_item(
        meeting.id, bad.id, accept=False, by=chair, reason="Not of this lane"
    )
    assert left.state is ItemState.DECLINED
    assert await meetings.decide_item(meeting.id, bad.id, accept=True, by=chair) == left
    told = await kinds_told(resident)
    assert {"meeting.item_accepted", "meeting.item_declined"} <= set(told)
    assert "meeting.item_proposed" in await kinds_told(chair)


async def test_items_are_proposed_in_time_by_residents(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood)
    late = SOON - timedelta(days=2)
    with pytest.raises(meetings.AgendaClosed):
        await meetings.propose_item(
            meeting.id, ItemDraft("Late"), by=neighbourhood.residents[2], at=late
        )
    own = await meetings.propose_item(
        meeting.id, ItemDraft("Mine"), by=neighbourhood.coordinator, at=late
    )
    assert own.number == 3
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.propose_item(meeting.id, ItemDraft("Mine"), by=neighbourhood.outsider)
    with pytest.raises(meetings.MeetingOver):
        await meetings.propose_item(
            meeting.id, ItemDraft("Now"), by=neighbourhood.coordinator, at=THERE
        )


# --- who is there ---------------------------------------------------------------------------------


async def test_the_number_in_the_room_writes_one_down_once(neighbourhood: Neighbourhood) -> None:
    one, other = neighbourhood.residents[1:3]
    meeting = await called(neighbourhood)
    code = rules.room_code(meeting.secret, THERE)
    spaced = f"{code[:3]} {code[3:]}"
    for typed in (code, spaced):
        here = await meetings.say_here(meeting.id, by=one, code=typed, at=THERE)
    assert here.way is Way.ROOM
    with pytest.raises(meetings.WrongRoomCode):
        await meetings.say_here(
            meeting.id, by=other, code=code, at=THERE + timedelta(minutes=rules.CODES_THAT_COUNT)
        )
    with pytest.raises(meetings.NotNow):
        await meetings.say_here(meeting.id, by=other, code=code, at=SOON - timedelta(hours=1))
    with pytest.raises(meetings.NotNow):
        await meetings.say_online(meeting.id, by=other, at=SOON + timedelta(hours=3))
    assert (await seen(meeting)).present == 1


async def test_who_was_online_and_comes_is_in_the_room(neighbourhood: Neighbourhood) -> None:
    one = neighbourhood.residents[1]
    meeting = await called(neighbourhood)
    assert (await meetings.say_online(meeting.id, by=one, at=THERE)).way is Way.ONLINE
    code = rules.room_code(meeting.secret, THERE)
    assert (await meetings.say_here(meeting.id, by=one, code=code, at=THERE)).way is Way.ROOM
    assert (await meetings.say_online(meeting.id, by=one, at=THERE)).way is Way.ROOM
    assert (await seen(meeting)).present == 1


async def test_without_a_link_nobody_is_online(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood, link="")
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.say_online(meeting.id, by=neighbourhood.residents[1], at=THERE)


async def test_the_list_is_kept_for_those_without_a_telephone(
    neighbourhood: Neighbourhood,
) -> None:
    chair, (one, other, third) = neighbourhood.coordinator, neighbourhood.residents[1:4]
    meeting = await called(neighbourhood)
    both = [one.member_id, other.member_id]
    kept = await meetings.keep_list(meeting.id, both, both, guests=7, by=chair, at=THERE)
    await meetings.say_online(meeting.id, by=third, at=THERE)
    assert kept.guests == 7
    assert (await seen(meeting)).present == 10
    await meetings.keep_list(meeting.id, both[:1], both, guests=7, by=chair, at=THERE)
    there = [name for _one, name in await meetings.people_there(meeting)]
    assert there == ["Resident 2", "Resident 4"]
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.keep_list(meeting.id, [], [], guests=-1, by=chair, at=THERE)
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.tick(meeting.id, uuid4(), by=chair, at=THERE)
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.tick(meeting.id, one.member_id, by=one, at=THERE)
    with pytest.raises(meetings.NotNow):
        await meetings.tick(meeting.id, one.member_id, by=chair, at=SOON - timedelta(hours=2))


async def test_a_meeting_is_closed_once_it_began(neighbourhood: Neighbourhood) -> None:
    meeting = await called(neighbourhood)
    with pytest.raises(meetings.NotNow):
        await meetings.close_meeting(
            meeting.id, by=neighbourhood.coordinator, at=SOON - timedelta(minutes=1)
        )
    for _twice in range(2):
        held = await meetings.close_meeting(meeting.id, by=neighbourhood.coordinator, at=THERE)
    assert held.state is MeetingState.HELD
    with pytest.raises(meetings.MeetingOver):
        await meetings.say_online(meeting.id, by=neighbourhood.residents[1], at=THERE)


# --- votes and decisions --------------------------------------------------------------------------


async def test_a_council_votes_by_name_with_and_without_telephones(
    neighbourhood: Neighbourhood,
) -> None:
    chair, people = neighbourhood.coordinator, neighbourhood.residents
    meeting = await council_meeting(neighbourhood, await council_of(neighbourhood, 4))
    item = await first_item(meeting)
    await come(meeting, people[0], people[1], by=chair)
    with pytest.raises(meetings.NoQuorum) as few:
        await meetings.put_motion(meeting.id, item.id, "A rack", by=chair, at=THERE)
    assert (few.value.present, few.value.needed) == (2, 3)
    await meetings.say_online(meeting.id, by=people[2], at=THERE)
    motion = await meetings.put_motion(meeting.id, item.id, "A rack", by=chair, at=THERE)
    with pytest.raises(meetings.VoteOpen):
        await meetings.put_motion(meeting.id, item.id, "Another", by=chair, at=THERE)
    with pytest.raises(meetings.VoteOpen):
        await meetings.close_meeting(meeting.id, by=chair, at=THERE)
    await meetings.vote_on(meeting.id, motion.id, Choice.YES, by=people[2])
    with pytest.raises(meetings.VotedAlready):
        await meetings.vote_on(meeting.id, motion.id, Choice.NO, by=people[2])
    with pytest.raises(meetings.NotThere):
        await meetings.vote_on(meeting.id, motion.id, Choice.NO, by=people[3])
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.decide(meeting.id, motion.id, by=chair, room=Votes(1), at=THERE)
    named = {people[0].member_id: Choice.YES, people[1].member_id: Choice.NO}
    for _twice in range(2):
        decided = await meetings.decide(meeting.id, motion.id, by=chair, named=named, at=THERE)
    assert (decided.votes, decided.carried) == (Votes(2, 1, 0), True)
    assert (decided.room, decided.online) == (Votes(1, 1, 0), Votes(1, 0, 0))
    assert (decided.present, decided.needed, decided.number) == (3, 3, 1)
    names = await meetings.names_of_votes(decided, community_id=neighbourhood.id)
    assert names == [("Resident 1", "yes"), ("Resident 2", "no"), ("Resident 3", "yes")]
    with pytest.raises(meetings.VoteOver):
        await meetings.vote_on(meeting.id, motion.id, Choice.NO, by=people[1])
    with pytest.raises(meetings.PeopleThere):
        await meetings.keep_list(
            meeting.id, [], [people[0].member_id], guests=0, by=chair, at=THERE
        )


async def test_an_alternate_votes_where_a_member_is_missing(neighbourhood: Neighbourhood) -> None:
    chair, people = neighbourhood.coordinator, neighbourhood.residents
    council = await council_of(neighbourhood, 3, alternates=2)
    meeting = await council_meeting(neighbourhood, council)
    await come(meeting, people[0], people[1], people[3], people[4], by=chair)
    assert set(await meetings.voters_there(meeting)) == {
        people[0].member_id,
        people[1].member_id,
        people[3].member_id,
    }
    motion = await meetings.put_motion(
        meeting.id, (await first_item(meeting)).id, "A rack", by=chair, at=THERE
    )
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.vote_on(meeting.id, motion.id, Choice.YES, by=people[4])
    await meetings.vote_on(meeting.id, motion.id, Choice.YES, by=people[3])


async def test_hands_are_counted_where_no_names_are_kept(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    chair, people = neighbourhood.coordinator, neighbourhood.residents
    meeting = await called(neighbourhood)
    await come(meeting, *people[:4], neighbourhood.outsider, by=chair)
    for one in people[4:]:
        await meetings.say_online(meeting.id, by=one, at=THERE)
    item = await first_item(meeting)
    motion = await meetings.put_motion(meeting.id, item.id, "A rack", by=chair, at=THERE)
    with pytest.raises(meetings.RaiseYourHand):
        await meetings.vote_on(meeting.id, motion.id, Choice.YES, by=people[0])
    await meetings.vote_on(meeting.id, motion.id, Choice.YES, by=people[4])
    assert (
        await owner.fetchval("SELECT choice FROM motion_voice WHERE motion_id = $1", motion.id)
        is None
    )
    with pytest.raises(meetings.TooManyVotes) as many:
        await meetings.decide(meeting.id, motion.id, by=chair, room=Votes(5, 1, 0), at=THERE)
    assert (many.value.given, many.value.most) == (6, 5)
    decided = await meetings.decide(meeting.id, motion.id, by=chair, room=Votes(2, 1, 1), at=THERE)
    assert (decided.votes, decided.present) == (Votes(3, 1, 1), 6)
    assert not decided.carried  # three of six are not more than half


async def test_a_decision_is_only_replaced_and_once(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    chair, people = neighbourhood.coordinator, neighbourhood.residents
    meeting = await called(neighbourhood)
    await come(meeting, *people, by=chair)
    item = await first_item(meeting)

    async def decided(words: str, **how: object) -> meetings.Decision:
        motion = await meetings.put_motion(
            meeting.id,
            item.id,
            words,
            by=chair,
            at=THERE,
            **how,  # type: ignore[arg-type]  # a test's own
        )
        return await meetings.decide(meeting.id, motion.id, by=chair, room=Votes(6), at=THERE)

    first = await decided("Steel")
    second = await decided("Bamboo", replaces_id=first.id)
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(meetings.ReplacedAlready):
        await decided("Rope", replaces_id=first.id)
    standing = await meetings.standing_decisions(neighbourhood.id)
    assert [one.words for one in standing] == ["Bamboo"]
    for change in ("UPDATE decision SET words = 'x'", "DELETE FROM decision"):
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(f"{change} WHERE id = '{first.id}'")


async def test_what_was_put_to_the_vote_can_be_taken_back(neighbourhood: Neighbourhood) -> None:
    chair = neighbourhood.coordinator
    meeting = await called(neighbourhood)
    await come(meeting, *neighbourhood.residents, by=chair)
    item = await first_item(meeting)
    motion = await meetings.put_motion(meeting.id, item.id, "A rack", by=chair, at=THERE)
    await meetings.withdraw_motion(meeting.id, motion.id, by=chair)
    with pytest.raises(meetings.VoteOver):
        await meetings.decide(meeting.id, motion.id, by=chair, room=Votes(6), at=THERE)
    with pytest.raises(meetings.UnknownMeeting):
        await meetings.decide(meeting.id, uuid4(), by=chair, at=THERE)
    assert (await seen(meeting)).decisions == []


# --- the minutes ----------------------------------------------------------------------------------


async def held(here: Neighbourhood) -> meetings.Meeting:
    meeting = await called(here)
    await come(meeting, here.residents[1], here.residents[2], by=here.coordinator)
    return await meetings.close_meeting(meeting.id, by=here.coordinator, at=THERE)


async def shared(here: Neighbourhood) -> meetings.Meeting:
    meeting = await held(here)
    items = (await seen(meeting)).agenda
    words = {item.id: f"About {item.title}" for item in items}
    clerk = here.residents[0]
    await meetings.write_minutes(meeting.id, words, by=clerk, at=THERE)
    return await meetings.share_minutes(meeting.id, by=clerk, at=THERE)


async def test_minutes_are_shared_objected_to_published_and_added_to(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    clerk, one, absent = neighbourhood.residents[0], *neighbourhood.residents[1:5:3]
    meeting = await shared(neighbourhood)
    assert "meeting.minutes_shared" in await kinds_told(one)
    assert (await seen(meeting, one)).minutes_seen
    assert not (await seen(meeting, absent)).minutes_seen
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.object_to_minutes(meeting.id, "No", by=absent, at=THERE)
    await meetings.object_to_minutes(meeting.id, "I said bamboo", by=one, at=THERE)
    assert "meeting.objection" in await kinds_told(clerk)
    item = await first_item(meeting)
    await meetings.write_minutes(meeting.id, {item.id: "Bamboo, said one"}, by=clerk, at=THERE)
    with pytest.raises(meetings.MinutesClosed):
        await meetings.add_to_minutes(meeting.id, "More", by=clerk, at=THERE)
    assert meeting.objections_until is not None
    early = meeting.objections_until - timedelta(seconds=1)
    await meetings.publish_minutes(at=early)
    assert (await seen(meeting)).meeting.minutes_state is MinutesState.SHARED
    for _twice in range(2):
        await meetings.publish_minutes(at=meeting.objections_until)
    now = await seen(meeting)
    assert now.meeting.minutes_state is MinutesState.PUBLISHED
    assert now.minutes_seen
    assert now.agenda[0].minutes == "Bamboo, said one"
    assert (await kinds_told(one)).count("meeting.minutes_published") == 1
    with pytest.raises(meetings.MinutesClosed):
        await meetings.write_minutes(meeting.id, {item.id: "New"}, by=clerk, at=THERE)
    with pytest.raises(asyncpg.PostgresError):
        await owner.execute("UPDATE item_minutes SET words = 'x' WHERE item_id = $1", item.id)
    added = await meetings.add_to_minutes(meeting.id, "It was Monday", by=clerk, at=THERE)
    assert [(note.kind, note.words) for note in (await seen(meeting)).notes] == [
        ("objection", "I said bamboo"),
        ("addition", "It was Monday"),
    ]
    assert added.written_by == clerk.member_id


async def test_minutes_are_shared_whole_and_after_the_meeting(
    neighbourhood: Neighbourhood,
) -> None:
    clerk = neighbourhood.residents[0]
    meeting = await called(neighbourhood)
    with pytest.raises(meetings.NotNow):
        await meetings.share_minutes(meeting.id, by=clerk, at=THERE)
    with pytest.raises(meetings.NotNow):
        await meetings.write_minutes(meeting.id, {}, by=clerk, at=NOW)
    await meetings.close_meeting(meeting.id, by=clerk, at=THERE)
    item = await first_item(meeting)
    await meetings.write_minutes(meeting.id, {item.id: "Said"}, by=clerk, at=THERE)
    with pytest.raises(meetings.MinutesMissing) as missing:
        await meetings.share_minutes(meeting.id, by=clerk, at=THERE)
    assert missing.value.items == (2,)
    with pytest.raises(meetings.NotYourMeeting):
        await meetings.write_minutes(
            meeting.id, {item.id: "x"}, by=neighbourhood.residents[3], at=THERE
        )
    with pytest.raises(meetings.InvalidMeeting):
        await meetings.write_minutes(meeting.id, {item.id: "x" * 5001}, by=clerk, at=THERE)


async def test_reminders_and_late_minutes_are_told_once(neighbourhood: Neighbourhood) -> None:
    comes, stays = neighbourhood.residents[1:3]
    meeting = await called(neighbourhood)
    await meetings.answer_meeting(meeting.id, Answer.YES, by=comes)
    await meetings.answer_meeting(meeting.id, Answer.NO, by=stays)
    before = SOON - timedelta(hours=20)
    await meetings.remind_of_meetings(at=SOON - timedelta(days=2))
    assert "meeting.soon" not in await kinds_told(comes)
    for _twice in range(2):
        await meetings.remind_of_meetings(at=before)
    assert (await kinds_told(comes)).count("meeting.soon") == 1
    assert "meeting.soon" not in await kinds_told(stays)
    await meetings.close_meeting(meeting.id, by=neighbourhood.coordinator, at=THERE)
    await meetings.chase_minutes(at=SOON + timedelta(days=6))
    assert "meeting.minutes_late" not in await kinds_told(neighbourhood.coordinator)
    for _twice in range(2):
        await meetings.chase_minutes(at=SOON + timedelta(days=8))
    assert (await kinds_told(neighbourhood.coordinator)).count("meeting.minutes_late") == 1


# --- people who leave, are erased, are one --------------------------------------------------------


async def test_who_leaves_gives_a_place_up(neighbourhood: Neighbourhood) -> None:
    first, second = neighbourhood.residents[1:3]
    meeting = await called(neighbourhood, seats=1)
    for one in (first, second):
        await meetings.answer_meeting(meeting.id, Answer.YES, by=one)
    await merging.leave(first.member_id, by=neighbourhood.coordinator)
    own = (await seen(meeting, second)).answer
    assert own is not None
    assert own.placed


async def test_two_memberships_of_one_count_once(neighbourhood: Neighbourhood) -> None:
    stays, former = neighbourhood.residents[1], await newcomer(neighbourhood)
    alone = await newcomer(neighbourhood)
    meeting = await called(neighbourhood)
    await come(meeting, stays, former, alone, by=neighbourhood.coordinator)
    await meetings.answer_meeting(meeting.id, Answer.YES, by=former)
    survivor = await newcomer(neighbourhood)
    by = neighbourhood.coordinator
    await merging.merge(stays.member_id, former.member_id, by=by)
    await merging.merge(survivor.member_id, alone.member_id, by=by)
    there = {one.member_id for one, _name in await meetings.people_there(meeting)}
    assert there == {stays.member_id, survivor.member_id}
    assert (await seen(meeting, stays)).answer is not None


async def test_an_erasure_takes_answers_and_the_words_of_objections(
    neighbourhood: Neighbourhood,
) -> None:
    one = neighbourhood.residents[1]
    other = await called(neighbourhood)
    await meetings.answer_meeting(other.id, Answer.YES, by=one)
    meeting = await shared(neighbourhood)
    await meetings.object_to_minutes(meeting.id, "My own words", by=one, at=THERE)
    await community.ask_erasure(one.member_id, by=one)
    await erasing.erase(one.member_id, by=neighbourhood.coordinator)
    assert (await seen(other, one)).answer is None
    assert [note.words for note in (await seen(meeting)).notes] == [""]


async def test_a_council_s_verdict_needs_its_own_community(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    council = await council_of(neighbourhood, 3)
    with pytest.raises(councils.UnknownCouncil):
        await councils.council_members(council.id, community_id=elsewhere.id)
    assert Role.COORDINATOR in elsewhere.coordinator.roles
    with pytest.raises(meetings.InvalidMeeting):
        await council_meeting(elsewhere, council)
