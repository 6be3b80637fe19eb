"""Nobody becomes somebody of the staff by moving where their codes go: every way to try it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from community import Actor, Member, Role
from community.roster import RosterRow, carry_out_roster, confirm_roster
from tests.community.test_membership import a_phone, open_place
from tests.community.test_roster import Desk, quiet

pytestmark = pytest.mark.usefixtures("database")

STAFF = sorted(community.STAFF)


async def amended(member: Member, by: Actor, **changes: object) -> frozenset[str]:
    return await community.amend_member(member.id, changes, shown={}, by=by)


def acting(member: Member, *more: Role) -> Actor:
    return Actor(member.id, member.community_id, member.roles | set(more))


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("contact", ["phone", "email"])
async def test_no_coordinator_moves_a_colleague_s_contacts(role: Role, contact: str) -> None:
    place = await open_place()
    colleague = await place.add(phone=a_phone(), email="a@example.org", roles=(role,))
    before = await place.known(colleague.id)
    for wanted in (a_phone() if contact == "phone" else "b@example.org", None):
        with pytest.raises(community.StaffContact):
            await amended(colleague, place.by, **{contact: wanted, "name": "Renamed"})
    assert await place.known(colleague.id) == before
    assert (await community.member(colleague.id)).name == "王秀英", "all of it was refused"
    assert await amended(colleague, place.by, name="Renamed"), "the rest is open"


async def test_nor_of_one_who_will_be_a_colleague() -> None:
    place = await open_place()
    member = await place.add(phone=a_phone())
    soon = datetime.now(UTC) + timedelta(days=3)
    await community.grant_role(member.id, Role.ADMINISTRATOR, at=place.id, since=soon)
    with pytest.raises(community.StaffContact):
        await amended(member, place.by, phone=a_phone())


async def test_an_administrator_over_the_role_may_and_one_beside_it_may_not() -> None:
    place = await open_place()
    colleague = await place.add(phone=a_phone(), roles=(Role.TREASURER,))
    grid = await community.add_area(
        level=community.Level.GRID, code="g1", name="梧桐里", below=place.id
    )
    chief = await place.add("周正", roles=(Role.ADMINISTRATOR,))
    beside = await place.add("别人")
    await community.grant_role(beside.id, Role.ADMINISTRATOR, at=grid.id)
    with pytest.raises(community.StaffContact):
        await amended(colleague, acting(beside, Role.ADMINISTRATOR), phone=a_phone())
    with pytest.raises(community.StaffContact):  # the role rests: no second step was taken
        await amended(colleague, Actor(chief.id, place.id, frozenset()), phone=a_phone())
    number = a_phone()
    assert await amended(colleague, acting(chief), phone=number) == {"phone"}
    assert (await place.known(colleague.id)).phone == number


async def test_one_s_own_are_one_s_own_and_those_of_members_the_desk_s() -> None:
    place = await open_place()
    assert await amended(await community.member(place.by.member_id), place.by, phone=a_phone())
    member = await place.add(phone=a_phone(), roles=(Role.RESIDENT, Role.ELDER))
    assert await amended(member, place.by, phone=a_phone())


async def test_whose_contacts_were_moved_is_told(owner: asyncpg.Connection) -> None:
    place = await open_place()
    member = await place.add(phone=a_phone())

    async def told() -> int:
        return int(
            await owner.fetchval(
                "SELECT count(*) FROM message WHERE member_id = $1 AND kind = 'contacts.changed'",
                member.id,
            )
        )

    await amended(member, place.by, name="王秀兰")
    assert await told() == 0
    await amended(member, place.by, phone=a_phone())
    assert await told() == 1


async def test_no_merge_slips_a_number_to_a_colleague() -> None:
    place = await open_place()
    colleague = await place.add(roles=(Role.ADMINISTRATOR,))
    for contacts in ({"phone": a_phone()}, {"email": "b@example.org"}):
        twin = await place.add(**contacts)
        with pytest.raises(community.StaffContact):
            await community.merge_members(colleague.id, twin.id, by=place.by)
        assert (await community.member(twin.id)).standing is community.Standing.ACTIVE
        assert (await place.known(colleague.id)).phone is None
    plain = await place.add()
    assert await community.merge_members(colleague.id, plain.id, by=place.by)


async def test_no_roster_slips_a_number_to_a_colleague() -> None:
    place = await open_place()
    desk = Desk(await community.community(place.id), place.by)
    colleague = await place.add("周正", phone=a_phone(), roles=(Role.ADMINISTRATOR,))
    number, mine = a_phone(), await place.known(colleague.id)
    faults = await desk.faults(
        RosterRow(0, name="周正", linli_number=colleague.id, phone=number),
    )
    assert faults == {2: [("phone", "contact_of_staff", None)]}
    faults = await desk.faults(
        RosterRow(0, name="周正", linli_number=colleague.id, email="b@example.org"),
    )
    assert faults == {2: [("email", "contact_of_staff", None)]}
    same = RosterRow(0, name="周正", linli_number=colleague.id, phone=mine.phone)
    assert await desk.outcomes(same) == ["same"]


async def test_a_plan_made_before_the_role_is_not_carried_out_after_it() -> None:
    place = await open_place()
    desk = Desk(await community.community(place.id), place.by)
    member = await place.add("周正", phone=a_phone())
    before = await place.known(member.id)
    staged = await desk.upload(RosterRow(0, name="周正", linli_number=member.id, phone=a_phone()))
    await confirm_roster(staged.id, leave_out=False, by=place.by)
    await community.grant_role(member.id, Role.ADMINISTRATOR, at=place.id)
    await carry_out_roster(staged.id, tell=quiet)
    assert await place.known(member.id) == before
