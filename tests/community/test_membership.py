"""What is known of a member, on a real database: adding, amending, verifying, leaving."""

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

import community
from community import Actor, Registration, Role, SealedIdentity, Standing, Verified

pytestmark = pytest.mark.usefixtures("database")


def a_phone() -> str:
    """Make a number that no carrier gives, and no other test has."""
    return f"+86154{uuid.uuid4().int % 10**8:08d}"


def sealed(number: str) -> SealedIdentity:
    """Seal a number as a test does: not at all."""
    return SealedIdentity(f"sealed {number}", number.encode(), frozenset({number.encode()}))


class Place:
    """A community of one's own with a coordinator."""

    def __init__(self, home: community.Community, coordinator: Actor) -> None:
        self.id, self.by = home.id, coordinator

    async def add(self, name: str = "王秀英", **more: object) -> community.Member:
        return await community.add_member(community_id=self.id, name=name, **more)  # type: ignore[arg-type]  # what a test gives on

    async def known(self, member_id: uuid.UUID) -> community.Details:
        return await community.details_of(member_id, community_id=self.id)

    async def acts(self, member_id: uuid.UUID) -> list[community.AuditEvent]:
        """Return what was done with a member, newest first."""
        events = await community.audit_events(self.id, size=200)
        return [event for event in events if event.subject_id == member_id]


async def open_place() -> Place:
    home = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="八里社区")
    coordinator = await community.add_member(
        community_id=home.id, name="沈洁", roles=(Role.COORDINATOR,)
    )
    return Place(home, Actor(coordinator.id, home.id, coordinator.roles))


async def test_a_member_is_added_with_all_that_is_known() -> None:
    place = await open_place()
    grid = await community.add_area(
        level=community.Level.GRID, code="g1", name="梧桐里", below=place.id
    )
    phone = a_phone()
    one = await place.add(
        phone=phone,
        email="wang@example.org",
        birth_date=date(1943, 5, 6),
        grid_id=grid.id,
        household="12-3-402",
        address="八里新村12幢402室",
        registration=Registration.REGISTERED,
        roster_number="0017",
        identity=sealed("11010519491231002X"),
        roles=(Role.RESIDENT, Role.ELDER),
        by=None,
    )
    known = await place.known(one.id)
    assert (known.phone, known.email, known.birth_date, known.grid_id) == (
        phone,
        "wang@example.org",
        date(1943, 5, 6),
        grid.id,
    )
    assert (known.registration, known.roster_number) == (Registration.REGISTERED, "0017")
    assert known.household_id
    home = await community.household(known.household_id, community_id=place.id)
    assert home
    assert (home.code, home.address, home.grid_id) == ("12-3-402", "八里新村12幢402室", grid.id)
    assert [one.name for one in await community.people_of(home.id, community_id=place.id)] == [
        "王秀英"
    ]
    (event,) = [event for event in await place.acts(one.id) if event.act == "member.add"]
    assert event.after
    told = str(event.after)
    for secret in (phone[3:], "wang@", "05-06", "秀英", "11010519491231002X", "0017"):
        assert secret not in told


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("phone", "13812345678"),
        ("phone", "+86 138"),
        ("email", "wang"),
        ("email", "w ang@example.org"),
        ("birth_date", date(1889, 12, 31)),
        ("birth_date", date.today() + timedelta(days=2)),  # noqa: DTZ011 (two days ahead anywhere)
        ("roster_number", "x" * 41),
        ("name", "王" * 81),
        ("household", "x" * 41),
    ],
)
async def test_what_no_member_can_have_is_refused_by_field(field: str, bad: object) -> None:
    place = await open_place()
    with pytest.raises(community.InvalidDetail) as refused:
        await place.add(**{"name": "王秀英", field: bad})
    assert refused.value.field == field
    one = await place.add()
    with pytest.raises(community.InvalidDetail) as refused:
        await community.amend_member(one.id, {field: bad}, shown={}, by=place.by)
    assert refused.value.field == field
    assert [event.act for event in await place.acts(one.id)] == ["member.add"]


async def test_a_taken_number_says_whose_it_is_only_at_home() -> None:
    here, there = await open_place(), await open_place()
    phone = a_phone()
    one = await here.add(phone=phone, roster_number="7", identity=sealed("x"))
    for refusal, said in (
        (community.PhoneTaken, {"phone": phone}),
        (community.RosterNumberTaken, {"roster_number": "7"}),
        (community.IdentityTaken, {"identity": sealed("x")}),
    ):
        with pytest.raises(refusal) as refused:
            await here.add("李明", **said)
        assert refused.value.holder == one.id
    with pytest.raises(community.PhoneTaken) as refused:
        await there.add("李明", phone=phone)
    assert refused.value.holder is None
    assert await there.add("李明", roster_number="7", identity=sealed("x"))


async def test_of_two_who_add_one_number_at_once_one_is_refused() -> None:
    place, phone = await open_place(), a_phone()
    results = await asyncio.gather(
        *(place.add(name, phone=phone) for name in ("甲", "乙", "丙")), return_exceptions=True
    )
    assert sum(isinstance(one, community.Member) for one in results) == 1
    assert sum(isinstance(one, community.PhoneTaken) for one in results) == 2


async def test_a_grid_of_another_community_is_refused() -> None:
    here, there = await open_place(), await open_place()
    grid = await community.add_area(
        level=community.Level.GRID, code="g1", name="河沿街", below=there.id
    )
    with pytest.raises(community.UnknownArea):
        await here.add(grid_id=grid.id)


async def test_only_what_changed_is_written_and_told_masked() -> None:
    place = await open_place()
    old, new = a_phone(), a_phone()
    one = await place.add(phone=old, birth_date=date(1943, 5, 6))
    changed = await community.amend_member(
        one.id,
        {"name": "王秀英 ", "phone": new, "email": "", "birth_date": date(1943, 5, 6)},
        shown={"name": "王秀英", "phone": old, "email": "", "birth_date": date(1943, 5, 6)},
        by=place.by,
    )
    assert changed == {"phone"}
    assert (await place.known(one.id)).phone == new
    event = (await place.acts(one.id))[0]
    assert (event.act, event.details) == ("member.amend", {"fields": ["phone"]})
    assert event.before == {"phone": community.mask_phone(old)}
    assert event.after == {"phone": community.mask_phone(new)}
    assert not await community.amend_member(one.id, {"phone": new}, shown={}, by=place.by)
    assert (await place.acts(one.id))[0] == event


async def test_a_field_that_changed_meanwhile_is_told_and_nothing_is_lost() -> None:
    place = await open_place()
    one = await place.add(email="a@example.org")
    shown = {"name": "王秀英", "email": "a@example.org", "household": None}
    await community.amend_member(one.id, {"email": "b@example.org"}, shown=shown, by=place.by)
    with pytest.raises(community.ChangedMeanwhile) as refused:
        await community.amend_member(
            one.id, {"name": "王秀瑛", "email": "c@example.org"}, shown=shown, by=place.by
        )
    assert refused.value.now == {"email": "b@example.org"}
    assert (await community.member(one.id)).name == "王秀英"
    # Who wants the same, or leaves that field alone, is not in anybody's way.
    assert await community.amend_member(
        one.id, {"name": "王秀瑛", "email": "b@example.org"}, shown=shown, by=place.by
    ) == {"name"}


async def test_two_amendments_at_once_both_stand_or_the_second_is_told() -> None:
    place = await open_place()
    one = await place.add(email="a@example.org")
    shown = {"email": "a@example.org", "roster_number": None}

    async def amend(**changes: str) -> object:
        return await community.amend_member(one.id, changes, shown=shown, by=place.by)

    assert await asyncio.gather(amend(email="b@example.org"), amend(roster_number="9")) == [
        {"email"},
        {"roster_number"},
    ]
    shown = {"email": "b@example.org"}
    both = await asyncio.gather(
        amend(email="c@example.org"), amend(email="d@example.org"), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in both) == ["ChangedMeanwhile", "frozenset"]


async def test_a_household_is_found_by_code_and_its_address_is_everybodys() -> None:
    place = await open_place()
    one = await place.add(household="12-3-402", address="八里新村")
    two = await place.add("李明", household=" 12-3-402 ", address="elsewhere")
    first, second = await place.known(one.id), await place.known(two.id)
    assert first.household_id == second.household_id
    assert first.household_id
    home = await community.household(first.household_id, community_id=place.id)
    assert home
    assert home.address == "八里新村"
    shown = {"household": "12-3-402", "address": "八里新村"}
    changes = {"household": "12-3-402", "address": "八里一村"}
    assert await community.amend_member(two.id, changes, shown=shown, by=place.by) == {"address"}
    moved = {"household": "15-1-101", "address": "八里二村"}
    assert await community.amend_member(two.id, moved, shown={}, by=place.by)
    home = await community.household(first.household_id, community_id=place.id)
    assert home
    assert home.address == "八里一村"
    assert await community.amend_member(
        two.id, {"household": "", "address": ""}, shown={}, by=place.by
    )
    assert (await place.known(two.id)).household_id is None
    with pytest.raises(community.InvalidDetail, match="address"):
        await community.amend_member(two.id, {"address": "八里"}, shown={}, by=place.by)


async def test_two_people_of_one_new_household_at_once_share_it() -> None:
    place = await open_place()
    people = await asyncio.gather(
        *(place.add(name, household="9-9") for name in ("甲", "乙", "丙"))
    )
    homes = {(await place.known(one.id)).household_id for one in people}
    assert len(homes) == 1
    assert None not in homes


async def test_an_identity_number_is_kept_sealed_and_can_be_taken_out() -> None:
    place = await open_place()
    one = await place.add(identity=sealed("x"))
    assert (await place.known(one.id)).identity_sealed == "sealed x"
    assert await community.found_by_identity({b"x", b"y"}, community_id=place.id) == one.id
    changed = await community.amend_member(
        one.id, {"identity": None}, shown={"identity": b"x"}, by=place.by
    )
    assert changed == {"identity"}
    assert (await place.known(one.id)).identity_sealed is None
    assert await community.found_by_identity({b"x"}, community_id=place.id) is None


async def test_a_coordinator_verifies_others_never_oneself() -> None:
    place = await open_place()
    one = await place.add()
    await community.verify_member(one.id, Verified.HOME_VISIT, by=place.by)
    known = await place.known(one.id)
    assert (known.verified_how, known.verified_by) == (Verified.HOME_VISIT, place.by.member_id)
    assert known.verified_at
    assert known.verified_at > datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(community.NotForYou, match="themselves"):
        await community.verify_member(place.by.member_id, Verified.KNOWN_IN_PERSON, by=place.by)
    with pytest.raises(community.NotForYou, match="coordinator"):
        await community.verify_member(
            one.id, Verified.KNOWN_IN_PERSON, by=Actor(uuid.uuid4(), place.id)
        )
    there = await open_place()
    with pytest.raises(community.UnknownMember):
        await community.verify_member(one.id, Verified.HOME_VISIT, by=there.by)


async def test_who_left_has_no_roles_and_may_come_back() -> None:
    place = await open_place()
    one = await place.add(roles=(Role.RESIDENT, Role.VOLUNTEER))
    assert await community.keep_active(one.id, community_id=place.id)
    await community.member_left(one.id, by=place.by)
    await community.member_left(one.id, by=place.by)
    gone = await community.member(one.id)
    assert (gone.standing, gone.roles) == (Standing.LEFT, frozenset())
    assert not await community.keep_active(one.id, community_id=place.id)
    assert (await place.known(one.id)).left_at
    with pytest.raises(community.NotActive):
        await community.verify_member(one.id, Verified.HOME_VISIT, by=place.by)
    await community.member_back(one.id, by=place.by)
    await community.member_back(one.id, by=place.by)
    back = await community.member(one.id)
    assert (back.standing, back.roles) == (Standing.ACTIVE, frozenset())
    acts = [event.act for event in await place.acts(one.id)]
    assert acts[:2] == ["member.back", "member.leave"]


async def test_staff_and_oneself_do_not_leave_by_this_door() -> None:
    place = await open_place()
    with pytest.raises(community.NotForYou):
        await community.member_left(place.by.member_id, by=place.by)
    other = await place.add("钱进", roles=(Role.TREASURER,))
    with pytest.raises(community.StaffRoleHeld) as refused:
        await community.member_left(other.id, by=place.by)
    assert refused.value.roles == ("treasurer",)


async def test_nobody_of_another_community_is_within_reach() -> None:
    here, there = await open_place(), await open_place()
    one = await here.add()
    with pytest.raises(community.UnknownMember):
        await community.amend_member(one.id, {"name": "x"}, shown={}, by=there.by)
    with pytest.raises(community.UnknownMember):
        await community.member_left(one.id, by=there.by)
    with pytest.raises(community.UnknownMember):
        await community.member_back(one.id, by=there.by)
    with pytest.raises(community.UnknownMember):
        await community.details_of(one.id, community_id=there.id)
    known = await here.known(one.id)
    assert not await community.people_of(known.household_id or uuid.uuid4(), community_id=there.id)
