"""Attempts of staff to reach further than their role: to other grids, to colleagues, to oneself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.joining import invitation_digest, new_invitation_code
from community import Role
from community.invitations import Guest, invite
from tests.app.sign_in.neighbours import fresh_phone
from tests.app.town import Town, opened_town

SHUT = {403, 404}


@pytest_asyncio.fixture(loop_scope="session")
async def town(app: Litestar) -> AsyncIterator[Town]:
    async with opened_town(app) as opened:
        yield opened


async def test_a_grid_s_coordinator_compares_and_merges_nobody_of_another_grid(town: Town) -> None:
    """Who may reach the first member of an address does not reach the second by it."""
    desk = await town.signed_in("desk", "bali", (Role.COORDINATOR, "grid 1"))
    near = await town.settle("near", "bali", grid="grid 1")
    twin = await town.settle("twin", "bali", grid="grid 1")
    beside = await town.settle("beside", "bali", grid="grid 2")
    assert (await desk.open(f"/members/{near}/merge/{twin}")).status_code == 200
    form = desk.page
    for one, two in ((near, beside), (beside, near)):
        assert (await desk.open(f"/members/{one}/merge/{two}")).status_code in SHUT
        desk.page = form
        for path in (f"/members/{one}/merge/{two}", f"/members/{one}/not-the-same/{two}"):
            answer = await desk.send(path, survivor=str(one))
            assert answer.status_code in SHUT, path
            desk.page = form
    assert (await community.member(beside)).standing is community.Standing.ACTIVE
    await desk.send_and_follow(f"/members/{near}/merge/{twin}", survivor=str(near))
    assert (await community.member(twin)).standing is community.Standing.MERGED


async def test_a_coordinator_s_form_says_why_a_colleague_s_number_stays(town: Town) -> None:
    desk = await town.signed_in("desk", "bali", (Role.COORDINATOR, "bali"))
    chief = await town.settle("chief", "bali", (Role.ADMINISTRATOR, "bali"))
    await desk.open(f"/members/{chief}/edit")
    answer = await desk.send(
        f"/members/{chief}/edit", name="chief", phone=fresh_phone(), language="zh"
    )
    assert answer.status_code == 422
    assert "This member works here" in desk.words
    known = await community.details_of(chief, community_id=town.tree["bali"])
    assert known.phone is None


async def test_nobody_makes_a_way_in_for_one_who_will_be_a_colleague(town: Town) -> None:
    """A role that begins tomorrow is guarded today."""
    desk = await town.signed_in("desk", "bali", (Role.COORDINATOR, "bali"))
    soon = await town.settle("soon", "bali")
    await desk.open(f"/members/{soon}/sign-in-help/card")
    form = desk.page
    await community.grant_role(
        soon, Role.ADMINISTRATOR, at=town.tree["bali"], since=datetime.now(UTC) + timedelta(days=1)
    )
    page = f"/members/{soon}/sign-in-help"
    for path, fields in (
        (f"{page}/card", {"pin": "7391", "again": "7391"}),
        (f"{page}/code", {"checked": "known_voice"}),
        (f"{page}/waits", {}),
        (f"{page}/sessions", {}),
        (f"{page}/card/revoke", {}),
    ):
        desk.page = form
        assert (await desk.send(path, **fields)).status_code == 403, path


async def test_no_slip_of_paper_opens_a_role_of_staff(town: Town) -> None:
    """Whoever is only invited is given none: a coordinator has held their code in the hand."""
    home = town.tree["bali"]
    chief = await town.settle("chief", "bali", (Role.ADMINISTRATOR, "bali"))
    clerk = await town.settle("clerk", "bali", (Role.COORDINATOR, "bali"))
    by = await community.actor(clerk)
    over = await community.actor(chief)
    assert by is not None
    assert over is not None
    guest = Guest("客人", None, (Role.RESIDENT,), community.Verified.HOME_VISIT)
    invited = await invite(uuid4(), guest, code_digest=uuid4().bytes, days=7, by=by)
    assert invited is not None
    for role in community.STAFF:
        with pytest.raises(community.InvalidRole):
            await community.grant_role(invited.member_id, role, at=home, by=over)
    assert await community.grant_role(invited.member_id, Role.VOLUNTEER, at=home, by=over)


async def test_an_invitation_does_not_try_number_after_number(town: Town) -> None:
    """Each that is refused as another's would tell that somebody has it."""
    clerk = await town.settle("clerk", "bali", (Role.COORDINATOR, "bali"))
    by = await community.actor(clerk)
    assert by is not None
    code = new_invitation_code()
    guest = Guest("客人", None, (Role.RESIDENT,), community.Verified.HOME_VISIT)
    await invite(uuid4(), guest, code_digest=invitation_digest(code), days=7, by=by)
    at = await town.visitor()
    taken = fresh_phone()
    await community.add_member(community_id=town.tree["bali"], name="别人", phone=taken)
    await at.open(f"/join/invited?code={code}")
    page = at.page
    fields = {"code": code, "language": "en", "agree": "yes", "phone": taken}
    statuses = []
    for _ in range(6):
        at.page = page
        statuses.append((await at.send("/join/invited", **fields)).status_code)
    assert statuses == [422] * 5 + [429]
