"""What waits in the demo's register: who wants to join, and who may stand in it twice."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import community
from app.demo_people import PHONE_PREFIX
from community import Actor, Member, Role, Standing, Verified
from community.roster import RosterEntry

# Name and birth date of those who applied on their own and whom the desk has yet to answer.
APPLIED: Final = (
    ("苗雨桐", date(1994, 3, 18)),
    ("邢志勇", date(1961, 9, 2)),
    ("卓玛", date(1987, 6, 25)),
)
TWICE: Final = "何静"  # gave her time before anybody asked for her number on the roster
VERIFIED: Final = (Verified.IDENTITY_CARD, Verified.HOUSEHOLD_REGISTER, Verified.KNOWN_IN_PERSON)


async def verify_some(known: Mapping[str, Member], *, by: Actor) -> None:
    """Write down of every second named person how the coordinator knows them."""
    others = [one for one in known.values() if one.id != by.member_id]
    for place, one in enumerate(others[::2]):
        await community.verify_member(one.id, VERIFIED[place % len(VERIFIED)], by=by)


async def fill_waiting(
    entries: Mapping[str, RosterEntry], known: Mapping[str, Member], *, by: Actor
) -> None:
    """Let some apply, among them one who is a resident already, and enter one volunteer twice."""
    resident = next(
        one
        for one in entries.values()
        if one.birth_date and not one.phone and one.name not in known
    )
    applied = (*APPLIED, (resident.name, resident.birth_date))
    for number, (name, born) in enumerate(applied, 1):
        await community.add_member(
            community_id=by.community_id,
            name=name,
            birth_date=born,
            phone=f"{PHONE_PREFIX}8{number:07d}",
            standing=Standing.APPLIED,
        )
    twice = next(one for one in entries.values() if one.name == TWICE)
    await community.add_member(
        community_id=by.community_id,
        name=twice.name,
        birth_date=twice.birth_date,
        phone=f"{PHONE_PREFIX}8{len(applied) + 1:07d}",
        roles=(Role.VOLUNTEER,),
        by=by,
    )
