"""The demo's daughter: kin of one elder, and letting herself be sent by two.

One elder told the desk on the phone, the other agreed online, so that both ways can be seen.
"""

from datetime import datetime
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

import community
from app.days import last_day
from app.delegation_words import consent_sentence, named_with_phone
from community import (
    Actor,
    Agreement,
    Channel,
    Community,
    DelegatedAct,
    KinKind,
    Member,
    Role,
    Terms,
)

DAUGHTER: Final = "陈晓"
PHONE: Final = "+8610000000001"  # a prefix that no carrier has
ALL: Final = frozenset(DelegatedAct)
ASKING: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})


async def fill_kin(
    home: Community, *, mother: Member, neighbour: Member, coordinator: Member, now: datetime
) -> Member:
    """Let a daughter act for her mother in everything, and for a neighbour in some; return her."""
    daughter = await community.add_member(
        community_id=home.id, name=DAUGHTER, phone=PHONE, roles=(Role.RESIDENT,)
    )
    desk = _actor(coordinator)
    await community.record_kinship(
        mother.id,
        daughter.id,
        KinKind.LINEAL,
        evidence="户口簿原件，在社区服务站看过",
        by=desk,
    )
    zone = ZoneInfo(home.time_zone)
    until = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    until = until.replace(year=until.year + 1, day=min(until.day, 28))
    for elder, acts, by in ((mother, ALL, desk), (neighbour, ASKING, _actor(neighbour))):
        at_desk = by is desk
        words = consent_sentence(
            member=elder.name,
            delegate=named_with_phone(daughter.name, PHONE, "zh"),
            acts=acts,
            last_day=last_day(until, zone),
            language="zh",
        )
        agreed = Agreement(
            words,
            "zh",
            Channel.PHONE if at_desk else Channel.ONLINE,
            desk.member_id if at_desk else None,
        )
        await community.grant_delegation(
            Terms(elder.id, daughter.id, acts, until),
            agreed,
            by=by,
            key=uuid5(home.id, f"{daughter.id} for {elder.id}"),
        )
    return daughter


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)
