"""The register's pages over HTTP: the directory, one member, the forms, and what they refuse."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date

import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from litestar import Litestar

import community
import timebank
from app.settings import settings
from community import Actor, Role, Standing
from tests.app.walking import Walker, walker


def a_phone() -> str:
    """Make a number that no carrier gives, and no other test has."""
    return f"+86154{uuid.uuid4().int % 10**8:08d}"


@dataclass
class Office:
    """A community with a desk: its people by role, and browsers for them."""

    app: Litestar
    id: uuid.UUID
    staff: dict[Role, Actor]
    stack: AsyncExitStack

    async def at(self, role: Role, language: str = "en") -> Walker:
        return await (await self.stack.enter_async_context(walker(self.app, language))).sign_in(
            self.staff[role].member_id
        )

    async def add(self, name: str = "王秀英", **more: object) -> community.Member:
        return await community.add_member(community_id=self.id, name=name, **more)  # type: ignore[arg-type]  # what a test gives on

    async def known(self, member_id: uuid.UUID) -> community.Details:
        return await community.details_of(member_id, community_id=self.id)


STAFF_NAMES = {
    Role.COORDINATOR: "沈洁",
    Role.PHONE_OPERATOR: "赵电",
    Role.AUDITOR: "严明",
    Role.ADMINISTRATOR: "高管",
    Role.TREASURER: "钱进",
    Role.VOLUNTEER: "李明",
}


@pytest_asyncio.fixture(loop_scope="session")
async def office(app: Litestar) -> AsyncIterator[Office]:
    home = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="八里社区")
    await timebank.open_time_bank(home.id)
    staff = {}
    for role, name in STAFF_NAMES.items():
        one = await community.add_member(community_id=home.id, name=name, roles=(role,))
        staff[role] = Actor(one.id, home.id, one.roles)
    async with AsyncExitStack() as stack:
        yield Office(app, home.id, staff, stack)


def filled(walker: Walker) -> dict[str, str]:
    """Return what the form on the page holds, as a browser would send it."""
    main = walker.page[walker.page.index("<main") :]
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', main))
    fields = {
        name: value for name, value in fields.items() if name not in ("_csrf_token", "language")
    }
    for name, value in re.findall(
        r'<input type="(?:radio)"[^>]*? name="([^"]+)" value="([^"]*)" checked', main
    ):
        fields[name] = value
    return fields


async def test_a_coordinator_adds_a_member_and_sees_all(office: Office) -> None:
    walker, phone = await office.at(Role.COORDINATOR), a_phone()
    await walker.open("/members")
    assert "Add a member" in walker.words
    await walker.open("/members/new")
    digits = phone.removeprefix("+86")
    where = await walker.send_and_follow(
        "/members/new",
        name=" 陈桂芳 ",
        phone=f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        birth_date="1943年5月6日",
        household="12-3-402",
        address="八里新村12幢402室",
        registration="registered",
        language="zh",
        roles=["resident", "elder"],
    )
    member_id = uuid.UUID(where.rpartition("/")[2])
    assert "陈桂芳 is on the register now." in walker.words
    assert f"{digits[:3]} {digits[3:7]} {digits[7:]}" in walker.words
    assert "1943-05-06" in walker.words
    assert "八里新村12幢402室" in walker.words
    known = await office.known(member_id)
    assert (known.phone, known.birth_date) == (phone, date(1943, 5, 6))
    assert (await community.member(member_id)).roles == {Role.RESIDENT, Role.ELDER}


async def test_each_role_sees_what_its_work_needs(office: Office) -> None:
    phone = a_phone()
    one = await office.add(
        "陈桂芳",
        phone=phone,
        email="chen@example.org",
        birth_date=date(1943, 9, 8),
        household="12-3-402",
        address="八里新村12幢402室",
    )
    spoken = f"{phone[3:6]} {phone[6:10]} {phone[10:]}"
    full = {
        Role.COORDINATOR: (spoken, "1943-09-08", "chen@example.org", "八里新村12幢402室"),
        Role.PHONE_OPERATOR: (spoken, "八里新村12幢402室"),
        Role.AUDITOR: (),
        Role.ADMINISTRATOR: (),
    }
    every = {secret for secrets in full.values() for secret in secrets}
    for role, secrets in full.items():
        walker = await office.at(role)
        assert (await walker.open(f"/members/{one.id}")).status_code == httpx.codes.OK
        for secret in every:
            assert (secret in walker.page) == (secret in secrets), (role, secret)
        assert phone not in walker.page
        assert (await walker.open("/members?name=陈")).status_code == httpx.codes.OK
        assert "陈桂芳" in walker.words
        for secret in {*every, phone, phone[3:]}:
            assert secret not in walker.page, (role, secret)
    for role in (Role.TREASURER, Role.VOLUNTEER):
        walker = await office.at(role)
        assert (await walker.open("/members")).status_code == httpx.codes.FORBIDDEN
        assert (await walker.open(f"/members/{one.id}")).status_code == httpx.codes.FORBIDDEN


async def test_a_refused_form_keeps_what_was_typed(office: Office) -> None:
    walker = await office.at(Role.COORDINATOR)
    await walker.open("/members/new")
    answer = await walker.send(
        "/members/new", name="", phone="138 1234", birth_date="yesterday", email="x@y.z"
    )
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    for words in (
        "Write the person's name.",
        "This is not a telephone number.",
        "Write year, month and day",
        "Everything you typed has been kept.",
    ):
        assert words in walker.words
    for typed in ("138 1234", "yesterday", "x@y.z"):
        assert f'value="{typed}"' in walker.page
    answer = await walker.send("/members/new", name="王秀英", birth_date="2999-01-01")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Nobody here was born then." in walker.words


async def test_a_taken_number_leads_to_its_holder_only_at_home(office: Office) -> None:
    phone, elsewhere = a_phone(), a_phone()
    holder = await office.add("陈桂芳", phone=phone)
    there = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="梧桐社区")
    await community.add_member(community_id=there.id, name="顾远", phone=elsewhere)
    walker = await office.at(Role.COORDINATOR)
    await walker.open("/members/new")
    answer = await walker.send("/members/new", name="王秀英", phone=phone)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'href="/members/{holder.id}"' in walker.page
    answer = await walker.send("/members/new", name="王秀英", phone=elsewhere)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Another member has this telephone number." in walker.words
    assert "顾远" not in walker.words


async def test_what_others_changed_meanwhile_is_told(office: Office) -> None:
    one = await office.add("陈桂芳", email="a@example.org")
    first, second = await office.at(Role.COORDINATOR), await office.at(Role.COORDINATOR)
    path = f"/members/{one.id}/edit"
    await first.open(path)
    await second.open(path)
    await first.send_and_follow(path, **{**filled(first), "email": "b@example.org"})
    assert "Saved." in first.words
    mine = {**filled(second), "email": "c@example.org", "roster_number": "17"}
    answer = await second.send(path, **mine)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Somebody changed this meanwhile to: b@example.org." in second.words
    assert 'value="c@example.org"' in second.page
    assert (await office.known(one.id)).roster_number is None
    await second.send_and_follow(path, **filled(second))
    known = await office.known(one.id)
    assert (known.email, known.roster_number) == ("c@example.org", "17")
    await second.open(path)
    await second.send_and_follow(path, **filled(second))
    assert "Nothing was different" in second.words


async def test_somebody_is_found_by_the_whole_number_alone(office: Office) -> None:
    phone = a_phone()
    one = await office.add("陈桂芳", phone=phone, birth_date=date(1931, 2, 3))
    for role in (Role.COORDINATOR, Role.PHONE_OPERATOR):
        walker = await office.at(role)
        await walker.open("/members")
        answer = await walker.send("/members/find", whole=phone.removeprefix("+86"))
        assert answer.headers["location"] == f"/members/{one.id}"
        answer = await walker.send("/members/find", whole="1931-02-03")
        assert answer.headers["location"] == f"/members/{one.id}"
        for part in (phone[3:9], "1931-02"):
            answer = await walker.send("/members/find", whole=part)
            assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
            assert "陈桂芳" not in walker.words
        await walker.send("/members/find", whole=a_phone().removeprefix("+86"))
        assert "Nobody was found" in walker.words
    await office.add("王福", birth_date=date(1931, 2, 3))
    await walker.send("/members/find", whole="19310203")
    assert "陈桂芳" in walker.words
    assert "王福" in walker.words
    auditor = await office.at(Role.AUDITOR)
    await auditor.open("/members")
    answer = await auditor.send("/members/find", whole=phone)
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_the_directory_narrows_and_turns_its_pages(office: Office) -> None:
    grid = await community.add_area(
        level=community.Level.GRID, code="g1", name="桃花坞", below=office.id
    )
    for number in range(60):
        await office.add(f"周{number:02d}", roles=(Role.RESIDENT,), grid_id=grid.id)
    gone = await office.add("周走")
    await community.member_left(gone.id, by=office.staff[Role.COORDINATOR])
    walker = await office.at(Role.COORDINATOR)
    await walker.open("/members?name=周")
    assert walker.page.count('scope="row"') == 50
    following = re.search(r'href="(/members\?[^"]*after=[^"]+)"', walker.page)
    assert following
    await walker.open(following[1].replace("&amp;", "&"))
    assert walker.page.count('scope="row"') == 10
    assert "周走" not in walker.words
    await walker.open("/members?standing=left")
    assert "周走" in walker.words
    await walker.open(f"/members?role=volunteer&grid={grid.id}")
    assert "Nobody is here" in walker.words
    await walker.open("/members?role=auditor")
    assert "严明" in walker.words
    assert "沈洁" not in walker.words
    for odd in ("role=king", "grid=x", "standing=x", "after=x", f"after={uuid.uuid4()}"):
        assert (await walker.open(f"/members?{odd}")).status_code == httpx.codes.OK


async def test_verifying_asks_how_and_is_not_for_oneself(office: Office) -> None:
    one = await office.add("陈桂芳")
    walker = await office.at(Role.COORDINATOR)
    await walker.open(f"/members/{one.id}/verify")
    answer = await walker.send(f"/members/{one.id}/verify")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await walker.send_and_follow(f"/members/{one.id}/verify", how="home_visit")
    assert "visit at home (沈洁)" in walker.words
    own = f"/members/{office.staff[Role.COORDINATOR].member_id}"
    await walker.open(own)
    assert "Verify" not in walker.words.replace("Verified", "")
    await walker.open(f"{own}/verify")
    await walker.send_and_follow(f"{own}/verify", how="home_visit")
    assert "Nobody does this with their own membership." in walker.words


async def test_a_member_leaves_and_comes_back(office: Office) -> None:
    one = await office.add("陈桂芳", roles=(Role.RESIDENT,))
    walker = await office.at(Role.COORDINATOR)
    path = f"/members/{one.id}"
    await walker.open(f"{path}/leave")
    await walker.send_and_follow(f"{path}/leave", why="moved")
    assert "has left" in walker.words
    assert (await community.member(one.id)).standing is Standing.LEFT
    await walker.send_and_follow(f"{path}/back")
    assert "Welcome back." in walker.words
    staff = f"/members/{office.staff[Role.TREASURER].member_id}"
    await walker.open(f"{staff}/leave")
    await walker.send_and_follow(f"{staff}/leave", why="moved")
    assert "This membership is still treasurer." in walker.words


async def test_nobody_of_another_community_is_shown_or_touched(office: Office) -> None:
    there = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="梧桐社区")
    phone = a_phone()
    other = await community.add_member(community_id=there.id, name="顾远", phone=phone)
    own = await office.add("陈桂芳")
    walker = await office.at(Role.COORDINATOR)
    for path in ("", "/edit", "/verify", "/leave", "/merge", f"/merge/{own.id}"):
        answer = await walker.open(f"/members/{other.id}{path}")
        assert answer.status_code == httpx.codes.NOT_FOUND, path
    answer = await walker.open(f"/members/{own.id}/merge/{other.id}")
    assert answer.status_code == httpx.codes.NOT_FOUND
    await walker.open(f"/members/{own.id}/leave")
    for path in ("/edit", "/verify", "/leave", "/back", "/merge", f"/merge/{own.id}"):
        answer = await walker.send(f"/members/{other.id}{path}", name="x")
        assert answer.status_code == httpx.codes.NOT_FOUND, path
        await walker.open(f"/members/{own.id}/leave")
    for path in (f"/merge/{other.id}", f"/not-the-same/{other.id}"):
        answer = await walker.send(f"/members/{own.id}{path}", survivor=str(own.id))
        assert answer.status_code == httpx.codes.NOT_FOUND, path
        await walker.open(f"/members/{own.id}/leave")
    await walker.open("/members")
    await walker.send("/members/find", whole=phone.removeprefix("+86"))
    assert "Nobody was found" in walker.words
    assert (await community.member(other.id)).standing is Standing.ACTIVE


async def test_without_keys_no_identity_number_is_kept(office: Office) -> None:
    walker = await office.at(Role.COORDINATOR)
    await walker.open("/members/new")
    assert "Identity numbers are not kept here." in walker.words
    assert 'name="identity"' not in walker.page
    where = await walker.send_and_follow(
        "/members/new", name="陈桂芳", identity="11010519491231002X"
    )
    known = await office.known(uuid.UUID(where.rpartition("/")[2]))
    assert known.identity_sealed is None
    assert "Identity number" not in walker.words


async def test_with_keys_an_identity_number_is_kept_sealed_and_finds_its_member(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_IDENTITY_KEYS", Fernet.generate_key().decode())
    settings.cache_clear()
    number = "11010519491231002X"
    walker = await office.at(Role.COORDINATOR)
    await walker.open("/members/new")
    for wrong, words in (
        ({"identity": "110105194912310021"}, "This is not an identity number"),
        ({"identity": number, "birth_date": "1943-05-06"}, "says 1949-12-31"),
    ):
        answer = await walker.send("/members/new", name="陈桂芳", **wrong)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert words in walker.words
    where = await walker.send_and_follow("/members/new", name="陈桂芳", identity=number.lower())
    assert "Identity number 1****X" in walker.words
    assert "1949-12-31" in walker.words
    assert number not in walker.page
    known = await office.known(uuid.UUID(where.rpartition("/")[2]))
    assert known.identity_sealed
    assert number not in known.identity_sealed
    await walker.open("/members")
    answer = await walker.send("/members/find", whole=number)
    assert answer.headers["location"] == where
    operator = await office.at(Role.PHONE_OPERATOR)
    await operator.open("/members")
    answer = await operator.send("/members/find", whole=number)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await walker.open("/members/new")
    await walker.send("/members/new", name="李明", identity=number)
    assert "Another member has this identity number." in walker.words
    assert f'href="{where}"' in walker.page
    await walker.open(f"{where}/edit")
    await walker.send_and_follow(f"{where}/edit", **{**filled(walker), "identity_out": "yes"})
    assert "Identity number –" in walker.words
