"""The demo's organisations: eleven residents' groups, and who else serves the community."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid5

import community
from community import Actor, OrganisationDraft, OrganisationKind, Post, Role
from community.roster import RosterEntry

# The nine grids, the two largest in two halves: name, grid, which part of it, of how many.
GROUPS: Final = (
    ("八里一里东", "八里一里", 0, 2),
    ("八里一里西", "八里一里", 1, 2),
    ("八里二里", "八里二里", 0, 1),
    ("八里三里", "八里三里", 0, 1),
    ("东中市南", "东中市", 0, 2),
    ("东中市北", "东中市", 1, 2),
    ("桃花坞", "桃花坞", 0, 1),
    ("凤池弄", "凤池弄", 0, 1),
    ("梧桐里", "梧桐里", 0, 1),
    ("官宰弄", "官宰弄", 0, 1),
    ("河沿街", "河沿街", 0, 1),
)
POSTS: Final = (Post.LEADER, Post.CONTACT, *[Post.MEMBER] * 6)

# Kind, name, what it is for, number on its certificate.
OTHERS: Final = (
    (
        OrganisationKind.PROPERTY_COMPANY,
        "八里物业服务有限公司",
        "九个网格的保洁、保安和维修，二十四小时有人接电话。",
        "91320508MA00000001",
    ),
    (
        OrganisationKind.SCHOOL,
        "八里小学",
        "四点半课堂的场地，每学期一次祖孙活动。",
        "12320508MA00000002",
    ),
    (
        OrganisationKind.SOCIAL_ORGANISATION,
        "银龄互助社",
        "低龄老人帮高龄老人：上门、陪诊、教手机。",
        "52320508MA00000003",
    ),
    (
        OrganisationKind.SOCIAL_ORGANISATION,
        "八里社区营造中心",
        "陪居民议事，把微项目从想法带到验收。",
        "52320508MA00000004",
    ),
)


async def fill_organisations(
    residents: Sequence[RosterEntry], *, by: Actor, since: datetime
) -> None:
    """Enter the organisations with their people; `residents` are in the order of their homes."""
    grown = [one for one in residents if one.phone and Role.ELDER not in one.roles]
    for name, grid, part, parts in GROUPS:
        draft = OrganisationDraft(
            OrganisationKind.RESIDENTS_GROUP,
            f"{name}居民小组",
            "楼道里的事大家商量，邻里有难处先知道。",
        )
        own = [one for one in grown if one.grid == grid]
        share = len(own) // parts
        people = own[part * share : (part + 1) * share : share // len(POSTS)]
        await _enter(draft, list(zip(people, POSTS, strict=False)), by=by, since=since)
    for place, (kind, name, purpose, number) in enumerate(OTHERS):
        draft = OrganisationDraft(kind, name, purpose, number)
        first = 3 + 7 * place
        posts = (Post.LEADER, Post.CONTACT, Post.STAFF)
        people = grown[first : first + len(posts)]
        await _enter(draft, list(zip(people, posts, strict=True)), by=by, since=since)


async def _enter(
    draft: OrganisationDraft,
    people: Sequence[tuple[RosterEntry, Post]],
    *,
    by: Actor,
    since: datetime,
) -> None:
    made = await community.add_organisation(draft, by=by, id=uuid5(by.community_id, draft.name))
    for one, post in people:
        await community.give_post(made.id, one.id, post, since=since, by=by)
