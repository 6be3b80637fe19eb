"""How patient the sign-in page is: the strictest of what the communities of this site decided.

Before somebody has signed in it is not known whose member they are, and an answer that went by
their own community's rules would tell it. So one rule holds for every number.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import community
from community.policy import Policy, policy_in_force
from community.policy.declared import CODE_MINUTES, CODE_TRIES, FREE_TRIES

KEPT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a password may be wrong before waits begin; how long and how often a code works."""

    free_tries: int
    code_minutes: int
    code_tries: int

    @property
    def code_life(self) -> timedelta:
        """How long a code works."""
        return timedelta(minutes=self.code_minutes)


class _Kept:
    """The last answer, and when it was found."""

    at = 0.0
    answer: Patience | None = None


async def patience() -> Patience:
    """Return what holds for the sign-in page; a change is noticed within a minute."""
    if _Kept.answer is not None and time.monotonic() - _Kept.at < KEPT_SECONDS:
        return _Kept.answer
    found = [await policy_in_force(one.id) for one in await community.communities()] or [Policy()]
    _Kept.answer = Patience(
        min(one[FREE_TRIES] for one in found),
        min(one[CODE_MINUTES] for one in found),
        min(one[CODE_TRIES] for one in found),
    )
    _Kept.at = time.monotonic()
    return _Kept.answer
