"""Reads where a time bank stands: what it owes now, to people of which age, and what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

import community
import ledger
from community import policy_in_force
from ledger import MINUTE, CommunityId, KindTotal
from timebank.accounts import GIFTS, ISSUANCE, MEMBER
from timebank.moving.clearing import CLEARING
from timebank.policy import HOUR_COST_FEN, RESERVE_FEN
from timebank.solvency.inputs import AGES
from timebank.solvency.scenario import Start
from timebank.tables import VisitRow

HOUR: Final = 60
FEN: Final = 100
YEAR: Final = timedelta(days=365)
People = NDArray[np.int64]

AGE_UNKNOWN: Final = 65
"""How old members are taken to be where no date of birth at all is on record."""

# Who gives or receives, or has hours.
_MEMBERS: Final = """
SELECT member.id, birth_date FROM member
WHERE member.community_id = {} AND standing = 'active' AND (member.id = ANY({}) OR EXISTS (
    SELECT FROM member_role WHERE member_role.member_id = member.id
        AND role IN ('elder', 'volunteer') AND (until IS NULL OR until > clock_timestamp())))
"""

_SEEN: Final = """
SELECT count(DISTINCT volunteer_id)::int AS givers,
    coalesce(sum(minutes_confirmed), 0)::bigint AS given
FROM visit WHERE community_id = {} AND minutes_confirmed IS NOT NULL AND starts_at BETWEEN {} AND {}
"""

_CAME: Final = """
SELECT count(*)::int AS came FROM member
WHERE community_id = {} AND standing = 'active' AND joined_at BETWEEN {} AND {} AND EXISTS (
    SELECT FROM member_role WHERE member_role.member_id = member.id
        AND role IN ('elder', 'volunteer'))
"""

_PAID: Final = """
SELECT coalesce(sum(passed), 0)::bigint AS passed FROM visit_hold
WHERE community_id = {} AND payer = 'issuance' AND held_at BETWEEN {} AND {}
"""


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve beside what is owed now: minutes, and fen.

    `issued` is what the community's own account owes, and therefore what all others together have;
    `kinds` are those others, as the book has them. `reserve_fen` and `hour_cost_fen` are the
    policy in force.
    """

    issued: int
    kinds: tuple[KindTotal, ...]
    reserve_fen: int
    hour_cost_fen: int

    @property
    def claims(self) -> int:
        """What other communities owe this one, whose hours came along with somebody who moved."""
        return -sum(one.posted for one in self.kinds if one.kind == CLEARING and one.posted < 0)

    @property
    def owed(self) -> int:
        """What is owed to people and funds: what was issued here, and what came from elsewhere."""
        return self.issued + self.claims

    @property
    def reconciles(self) -> bool:
        """Whether the parts add up to the whole in the book."""
        return sum(one.posted for one in self.kinds) == self.issued

    @property
    def covered(self) -> int:
        """How many of the owed minutes the reserve could pay for today."""
        return min(self.reserve_fen * HOUR // self.hour_cost_fen, max(self.owed, 0))

    @property
    def percent(self) -> int:
        """How many percent of what is owed that is, rounded down; 100 where nothing is owed."""
        return 100 if self.owed <= 0 else self.covered * 100 // self.owed


@dataclass(frozen=True, slots=True)
class LastYear:
    """What the book and the visits say of the twelve months before: whole hours and people."""

    givers: int
    hours_given: int
    hours_created: int
    came: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a projection starts, and on what it rests.

    `without_age` is how many members have no date of birth on record; they and their hours are
    spread over the ages of the others.
    """

    start: Start
    without_age: int
    last_year: LastYear
    reserve: Reserve


async def reserve_now(community_id: UUID, at: datetime | None = None) -> Reserve:
    """Return the reserve beside what is owed now; at is for the policy, now unless given."""
    found = await ledger.totals(CommunityId(community_id), MINUTE)
    policy = await policy_in_force(community_id, at)
    return Reserve(
        -sum(one.posted for one in found if one.kind == ISSUANCE),
        tuple(one for one in found if one.kind != ISSUANCE),
        policy[RESERVE_FEN],
        policy[HOUR_COST_FEN],
    )


async def standing(community_id: UUID, at: datetime | None = None) -> Standing:
    """Return where a community's time bank stands now. Reads only.

    Somebody may give while it reads; what is owed in all is one statement's sum, and a minute that
    passes meanwhile only moves between ages and the pool.
    """
    now = at or datetime.now(UTC)
    reserve = await reserve_now(community_id, now)
    held = await ledger.posted_by_owner(CommunityId(community_id), MINUTE, (MEMBER, GIFTS))
    rows = await VisitRow.raw(_MEMBERS, community_id, list(held))
    last_year = await _last_year(community_id, now)
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    today = now.astimezone(zone).date()
    members = [(row["birth_date"], held.get(row["id"], 0)) for row in rows]
    start, without_age = start_of(
        members, owed=reserve.owed, reserve_fen=reserve.reserve_fen, today=today
    )
    return Standing(start, without_age, last_year, reserve)


async def _last_year(community_id: UUID, now: datetime) -> LastYear:
    span = (community_id, now - YEAR, now)
    (seen,) = await VisitRow.raw(_SEEN, *span)
    (came,) = await VisitRow.raw(_CAME, *span)
    (paid,) = await VisitRow.raw(_PAID, *span)
    return LastYear(seen["givers"], seen["given"] // HOUR, paid["passed"] // HOUR, came["came"])


# Whoever has no date of birth on record is spread over the ages of the others, in their proportion,
# whole people each; where nobody has one, all are taken to be 65. What no active member has, such
# as the relief fund and what is on its way, is owed as a whole.


def start_of(
    members: Iterable[tuple[date | None, int]], *, owed: int, reserve_fen: int, today: date
) -> tuple[Start, int]:
    """Return where a projection starts, and how many members have no date of birth on record.

    `members` are dates of birth and minutes; `owed` is what the book owes in all, in minutes.
    """
    people = np.zeros(AGES, dtype=np.int64)
    minutes = np.zeros(AGES)
    unaged, unaged_minutes = 0, 0
    for born, saved in members:
        if born is None:
            unaged, unaged_minutes = unaged + 1, unaged_minutes + saved
            continue
        age = min(max(_age(born, today), 0), AGES - 1)
        people[age] += 1
        minutes[age] += saved
    spread = _spread(unaged, people)
    if unaged:
        minutes += unaged_minutes * spread / unaged
    hours = minutes / HOUR
    pool = max(owed / HOUR - float(hours.sum()), 0.0)
    return Start(people + spread, hours, pool, reserve_fen / FEN), unaged


def _spread(number: int, people: People) -> People:
    """Part whole people in the proportion of others, largest remainders first."""
    if not people.any():
        people = np.zeros_like(people)
        people[AGE_UNKNOWN] = 1
    exact = number * people / people.sum()
    whole: People = np.floor(exact).astype(np.int64)
    left = number - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
