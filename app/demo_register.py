"""What waits in the demo's register: who wants to join, and who may stand in it twice."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import uuid5

import community
from app.demo_people import PHONE_PREFIX
from app.i18n import speaking
from app.joining import agreed_words
from community import Actor, Member, Registration, Role, Verified
from community.applications import Applicant, apply_to_join
from community.roster import RosterEntry

# Name, birth date and address of those who applied on their own and wait for the desk's answer.
APPLIED: Final = (
    ("苗雨桐", date(1994, 3, 18), "桃花坞 8 幢 502 室"),
    ("邢志勇", date(1961, 9, 2), "梧桐里 21 号"),
    ("卓玛", date(1987, 6, 25), "东中市 64 号 2 楼"),
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
        if one.birth_date and not one.phone and Role.ELDER in one.roles and one.name not in known
    )
    if resident.birth_date is None:
        raise LookupError("nobody on the roster could have applied once more")
    applied = (*APPLIED, (resident.name, resident.birth_date, resident.address or ""))
    with speaking("zh"):
        words = agreed_words()
    for number, (name, born, address) in enumerate(applied, 1):
        applicant = Applicant(
            name,
            f"{PHONE_PREFIX}8{number:07d}",
            born,
            Registration.NON_REGISTERED,
            address=address,
        )
        key = uuid5(by.community_id, f"application {number}")
        await apply_to_join(key, applicant, community_id=by.community_id, words=words, code=None)
    twice = next(one for one in entries.values() if one.name == TWICE)
    await community.add_member(
        community_id=by.community_id,
        name=twice.name,
        birth_date=twice.birth_date,
        phone=f"{PHONE_PREFIX}8{len(applied) + 1:07d}",
        roles=(Role.VOLUNTEER,),
        by=by,
    )
