"""Telling: in the verb's transaction, once for a key, read by its owner alone."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

import community
from app.database import Engine


async def member() -> community.Member:
    home = await community.add_community(code=f"t-{uuid4().hex[:12]}", name="八里")
    return await community.add_member(community_id=home.id, name="陈桂芳")


async def tell(to: community.Member, **more: object) -> UUID | None:
    return await community.tell(
        to.id,
        "password.changed",
        community_id=to.community_id,
        **more,  # type: ignore[arg-type]  # what each test is about
    )


@pytest.mark.usefixtures("database")
async def test_what_is_told_is_in_the_inbox() -> None:
    elder = await member()
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    await tell(elder, fill={"at": at, "count": 3}, link="/time-bank")
    [message] = await community.inbox(elder.id, community_id=elder.community_id)
    assert message.kind == "password.changed"
    assert message.fill == {"at": at.isoformat(), "count": 3}
    assert (message.link, message.read_at) == ("/time-bank", None)
    assert await community.unread_messages(elder.id) == 1


async def told_in_vain(database: Engine, to: community.Member) -> None:
    async with database.transaction():
        await tell(to)
        raise LookupError


async def test_a_message_falls_with_the_act(database: Engine) -> None:
    elder = await member()
    with pytest.raises(LookupError):
        await told_in_vain(database, elder)
    assert await community.inbox(elder.id, community_id=elder.community_id) == []


@pytest.mark.usefixtures("database")
async def test_the_same_key_tells_once() -> None:
    elder, other = await member(), await member()
    assert await tell(elder, once="a") is not None
    assert await tell(elder, once="a") is None
    assert await tell(elder, once="b") is not None
    assert await tell(other, once="a") is not None
    assert await tell(elder) is not None
    assert await tell(elder) is not None


@pytest.mark.usefixtures("database")
async def test_unread_ones_come_first_page_by_page() -> None:
    elder = await member()
    told = [await tell(elder) for _ in range(7)]
    read = {told[6], told[1]}
    for one in read:
        assert one is not None
        await community.read_message(one, member_id=elder.id, community_id=elder.community_id)
    wanted = [one for one in reversed(told) if one not in read]
    wanted += [told[6], told[1]]
    seen: list[UUID] = []
    after: tuple[bool, UUID] | None = None
    while page := await community.inbox(
        elder.id, community_id=elder.community_id, after=after, size=3
    ):
        seen += [one.id for one in page]
        after = (page[-1].read_at is None, page[-1].id)
    assert seen == wanted


@pytest.mark.usefixtures("database")
async def test_reading_is_ones_own() -> None:
    elder, stranger = await member(), await member()
    told = await tell(elder, link="/time-bank")
    assert told is not None
    theirs = {"member_id": stranger.id, "community_id": stranger.community_id}
    assert await community.read_message(told, **theirs) is None
    mixed = {"member_id": elder.id, "community_id": stranger.community_id}
    assert await community.read_message(told, **mixed) is None
    assert await community.unread_messages(elder.id) == 1
    ours = {"member_id": elder.id, "community_id": elder.community_id}
    assert await community.read_message(told, **ours) == "/time-bank"
    [first] = await community.inbox(elder.id, community_id=elder.community_id)
    assert await community.read_message(told, **ours) == "/time-bank"
    assert await community.inbox(elder.id, community_id=elder.community_id) == [first]
    await tell(elder)
    assert await community.read_all_messages(stranger.id, community_id=elder.community_id) == 0
    assert await community.read_all_messages(elder.id, community_id=elder.community_id) == 1


@pytest.mark.usefixtures("database")
async def test_a_private_message_is_in_no_inbox_and_can_be_wiped() -> None:
    elder = await member()
    told = await tell(elder, fill={"code": "483920"}, private=True)
    public = await tell(elder, fill={"name": "kept"})
    assert told is not None
    assert public is not None
    assert await community.unread_messages(elder.id) == 1
    [shown] = await community.inbox(elder.id, community_id=elder.community_id)
    assert shown.id == public
    ours = {"member_id": elder.id, "community_id": elder.community_id}
    assert await community.read_message(told, **ours) is None
    assert await community.wipe_messages([told, public]) == 1
    [first, second] = await community.told([told, public])
    assert (first.fill, second.fill) == ({}, {"name": "kept"})


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("link", ["https://evil.test", "//evil.test", "evil"])
async def test_a_link_leads_nowhere_else(link: str) -> None:
    elder = await member()
    with pytest.raises(asyncpg.CheckViolationError):
        await tell(elder, link=link)


@pytest.mark.usefixtures("database")
async def test_a_gap_takes_only_what_words_can_say() -> None:
    elder = await member()
    with pytest.raises(TypeError):
        await tell(elder, fill={"yes": True})
    with pytest.raises(ValueError, match="time zone"):
        await tell(elder, fill={"at": datetime(2026, 1, 1)})  # noqa: DTZ001 (what is refused)


async def test_a_message_is_queued_exactly_when_it_is_stored(
    database: Engine, owner: asyncpg.Connection
) -> None:
    elder = await member()
    queued = (
        "SELECT count(*) FROM pgqueuer JOIN message ON dedupe_key = 'spread:' || message.id"
        " WHERE member_id = $1"
    )
    before = await owner.fetchval("SELECT count(*) FROM pgqueuer")
    with pytest.raises(LookupError):
        await told_in_vain(database, elder)
    assert await owner.fetchval("SELECT count(*) FROM pgqueuer") == before
    await tell(elder)
    assert await owner.fetchval(queued, elder.id) == 1
