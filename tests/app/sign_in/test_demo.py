"""Signing in and out: a demo's open door, which is not there outside a demo."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.main import create_app, running
from app.settings import settings
from app.sign_in.demo import groups
from community import Role
from tests.app.walking import walker


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made
    settings.cache_clear()


@pytest.fixture
def demo(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (built before)
    monkeypatch.setenv("LINLI_DEMO", "true")
    settings.cache_clear()


async def member(text_size: str = "normal", language: str = "zh") -> community.Member:
    home = await community.add_community(code=f"t-{uuid4().hex[:12]}", name="梧桐社区")
    return await community.add_member(
        community_id=home.id,
        name="陈桂芳",
        text_size=text_size,
        language=language,
        roles=(Role.ELDER,),
    )


async def test_nobody_is_chosen_outside_a_demo(app: Litestar) -> None:
    settings.cache_clear()
    elder = await member()
    async with walker(app) as visitor:
        await visitor.open("/sign-in")
        assert "陈桂芳" not in visitor.page
        assert (await visitor.send("/sign-in/as", member=str(elder.id))).status_code == 404
        assert (await visitor.open("/time-bank/passbook")).status_code == 303


@pytest.mark.usefixtures("demo")
async def test_signing_in_and_out(app: Litestar) -> None:
    elder = await member()
    async with walker(app) as visitor:
        await visitor.open("/sign-in")
        assert await visitor.send_and_follow("/sign-in/as", member=str(elder.id)) == "/"
        assert "Sign out, 陈桂芳" in visitor.page
        assert (await visitor.open("/time-bank/passbook")).status_code == 200
        assert await visitor.send_and_follow("/sign-out") == "/"
        assert "You are signed out." in visitor.words
        assert (await visitor.open("/time-bank/passbook")).status_code == 303


@pytest.mark.usefixtures("demo")
async def test_one_comes_back_to_the_page_that_asked(app: Litestar) -> None:
    elder = await member()
    async with walker(app) as visitor:
        await visitor.open("/time-bank/passbook")
        await visitor.open("/sign-in?next=/time-bank/passbook")
        wanted = visitor.hidden("next")
        where = await visitor.send_and_follow("/sign-in/as", member=str(elder.id), next=wanted)
        assert where == "/time-bank/passbook"
        for elsewhere in ("//evil.test", "https://evil.test/x", "/\\evil.test"):
            where = await visitor.send_and_follow(
                "/sign-in/as", member=str(elder.id), next=elsewhere
            )
            assert where == "/"


@pytest.mark.usefixtures("demo")
async def test_nobody_unknown_signs_in(app: Litestar) -> None:
    async with walker(app) as visitor:
        await visitor.open("/sign-in")
        for unknown in (str(uuid4()), "nobody", ""):
            assert (await visitor.send("/sign-in/as", member=unknown)).status_code == 404
            await visitor.open("/sign-in")


@pytest.mark.usefixtures("demo")
async def test_a_member_reads_as_they_like_unless_this_device_says_otherwise(
    app: Litestar,
) -> None:
    elder = await member(text_size="large", language="en")
    async with walker(app) as visitor:
        visitor.client.cookies.clear()
        await visitor.open("/sign-in")
        await visitor.send_and_follow("/sign-in/as", member=str(elder.id))
        assert '<html lang="en" class="text-large">' in visitor.page
    async with walker(app, "zh") as visitor:
        visitor.client.cookies.set("text-size", "normal", domain="site.test")
        await visitor.open("/sign-in")
        await visitor.send_and_follow("/sign-in/as", member=str(elder.id))
        assert '<html lang="zh-Hans-CN">' in visitor.page


async def test_the_list_shows_a_few_of_each_role_and_nobody_twice(database: object) -> None:  # noqa: ARG001 (must be migrated)
    home = await community.add_community(code=f"t-{uuid4().hex[:12]}", name="梧桐社区")
    for number in range(6):
        await community.add_member(
            community_id=home.id, name=f"长者 {number}", roles=(Role.ELDER, Role.RESIDENT)
        )
    for name, roles in (
        ("李明", (Role.VOLUNTEER, Role.RESIDENT)),
        ("沈洁", (Role.COORDINATOR,)),
        ("过客", (Role.RESIDENT,)),
    ):
        await community.add_member(community_id=home.id, name=name, roles=roles)
    found = await groups(home)
    assert [(group.label, len(group.few), group.more) for group in found] == [
        ("长者", 4, 2),
        ("志愿者", 1, 0),
        ("社区工作者", 1, 0),
        ("居民", 1, 7),
    ]


@pytest.mark.usefixtures("demo")
async def test_anybody_is_found_by_name(app: Litestar) -> None:
    elder = await member()
    home = await community.community(elder.community_id)
    async with walker(app) as visitor:
        await visitor.open(f"/sign-in?community={home.code}&name=桂")
        assert str(elder.id) in visitor.page
        await visitor.open(f"/sign-in?community={home.code}&name=%25")
        assert str(elder.id) not in visitor.page
        assert "Nobody here has that in their name." in visitor.words
