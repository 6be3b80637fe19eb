"""Two memberships of one person, in the register: what is kept, taken over, carried and refused."""

import uuid
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

import community
from community import Actor, Role, Standing, Verified
from community.bonds import Agreement, Channel, KinKind, Terms
from tests.community.test_membership import Place, a_phone, open_place, sealed

pytestmark = pytest.mark.usefixtures("database")


async def test_the_survivor_keeps_its_own_and_takes_over_what_it_lacks() -> None:
    place, own, other_phone = await open_place(), a_phone(), a_phone()
    stays = await place.add(phone=own, roster_number="1", roles=(Role.RESIDENT,))
    goes = await place.add(
        phone=other_phone,
        email="wang@example.org",
        birth_date=date(1943, 5, 6),
        household="12-3-402",
        roster_number="2",
        identity=sealed("x"),
        roles=(Role.RESIDENT, Role.ELDER),
    )
    await community.verify_member(goes.id, Verified.HOME_VISIT, by=place.by)
    done = await community.merge_members(stays.id, goes.id, by=place.by)
    assert (done.before, done.ties["roles"]) == (False, 1)
    known, former = await place.known(stays.id), await place.known(goes.id)
    assert (known.phone, known.email, known.birth_date) == (
        own,
        "wang@example.org",
        date(1943, 5, 6),
    )
    assert (known.roster_number, known.identity_sealed) == ("1", "sealed x")
    assert known.verified_how is Verified.HOME_VISIT
    assert known.household_id
    assert (await community.member(stays.id)).roles == {Role.RESIDENT, Role.ELDER}
    gone = await community.member(goes.id)
    assert (gone.standing, gone.roles, gone.name) == (Standing.MERGED, frozenset(), "王秀英")
    assert former == community.Details(goes.id, roster_number="2", merged_into=stays.id)
    # The number of the former membership is free again, and the next roster finds the survivor.
    assert await place.add("李明", phone=other_phone)
    assert await community.standing_membership(goes.id, community_id=place.id) == stays.id


async def test_the_trail_tells_of_it_at_both_and_masked() -> None:
    place, phone = await open_place(), a_phone()
    stays, goes = await place.add(), await place.add(phone=phone, roles=(Role.ELDER,))
    await community.merge_members(stays.id, goes.id, by=place.by)
    (merge,) = [one for one in await place.acts(stays.id) if one.act == "member.merge"]
    (merged,) = [one for one in await place.acts(goes.id) if one.act == "member.merged"]
    assert merge.details == {"merged": str(goes.id), "roles": 1}
    assert merge.after == merged.before == {"phone": community.mask_phone(phone)}
    assert merged.details == {"into": str(stays.id)}


async def test_the_same_merge_again_changes_nothing() -> None:
    place = await open_place()
    stays, goes = await place.add(), await place.add()
    await community.merge_members(stays.id, goes.id, by=place.by)
    events = await community.audit_events(place.id)
    again = await community.merge_members(stays.id, goes.id, by=place.by)
    assert again.before
    assert await community.audit_events(place.id) == events


async def test_a_chain_leads_to_the_one_that_stands() -> None:
    place = await open_place()
    a, b, c = await place.add(), await place.add(), await place.add()
    await community.merge_members(b.id, a.id, by=place.by)
    await community.merge_members(c.id, b.id, by=place.by)
    for one in (a, b, c):
        assert await community.standing_membership(one.id, community_id=place.id) == c.id
    former = await community.former_memberships(c.id, community_id=place.id)
    assert [one.id for one in former] == [a.id, b.id]
    with pytest.raises(community.AlreadyMerged) as refused:
        await community.merge_members(a.id, c.id, by=place.by)
    assert (refused.value.member, refused.value.into) == (a.id, c.id)
    with pytest.raises(community.AlreadyMerged):
        await community.merge_members((await place.add()).id, b.id, by=place.by)


async def test_who_cannot_be_merged_is_told_and_nothing_changes() -> None:
    place, there = await open_place(), await open_place()
    one, gone = await place.add(), await place.add()
    await community.member_left(gone.id, by=place.by)
    me = place.by.member_id
    for survivor, other, refusal in (
        (one.id, one.id, community.NotForYou),
        (one.id, me, community.NotForYou),
        (me, one.id, community.NotForYou),
        (gone.id, one.id, community.NotActive),
        (one.id, uuid.uuid4(), community.UnknownMember),
        (one.id, (await there.add()).id, community.UnknownMember),
    ):
        with pytest.raises(refusal):
            await community.merge_members(survivor, other, by=place.by)
    with pytest.raises(community.UnknownMember):
        await community.merge_members(one.id, gone.id, by=there.by)
    assert (await community.member(one.id)).standing is Standing.ACTIVE
    await community.merge_members(one.id, gone.id, by=place.by)
    assert (await community.member(gone.id)).standing is Standing.MERGED


async def test_a_merge_grants_no_staff_role() -> None:
    place = await open_place()
    one, treasurer = await place.add(), await place.add(roles=(Role.TREASURER, Role.ELDER))
    with pytest.raises(community.StaffRoleHeld) as refused:
        await community.merge_members(one.id, treasurer.id, by=place.by)
    assert refused.value.roles == ("treasurer",)
    assert (await community.member(one.id)).roles == frozenset()
    await community.grant_role(one.id, Role.TREASURER, at=place.id)
    await community.merge_members(one.id, treasurer.id, by=place.by)
    assert (await community.member(one.id)).roles == {Role.TREASURER, Role.ELDER}


async def _delegate(place: Place, member: uuid.UUID, delegate: uuid.UUID) -> None:
    now = datetime.now(UTC)
    acts = frozenset({community.DelegatedAct.REQUEST})
    terms = Terms(member, delegate, acts, now + timedelta(days=9))
    agreed = Agreement("我同意。", "zh", Channel.IN_PERSON, witness_id=place.by.member_id)
    await community.grant_delegation(terms, agreed, by=place.by, key=uuid.uuid4())


async def test_kin_and_delegations_of_both_sides_go_along(owner: asyncpg.Connection) -> None:
    place = await open_place()
    stays, goes = await place.add(), await place.add()
    daughter, neighbour = await place.add("王芳"), await place.add("李明")
    await community.record_kinship(
        goes.id, daughter.id, KinKind.LINEAL, evidence="户口本", by=place.by
    )
    await community.record_kinship(goes.id, stays.id, KinKind.OTHER, evidence="同名", by=place.by)
    await _delegate(place, goes.id, daughter.id)
    await _delegate(place, neighbour.id, goes.id)
    await _delegate(place, stays.id, goes.id)
    done = await community.merge_members(stays.id, goes.id, by=place.by)
    assert done.ties == {"roles": 0, "posts": 0, "kinships": 1, "delegations": 2}
    (kin,) = await community.kin_of(stays.id, place.by)
    assert {kin.member_id, kin.relative_id} == {stays.id, daughter.id}
    assert (kin.evidence, kin.verified_by) == ("户口本", place.by.member_id)
    assert await community.kin_of(goes.id, place.by) == []
    pairs = await owner.fetch(
        "SELECT member_id, delegate_id FROM delegation WHERE community_id = $1"
        " AND revoked_at IS NULL",
        place.id,
    )
    assert {tuple(row) for row in pairs} == {
        (stays.id, daughter.id),
        (neighbour.id, stays.id),
    }
    consents = await owner.fetch(
        "SELECT member_id, words FROM consent WHERE community_id = $1 AND member_id = $2",
        place.id,
        stays.id,
    )
    assert [row["words"] for row in consents] == ["我同意。", "我同意。"]


async def test_who_left_is_nobodys_delegate(owner: asyncpg.Connection) -> None:
    place = await open_place()
    one, two = await place.add(), await place.add("李明")
    await _delegate(place, one.id, two.id)
    await _delegate(place, two.id, one.id)
    await community.member_left(two.id, by=place.by)
    live = await owner.fetchval(
        "SELECT count(*) FROM delegation WHERE community_id = $1 AND revoked_at IS NULL", place.id
    )
    assert live == 0


async def test_alike_are_listed_until_somebody_settles_them() -> None:
    place = await open_place()
    born = date(1943, 5, 6)
    one, two = await place.add(birth_date=born), await place.add(birth_date=born, household="1")
    three = await place.add(household="1")
    await place.add("李明", birth_date=born, household="1")
    await place.add(birth_date=date(1950, 1, 1))
    pairs = await community.alike(place.id)
    assert {(pair.one, pair.two, pair.reasons) for pair in pairs} == {
        (*sorted((one.id, two.id)), ("birth_date",)),
        (*sorted((two.id, three.id)), ("household",)),
    }
    assert set(await community.namesakes(one.id, community_id=place.id)) >= {two.id, three.id}
    await community.not_the_same(three.id, two.id, by=place.by)
    await community.not_the_same(two.id, three.id, by=place.by)
    assert [event.act for event in await place.acts(three.id)].count("member.not_the_same") == 1
    await community.merge_members(one.id, two.id, by=place.by)
    # What it took over makes the survivor like the third now: that is a pair of its own.
    (pair,) = await community.alike(place.id)
    assert {pair.one, pair.two} == {one.id, three.id}


async def test_who_is_who_is_settled_by_a_coordinator_at_home() -> None:
    place, there = await open_place(), await open_place()
    one, two = await place.add(), await place.add()
    with pytest.raises(community.NotForYou):
        await community.not_the_same(one.id, two.id, by=Actor(uuid.uuid4(), place.id))
    for other in (uuid.uuid4(), (await there.add()).id, one.id):
        with pytest.raises(community.UnknownMember):
            await community.not_the_same(one.id, other, by=place.by)
    with pytest.raises(community.UnknownMember):
        await community.not_the_same(one.id, two.id, by=there.by)
    assert await community.alike(there.id) == []


async def test_the_directory_turns_its_pages_without_gap_or_repeat() -> None:
    place = await open_place()
    names = sorted(["王一", "王一", "王一", *(f"王{chr(0x4E00 + n)}" for n in range(60))])
    for name in names:
        await place.add(name, roles=(Role.RESIDENT,))
    seen: list[str] = []
    after = None
    while True:
        page = await community.directory_page(place.id, name="王", after=after)
        seen += [one.name for one in page.members]
        after = page.next
        if after is None:
            break
    assert seen == names
    page = await community.directory_page(place.id, role=Role.COORDINATOR)
    assert [one.id for one in page.members] == [place.by.member_id]
    page = await community.directory_page(place.id, role=Role.DELEGATE)
    assert page.members == ()
