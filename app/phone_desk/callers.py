"""Who may be on the telephone: found by the number, or by name and birth date where that is not it.

A number belongs to one member, but a telephone lies about in a home: so those are offered as well
who live with its owner or are kin and have no number of their own, and those for whom any of them
may act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import community
from app.i18n import gettext as _
from app.masks import seen
from community import Actor, Listed, Standing
from timebank.desk import Speakers

OFFERED_MAX: Final = 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be calling: for whom, how they come to be offered, what tells them apart."""

    speakers: Speakers
    name: str
    whom: str
    why: str
    born: str
    grid: str

    @property
    def value(self) -> str:
        """What the form sends for this choice."""
        return f"{self.speakers.caller_id}:{self.speakers.member_id}"


def read_choice(text: str) -> Speakers | None:
    """Return who was chosen; None for what no form of ours sends."""
    caller, _colon, member = text.partition(":")
    try:
        return Speakers(UUID(caller), UUID(member))
    except ValueError:
        return None


async def by_number(phone: str, by: Actor) -> list[Candidate]:
    """Return who may be calling from a number, its owner first; nobody where it is unknown."""
    owner = await community.found_by_phone(phone, community_id=by.community_id)
    if owner is None:
        return []
    mates = await _without_number(await _housemates(owner, by), by)
    kin = await _without_number({one.other(owner) for one in await community.kin_of(owner, by)}, by)
    people = [(owner, _("This is their number"))]
    people += [(one, _("Lives in the same household")) for one in mates]
    people += [(one, _("Kin on record")) for one in kin if one not in mates]
    return await _with_those_acted_for(people, by)


async def by_name(name: str, born: date | None, by: Actor) -> list[Candidate]:
    """Return the active members who are called so, and were born that day where one is given."""
    if born is not None:
        found: Iterable[Listed] = await community.found_by_birth(born, community_id=by.community_id)
    else:
        page = await community.directory_page(by.community_id, name=name)
        found = page.members
    fitting = [
        one
        for one in found
        if one.standing is Standing.ACTIVE and one.name.startswith(name.strip())
    ]
    people = [(one.id, "") for one in fitting[:OFFERED_MAX]]
    return await _with_those_acted_for(people, by)


async def _housemates(member_id: UUID, by: Actor) -> set[UUID]:
    known = await community.details_of(member_id, community_id=by.community_id)
    if known.household_id is None:
        return set()
    people = await community.people_of(known.household_id, community_id=by.community_id)
    return {one.id for one in people} - {member_id}


async def _without_number(ids: set[UUID], by: Actor) -> list[UUID]:
    """Return those who are here and have no number of their own, in the order of their names."""
    found = await community.listed(list(ids), community_id=by.community_id)
    fitting = [
        one for one in found.values() if one.phone is None and one.standing is Standing.ACTIVE
    ]
    return [one.id for one in sorted(fitting, key=lambda one: (one.name, one.id))]


async def _with_those_acted_for(people: list[tuple[UUID, str]], by: Actor) -> list[Candidate]:
    """Return each of these people for themselves, then for whomever they may act."""
    now, pairs = datetime.now(UTC), []
    for caller, why in people:
        pairs.append((Speakers(caller, caller), why))
        granted = await community.delegations_to(
            Actor(caller, by.community_id)
        )  # whose they are is asked, nothing is done as them
        pairs += [
            (Speakers(caller, one.member_id), _("May act for them"))
            for one in granted
            if one.in_force(now)
        ]
    pairs = [
        (one, why) for one, why in pairs if by.member_id not in {one.caller_id, one.member_id}
    ][:OFFERED_MAX]
    ids = {one for speakers, _why in pairs for one in (speakers.caller_id, speakers.member_id)}
    known = await community.listed(list(ids), community_id=by.community_id)
    return [
        _candidate(speakers, why, known, by)
        for speakers, why in pairs
        if speakers.caller_id in known and speakers.member_id in known
    ]


def _candidate(speakers: Speakers, why: str, known: dict[UUID, Listed], by: Actor) -> Candidate:
    caller, whom = known[speakers.caller_id], known[speakers.member_id]
    own = speakers.caller_id == speakers.member_id
    return Candidate(
        speakers,
        caller.name,
        "" if own else whom.name,
        why,
        seen("birth_date", caller.birth_date, by.roles, listed=True) or "",
        caller.grid,
    )
