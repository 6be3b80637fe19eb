"""What a community decides about voting on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, number

AUDIT_PERCENT: Final = number(
    "rounds.paper_audit_percent",
    5,
    Unit.COUNT,
    least=0,
    most=100,
    words="Of each hundred paper ballots %(value)s are looked at again, and never fewer than 10.",
    otherwise="No sample of the paper ballots is looked at again.",
)
WRONG_PERCENT_MAX: Final = number(
    "rounds.paper_wrong_percent_max",
    2,
    Unit.COUNT,
    least=0,
    most=50,
    words="Where more than %(value)s in a hundred of the sample were keyed in wrongly, every paper"
    " ballot is looked at again.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (AUDIT_PERCENT, WRONG_PERCENT_MAX)


@dataclass(frozen=True, slots=True)
class PaperPolicy:
    """What holds for paper ballots: `audit_percent` 0 means that no sample is drawn."""

    audit_percent: int
    wrong_percent_max: int


async def paper_policy_at(community_id: UUID) -> PaperPolicy:
    """Return what holds for a community's paper ballots now."""
    policy = await policy_in_force(community_id)
    return PaperPolicy(policy[AUDIT_PERCENT], policy[WRONG_PERCENT_MAX])
