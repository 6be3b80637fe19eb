"""Reads what the relief fund would still give for an elder, and what the fund has and did."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Policy
from ledger import MINUTE, CommunityId
from timebank.accounts import DONATED, RELIEF
from timebank.eligibility import age_at
from timebank.hours import needs, rules
from timebank.hours.tables import DonationRow
from timebank.hours.values import Needs, Rank, ReliefPolicy
from timebank.policy import (
    RELIEF_FIRST_AGE_MIN,
    RELIEF_MONTH_MINUTES_FIRST,
    RELIEF_MONTH_MINUTES_SECOND,
    RELIEF_SECOND_AGE_MIN,
)
from timebank.policy.passing import RELIEF_HARDSHIP_FIRST, RELIEF_RESERVE_MINUTES

# What the fund set aside within a month for an elder's visits, and of a settled hold what passed.
# By the moment of booking, so that nobody books next month's visits on this month's minutes.
_USED: Final = """
SELECT coalesce(sum(coalesce(passed, minutes)), 0)::bigint AS minutes
FROM visit_hold JOIN visit ON visit.id = visit_hold.visit_id
WHERE visit_hold.community_id = {} AND payer = 'relief' AND visit.elder_id = {}
    AND held_at >= {} AND held_at < {}
"""

_GIVEN: Final = """
SELECT (SELECT coalesce(sum(passed), 0)::bigint FROM visit_hold
        WHERE community_id = {} AND payer = 'relief') AS visits,
    (SELECT coalesce(sum(line.minutes), 0)::bigint
        FROM hours_proposal AS proposal JOIN hours_proposal_line AS line
            ON line.proposal_id = proposal.id
        WHERE proposal.community_id = {} AND proposal.state = 'booked'
            AND source = 'relief') AS grants,
    (SELECT count(DISTINCT member_id) FROM donation
        WHERE community_id = {} AND reversed_at IS NULL) AS donors
"""


@dataclass(frozen=True, slots=True)
class Fund:
    """What the relief fund has and what became of it; all but `donors` in minutes.

    `donated` is what members gave and what was above a cap, less what was given back, and
    `donated_this_month` what of it came since the month began; `donors` are the members who gave of
    their own accord. `held` is set aside for visits to come, `visits` what visits had of it, and
    `grants` what was granted out of it.
    """

    available: int
    held: int
    donated: int
    donated_this_month: int
    donors: int
    visits: int
    grants: int


def relief_policy(policy: Policy) -> ReliefPolicy:
    """Return what a community's policy says about its relief fund."""
    return ReliefPolicy(
        first_age_min=policy[RELIEF_FIRST_AGE_MIN],
        second_age_min=policy[RELIEF_SECOND_AGE_MIN],
        hardship_first=policy[RELIEF_HARDSHIP_FIRST],
        month_minutes_first=policy[RELIEF_MONTH_MINUTES_FIRST],
        month_minutes_second=policy[RELIEF_MONTH_MINUTES_SECOND],
        reserve_minutes=policy[RELIEF_RESERVE_MINUTES],
    )


async def relief_cover(
    elder_id: UUID, *, community_id: UUID, at: datetime | None = None, fund: int | None = None
) -> int:
    """Return the minutes that the relief fund would still give for this elder, 0 or more.

    `at` is the moment of booking: its month counts, and the policy that holds then. `fund` is
    what the fund can still spend, looked up unless given.
    """
    terms = await relief_terms(elder_id, community_id=community_id, at=at)
    if terms is None:
        return 0
    return terms.cover(await _available(community_id) if fund is None else fund)


@dataclass(frozen=True, slots=True)
class ReliefTerms:
    """On what terms the fund helps an elder: with which priority, and what it gave this month."""

    rank: Rank
    used: int
    policy: ReliefPolicy

    def cover(self, fund: int) -> int:
        """Return what it would still give where it has so many minutes to spend."""
        return rules.cover(self.rank, used=self.used, fund=fund, policy=self.policy)


async def relief_terms(
    elder_id: UUID, *, community_id: UUID, at: datetime | None = None
) -> ReliefTerms | None:
    """Return on what terms the relief fund helps an elder; None where it does not.

    Who wants to be sure of what was used locks the elder first (`community.keep_active(...,
    alone=True)`), and of the fund and its reserve, the fund's account.
    """
    moment = at or datetime.now(UTC)
    on_record = await needs.profile(elder_id, community_id=community_id)
    if on_record is None:
        return None
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    policy = relief_policy(await community.policy_in_force(community_id, moment))
    place = await rank_of(elder_id, on_record.needs, policy, zone=zone, at=moment)
    if place is None:
        return None
    since, until = month_of(moment, zone)
    rows = await DonationRow.raw(_USED, community_id, elder_id, since, until)
    return ReliefTerms(place, int(rows[0]["minutes"]), policy)


async def rank_of(
    elder_id: UUID, found: Needs, policy: ReliefPolicy, *, zone: ZoneInfo, at: datetime
) -> Rank | None:
    """Return with which priority the fund helps somebody with these needs; None: it does not."""
    member = await community.member(elder_id)
    known = await community.details_of(elder_id, community_id=member.community_id)
    age = None if known.birth_date is None else age_at(known.birth_date, at, zone)
    return rules.rank(found, age=age, policy=policy)


async def rank_on_record(
    elder_id: UUID, *, community_id: UUID, at: datetime | None = None
) -> Rank | None:
    """Return with which priority the fund helps this member by what is on record now."""
    moment = at or datetime.now(UTC)
    on_record = await needs.profile(elder_id, community_id=community_id)
    if on_record is None:
        return None
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    policy = relief_policy(await community.policy_in_force(community_id, moment))
    return await rank_of(elder_id, on_record.needs, policy, zone=zone, at=moment)


async def fund(community_id: UUID, *, at: datetime | None = None) -> Fund:
    """Return what the relief fund has and what became of it: figures that anybody may see."""
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    since, _until = month_of(at or datetime.now(UTC), zone)
    donated, relief = [
        await ledger.find_account(community_id=CommunityId(community_id), kind=kind, unit=MINUTE)
        for kind in (DONATED, RELIEF)
    ]
    (row,) = await DonationRow.raw(_GIVEN, community_id, community_id, community_id)
    balance = await ledger.balance(relief.id) if relief else None
    in_all = this_month = 0
    if donated and relief:
        in_all = await ledger.passed_between(donated.id, relief.id)
        this_month = await ledger.passed_between(donated.id, relief.id, since=since)
    return Fund(
        available=balance.available if balance else 0,
        held=balance.held if balance else 0,
        donated=in_all,
        donated_this_month=this_month,
        donors=row["donors"],
        visits=row["visits"],
        grants=row["grants"],
    )


def month_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the calendar month of a moment begins and when the next one does."""
    first = at.astimezone(zone).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return (
        datetime.combine(first, time(), tzinfo=zone),
        datetime.combine(following, time(), tzinfo=zone),
    )


async def _available(community_id: UUID) -> int:
    found = await ledger.find_account(
        community_id=CommunityId(community_id), kind=RELIEF, unit=MINUTE
    )
    return (await ledger.balance(found.id)).available if found else 0
