"""What has served its time goes, and how patient the sign-in page is."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from app.sign_in import cards, codes, policy
from app.sign_in.policy import Patience, patience
from app.sign_in.tidying import tidy_sign_in
from app.sign_in.weak_secrets import Person
from community import Role
from community.policy import Policy
from tests.app.sign_in.neighbours import PHRASE, acts, neighbour

pytestmark = pytest.mark.usefixtures("database")


async def held(owner: asyncpg.Connection, member_id: object) -> dict[str, int]:
    """Return how many rows of each table are there for this member."""
    return {
        table: await owner.fetchval(f"SELECT count(*) FROM {table} WHERE member_id = $1", member_id)
        for table in ("web_session", "member_password", "second_factor", "recovery_code")
    }


async def test_how_a_former_membership_signed_in_is_forgotten(owner: asyncpg.Connection) -> None:
    keeper = await neighbour(Role.COORDINATOR)
    stays = await neighbour(home=keeper.home, password=PHRASE)
    goes = await neighbour(home=keeper.home, password=PHRASE)
    for each in (stays, goes):
        await each.set_up_second_step((await each.signed_in()).session)
        await cards.issue_card(each.member.id, "7391", person=Person(), by=keeper.actor)
    await owner.execute(
        "UPDATE member SET standing = 'merged', merged_into = $2 WHERE id = $1",
        goes.member.id,
        stays.member.id,
    )
    await tidy_sign_in()
    assert set((await held(owner, goes.member.id)).values()) == {0}
    assert await cards.card_of(goes.member.id) is None
    assert "card.revoke" in await acts(goes)
    assert (await held(owner, stays.member.id))["member_password"] == 1
    assert await cards.card_of(stays.member.id)


async def test_old_codes_go(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    await codes.send_code(one.phone, address=one.address, at=now)
    count = "SELECT count(*) FROM one_time_code WHERE member_id = $1"
    await codes.clear_codes(at=now + timedelta(minutes=9))
    assert await owner.fetchval(count, one.member.id) == 1
    await codes.clear_codes(at=now + timedelta(minutes=10))
    assert await owner.fetchval(count, one.member.id) == 0


async def test_the_strictest_community_decides_for_every_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packs = [
        Policy({"sign_in.free_tries": 4, "sign_in.code_tries": 7}),
        Policy({"sign_in.code_minutes": 8, "sign_in.free_tries": 9}),
    ]
    homes = [await neighbour() for _ in packs]

    async def two() -> list[community.Community]:
        return [one.home for one in homes]

    async def theirs(community_id: object, _at: object = None) -> Policy:
        return packs[[one.home.id for one in homes].index(community_id)]  # type: ignore[arg-type]  # an id

    monkeypatch.setattr(community, "communities", two)
    monkeypatch.setattr(policy, "policy_in_force", theirs)
    monkeypatch.setattr(policy._Kept, "answer", None)  # noqa: SLF001 (what it remembers)
    assert await patience() == Patience(free_tries=4, code_minutes=8, code_tries=5)
    packs[0] = Policy({"sign_in.free_tries": 3})
    assert (await patience()).free_tries == 4, "a change is noticed within a minute"
    monkeypatch.setattr(policy._Kept, "at", float("-inf"))  # noqa: SLF001
    assert (await patience()).free_tries == 3
