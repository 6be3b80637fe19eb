"""Refuses who asks for one thing too often: each person, and all from one place together."""

from typing import Any, Final

from litestar import Request
from litestar.exceptions import TooManyRequestsException

from app.addresses import address_of, site_of
from app.guards import actor_of
from app.throttle import allow

PEOPLE_AT_A_PLACE: Final = 10


async def paced(
    request: Request[Any, Any, Any], what: str, *, limit: int, per_seconds: int
) -> None:
    """Count a request for something; raises 429 for more than `limit` in `per_seconds` by one.

    From one place ten times as many go, for an office has one address. Not for a GET: it writes.
    """
    actor, place = await actor_of(request), site_of(address_of(request))
    allowed = await allow(f"{what} from {place}", limit * PEOPLE_AT_A_PLACE, per_seconds)
    if allowed and actor is not None:
        allowed = await allow(f"{what} by {actor.member_id}", limit, per_seconds)
    if not allowed:
        raise TooManyRequestsException(headers={"Retry-After": str(-(-per_seconds // limit))})
