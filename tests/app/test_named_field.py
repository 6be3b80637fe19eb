"""Naming a member on a staff form: namesakes to choose from, a number where there are many."""

import uuid

import pytest

import community
from app.database import Engine
from app.forms import Form
from app.i18n import speaking
from app.named_field import NAMESAKES_MAX, Asked, read_named
from community import Role
from tests.app.sign_in.neighbours import fresh_phone

ASKED = Asked(nobody="nobody", several="several", missing="missing")


async def called(name: str, many: int, numbers: bool = False) -> tuple[uuid.UUID, list[str]]:  # noqa: FBT001, FBT002 (a town of the test's own)
    """Found a town in which so many have a name; return it and their numbers."""
    home = await community.add_community(code=f"name-{uuid.uuid4().hex[:10]}", name="Lane")
    phones = [fresh_phone() if numbers else "" for _ in range(many)]
    for phone in phones:
        await community.add_member(
            community_id=home.id, name=name, phone=phone or None, roles=(Role.RESIDENT,)
        )
    return home.id, phones


@pytest.mark.parametrize("typed", ["", "王", "王伟明", "王伟 13812340000"])
async def test_who_is_not_there_is_not_found(database: Engine, typed: str) -> None:  # noqa: ARG001 (must be migrated)
    town, _ = await called("王伟", 1)
    form = Form.of({"name": typed})
    assert await read_named(form, ASKED, community_id=town) == (None, [])
    assert form.error("name") == ("nobody" if typed else "missing")


async def test_a_few_namesakes_are_offered(database: Engine) -> None:  # noqa: ARG001 (must be migrated)
    town, _ = await called("王伟", 3)
    form = Form.of({"name": "王伟"})
    found, offered = await read_named(form, ASKED, community_id=town)
    assert found is None
    assert len(offered) == 3
    again = Form.of({"name": "王伟", "person": offered[1][0]})
    assert (await read_named(again, ASKED, community_id=town))[0] == uuid.UUID(offered[1][0])
    assert again.ok


@pytest.mark.parametrize("between", [" ", "", "，"])
async def test_of_many_the_number_says_which(database: Engine, between: str) -> None:  # noqa: ARG001 (must be migrated)
    town, phones = await called("王伟", NAMESAKES_MAX + 1, numbers=True)
    form = Form.of({"name": "王伟"})
    with speaking("en"):
        assert await read_named(form, ASKED, community_id=town) == (None, [])
    assert "telephone number" in form.error("name")
    local = phones[-1].removeprefix("+86")
    told = Form.of({"name": f"王伟{between}{local}"})
    found, _ = await read_named(told, ASKED, community_id=town)
    assert found is not None
    assert (await community.member(found)).name == "王伟"
    wrong = Form.of({"name": f"李明 {local}"})
    assert (await read_named(wrong, ASKED, community_id=town))[0] is None
    elsewhere, _ = await called("王伟", 0)
    assert (await read_named(told, ASKED, community_id=elsewhere))[0] is None
