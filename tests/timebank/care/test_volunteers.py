"""Volunteers: applying, vetting, times, what matching reads of them, honours and calendars."""

import dataclasses
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import community
import ledger
import timebank
from community import Actor, Level, Role
from tests.timebank.street import NOON, Street, open_street
from timebank import care
from timebank.care.values import (
    Extra,
    Hours,
    Profile,
    Reason,
    Speech,
    VolunteerStanding,
)

TODAY = date(2026, 3, 2)  # a Monday
ONE = timedelta(days=1)
MANDARIN = frozenset({Speech.MANDARIN})


async def joined(street: Street, name: str, *roles: Role) -> Actor:
    added = await community.add_member(community_id=street.id, name=name, roles=roles)
    return Actor(added.id, street.id, added.roles)


async def desk(street: Street) -> Actor:
    """Return the street's coordinator, whose role the register knows."""
    return street.coordinator


async def skill(street: Street, code: str) -> uuid.UUID:
    return {one.code: one.id for one in await timebank.care_services(street.id)}[code]


async def test_from_the_wish_to_help_to_the_first_pause(street: Street) -> None:
    wang = await joined(street, "王晓燕", Role.RESIDENT)
    profile = Profile("喜欢聊天", frozenset({await skill(street, "meals")}), languages=MANDARIN)
    one = await care.save_profile(profile, by=wang, at=NOON)
    assert (one.standing, one.profile) == (VolunteerStanding.APPLIED, profile)
    listed = await care.volunteers_listed(street.id, VolunteerStanding.APPLIED)
    assert [found.name for found in listed] == ["王晓燕"]
    for _twice in range(2):
        approved = await care.approve_volunteer(wang.member_id, by=await desk(street))
    assert approved.standing is VolunteerStanding.ACTIVE
    wang = dataclasses.replace(wang, roles=(await community.member(wang.member_id)).roles)
    assert Role.VOLUNTEER in wang.roles
    changed = dataclasses.replace(profile, words="也会做菜")
    assert (await care.save_profile(changed, by=wang)).standing is VolunteerStanding.ACTIVE
    paused = await care.pause_volunteer(wang.member_id, why="腿伤了", by=await desk(street))
    assert (paused.standing, paused.why) == (VolunteerStanding.PAUSED, "腿伤了")
    assert (await care.save_profile(changed, by=wang)).standing is VolunteerStanding.PAUSED
    (meals, *_rest) = await timebank.care_services(street.id)
    with pytest.raises(care.NotFit) as refused:
        await care.refuse_unfit(wang.member_id, meals, at=NOON, community_id=street.id)
    assert refused.value.reason is Reason.PAUSED
    counts = await care.count_volunteers(street.id)
    assert counts[VolunteerStanding.PAUSED] == 1
    assert counts[VolunteerStanding.ACTIVE] == 2, "the street's own two never filled in a profile"
    await care.approve_volunteer(wang.member_id, by=await desk(street))
    await care.refuse_unfit(wang.member_id, meals, at=NOON, community_id=street.id)
    kinds = [one.kind for one in await community.inbox(wang.member_id, community_id=street.id)]
    assert kinds.count("volunteer.approved") == 2
    assert kinds.count("volunteer.paused") == 1


async def test_who_is_turned_down_may_ask_again(street: Street) -> None:
    wang = await joined(street, "王晓燕", Role.RESIDENT)
    await care.save_profile(Profile(languages=MANDARIN), by=wang)
    for wrong in (" ", "字" * 301):
        with pytest.raises(care.InvalidProfile):
            await care.decline_volunteer(wang.member_id, why=wrong, by=street.coordinator)
    await care.decline_volunteer(wang.member_id, why="先来聊聊", by=street.coordinator)
    with pytest.raises(care.WrongStanding):
        await care.pause_volunteer(wang.member_id, why="x", by=street.coordinator)
    again = await care.save_profile(Profile(languages=MANDARIN), by=wang)
    assert again.standing is VolunteerStanding.APPLIED
    await care.approve_volunteer(wang.member_id, by=street.coordinator)
    with pytest.raises(care.WrongStanding):
        await care.decline_volunteer(wang.member_id, why="x", by=street.coordinator)


async def test_nobody_decides_about_themselves_or_about_strangers(street: Street) -> None:
    both = await joined(street, "沈双", Role.COORDINATOR, Role.RESIDENT)
    await care.save_profile(Profile(languages=MANDARIN), by=both)
    with pytest.raises(care.OwnVetting):
        await care.approve_volunteer(both.member_id, by=both)
    with pytest.raises(care.NotAllowed):
        await care.approve_volunteer(both.member_id, by=street.volunteer)
    for_another = dataclasses.replace(street.coordinator, on_behalf_of=street.elder.member_id)
    with pytest.raises(care.NotAllowed):
        await care.approve_volunteer(both.member_id, by=for_another)
    there = await open_street()
    with pytest.raises(care.NotAllowed):
        await care.approve_volunteer(both.member_id, by=there.coordinator)
    with pytest.raises(care.UnknownVolunteer):
        await care.approve_volunteer(street.elder.member_id, by=street.coordinator)
    with pytest.raises(care.UnknownVolunteer):
        await care.pause_volunteer(street.elder.member_id, why="x", by=street.coordinator)


async def test_what_a_profile_may_name(street: Street) -> None:
    there = await open_street()
    foreign = Profile(skills=frozenset({await skill(there, "meals")}), languages=MANDARIN)
    with pytest.raises(care.InvalidProfile) as refused:
        await care.save_profile(foreign, by=street.volunteer)
    assert refused.value.field == "skills"
    grid = await community.add_area(level=Level.GRID, code="g", name="梧桐里", below=there.id)
    with pytest.raises(care.InvalidProfile) as refused:
        await care.save_profile(
            Profile(grids=frozenset({grid.id}), languages=MANDARIN), by=street.volunteer
        )
    assert refused.value.field == "grids"
    by = dataclasses.replace(street.volunteer, on_behalf_of=street.elder.member_id)
    with pytest.raises(care.NotAllowed):
        await care.save_profile(Profile(languages=MANDARIN), by=by)
    # What was chosen before it was retired may stay chosen.
    meals = await skill(street, "meals")
    chosen = Profile(skills=frozenset({meals}), languages=MANDARIN)
    await care.save_profile(chosen, by=street.volunteer)
    await care.retire_care_service(meals, by=street.coordinator)
    kept = await care.save_profile(chosen, by=street.volunteer)
    assert kept.profile.skills == {meals}


async def with_times(street: Street, **profile: Any) -> None:
    await care.save_profile(Profile(languages=MANDARIN, **profile), by=street.volunteer)
    await care.save_hours([Hours(1, 540, 600), Hours(1, 600, 660)], by=street.volunteer)


async def test_times_and_what_differs_from_them(street: Street) -> None:
    with pytest.raises(care.UnknownVolunteer):
        await care.save_hours([Hours(1, 540, 660)], by=street.volunteer)
    await with_times(street)
    away, extra = uuid.uuid4(), uuid.uuid4()
    for _twice in range(2):
        await care.add_away(away, TODAY, TODAY + ONE, by=street.volunteer, at=NOON)
        await care.add_extra(extra, Extra(TODAY, 840, 900), by=street.volunteer, at=NOON)
    times = await care.times_of(street.volunteer.member_id)
    assert times.weekly == (Hours(1, 540, 660),)
    assert [one.id for one in times.away] == [away]
    assert [one.id for one in times.extra] == [extra]
    assert await care.drop_exception(away, by=street.volunteer)
    assert not await care.drop_exception(away, by=street.volunteer)
    assert not await care.drop_exception(extra, by=street.other_volunteer), "not theirs"
    await care.save_hours([], by=street.volunteer)
    assert (await care.times_of(street.volunteer.member_id)).weekly == ()
    with pytest.raises(care.InvalidProfile):
        await care.add_away(uuid.uuid4(), TODAY - 2 * ONE, TODAY - ONE,
                            by=street.volunteer, at=NOON)  # fmt: skip


async def test_what_matching_reads_of_every_volunteer(street: Street) -> None:
    meals = await skill(street, "meals")
    await with_times(street, skills=frozenset({meals}))
    await care.add_away(uuid.uuid4(), TODAY + 7 * ONE, TODAY + 7 * ONE, by=street.volunteer,
                        at=NOON)  # fmt: skip
    kind = {one.code: one.id for one in await care.certificate_kinds(street.id)}["first_aid"]
    claim = care.Claim(uuid.uuid4(), kind, TODAY - ONE, TODAY + 30 * ONE)
    one = await care.claim_certificate(claim, by=street.volunteer, at=NOON)
    await care.verify_certificate(one.id, of=one.member_id, evidence="x", by=street.coordinator)
    visit = await street.finished(120, taken=60)
    await timebank.confirm(visit.id, by=street.elder, minutes=60, at=NOON + ONE)
    paused = await joined(street, "赵停", Role.VOLUNTEER)
    await care.pause_volunteer(paused.member_id, why="x", by=street.coordinator)
    await care.save_profile(Profile(languages=MANDARIN), by=street.coordinator)  # only applies
    since = datetime(2026, 3, 1, 16, tzinfo=UTC)  # Monday's midnight in Shanghai
    found = await care.volunteers_for_matching(street.id, since, since + 14 * ONE, at=NOON + ONE)
    by_name = {one.name: one for one in found}
    assert set(by_name) == {"李明", "周敏"}
    li, zhou = by_name["李明"], by_name["周敏"]
    assert li.windows == ((since + timedelta(hours=9), since + timedelta(hours=11)),)
    assert (li.told, zhou.told, zhou.windows) == (True, False, ())
    assert li.skills == {meals}
    assert [held.kind for held in li.person.certificates] == [kind]
    assert len(li.busy) == 8
    assert min(li.busy) == visit.starts_at
    assert (li.minutes_lately, zhou.minutes_lately) == (60, 0)
    later = await care.volunteers_for_matching(street.id, since, since + ONE, at=NOON + 40 * ONE)
    assert [one.minutes_lately for one in later] == [0, 0]


async def test_honours_name_only_those_who_agreed(street: Street) -> None:
    visit = await street.finished(120, taken=60)
    await timebank.confirm(visit.id, by=street.elder, minutes=60, at=NOON + ONE)
    mine = await care.honour_of(street.volunteer.member_id, community_id=street.id)
    assert (mine.stars, mine.minutes, mine.next_star, mine.next_minutes) == (0, 60, 1, 6000)
    await set_stars(street, 60)
    assert await care.honoured(street.id) == []
    await with_times(street, honours_public=True)
    assert await care.honoured(street.id) == [care.Honoured("李明", 1)]
    mine = await care.honour_of(street.volunteer.member_id, community_id=street.id)
    assert (mine.stars, mine.next_star) == (1, 2)
    await care.pause_volunteer(street.volunteer.member_id, why="x", by=street.coordinator)
    assert await care.honoured(street.id) == []


async def set_stars(street: Street, first: int) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (only here)

    from community.policy import read_pack  # noqa: PLC0415 (only here)
    from timebank.policy import HONOUR_1_MINUTES, SETTINGS  # noqa: PLC0415 (only here)

    name = HONOUR_1_MINUTES.path[1]
    text = f'name = "N"\nsource = "S"\n[time_bank]\n{name} = {first}\n'
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(street.id))


async def test_a_calendar_s_address_is_one_s_own_and_can_be_renewed(street: Street) -> None:
    visit = await street.booked(60)
    (entry,) = await care.calendar_of(
        street.volunteer.member_id, community_id=street.id, since=NOON
    )
    assert (entry.visit.id, entry.gives, entry.other) == (visit.id, True, "陈桂芳")
    assert entry.steps >= 2
    (entry,) = await care.calendar_of(street.elder.member_id, community_id=street.id, since=NOON)
    assert (entry.gives, entry.other) == (False, "李明")
    before = await care.renew_feed(by=street.volunteer)
    owner = await care.feed_owner(before)
    assert owner is not None
    assert owner.member_id == street.volunteer.member_id
    after = await care.renew_feed(by=street.volunteer)
    assert await care.feed_owner(before) is None
    assert await care.feed_of(street.volunteer.member_id) == after
    await care.stop_feed(by=street.volunteer)
    assert await care.feed_of(street.volunteer.member_id) is None
    by = dataclasses.replace(street.volunteer, on_behalf_of=street.elder.member_id)
    with pytest.raises(care.NotAllowed):
        await care.renew_feed(by=by)


async def test_a_merge_hands_on_profile_and_certificates(street: Street) -> None:
    await with_times(street)
    kind = {one.code: one.id for one in await care.certificate_kinds(street.id)}["first_aid"]
    claim = care.Claim(uuid.uuid4(), kind, TODAY)
    one = await care.claim_certificate(claim, by=street.volunteer, at=NOON)
    await care.verify_certificate(one.id, of=one.member_id, evidence="x", by=street.coordinator)
    new = await joined(street, "李明", Role.VOLUNTEER)
    other = street.volunteer.member_id
    for _twice in range(2):
        await care.take_over_volunteering(other, new.member_id, by=street.coordinator)
    assert (await care.times_of(new.member_id)).weekly == (Hours(1, 540, 660),)
    (kept,) = await care.certificates_of(new.member_id, community_id=street.id)
    assert kept.id == claim.id
    assert await care.find_volunteer(other, community_id=street.id) is None
    async with ledger.transaction():
        await care.forget_volunteers([new.member_id], community_id=street.id)
        await community.record(
            "erasure.carry_out",
            by=street.coordinator,
            subject_kind="member",
            subject_id=new.member_id,
        )
    assert await care.certificates_of(new.member_id, community_id=street.id) == []
    assert await care.find_volunteer(new.member_id, community_id=street.id) is None
