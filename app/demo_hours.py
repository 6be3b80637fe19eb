"""Saved hours of the demo on their way: gifts, donations, a grant, needs, an estate."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import community
import timebank
from app import merging
from app.demo_cast import (
    ADMINISTRATOR,
    COORDINATORS,
    ELDERS,
    TREASURER,
    VOLUNTEERS,
)
from community import Actor, Community, KinKind, Member
from timebank import hours
from timebank.hours import Disability, Leaving, Living, Needs, Source

# Who donates, how many minutes, how many days ago.
DONATIONS: Final = (
    (VOLUNTEERS[3], 120, 40), (VOLUNTEERS[5], 60, 27), (VOLUNTEERS[2], 90, 9),
    (VOLUNTEERS[4], 60, 2),
)  # fmt: skip
# How elders live, as a coordinator has seen it; by their place among the named ones.
NEEDS: Final = (
    (1, Living.ALONE, True, Disability.SEMI, True, "低保证和残疾证，在他家看过原件", 200),
    (5, Living.EMPTY_NEST, False, Disability.NONE, False, "家访，老两口同住，子女在外地", 10),
    (7, Living.ALONE, True, Disability.SEMI, False, "低收入证明，在居委会看过原件", 120),
)
FORMER: Final = "蒋文英"


async def fill_hours(home: Community, known: Mapping[str, Member], now: datetime) -> None:
    """Let hours pass between members and the fund, and leave something for each page to show."""

    def by(name: str) -> Actor:
        member = known[name]
        return Actor(member.id, home.id, member.roles)

    coordinator, colleague = by(COORDINATORS[0]), by(COORDINATORS[1])
    treasurer, administrator = by(TREASURER), by(ADMINISTRATOR)
    for name, minutes, days in DONATIONS:
        at = now - timedelta(days=days)
        key = uuid5(home.id, f"donation of {name}")
        saved = (await timebank.my_balance(by(name))).available
        if saved >= minutes:
            await hours.donate(minutes, by=by(name), form_key=key, at=at)
    await _gifts(home, known, now, desk=coordinator)
    for place, living, poor, disability, hardship, evidence, days in NEEDS:
        needs = Needs(
            living, poor, disability, hardship, evidence, (now + timedelta(days=days)).date()
        )
        await hours.enter_needs(known[ELDERS[place][0]].id, needs, by=coordinator, at=now)
    granted = await hours.propose_grant(
        known[ELDERS[9][0]].id,
        60,
        source=Source.ISSUANCE,
        reason="手术后一个月，需要人陪诊",
        by=coordinator,
        form_key=uuid5(home.id, "a grant"),
        at=now - timedelta(days=12),
    )
    for one in (treasurer, administrator):
        await hours.approve_proposal(granted.id, by=one, at=now - timedelta(days=11))
    waiting = await hours.propose_grant(
        known[ELDERS[1][0]].id,
        120,
        source=Source.RELIEF,
        reason="独居，腿脚不便，冬天需要人帮忙打扫",
        by=colleague,
        form_key=uuid5(home.id, "a grant that waits"),
        at=now - timedelta(days=1),
    )
    await hours.approve_proposal(waiting.id, by=administrator, at=now - timedelta(hours=20))
    await _estate(home, known, desk=coordinator)


async def _gifts(
    home: Community, known: Mapping[str, Member], now: datetime, *, desk: Actor
) -> None:
    """Leave a gift that was accepted, and one that waits for the elder whom a visitor will try."""
    pairs = (
        (VOLUNTEERS[1], ELDERS[2][0], KinKind.LINEAL, 60, 20, "妈，您多请人陪您散散步。"),
        (VOLUNTEERS[0], ELDERS[0][0], KinKind.OTHER, 90, 2, "姑妈，您腿脚不便，多请人帮帮忙。"),
    )
    for giver, receiver, kind, minutes, days, words in pairs:
        await community.record_kinship(
            known[giver].id,
            known[receiver].id,
            kind,
            evidence="户口簿，在居委会看过原件",
            by=desk,
        )
        acting = Actor(known[giver].id, home.id, known[giver].roles)
        if (await timebank.my_balance(acting)).available < minutes:
            continue
        gift = await hours.offer_gift(
            known[receiver].id,
            minutes,
            by=acting,
            form_key=uuid5(home.id, f"gift to {receiver}"),
            words=words,
            at=now - timedelta(days=days),
        )
        if days > 7:  # noqa: PLR2004 (the older one was answered)
            answering = Actor(known[receiver].id, home.id, known[receiver].roles)
            at = now - timedelta(days=days - 1)
            await hours.accept_gift(gift.id, by=answering, at=at)


async def _estate(home: Community, known: Mapping[str, Member], *, desk: Actor) -> None:
    """Let somebody who had saved hours die, whose niece is a volunteer here."""
    former = await community.add_member(
        community_id=home.id, name=FORMER, roles=(community.Role.ELDER,), by=desk
    )
    await community.record_kinship(
        former.id,
        known[VOLUNTEERS[9]].id,
        KinKind.OTHER,
        evidence="派出所证明，在居委会看过原件",
        by=desk,
    )
    await timebank.opening_grant(former.id, 480, community_id=home.id)
    await merging.leave(former.id, by=desk, why=Leaving.DIED)
