"""The real two communities beside the oracle's, and what their tables say after each step."""

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

import community
import ledger
import timebank
from community import Actor, KinKind, Level, Role
from community.policy import read_pack
from tests.timebank.days.values import PER_HOUR, Rules
from tests.timebank.days.world import BEGINS, FUND, LIMIT, World
from timebank import hours, moving
from timebank.hours import Disability, Living, Needs
from timebank.policy import SETTINGS

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
NEEDS = {
    rank: Needs(
        living=Living.ALONE,
        low_income=rank == "second",
        disability=Disability.SEMI if rank == "second" else Disability.NONE,
        hardship=rank == "first",
        evidence="家访",
        review_on=date(2027, 1, 1),
    )
    for rank in ("first", "second")
}


@dataclass
class Town:
    """Two communities on the real time bank; moments are minutes since noon."""

    owner: asyncpg.Connection
    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    codes: dict[uuid.UUID, str] = field(default_factory=dict)

    def actor(self, world: World, name: str) -> Actor:
        """Return somebody as who asks, with the roles that they had from the beginning."""
        person = world.people[name]
        assert person.id is not None
        roles = frozenset(Role(one) for one in person.roles)
        return Actor(person.id, self.ids[person.place], roles)

    async def adopt(self, place: str, rules: Rules, *, since: int, at: int) -> None:
        """Let a pack hold from a moment on."""
        stated = "\n".join(
            f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for name, value in dataclasses.asdict(rules).items()
        ).replace("'", '"')
        begins = moment(since).isoformat()
        text = f'name = "N"\nsource = "S"\nholds_from = {begins}\n[time_bank]\n{stated}\n'
        pack = read_pack(text.encode(), settings=SETTINGS, zone=ZONE)
        await community.adopt_policy(pack, by=community.system(self.ids[place]), at=moment(at))


def moment(minutes: int) -> datetime:
    """Return a moment of the play as a moment of the world."""
    return NOON + timedelta(minutes=minutes)


async def open_town(owner: asyncpg.Connection, world: World) -> Town:
    """Open both communities with everybody in them, what they saved, and a fund."""
    town, mark = Town(owner), uuid.uuid4().hex[:12]
    district = await community.add_area(level=Level.DISTRICT, code=f"d-{mark}", name="姑苏区")
    for name, place in world.places.items():
        one = await community.add_community(
            code=f"{name}-{mark}", name="梧桐社区", below=district.id
        )
        town.ids[name] = one.id
        await timebank.open_time_bank(one.id)
        (begins, rules), *_ = place.packs
        await town.adopt(name, rules, since=begins, at=begins)
    for service, per_hour in PER_HOUR.items():
        await owner.execute(
            "UPDATE care_service SET credit_per_hour = $1"
            " WHERE code = $2 AND community_id = ANY($3)",
            per_hour,
            service,
            [*town.ids.values()],
        )
    await _join(town, world)
    await _save(town, world)
    above = await community.add_member(community_id=town.ids["old"], name="周正")
    await community.grant_role(above.id, Role.ADMINISTRATOR, at=district.id)
    administrator = await community.actor(above.id, town.ids["old"])
    assert administrator is not None
    await moving.agree_clearing(town.ids["old"], town.ids["new"], LIMIT, by=administrator)
    return town


async def _join(town: Town, world: World) -> None:
    for person in world.people.values():
        born = date(1990, 1, 1) if person.too_young else None
        member = await community.add_member(
            community_id=town.ids[person.place],
            name=person.name,
            roles=tuple(Role(one) for one in sorted(person.roles)),
            birth_date=date(1950, 1, 1) if person.rank == "second" else born,
        )
        person.id = member.id
    desk = town.actor(world, "shen")
    for person in world.people.values():
        assert person.id is not None
        if person.rank:
            await hours.enter_needs(person.id, NEEDS[person.rank], by=desk, at=NOON)
        for name, kind in person.kin.items():
            other = world.people[name]
            if person.name < name and other.id is not None:
                by = town.actor(world, "lu") if "shen" in {person.name, name} else desk
                await community.record_kinship(
                    person.id, other.id, KinKind(kind), evidence="户口簿", by=by
                )


async def _save(town: Town, world: World) -> None:
    for name, minutes in BEGINS.items():
        who = town.actor(world, name)
        await timebank.opening_grant(who.member_id, minutes, community_id=who.community_id)
    place = ledger.CommunityId(town.ids["old"])
    issuance, relief = [
        await ledger.find_account(community_id=place, kind=kind, unit=ledger.MINUTE)
        for kind in ("issuance", "relief")
    ]
    assert issuance is not None
    assert relief is not None
    origin = ledger.Origin(place, ledger.Event("test", uuid.uuid4()), community.SYSTEM)
    await ledger.transfer(
        debit=issuance.id, credit=relief.id, amount=FUND, unit=ledger.MINUTE, origin=origin
    )


@dataclass(frozen=True)
class Found:
    """What the tables say of both communities, read past the program."""

    accounts: list[Mapping[str, Any]]
    visits: dict[uuid.UUID, Mapping[str, Any]]
    states: dict[uuid.UUID, str]
    twice: int


_ACCOUNTS = """
WITH moved AS (
    SELECT account, sum(amount) AS posted FROM (
        SELECT credit_account AS account, amount FROM transfer
        WHERE community_id = ANY($1) AND kind NOT IN ('hold', 'void')
        UNION ALL
        SELECT debit_account, -amount FROM transfer
        WHERE community_id = ANY($1) AND kind NOT IN ('hold', 'void')
    ) AS sides GROUP BY account
), reserved AS (
    SELECT open_hold.debit_account AS account, sum(amount) AS held
    FROM open_hold JOIN transfer ON transfer.id = hold_id
    WHERE open_hold.community_id = ANY($1) GROUP BY open_hold.debit_account
)
SELECT community_id, kind, owner, floor, credits_posted - debits_posted AS posted,
    debits_pending AS held, coalesce(moved.posted, 0) AS booked,
    coalesce(reserved.held, 0) AS reserved
FROM account LEFT JOIN moved ON moved.account = id LEFT JOIN reserved ON reserved.account = id
WHERE community_id = ANY($1) AND unit = 'MINUTE'
"""

_VISITS = """
SELECT visit.id, state, volunteer_id, starts_at, minutes_measured, minutes_confirmed,
    ARRAY(SELECT quarter FROM volunteer_quarter WHERE visit_id = visit.id
        AND volunteer_quarter.volunteer_id = visit.volunteer_id ORDER BY quarter) AS quarters,
    (SELECT count(*) FROM volunteer_quarter WHERE visit_id = visit.id) AS taken,
    (SELECT coalesce(sum(amount), 0) FROM transfer JOIN account ON account.id = credit_account
        WHERE journal_id = post_id AND transfer.kind = 'transfer' AND account.kind = 'member'
            AND account.owner = volunteer_id) AS earned
FROM visit WHERE community_id = ANY($1)
"""

_STATES = """
SELECT id, state FROM gift WHERE community_id = ANY($1)
UNION ALL SELECT id, CASE WHEN reversed_at IS NULL THEN 'stands' ELSE 'reversed' END FROM donation
    WHERE community_id = ANY($1)
UNION ALL SELECT id, state FROM hours_proposal WHERE community_id = ANY($1)
UNION ALL SELECT id, state FROM member_move WHERE community_id = ANY($1)
"""

_TWICE = """
SELECT count(*) FROM visit AS one JOIN visit AS two ON one.volunteer_id = two.volunteer_id
    AND one.id < two.id
    AND tstzrange(one.starts_at, one.starts_at + one.minutes_booked * interval '1 minute')
     && tstzrange(two.starts_at, two.starts_at + two.minutes_booked * interval '1 minute')
WHERE one.community_id = ANY($1) AND one.state = ANY($2) AND two.state = ANY($2)
"""


async def read(town: Town, takes_time: set[str]) -> Found:
    """Read everything that the oracle has a word on."""
    places = [*town.ids.values()]
    visits = await town.owner.fetch(_VISITS, places)
    return Found(
        await town.owner.fetch(_ACCOUNTS, places),
        {row["id"]: row for row in visits},
        {row["id"]: row["state"] for row in await town.owner.fetch(_STATES, places)},
        await town.owner.fetchval(_TWICE, places, sorted(takes_time)),
    )
