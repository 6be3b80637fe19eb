"""Founds communities: the place itself, its time bank and its book, and the rules that hold there.

A community that lacks any of these would be of no use to anybody, so they come in one transaction.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import timebank
from app import policies
from app.i18n import Language, speaking
from app.i18n import gettext as _
from community import Actor, Area, Community, Level, Policy, Role
from community.transactions import transaction


@dataclass(frozen=True, slots=True)
class Above:
    """An area that a community lies in: found by its code among its siblings, else made."""

    level: Level
    code: str
    name: str


class OtherName(community.CommunityError):
    """An area with this code is there, but it is called otherwise or is of another level."""

    def __init__(self, wanted: Above, there: Area) -> None:
        self.wanted, self.there = wanted, there
        super().__init__(
            f"the code {wanted.code} is that of {there.name} ({there.level.value}), "
            f"not of {wanted.name} ({wanted.level.value})"
        )


async def areas_above(wanted: list[Above], *, time_zone: str | None = None) -> UUID | None:
    """Return the lowest of these areas, the highest first; those that are missing are made.

    `time_zone` is that of the ones that are made: unless given, that of the area above. For the
    set-up of an installation. Raises `OtherName`, `community.InvalidArea`.
    """
    below: UUID | None = None
    async with transaction():
        for one in wanted:
            there = await community.area_by_code(one.code, below=below)
            if there is None:
                there = await community.add_area(
                    level=one.level,
                    code=one.code,
                    name=one.name,
                    below=below,
                    time_zone=time_zone,
                )
            elif (there.name, there.level) != (one.name, one.level):
                raise OtherName(one, there)
            below = there.id
    return below


async def found_community(  # noqa: PLR0913 (a community has these parts)
    *,
    code: str,
    name: str,
    below: UUID | None = None,
    time_zone: str | None = None,
    desk_phone: str = "",
    rules: bytes | None = None,
    by: Actor | None = None,
    at: datetime | None = None,
) -> Community:
    """Add a community with its time bank, and with `rules` as its first pack of policy.

    Without rules it adopts the usual ones: a later version of the program that has other defaults
    does not change what holds there. Raises what `community.add_community` raises, and
    `community.BadPackFile` for rules that cannot be read.
    """
    now = at or datetime.now(UTC)
    async with transaction():
        home = await community.add_community(
            code=code, name=name, below=below, time_zone=time_zone, desk_phone=desk_phone, by=by
        )
        hand = community.system(home.id)
        if by is not None:
            hand = replace(by, community_id=home.id, roles=frozenset({Role.ADMINISTRATOR}))
        await timebank.open_time_bank(home.id, by=hand)
        pack = await policies.read_for(home, rules or usual_rules(), now)
        await community.adopt_policy(pack, by=hand, at=now)
    return home


USUAL_LANGUAGE: Final[Language] = "zh"


def usual_rules(language: Language = USUAL_LANGUAGE) -> bytes:
    """Return the pack that states every setting as it is where nobody decided otherwise."""
    with speaking(language):
        return policies.as_file(
            Policy(), name=_("Usual rules"), source=_("The defaults of Linli")
        ).encode()
