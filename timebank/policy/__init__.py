"""What a community decides about its time bank, and its rules of visits at one moment.

`visits` has the rules of a visit, `people` who gives and receives, `hours` what becomes of saved
hours. A verb asks `community.policy_in_force` for its moment and reads `policy[CAP_MINUTES]`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Policy, Setting, policy_in_force
from timebank.policy.desk import (
    CALL_BACK_PAUSE_MINUTES,
    CALL_BACK_TRIES_MAX,
    DESK,
    DESK_CHECKS_MIN,
    UNSPENT_DAYS,
    UNSPENT_MINUTES,
)
from timebank.policy.groups import GROUP_CONFIRMERS, GROUP_WEEKS_AHEAD, GROUPS
from timebank.policy.hours import (
    CAP_MINUTES,
    CLEARING_LIMIT_MINUTES,
    DAY_CAP_MINUTES,
    DONATIONS,
    ESTATE_TO_KIN,
    GIFT_DAYS,
    GIFTS_TO,
    HONOUR_1_MINUTES,
    HONOUR_2_MINUTES,
    HONOUR_3_MINUTES,
    HONOUR_4_MINUTES,
    HONOUR_5_MINUTES,
    HONOURS,
    HOUR_COST_FEN,
    PASSING_ON,
    PUBLIC_HOME_MINUTES,
    RELIEF_FIRST_AGE_MIN,
    RELIEF_FUND,
    RELIEF_MONTH_MINUTES_FIRST,
    RELIEF_MONTH_MINUTES_SECOND,
    RELIEF_SECOND_AGE_MIN,
    RESERVE_FEN,
    SAVING,
    WHOLE_HOURS,
)
from timebank.policy.passing import GRANTING, KEEPING_BACK
from timebank.policy.people import (
    FIRST_USE_MINUTES,
    GIVE_AGE_MAX,
    GIVE_AGE_MIN,
    GIVE_AGE_MIN_WOMEN,
    GIVING,
    HARDSHIP_REDEEM_AGE_MIN,
    MINORS_IN_GROUPS,
    MINORS_WITH_GUARDIAN,
    OPENING_MINUTES,
    REDEEM_AFTER_MINUTES,
    REDEEM_AGE_MIN,
    REDEEMING,
    TRAINING_FIRST,
)
from timebank.policy.visits import (
    CANCEL_NOTICE_HOURS,
    CHECK_IN_EARLY_MINUTES,
    CONFIRM_HOURS,
    DAYS_AHEAD_MAX,
    DEPOSIT_REVIEWERS,
    FLAT_MINUTES,
    GROUP_PAYER,
    LATE_CANCEL_MINUTES,
    NO_SHOW_LIMIT,
    OFFER_HOURS,
    OVERRUN_MINUTES,
    PHOTO_DAYS,
    REPEAT_DAYS_AHEAD,
    REQUEST_DAYS,
    REQUEST_REMINDER_HOURS,
    ROUND_UP_MINUTES,
    TEAM_HOURS_DONATED,
    VISIT_MINUTES_MAX,
    VISIT_MINUTES_MIN,
)
from timebank.policy.visits import SETTINGS as VISITS
from timebank.values import VisitPolicy

TOPICS: Final[Mapping[str, Sequence[Setting[Any]]]] = {
    "visits": VISITS,
    "groups": GROUPS,
    "redeeming": REDEEMING,
    "giving": GIVING,
    "saving": SAVING,
    "passing_on": (*PASSING_ON, *GRANTING),
    "relief_fund": (*RELIEF_FUND, *KEEPING_BACK),
    "honours": HONOURS,
    "desk": DESK,
}
"""The settings of the time bank by what they are about, in the order of the page of rules."""

BY_HAND: Final[frozenset[Setting[Any]]] = frozenset({DEPOSIT_REVIEWERS})
"""Rules that nothing in the program asks for: pages say that people see to them."""

SETTINGS: Final[Sequence[Setting[Any]]] = tuple(one for told in TOPICS.values() for one in told)
"""Every setting of the time bank, in the order in which the policy page tells them."""


def visit_policy(policy: Policy) -> VisitPolicy:
    """Return what a community's policy says about visits."""
    return VisitPolicy(
        minutes_min=policy[VISIT_MINUTES_MIN],
        minutes_max=policy[VISIT_MINUTES_MAX],
        days_ahead_max=policy[DAYS_AHEAD_MAX],
        check_in_early_minutes=policy[CHECK_IN_EARLY_MINUTES],
        round_up_minutes=policy[ROUND_UP_MINUTES],
        overrun_minutes=policy[OVERRUN_MINUTES],
        flat_minutes=policy[FLAT_MINUTES],
        offer_hours=policy[OFFER_HOURS],
        confirm_hours=policy[CONFIRM_HOURS],
        cancel_notice_hours=policy[CANCEL_NOTICE_HOURS],
        late_cancel_minutes=policy[LATE_CANCEL_MINUTES],
        no_show_limit=policy[NO_SHOW_LIMIT],
        first_use_minutes=policy[FIRST_USE_MINUTES],
        whole_hours=policy[WHOLE_HOURS],
        request_days=policy[REQUEST_DAYS],
        request_reminder_hours=policy[REQUEST_REMINDER_HOURS],
    )


async def visit_policy_at(community_id: UUID, at: datetime | None = None) -> VisitPolicy:
    """Return what holds for a community's visits at a moment, now unless given."""
    return visit_policy(await policy_in_force(community_id, at))


__all__ = [
    "BY_HAND",
    "CALL_BACK_PAUSE_MINUTES",
    "CALL_BACK_TRIES_MAX",
    "CANCEL_NOTICE_HOURS",
    "CAP_MINUTES",
    "CHECK_IN_EARLY_MINUTES",
    "CLEARING_LIMIT_MINUTES",
    "CONFIRM_HOURS",
    "DAYS_AHEAD_MAX",
    "DAY_CAP_MINUTES",
    "DEPOSIT_REVIEWERS",
    "DESK",
    "DESK_CHECKS_MIN",
    "DONATIONS",
    "ESTATE_TO_KIN",
    "FIRST_USE_MINUTES",
    "FLAT_MINUTES",
    "GIFTS_TO",
    "GIFT_DAYS",
    "GIVE_AGE_MAX",
    "GIVE_AGE_MIN",
    "GIVE_AGE_MIN_WOMEN",
    "GIVING",
    "GROUPS",
    "GROUP_CONFIRMERS",
    "GROUP_PAYER",
    "GROUP_WEEKS_AHEAD",
    "HARDSHIP_REDEEM_AGE_MIN",
    "HONOURS",
    "HONOUR_1_MINUTES",
    "HONOUR_2_MINUTES",
    "HONOUR_3_MINUTES",
    "HONOUR_4_MINUTES",
    "HONOUR_5_MINUTES",
    "HOUR_COST_FEN",
    "LATE_CANCEL_MINUTES",
    "MINORS_IN_GROUPS",
    "MINORS_WITH_GUARDIAN",
    "NO_SHOW_LIMIT",
    "OFFER_HOURS",
    "OPENING_MINUTES",
    "OVERRUN_MINUTES",
    "PASSING_ON",
    "PHOTO_DAYS",
    "PUBLIC_HOME_MINUTES",
    "REDEEMING",
    "REDEEM_AFTER_MINUTES",
    "REDEEM_AGE_MIN",
    "RELIEF_FIRST_AGE_MIN",
    "RELIEF_FUND",
    "RELIEF_MONTH_MINUTES_FIRST",
    "RELIEF_MONTH_MINUTES_SECOND",
    "RELIEF_SECOND_AGE_MIN",
    "REPEAT_DAYS_AHEAD",
    "REQUEST_DAYS",
    "REQUEST_REMINDER_HOURS",
    "RESERVE_FEN",
    "ROUND_UP_MINUTES",
    "SAVING",
    "SETTINGS",
    "TEAM_HOURS_DONATED",
    "TOPICS",
    "TRAINING_FIRST",
    "UNSPENT_DAYS",
    "UNSPENT_MINUTES",
    "VISIT_MINUTES_MAX",
    "VISIT_MINUTES_MIN",
    "WHOLE_HOURS",
    "visit_policy",
    "visit_policy_at",
]
