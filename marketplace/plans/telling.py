"""Tells people what happened to a plan: its followers, its undertaker, groups that could answer."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, Post
from community.messages import Fill
from marketplace import needs
from marketplace.needs import Need
from marketplace.plans.values import Undertaker

SPEAKING: Final = frozenset({Post.LEADER, Post.CONTACT})
"""The posts in which somebody speaks for an organisation."""


def page(need_id: UUID) -> str:
    """Return the address of a need's plan."""
    return f"/needs/{need_id}/plan"


async def tell_all(
    members: Iterable[UUID], kind: str, need: Need, *, by: Actor, fill: Fill | None = None
) -> None:
    """Tell each of these once, but not who did it."""
    await community.tell_all(
        sorted(set(members) - {by.member_id}),
        kind,
        community_id=need.community_id,
        fill={"title": need.title, **(fill or {})},
        link=page(need.id),
    )


async def tell_followers(
    kind: str, need: Need, *, by: Actor, fill: Fill | None = None, but: Iterable[UUID] = ()
) -> None:
    """Tell those who raised and seconded a need, but those who are told in other words."""
    followers = await needs.followers(need.id, need.community_id)
    await tell_all(set(followers) - set(but), kind, need, by=by, fill=fill)


async def speaking_for(organisation_id: UUID, *, community_id: UUID) -> set[UUID]:
    """Return who leads an organisation or is its contact now."""
    now = datetime.now(UTC)
    posts = await community.posts_in(organisation_id, community_id=community_id)
    return {
        one.member_id
        for one in posts
        if one.post in SPEAKING and one.since <= now and not one.over(now)
    }


async def hands_of(undertaker: Undertaker | None, *, community_id: UUID) -> set[UUID]:
    """Return who acts for an undertaker: the member who offered, and who speaks for the group."""
    if undertaker is None:
        return set()
    hands = {undertaker.member_id}
    if undertaker.organisation_id is not None:
        hands |= await speaking_for(undertaker.organisation_id, community_id=community_id)
    return hands


async def name_of(member_id: UUID, organisation_id: UUID | None, *, community_id: UUID) -> str:
    """Return the name under which somebody undertakes: their group's, else their own."""
    if organisation_id is not None:
        return (await community.organisation(organisation_id, community_id=community_id)).name
    names = await community.named_members({member_id}, community_id=community_id)
    return names.get(member_id, "")
