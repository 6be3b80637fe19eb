"""Two memberships of one person over HTTP: the list, side by side, the merge, and its refusals."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date

import httpx
import pytest_asyncio
from litestar import Litestar

import community
from community import Actor, Role, Standing
from tests.app.test_members import a_phone
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, street

__all__ = ["street"]

BORN = date(1943, 5, 6)


@dataclass
class Site:
    """The site with a street behind it, and its coordinator at a browser."""

    app: Litestar
    street: Street
    stack: AsyncExitStack
    coordinator: Walker

    async def add(self, name: str = "陈桂芳", **more: object) -> community.Member:
        return await community.add_member(community_id=self.street.id, name=name, **more)  # type: ignore[arg-type]  # what a test gives on

    async def signed_in(self, who: uuid.UUID) -> Walker:
        return await (await self.stack.enter_async_context(walker(self.app, "en"))).sign_in(who)


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar, street: Street) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        coordinator = await stack.enter_async_context(walker(app, "en"))
        await coordinator.sign_in(street.coordinator.member_id)
        yield Site(app, street, stack, coordinator)


def member(one: community.Member) -> Actor:
    return Actor(one.id, one.community_id, one.roles)


async def test_a_pair_becomes_one_with_its_hours(site: Site) -> None:
    phone = a_phone()
    stays = await site.add(birth_date=BORN, roles=(Role.ELDER,))
    goes = await site.add(birth_date=BORN, phone=phone, roles=(Role.ELDER, Role.RESIDENT))
    await site.street.grant(member(stays), 60)
    await site.street.grant(member(goes), 95)
    as_former = await site.signed_in(goes.id)
    await site.coordinator.open("/members/duplicates")
    assert "Same birth date" in site.coordinator.words
    path = f"/members/{stays.id}/merge/{goes.id}"
    assert path in site.coordinator.page or f"/members/{goes.id}/merge/{stays.id}" in (
        site.coordinator.page
    )
    await site.coordinator.open(path)
    assert "1 h 35 min" in site.coordinator.words
    assert "Phone differs" in site.coordinator.words
    assert "Birth date 1943-05-06" in site.coordinator.words
    where = await site.coordinator.send_and_follow(path, survivor=str(stays.id))
    assert where == f"/members/{stays.id}"
    assert "1 h 35 min passed to this passbook." in site.coordinator.words
    assert "Former memberships of the same person" in site.coordinator.words
    assert await site.street.minutes(member(stays), member(goes)) == [(155, 0), (0, 0)]
    await site.coordinator.open(f"/members/{goes.id}")
    assert "This is a former membership." in site.coordinator.words
    assert "/edit" not in site.coordinator.page
    await site.coordinator.open("/members/duplicates")
    assert "Nobody seems to be here twice" in site.coordinator.words
    answer = await as_former.open("/time-bank/passbook")
    assert answer.status_code in (httpx.codes.SEE_OTHER, httpx.codes.UNAUTHORIZED)


async def test_both_passbooks_are_read_by_the_one_person_alone(site: Site) -> None:
    stays, goes = await site.add(roles=(Role.ELDER,)), await site.add(roles=(Role.ELDER,))
    await site.street.grant(member(goes), 95)
    await site.coordinator.open(f"/members/{stays.id}/merge/{goes.id}")
    await site.coordinator.send_and_follow(
        f"/members/{stays.id}/merge/{goes.id}", survivor=str(stays.id)
    )
    one = await site.signed_in(stays.id)
    await one.open("/time-bank/passbook")
    assert "Taken over from a former passbook" in one.words
    link = f"/time-bank/passbook?former={goes.id}"
    assert link in one.page
    await one.open(link)
    assert "Passed to the passbook of today" in one.words
    assert "To begin with, from your community" in one.words
    other = await site.signed_in(site.street.elder.member_id)
    await other.open(link)
    assert "former passbook" not in other.words
    assert "5 h" in other.words


async def test_two_people_are_remembered_as_two(site: Site) -> None:
    one, two = await site.add(birth_date=BORN), await site.add(birth_date=BORN)
    await site.coordinator.open(f"/members/{one.id}/merge/{two.id}")
    where = await site.coordinator.send_and_follow(f"/members/{one.id}/not-the-same/{two.id}")
    assert where == "/members/duplicates"
    assert "Remembered: these are two people." in site.coordinator.words
    assert "Nobody seems to be here twice" in site.coordinator.words


async def test_a_refused_merge_says_why_and_changes_nothing(site: Site) -> None:
    one = await site.add()
    await site.street.asked(30)
    path = f"/members/{one.id}/merge/{site.street.elder.member_id}"
    await site.coordinator.open(path)
    assert "visits that are not over" in site.coordinator.words
    answer = await site.coordinator.send(path)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Choose which membership stays." in site.coordinator.words
    answer = await site.coordinator.send(path, survivor=str(one.id))
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Nothing was changed: 1 visit is not over." in site.coordinator.words
    elder = await community.member(site.street.elder.member_id)
    assert elder.standing is Standing.ACTIVE
    treasurer = await site.add("钱进", roles=(Role.TREASURER,))
    path = f"/members/{one.id}/merge/{treasurer.id}"
    await site.coordinator.open(path)
    await site.coordinator.send(path, survivor=str(one.id))
    assert "still treasurer" in site.coordinator.words
    path = f"/members/{one.id}/merge/{site.street.coordinator.member_id}"
    await site.coordinator.open(path)
    await site.coordinator.send(path, survivor=str(one.id))
    assert "Nobody does this with their own membership." in site.coordinator.words
    answer = await site.coordinator.open(f"/members/{one.id}/merge/{one.id}")
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_the_other_one_is_found_by_name_or_whole_number(site: Site) -> None:
    phone = a_phone()
    one, twin = await site.add(), await site.add()
    other = await site.add("陈桂芬", phone=phone)
    path = f"/members/{one.id}/merge"
    await site.coordinator.open(path)
    assert f"{path}/{twin.id}" in site.coordinator.page
    answer = await site.coordinator.send(path, phone=phone.removeprefix("+86"))
    assert answer.headers["location"] == f"{path}/{other.id}"
    for wrong in ("", "154", a_phone()):
        answer = await site.coordinator.send(path, phone=wrong)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_who_has_open_visits_does_not_leave(site: Site) -> None:
    await site.street.asked(30)
    path = f"/members/{site.street.elder.member_id}/leave"
    await site.coordinator.open(path)
    await site.coordinator.send_and_follow(path, why="moved")
    assert "1 visit is not over" in site.coordinator.words
    elder = await community.member(site.street.elder.member_id)
    assert elder.standing is Standing.ACTIVE
