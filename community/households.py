"""Households: the people behind one door, found by the code that the roster gives it."""

from dataclasses import dataclass
from uuid import UUID

from community.audit import record
from community.errors import InvalidDetail, UnknownArea, UnknownHousehold
from community.masking import masked
from community.tables import HouseholdRow, MemberRow
from community.transactions import refusing
from community.values import Actor, Standing, new_id, system

ADDRESS_LENGTH_MAX = 200

_HOUSEHOLD = "SELECT id, community_id, grid_id, code, address FROM household"

_REFUSALS = {
    "household_code_given": InvalidDetail("household", "not 1 to 40 characters"),
    "household_address_length": InvalidDetail("address", "too long"),
}


@dataclass(frozen=True, slots=True)
class Household:
    """The people behind one door. `code` is the roster's, such as `12-3-402`: each stands once."""

    id: UUID
    community_id: UUID
    grid_id: UUID | None
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Housemate:
    """One of a household's people."""

    id: UUID
    name: str
    standing: Standing


async def household(household_id: UUID, *, community_id: UUID) -> Household | None:
    """Return a household of this community, None where there is no such."""
    rows = await HouseholdRow.raw(
        f"{_HOUSEHOLD} WHERE id = {{}} AND community_id = {{}}", household_id, community_id
    )
    return Household(**rows[0]) if rows else None


async def household_by_code(code: str, *, community_id: UUID) -> Household | None:
    """Return the household with this code, None where there is none."""
    rows = await HouseholdRow.raw(
        f"{_HOUSEHOLD} WHERE community_id = {{}} AND code = {{}}", community_id, code.strip()
    )
    return Household(**rows[0]) if rows else None


async def people_of(household_id: UUID, *, community_id: UUID) -> list[Housemate]:
    """Return who belongs to a household now, in the order they joined."""
    rows = await MemberRow.raw(
        "SELECT id, name, standing FROM member WHERE household_id = {} AND community_id = {}"
        " AND standing IN ('applied', 'invited', 'active') ORDER BY joined_at, id",
        household_id,
        community_id,
    )
    return [Housemate(row["id"], row["name"], Standing(row["standing"])) for row in rows]


async def household_of(
    code: str,
    *,
    community_id: UUID,
    address: str = "",
    grid_id: UUID | None = None,
    by: Actor | None = None,
) -> Household:
    """Return the community's household with this code; make it, if there is none.

    `address` and `grid_id` are for a new one: one that stands keeps its own. Two callers at once
    get the same household. Raises `InvalidDetail`, `UnknownArea`.
    """
    refusals = {**_REFUSALS, "household_in_known_grid": UnknownArea(grid_id or community_id)}
    async with refusing(**refusals):
        added = await HouseholdRow.raw(
            "INSERT INTO household (id, community_id, code, address, grid_id)"
            " VALUES ({}, {}, {}, {}, {})"
            " ON CONFLICT ON CONSTRAINT household_code_once DO NOTHING RETURNING id",
            new_id(),
            community_id,
            code.strip(),
            address.strip(),
            grid_id,
        )
        found = await household_by_code(code, community_id=community_id)
        if found is None:
            raise LookupError(f"the household {code!r} that was just made is not there")
        if added:
            await record(
                "household.add",
                by=by or system(community_id),
                area_id=community_id,
                subject_kind="household",
                subject_id=found.id,
                after=masked({"address": found.address or None}),
            )
    return found


async def move_household(
    household_id: UUID, address: str, *, community_id: UUID, by: Actor
) -> Household:
    """Write down a household's address, for all of its people.

    The same address again changes nothing. Raises `InvalidDetail`, and `UnknownHousehold` where the
    household is not of this community.
    """
    async with refusing(**_REFUSALS):
        rows = await HouseholdRow.raw(
            f"{_HOUSEHOLD} WHERE id = {{}} AND community_id = {{}} FOR NO KEY UPDATE",
            household_id,
            community_id,
        )
        if not rows:
            raise UnknownHousehold(household_id)
        before = Household(**rows[0])
        if before.address == address.strip():
            return before
        await HouseholdRow.raw(
            "UPDATE household SET address = {} WHERE id = {}", address.strip(), household_id
        )
        await record(
            "household.amend",
            by=by,
            area_id=community_id,
            subject_kind="household",
            subject_id=household_id,
            before=masked({"address": before.address or None}),
            after=masked({"address": address.strip() or None}),
        )
    return Household(before.id, community_id, before.grid_id, before.code, address.strip())
