"""What a volunteer earns: the legs of the journal that passes it on, within the caps.

Whoever closes a visit or a group session asks `earned_legs` within the verb's transaction, right
before booking, and books the legs with its own. One volunteer's earnings come one after the other,
so that two of them never fill the same room under a cap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Kept
from ledger import MINUTE, AccountId, Leg
from timebank.accounts import DONATED, RELIEF, member_account, own_account
from timebank.earning_rules import overflow
from timebank.earning_tables import EarnedDayRow, EarnerRow
from timebank.policy import CAP_MINUTES, DAY_CAP_MINUTES

ABOVE_CAP: Final = "above the cap"
FOR_THE_COMMUNITY: Final = "for the community"

_ALONE = """
INSERT INTO earner (member_id, community_id) VALUES ({}, {})
ON CONFLICT ON CONSTRAINT earner_pkey DO UPDATE SET community_id = earner.community_id
"""

_ON_DAY = "SELECT minutes FROM earned_day WHERE community_id = {} AND member_id = {} AND day = {}"

_ADD = """
INSERT INTO earned_day (community_id, member_id, day, minutes) VALUES ({}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_count_a_day DO UPDATE SET minutes = excluded.minutes
"""

_SUM = """
INSERT INTO earned_day (community_id, member_id, day, minutes)
SELECT community_id, {}, day, minutes FROM earned_day WHERE community_id = {} AND member_id = {}
ON CONFLICT ON CONSTRAINT one_count_a_day
    DO UPDATE SET minutes = earned_day.minutes + excluded.minutes
"""

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "earned",
        ("earner.member_id", "earned_day.member_id"),
        "SELECT day, minutes FROM me JOIN earned_day ON member_id = me.id ORDER BY day",
    ),
)
"""What is kept of a member's earnings besides the book."""


async def earned_legs(  # noqa: PLR0913 (what is earned has these parts)
    volunteer_id: UUID,
    minutes: int,
    *,
    source: AccountId,
    community_id: UUID,
    at: datetime,
    instead_of: int = 0,
    donated: bool = False,
) -> tuple[Leg, ...]:
    """Return the legs by which a volunteer earns `minutes` out of `source`; none for none.

    All of it passes to the volunteer; what is above the caps goes on as their donation, through
    `donated` to `relief`, and they are told. `at` is when the help was given: its day counts, and
    the policy of that moment. `instead_of` is what the same journal takes back from the volunteer
    for the same help, where a mistake is mended. With `donated` they save nothing of it: it is
    given to the relief fund from the start.
    """
    if minutes <= 0 and not instead_of:
        return ()
    await EarnerRow.raw(_ALONE, volunteer_id, community_id)
    account = await member_account(volunteer_id, community_id=community_id)
    over = minutes
    if not donated:
        help_given = _Help(volunteer_id, community_id, minutes, instead_of, at)
        over = await _over(help_given, account)
    if minutes <= 0:
        return ()
    legs = [Leg.transfer(debit=source, credit=account, amount=minutes, unit=MINUTE)]
    if over:
        note = FOR_THE_COMMUNITY if donated else ABOVE_CAP
        fund = await own_account(DONATED, community_id=community_id)
        relief = await own_account(RELIEF, community_id=community_id)
        legs += [
            Leg.transfer(debit=account, credit=fund, amount=over, unit=MINUTE, note=note),
            Leg.transfer(debit=fund, credit=relief, amount=over, unit=MINUTE, note=note),
        ]
        if not donated:
            await community.tell(
                volunteer_id,
                "hours.above_cap",
                community_id=community_id,
                fill={"minutes": over},
                link="/time-bank/passbook",
            )
    return tuple(legs)


@dataclass(frozen=True, slots=True)
class _Help:
    """Whose help it was, what it earned and what is taken back for it, and when it was given."""

    volunteer_id: UUID
    community_id: UUID
    minutes: int
    instead_of: int
    at: datetime


async def _over(help_given: _Help, account: AccountId) -> int:
    """Return what is above the caps, and count the rest on its day."""
    home = await community.community(help_given.community_id)
    policy = await community.policy_in_force(home.id, help_given.at)
    day = help_given.at.astimezone(ZoneInfo(home.time_zone)).date()
    rows = await EarnedDayRow.raw(_ON_DAY, home.id, help_given.volunteer_id, day)
    before = int(rows[0]["minutes"]) if rows else 0
    on_day = max(before - help_given.instead_of, 0)
    over = overflow(
        help_given.minutes,
        saved=(await ledger.balance(account)).posted - help_given.instead_of,
        saved_on_day=on_day,
        cap_minutes=policy[CAP_MINUTES],
        day_cap_minutes=policy[DAY_CAP_MINUTES],
    )
    saved = on_day + help_given.minutes - over
    await EarnedDayRow.raw(_ADD, home.id, help_given.volunteer_id, day, saved)
    return over


async def take_over_earned(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Count what a former membership saved by day for the one that stays, as the merge's part."""
    await EarnerRow.raw(_ALONE, survivor, by.community_id)
    await EarnedDayRow.raw(_SUM, survivor, by.community_id, other)
    await EarnedDayRow.raw(
        "DELETE FROM earned_day WHERE community_id = {} AND member_id = {}", by.community_id, other
    )
