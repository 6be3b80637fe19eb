"""Honours: stars for the hours that somebody gave in all, by the community's own thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from community import policy_in_force
from timebank.care import rules
from timebank.policy import (
    HONOUR_1_MINUTES,
    HONOUR_2_MINUTES,
    HONOUR_3_MINUTES,
    HONOUR_4_MINUTES,
    HONOUR_5_MINUTES,
)
from timebank.tables import VisitRow

STARS: Final = (
    HONOUR_1_MINUTES,
    HONOUR_2_MINUTES,
    HONOUR_3_MINUTES,
    HONOUR_4_MINUTES,
    HONOUR_5_MINUTES,
)
SHOWN_MAX: Final = 500

# What one membership gave: visits, and classes that were led or helped with. Each by its index.
_OF_ONE: Final = """
SELECT coalesce(sum(minutes_confirmed), 0) AS minutes FROM visit
    WHERE volunteer_id = one.id AND minutes_confirmed IS NOT NULL
UNION ALL
SELECT coalesce(sum(minutes_held), 0) FROM group_session
    WHERE leader_id = one.id AND state = 'confirmed'
UNION ALL
SELECT coalesce(sum(minutes_held), 0) FROM session_assistant
    JOIN group_session ON group_session.id = group_session_id AND state = 'confirmed'
    WHERE session_assistant.member_id = one.id
"""

# What was given under a membership that was merged into this one counts as well.
_GIVEN: Final = f"""
SELECT coalesce(sum(given.minutes), 0) AS minutes
FROM member AS one CROSS JOIN LATERAL ({_OF_ONE}) AS given
WHERE one.community_id = {{}} AND (one.id = {{}} OR one.merged_into = {{}})
"""  # noqa: S608 (a piece of our own)

_SHOWN: Final = f"""
SELECT member.name, given.minutes FROM volunteer
JOIN member ON member.id = volunteer.member_id AND member.standing = 'active'
CROSS JOIN LATERAL (
    SELECT coalesce(sum(part.minutes), 0) AS minutes
    FROM member AS one CROSS JOIN LATERAL ({_OF_ONE}) AS part
    WHERE one.community_id = member.community_id
        AND (one.id = member.id OR one.merged_into = member.id)
) AS given
WHERE volunteer.community_id = {{}} AND honours_public AND volunteer.standing = 'active'
    AND given.minutes >= {{}}
ORDER BY given.minutes DESC, member.name, member.id LIMIT {{}}
"""  # noqa: S608 (a piece of our own)


@dataclass(frozen=True, slots=True)
class Honour:
    """A member's stars, the minutes given in all, and how many the next star needs; None: none."""

    stars: int
    minutes: int
    next_star: int | None
    next_minutes: int | None


@dataclass(frozen=True, slots=True)
class Honoured:
    """Somebody with stars who agreed to be named."""

    name: str
    stars: int


async def star_thresholds(community_id: UUID) -> tuple[int, ...]:
    """Return how many minutes each star needs, by the policy in force now; 0 is not given."""
    policy = await policy_in_force(community_id, None)
    return tuple(policy[one] for one in STARS)


async def honour_of(member_id: UUID, *, community_id: UUID) -> Honour:
    """Return a member's own honour, whether or not they let others see it."""
    (row,) = await VisitRow.raw(_GIVEN, community_id, member_id, member_id)
    minutes, thresholds = int(row["minutes"]), await star_thresholds(community_id)
    held = rules.stars(minutes, thresholds)
    ahead = next(
        (
            (number, needed)
            for number, needed in enumerate(thresholds, start=1)
            if number > held and needed > minutes
        ),
        (None, None),
    )
    return Honour(held, minutes, *ahead)


async def honoured(community_id: UUID) -> list[Honoured]:
    """Return those with a star who agreed to be named, most hours first; 500 at most."""
    thresholds = await star_thresholds(community_id)
    given = [needed for needed in thresholds if needed]
    if not given:
        return []
    rows: Sequence[dict[str, object]] = await VisitRow.raw(
        _SHOWN, community_id, min(given), SHOWN_MAX
    )
    return [
        Honoured(str(row["name"]), rules.stars(int(str(row["minutes"])), thresholds))
        for row in rows
    ]
