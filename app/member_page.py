"""What the pages of the register show: a member's own page, the list, and two side by side.

Everything passes through `app/masks.py` here, so a template never holds what its reader may not
see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import timebank
from app import identity
from app.field_words import label, told
from app.i18n import gettext as _
from app.masks import Sight, seen, sight
from app.templating import DEFAULT_ZONE
from app.wording import duration, number, printed_day
from community import Actor, Details, Listed, Role

SHOWN: Final = (
    "phone", "email", "birth_date", "identity", "household", "address", "grid_id", "registration",
    "roster_number", "language",
)  # fmt: skip
"""The fields of a member's page, in this order."""


@dataclass(frozen=True, slots=True)
class Line:
    """A member in a list, as its reader may see them."""

    id: UUID
    name: str
    roles: str
    grid: str
    standing: str
    active: bool
    phone: str | None
    born: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A member's page: the facts in words, each with the field it tells of."""

    member: community.Member
    facts: tuple[tuple[str, str, str], ...]
    known: Details
    verified_by: str

    def fact(self, field: str) -> str:
        """Return one fact in words; empty where it is hidden."""
        return next((told for name, _label, told in self.facts if name == field), "")


def line(one: Listed, roles: Iterable[Role]) -> Line:
    """Return a member as a list shows them to somebody with these roles."""
    return Line(
        id=one.id,
        name=one.name,
        roles=role_words(one.roles),
        grid=one.grid,
        standing=told("standing", one.standing.value, DEFAULT_ZONE),
        active=one.standing is community.Standing.ACTIVE,
        phone=seen("phone", one.phone, roles, listed=True),
        born=seen("birth_date", one.birth_date, roles, listed=True),
    )


async def shown(member_id: UUID, by: Actor) -> Shown:
    """Return a member as one who reads their page may see them. Raises `UnknownMember`."""
    member = await community.member(member_id)
    known = await community.details_of(member_id, community_id=by.community_id)
    home = (
        await community.household(known.household_id, community_id=by.community_id)
        if known.household_id
        else None
    )
    grid = await community.area(known.grid_id) if known.grid_id else None
    values: dict[str, Any] = {
        "phone": seen("phone", known.phone, by.roles),
        "email": seen("email", known.email, by.roles),
        "birth_date": _born(known, by),
        "household": _code(home, by),
        "address": seen("address", home.address if home else "", by.roles),
        "grid_id": grid.name if grid else "",
        "registration": known.registration.value if known.registration else "",
        "roster_number": seen("roster_number", known.roster_number, by.roles),
        "language": _("Chinese") if member.language == "zh" else _("English"),
        "identity": seen("identity", _number(known), by.roles),
    }
    if not identity.kept() and not known.identity_sealed:
        values["identity"] = None
    facts = tuple(
        (field, label(field), told(field, values[field], DEFAULT_ZONE))
        for field in SHOWN
        if values[field] is not None
    )
    names = await community.named_members(
        {known.verified_by} if known.verified_by else set(), community_id=by.community_id
    )
    return Shown(member, facts, known, next(iter(names.values()), ""))


async def side_by_side(one: UUID, two: UUID, by: Actor) -> dict[str, Any]:
    """Return two members for comparing: each fact of both, whether it differs, and their history.

    Raises `UnknownMember`.
    """
    pages = [await shown(member_id, by) for member_id in (one, two)]
    did = await timebank.tally([one, two], community_id=by.community_id)
    zone = ZoneInfo((await community.community(by.community_id)).time_zone)
    rows = []
    for field in SHOWN:
        pair = [page.fact(field) for page in pages]
        if any(told_of not in ("", "–") for told_of in pair):
            rows.append((label(field), *(told_of or "–" for told_of in pair)))
    more = [
        (label("standing"), [_standing(page) for page in pages]),
        (_("Roles"), [role_words(page.member.roles) or "–" for page in pages]),
        (
            _("Member since"),
            [printed_day(page.member.joined_at.astimezone(zone).date()) for page in pages],
        ),
        (_("Visits given"), [number(did[one_id].given) for one_id in (one, two)]),
        (_("Visits received"), [number(did[one_id].received) for one_id in (one, two)]),
        (_("Visits not over"), [number(did[one_id].open) for one_id in (one, two)]),
        (_("Hours in the passbook"), [duration(did[one_id].minutes) for one_id in (one, two)]),
    ]
    return {
        "pages": pages,
        "rows": [*rows, *((name, *pair) for name, pair in more)],
        "tallies": [did[one], did[two]],
    }


def role_words(roles: Iterable[Role]) -> str:
    """Return roles in words, in the order in which the glossary has them."""
    held = set(roles)
    return _(", ").join(told("role", role.value, DEFAULT_ZONE) for role in Role if role in held)


def _standing(page: Shown) -> str:
    return told("standing", page.member.standing.value, DEFAULT_ZONE)


def _born(known: Details, by: Actor) -> str | None:
    """Return a birth date as ISO 8601, its year alone, or None where it is hidden."""
    value = seen("birth_date", known.birth_date, by.roles)
    return None if value is None else str(value)


def _code(home: community.Household | None, by: Actor) -> str | None:
    """Return a household's code to whoever may see where its people live."""
    if sight("address", by.roles) is not Sight.FULL:
        return None
    return home.code if home else ""


def _number(known: Details) -> str:
    """Return an identity number for masking; one that no key opens is hidden whole."""
    if known.identity_sealed is None:
        return ""
    try:
        return identity.opened(known.identity_sealed)
    except (LookupError, ValueError):
        return community.HIDDEN
