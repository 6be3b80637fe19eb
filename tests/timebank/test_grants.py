"""Grants and estates on a real database: two hands, limits, heirs, and every refusal."""

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
import ledger
import timebank
from community import KinKind, Role
from tests.timebank.hours_town import NOON, Town, open_town, town_is_sound
from timebank import hours
from timebank.hours import Leaving, ProposalState, Source
from timebank.hours.tables import GiftRow

LATER = NOON + timedelta(days=1)


@pytest.fixture
async def town(database: object) -> AsyncIterator[Town]:  # noqa: ARG001 (must be migrated)
    opened = await open_town()
    await opened.fill(1000)
    yield opened
    await town_is_sound(opened)


# --- grants --------------------------------------------------------------------------------------


async def test_a_grant_passes_with_the_second_word(town: Town) -> None:
    proposal = await town.granted(town.mother, 120)
    assert await town.told(town.mother) == []
    once = await hours.approve_proposal(proposal.id, by=town.treasurer, at=NOON)
    assert (once.state, len(once.approvals)) == (ProposalState.WAITING, 1)
    again = await hours.approve_proposal(proposal.id, by=town.treasurer, at=LATER)
    assert (again.state, len(again.approvals)) == (ProposalState.WAITING, 1)
    assert (await town.saved(town.mother), await town.relief()) == ((0, 0), 1000)
    booked = await hours.approve_proposal(proposal.id, by=town.administrator, at=LATER)
    assert (booked.state, booked.ended_at) == (ProposalState.BOOKED, LATER)
    assert (await town.saved(town.mother), await town.relief()) == ((120, 0), 880)
    assert await town.told(town.mother) == ["grant.received"]
    assert await town.told(town.coordinator) == ["proposal.booked"]
    assert (await hours.fund(town.id)).grants == 120
    for by in (town.treasurer, town.administrator):
        await hours.approve_proposal(proposal.id, by=by, at=LATER)
    assert await town.saved(town.mother) == (120, 0)
    with pytest.raises(hours.ProposalOver):
        await hours.approve_proposal(proposal.id, by=town.colleague, at=LATER)


async def test_the_community_itself_can_grant(town: Town) -> None:
    await town.both_approve(await town.granted(town.mother, 60, source=Source.ISSUANCE))
    assert (await town.saved(town.mother), await town.relief()) == ((60, 0), 1000)


async def test_no_hand_is_its_own_second(town: Town) -> None:
    proposal = await town.granted(town.mother)
    with pytest.raises(hours.NotThisHand, match="proposer"):
        await hours.approve_proposal(proposal.id, by=town.coordinator, at=NOON)
    for by in (town.auditor, town.mother, town.volunteer):
        with pytest.raises(hours.NotThisHand, match="role"):
            await hours.approve_proposal(proposal.id, by=by, at=NOON)
    await community.record_kinship(
        town.treasurer.member_id,
        town.mother.member_id,
        KinKind.OTHER,
        evidence="户口簿",
        by=town.coordinator,
    )
    with pytest.raises(hours.NotThisHand, match="kin"):
        await hours.approve_proposal(proposal.id, by=town.treasurer, at=NOON)
    acting = town.administrator.acting_for(town.treasurer.member_id, uuid.uuid4())
    with pytest.raises(hours.OwnHandOnly):
        await hours.approve_proposal(proposal.id, by=acting, at=NOON)
    assert (await hours.proposal_seen(proposal.id, town.auditor)).proposal.approvals == ()


async def test_who_grants_to_their_own_kin_is_shown_as_such(town: Town) -> None:
    await community.record_kinship(
        town.coordinator.member_id,
        town.mother.member_id,
        KinKind.LINEAL,
        evidence="户口簿",
        by=town.colleague,
    )
    proposal = await town.granted(town.mother)
    seen = await hours.proposal_seen(proposal.id, town.treasurer)
    assert (seen.own_kin, seen.why_not) == (True, "")
    other = await town.granted(town.neighbour)
    assert not (await hours.proposal_seen(other.id, town.treasurer)).own_kin


async def test_who_is_waited_for_sees_it_and_nobody_else_does(town: Town) -> None:
    proposal = await town.granted(town.mother)

    async def sees(*who: community.Actor) -> list[int]:
        return [len(await hours.proposals_for(one)) for one in who]

    approvers = (town.treasurer, town.administrator, town.colleague)
    assert await sees(*approvers) == [1, 1, 1]
    assert await sees(town.coordinator, town.auditor, town.mother) == [0, 0, 0]
    await hours.approve_proposal(proposal.id, by=town.treasurer, at=NOON)
    assert await sees(*approvers) == [0, 1, 1]
    await hours.decline_proposal(proposal.id, why="重复了", by=town.colleague, at=NOON)
    assert await sees(*approvers) == [0, 0, 0]
    with pytest.raises(hours.NotTheirAct):
        await hours.proposals(town.mother)
    with pytest.raises(hours.UnknownHours):
        await hours.proposal_seen(proposal.id, (await open_town()).treasurer)


async def test_only_a_coordinator_proposes_and_with_a_reason(town: Town) -> None:
    for by in (town.treasurer, town.administrator, town.auditor, town.mother):
        with pytest.raises(hours.NotTheirAct):
            await town.granted(town.mother, by=by)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(hours.InvalidHours) as refused:
            await town.granted(town.mother, reason=reason)
        assert refused.value.field == "reason"
    for minutes in (14, 601):
        with pytest.raises(hours.InvalidHours) as refused:
            await town.granted(town.mother, minutes)
        assert refused.value.field == "minutes"
    for who, why in ((town.volunteer, "not an elder"), ((await open_town()).mother, "gone")):
        with pytest.raises(hours.NotGrantable) as no:
            await town.granted(who)
        assert (no.value.why, no.value.members) == (why, (who.member_id,))


async def test_a_community_may_grant_to_key_elders_alone(town: Town) -> None:
    await town.policy(grants_to="key_elders")
    with pytest.raises(hours.NotGrantable, match="not a key elder"):
        await town.granted(town.mother)
    await town.needs(town.mother)
    proposal = await town.granted(town.mother)
    await hours.approve_proposal(proposal.id, by=town.treasurer, at=NOON)
    await hours.remove_needs(town.mother.member_id, by=town.coordinator)
    with pytest.raises(hours.NotGrantable):
        await hours.approve_proposal(proposal.id, by=town.administrator, at=NOON)
    # A refusal at the second word leaves the first one standing, and nothing booked.
    seen = await hours.proposal_seen(proposal.id, town.auditor)
    assert len(seen.proposal.approvals) == 1
    assert await town.saved(town.mother) == (0, 0)


async def test_a_month_has_its_limit_by_the_clock_of_the_community(town: Town) -> None:
    await town.policy(grant_month_minutes_max=200)
    await town.both_approve(await town.granted(town.mother, 120))
    with pytest.raises(hours.OverMonth) as over:
        await town.granted(town.neighbour, 90)
    assert (over.value.most, over.value.granted, over.value.asked) == (200, 120, 90)
    await town.both_approve(await town.granted(town.neighbour, 80))
    with pytest.raises(hours.OverMonth):
        await town.granted(town.neighbour, 15)
    april = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    with pytest.raises(hours.OverMonth):
        await town.granted(town.cousin, 15, at=april - timedelta(seconds=1))
    await town.granted(town.cousin, 15, at=april)


async def test_two_that_wait_do_not_pass_the_limit_together(town: Town) -> None:
    await town.policy(grant_month_minutes_max=200)
    one, two = await town.granted(town.mother, 120), await town.granted(town.neighbour, 120)
    await town.both_approve(one)
    with pytest.raises(hours.OverMonth):
        await town.both_approve(two)


async def test_the_fund_gives_only_what_it_has(town: Town) -> None:
    proposal = await town.granted(town.mother, 600)
    other = await town.granted(town.neighbour, 600)
    await town.both_approve(proposal)
    with pytest.raises(timebank.NotEnoughMinutes) as short:
        await town.both_approve(other)
    assert (short.value.available, short.value.asked) == (400, 600)
    await town.fill(200)
    await hours.approve_proposal(other.id, by=town.administrator, at=NOON)
    assert await town.saved(town.neighbour) == (600, 0)


async def test_a_no_needs_a_reason_and_ends_it(town: Town) -> None:
    proposal = await town.granted(town.mother)
    with pytest.raises(hours.InvalidHours):
        await hours.decline_proposal(proposal.id, why=" ", by=town.treasurer, at=NOON)
    for by in (town.auditor, town.mother):
        with pytest.raises(hours.NotTheirAct):
            await hours.decline_proposal(proposal.id, why="x", by=by, at=NOON)
    no = await hours.decline_proposal(proposal.id, why="已有补助", by=town.treasurer, at=NOON)
    assert (no.state, no.why) == (ProposalState.DECLINED, "已有补助")
    assert await town.told(town.coordinator) == ["proposal.declined"]
    await hours.decline_proposal(proposal.id, why="已有补助", by=town.treasurer, at=LATER)
    for by in (town.administrator, town.coordinator):
        with pytest.raises(hours.ProposalOver):
            await hours.decline_proposal(proposal.id, why="x", by=by, at=NOON)
    own = await town.granted(town.mother)
    await hours.decline_proposal(own.id, why="写错人了", by=town.coordinator, at=NOON)
    assert await town.saved(town.mother) == (0, 0)


async def test_a_form_sent_twice_proposes_once(town: Town) -> None:
    key = uuid.uuid4()
    first = await town.granted(town.mother, key=key)
    assert (await town.granted(town.mother, key=key)).id == first.id
    with pytest.raises(hours.SentBefore):
        await town.granted(town.neighbour, key=key)
    waiting, over = await hours.proposals(town.treasurer)
    assert ([one.proposal.id for one in waiting], over) == ([first.id], [])


async def test_many_begin_with_hours_from_one_list_once_in_their_life(town: Town) -> None:
    lines = [(one.member_id, 300) for one in (town.mother, town.cousin, town.neighbour)]

    async def proposed(these: list[tuple[uuid.UUID, int]]) -> hours.Proposal:
        return await hours.propose_opening(
            these, reason="开户", by=town.coordinator, form_key=uuid.uuid4(), at=NOON
        )

    twice = await proposed(lines[:1])
    await town.both_approve(await proposed(lines))
    assert [await town.saved(one) for one in (town.mother, town.cousin, town.neighbour)] == [
        (300, 0)
    ] * 3
    assert await town.relief() == 1000
    with pytest.raises(hours.NotGrantable) as before:
        await proposed([*lines[1:], (town.husband.member_id, 300)])
    assert (before.value.why, set(before.value.members)) == (
        "before",
        {town.cousin.member_id, town.neighbour.member_id},
    )
    with pytest.raises(hours.NotGrantable, match="before"):
        await town.both_approve(twice)
    with pytest.raises(hours.InvalidHours):
        await proposed([lines[0], lines[0]])
    with pytest.raises(ledger.KeyReused):
        await timebank.opening_grant(town.mother.member_id, 60, community_id=town.id)


async def test_who_left_meanwhile_is_granted_nothing(town: Town) -> None:
    proposal = await town.granted(town.mother)
    await community.member_left(town.mother.member_id, by=town.coordinator)
    with pytest.raises(hours.NotGrantable, match="gone"):
        await town.both_approve(proposal)


# --- estates -------------------------------------------------------------------------------------


async def parts(
    town: Town, shares: Mapping[uuid.UUID | None, int] | Mapping[uuid.UUID, int], **more: object
) -> hours.Proposal:
    given: dict[str, object] = {
        "reason": "家属商定",
        "by": town.coordinator,
        "form_key": uuid.uuid4(),
        "at": LATER,
        **more,
    }
    return await hours.propose_parts(town.volunteer.member_id, dict(shares), **given)  # type: ignore[arg-type]  # a test's own words


async def test_what_somebody_leaves_passes_to_their_estate_and_on_to_heirs(town: Town) -> None:
    await town.give(town.husband, 45)
    await hours.accept_gift(
        (await town.offered(45, by=town.husband, to=town.volunteer)).id,
        by=town.volunteer,
        at=NOON,
    )
    assert await town.leave(town.volunteer) == 645
    assert await town.saved(town.volunteer) == (0, 0)
    assert await town.gifts(town.volunteer) == (0, 0)
    assert await town.minutes("estate", town.volunteer) == (645, 0)
    seen = await hours.seen_estate(town.volunteer.member_id, by=town.treasurer, at=LATER)
    assert (seen.left, seen.estate.why, seen.waiting) == (645, Leaving.DIED, None)
    assert set(seen.heirs.values()) == {"陈桂芳", "王建国", "李秀英", "王小明"}
    proposal = await parts(town, {town.mother.member_id: 1, town.son.member_id: 1})
    assert [line.minutes for line in proposal.lines] == [323, 322]
    await town.both_approve(proposal, at=LATER)
    assert await town.gifts(town.mother) == (323, 0)
    assert await town.gifts(town.son) == (322, 0)
    assert await town.minutes("estate", town.volunteer) == (0, 0)
    assert await town.told(town.son) == ["estate.received"]
    assert not await hours.estate_left(town.volunteer.member_id, community_id=town.id)


async def test_a_gift_on_its_way_goes_back_before_the_estate_opens(town: Town) -> None:
    out = await town.offered(60)
    await town.give(town.husband, 45)
    await town.offered(45, by=town.husband, to=town.volunteer)
    assert await town.leave(town.volunteer) == 600
    assert await town.saved(town.husband) == (45, 0)
    with pytest.raises(hours.GiftOver):
        await hours.accept_gift(out.id, by=town.mother, at=LATER)
    assert "gift.lapsed" in await town.told(town.husband)


async def test_who_leaves_nothing_leaves_no_estate(town: Town) -> None:
    assert await town.leave(town.neighbour) == 0
    assert await hours.estates(town.coordinator, at=LATER) == []
    with pytest.raises(hours.UnknownHours):
        await hours.seen_estate(town.neighbour.member_id, by=town.coordinator)


async def test_heirs_come_before_the_fund_until_nobody_claimed_for_years(town: Town) -> None:
    await town.leave(town.volunteer)
    with pytest.raises(hours.HeirsFirst) as first:
        await parts(town, {None: 1})
    assert first.value.from_ == NOON.replace(year=2031)
    with pytest.raises(hours.NotAnHeir):
        await parts(town, {town.neighbour.member_id: 1})
    with pytest.raises(hours.NotAnHeir):
        await parts(town, {(await open_town()).mother.member_id: 1})
    for none in ({}, {town.mother.member_id: 0}):
        with pytest.raises(hours.InvalidHours):
            await parts(town, none)
    proposal = await parts(town, {None: 1}, at=NOON.replace(year=2031))
    await town.both_approve(proposal, at=NOON.replace(year=2031))
    assert await town.relief() == 1600
    with pytest.raises(hours.NothingLeft):
        await parts(town, {town.mother.member_id: 1})


async def test_the_family_may_ask_that_the_fund_has_a_part(town: Town) -> None:
    await town.leave(town.volunteer)
    shares: dict[uuid.UUID | None, int] = {town.mother.member_id: 3, None: 1}
    proposal = await parts(town, shares, family_agrees=True)
    await town.both_approve(proposal, at=LATER)
    assert (await town.gifts(town.mother), await town.relief()) == ((450, 0), 1150)


async def test_a_community_may_let_the_fund_inherit(town: Town) -> None:
    await town.policy(estate_to_kin=False)
    await town.leave(town.volunteer)
    with pytest.raises(hours.FundOnly):
        await parts(town, {town.mother.member_id: 1})
    await town.both_approve(await parts(town, {None: 1}), at=LATER)
    assert await town.relief() == 1600


async def test_one_proposal_at_a_time_for_one_estate(town: Town) -> None:
    await town.leave(town.volunteer)
    key = uuid.uuid4()
    first = await parts(town, {town.mother.member_id: 1}, form_key=key)
    assert (await parts(town, {town.mother.member_id: 1}, form_key=key)).id == first.id
    for by in (town.coordinator, town.colleague):
        with pytest.raises(hours.EstateWaits) as waits:
            await parts(town, {town.son.member_id: 1}, by=by)
        assert waits.value.proposal == first.id
    await hours.decline_proposal(first.id, why="还没商量好", by=town.treasurer, at=LATER)
    await town.both_approve(await parts(town, {town.son.member_id: 1}), at=LATER)
    assert await town.gifts(town.son) == (600, 0)


async def test_kin_of_the_dead_and_heirs_do_not_approve(town: Town) -> None:
    await community.grant_role(town.son.member_id, Role.TREASURER, at=town.id, by=None)
    await town.leave(town.volunteer)
    proposal = await parts(town, {town.mother.member_id: 1})
    son = community.Actor(town.son.member_id, town.id, frozenset({Role.TREASURER}))
    with pytest.raises(hours.NotThisHand, match="kin"):
        await hours.approve_proposal(proposal.id, by=son, at=LATER)


async def test_what_comes_in_late_is_gathered_up(town: Town) -> None:
    await town.leave(town.volunteer)
    await town.give(town.volunteer, 30)
    seen = await hours.seen_estate(town.volunteer.member_id, by=town.auditor, at=LATER)
    assert seen.left == 630
    await town.both_approve(await parts(town, {town.mother.member_id: 1}), at=LATER)
    assert await town.gifts(town.mother) == (630, 0)
    assert await town.saved(town.volunteer) == (0, 0)


async def test_who_comes_back_has_theirs_again_as_it_was(town: Town) -> None:
    await town.give(town.husband, 45)
    gift = await town.offered(45, by=town.husband, to=town.volunteer)
    await hours.accept_gift(gift.id, by=town.volunteer, at=NOON)
    await town.leave(town.volunteer, Leaving.MOVED)
    with pytest.raises(hours.NotTheirAct):
        await hours.return_estate(town.volunteer.member_id, by=town.treasurer, at=LATER)
    await community.member_back(town.volunteer.member_id, by=town.coordinator)
    assert await hours.return_estate(town.volunteer.member_id, by=town.coordinator, at=LATER) == 645
    assert await town.saved(town.volunteer) == (600, 0)
    assert await town.gifts(town.volunteer) == (45, 0)
    assert await hours.return_estate(town.volunteer.member_id, by=town.coordinator, at=LATER) == 0
    # Leaving a second time opens the estate anew.
    assert await town.leave(town.volunteer) == 645


async def test_what_the_dead_leave_is_given_back_to_nobody(town: Town) -> None:
    await town.leave(town.volunteer)
    with pytest.raises(hours.NotTheirAct):
        await hours.return_estate(town.volunteer.member_id, by=town.coordinator, at=LATER)
    await parts(town, {town.mother.member_id: 1})
    await community.member_back(town.volunteer.member_id, by=town.coordinator)
    with pytest.raises(hours.EstateWaits):
        await hours.return_estate(town.volunteer.member_id, by=town.coordinator, at=LATER)


async def test_estates_are_seen_by_who_looks_after_them(town: Town) -> None:
    await town.leave(town.volunteer)
    for by in (town.coordinator, town.treasurer, town.administrator, town.auditor):
        assert [one.left for one in await hours.estates(by, at=LATER)] == [600]
    for by in (town.mother, town.neighbour):
        with pytest.raises(hours.NotTheirAct):
            await hours.estates(by, at=LATER)
    with pytest.raises(hours.UnknownHours):
        await hours.seen_estate(town.volunteer.member_id, by=(await open_town()).coordinator)


# --- merging and erasing -------------------------------------------------------------------------


async def test_a_merge_ends_open_gifts_and_keeps_one_s_needs(town: Town) -> None:
    gift = await town.offered(60)
    await town.needs(town.mother, low_income=True)
    async with ledger.transaction():
        await hours.take_over_hours(
            town.mother.member_id, town.cousin.member_id, by=town.coordinator
        )
    assert await town.saved(town.volunteer) == (600, 0)
    with pytest.raises(hours.GiftOver):
        await hours.accept_gift(gift.id, by=town.mother, at=LATER)
    found = await hours.needs_of(town.cousin.member_id, town.coordinator)
    assert found is not None
    assert found.needs.low_income
    assert await hours.needs_of(town.mother.member_id, town.coordinator) is None


async def test_a_merge_waits_for_a_proposal(town: Town) -> None:
    await town.granted(town.mother)
    with pytest.raises(hours.HoursOpen):
        async with ledger.transaction():
            await hours.take_over_hours(
                town.mother.member_id, town.cousin.member_id, by=town.coordinator
            )


@pytest.mark.parametrize("what", ["gift", "proposal", "estate"])
async def test_nobody_is_erased_while_hours_are_on_their_way(town: Town, what: str) -> None:
    who = town.mother
    if what == "gift":
        await town.offered(60)
    elif what == "proposal":
        await town.granted(town.mother)
    else:
        who = town.volunteer
        await town.leave(town.volunteer)
    with pytest.raises(hours.HoursOpen):
        await hours.refuse_open_hours([who.member_id], community_id=town.id)
    await hours.refuse_open_hours([town.neighbour.member_id], community_id=town.id)


# --- what the database itself refuses -----------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gift SET minutes = 15",
        "UPDATE gift SET receiver_id = giver_id",
        "DELETE FROM gift",
        "UPDATE donation SET minutes = 15",
        "DELETE FROM donation",
        "UPDATE hours_proposal SET source = 'issuance'",
        "DELETE FROM hours_proposal",
        "UPDATE hours_proposal_line SET minutes = 15",
        "DELETE FROM hours_proposal_line",
        "UPDATE hours_approval SET at = now()",
        "DELETE FROM hours_approval",
        "DELETE FROM estate",
    ],
)
async def test_the_app_s_role_has_no_right_to_edit_what_counts(town: Town, statement: str) -> None:
    await town.both_approve(await town.granted(town.mother))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await GiftRow.raw(statement)


async def test_an_end_stands_and_words_stay_as_they_were_said(town: Town) -> None:
    gift = await town.offered(60, words="买菜用")
    await hours.accept_gift(gift.id, by=town.mother, at=LATER)
    proposal = await town.granted(town.mother)
    await hours.decline_proposal(proposal.id, why="重复了", by=town.treasurer, at=NOON)
    for statement, constraint in (
        ("UPDATE gift SET state = 'offered', ended_at = NULL WHERE id = {}", "ends_once"),
        ("UPDATE gift SET words = '' WHERE id = {}", "gift_keeps_words"),
        ("UPDATE gift SET words = '别的' WHERE id = {}", "gift_keeps_words"),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as broken:
            await GiftRow.raw(statement, gift.id)
        assert broken.value.constraint_name == constraint
    for statement, constraint in (
        ("UPDATE hours_proposal SET reason = 'x' WHERE id = {}", "proposal_keeps_reason"),
        (
            "UPDATE hours_proposal SET state = 'booked', why = NULL WHERE id = {}",
            "ends_once",
        ),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as broken:
            await GiftRow.raw(statement, proposal.id)
        assert broken.value.constraint_name == constraint
