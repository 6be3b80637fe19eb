"""How a member likes to read is kept with the member, without a word in the trail."""

from uuid import uuid4

import asyncpg
import pytest

import community
from app.database import Engine


async def joined(name: str = "陈桂芳") -> community.Member:
    home = await community.add_community(code=f"pr-{uuid4().hex[:12]}", name="Lane")
    return await community.add_member(community_id=home.id, name=name)


async def test_what_is_chosen_is_kept_and_the_rest_stays(
    database: Engine,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
) -> None:
    member = await joined()
    events = "SELECT count(*) FROM audit_event WHERE area_id = $1"
    before = await owner.fetchval(events, member.community_id)
    await community.prefer(member.id, community_id=member.community_id, language="en")
    await community.prefer(member.id, community_id=member.community_id, text_size="large")
    found = await community.member(member.id)
    assert (found.language, found.text_size) == ("en", "large")
    assert await owner.fetchval(events, member.community_id) == before


async def test_what_cannot_be_chosen_changes_nothing(database: Engine) -> None:  # noqa: ARG001 (must be migrated)
    member = await joined()
    for choice in ({"language": "fr"}, {"text_size": "9rem"}):
        with pytest.raises(community.InvalidMember):
            await community.prefer(member.id, community_id=member.community_id, **choice)
    elsewhere = await joined()
    for member_id, place in ((uuid4(), member.community_id), (member.id, elsewhere.community_id)):
        with pytest.raises(community.UnknownMember):
            await community.prefer(member_id, community_id=place, language="en")
    found = await community.member(member.id)
    assert (found.language, found.text_size) == ("zh", "normal")
