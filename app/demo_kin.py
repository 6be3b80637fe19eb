"""The demo's kin: a daughter who acts for two elders, and families whom the desk has on record.

One elder told the desk on the phone, the other agreed online, so that both ways can be seen.
"""

from collections.abc import Iterable, Sequence
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
from community.roster import RosterEntry

ALL: Final = frozenset(DelegatedAct)
ASKING: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})
FAMILIES: Final = 8  # as many households with an elder and a grown child, on record with the desk
GROWN_YEARS: Final = 25
REGISTER: Final = "户口簿原件，在社区服务站看过"


async def fill_daughter(  # noqa: PLR0913 (three people, and the desk)
    home: Community,
    *,
    daughter: Member,
    phone: str,
    mother: Member,
    neighbour: Member,
    desk: Actor,
    now: datetime,
) -> None:
    """Let a daughter act for her mother in everything, and for a neighbour in some."""
    await community.record_kinship(
        mother.id, daughter.id, KinKind.LINEAL, evidence=REGISTER, by=desk
    )
    hand = named_with_phone(daughter.name, phone, "zh")
    own = Actor(neighbour.id, home.id, neighbour.roles)
    for elder, acts, by in ((mother, ALL, desk), (neighbour, ASKING, own)):
        terms = Terms(elder.id, daughter.id, acts, _in_a_year(home, now))
        await _grant(home, terms, elder.name, hand, by=by)


async def fill_families(
    home: Community, households: Iterable[Sequence[RosterEntry]], *, desk: Actor, now: datetime
) -> None:
    """Put some families on record: the elder's grown child is kin, and acts for every other one."""
    for place, (elder, child) in enumerate(_families(households, now.year - GROWN_YEARS)):
        await community.record_kinship(
            elder.id, child.id, KinKind.LINEAL, evidence=REGISTER, by=desk
        )
        if place % 2 == 0:
            terms = Terms(elder.id, child.id, ASKING, _in_a_year(home, now))
            hand = named_with_phone(child.name, child.phone, "zh")
            await _grant(home, terms, elder.name, hand, by=desk)


def _families(
    households: Iterable[Sequence[RosterEntry]], born_max: int
) -> list[tuple[RosterEntry, RosterEntry]]:
    """Return an elder and a grown child of one surname, from the first households with both."""
    found = []
    for people in households:
        elders = [one for one in people if Role.ELDER in one.roles]
        others = [one for one in people if one.phone and Role.ELDER not in one.roles]
        grown = [one for one in others if one.birth_date and one.birth_date.year <= born_max]
        pairs = ((elder, one) for elder in elders for one in grown if one.name[0] == elder.name[0])
        pair = next(pairs, None)
        if pair:
            found.append(pair)
        if len(found) == FAMILIES:
            break
    return found


async def _grant(home: Community, terms: Terms, elder: str, hand: str, *, by: Actor) -> None:
    """Let the elder agree: online for themselves, or on the phone to the desk, which reads it."""
    at_desk = by.member_id != terms.member_id
    words = consent_sentence(
        member=elder,
        delegate=hand,
        acts=terms.acts,
        last_day=last_day(terms.until, ZoneInfo(home.time_zone)),
        language="zh",
    )
    agreed = Agreement(
        words,
        "zh",
        Channel.PHONE if at_desk else Channel.ONLINE,
        by.member_id if at_desk else None,
    )
    key = uuid5(home.id, f"{terms.delegate_id} for {terms.member_id}")
    await community.grant_delegation(terms, agreed, by=by, key=key)


def _in_a_year(home: Community, now: datetime) -> datetime:
    until = now.astimezone(ZoneInfo(home.time_zone))
    until = until.replace(hour=0, minute=0, second=0, microsecond=0)
    return until.replace(year=until.year + 1, day=min(until.day, 28))
