"""How a member likes to read is kept with the member, and in the trail once for each change."""

import json
from uuid import uuid4

import asyncpg
import pytest

import community
from app.database import Engine
from community import Actor


async def joined(name: str = "陈桂芳") -> community.Member:
    home = await community.add_community(code=f"pr-{uuid4().hex[:12]}", name="Lane")
    return await community.add_member(community_id=home.id, name=name)


def actor(member: community.Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


EVENTS = "SELECT before, after FROM audit_event WHERE subject_id = $1 AND act = 'member.prefer'"


async def test_what_is_chosen_is_kept_and_the_rest_stays(
    database: Engine,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
) -> None:
    member = await joined()
    await community.prefer(by=actor(member), language="en")
    await community.prefer(by=actor(member), text_size="large")
    await community.prefer(by=actor(member), text_size="large")
    found = await community.member(member.id)
    assert (found.language, found.text_size) == ("en", "large")
    rows = await owner.fetch(f"{EVENTS} ORDER BY seq", member.id)
    assert [(json.loads(row["before"]), json.loads(row["after"])) for row in rows] == [
        ({"language": "zh"}, {"language": "en"}),
        ({"text_size": "normal"}, {"text_size": "large"}),
    ], "a tap that changes nothing writes nothing"


async def test_what_cannot_be_chosen_changes_nothing(
    database: Engine,  # noqa: ARG001 (must be migrated)
    owner: asyncpg.Connection,
) -> None:
    member = await joined()
    for choice in ({"language": "fr"}, {"text_size": "9rem"}):
        with pytest.raises(community.InvalidMember):
            await community.prefer(by=actor(member), **choice)
    elsewhere = await joined()
    for stranger in (
        Actor(uuid4(), member.community_id),
        Actor(member.id, elsewhere.community_id),
    ):
        with pytest.raises(community.UnknownMember):
            await community.prefer(by=stranger, language="en")
    found = await community.member(member.id)
    assert (found.language, found.text_size) == ("zh", "normal")
    assert await owner.fetch(EVENTS, member.id) == []
