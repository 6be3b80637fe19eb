"""Prepares an installation for a day of bookings: up to a thousand requests, and who takes them on.

Run with LINLI_VAR naming the folder of an installation that serves, and how many requests. It
prints one line of JSON: the session cookie's name, and for each volunteer its value, the token that
their forms carry, and the visits that they will accept. No two of one volunteer are at the same
time.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import asyncpg

import community
import timebank
from app import forgery, sessions
from app.database import owner_connection_settings, pool_settings
from community import Role
from piccolo_conf import DB

VOLUNTEERS: Final = 25
ELDERS: Final = 40
MINUTES: Final = 15

# Rows rather than the verb, which the crash is not about: it takes a tenth of the time.
REQUESTS: Final = """
INSERT INTO visit (id, community_id, care_service_id, elder_id, state, place, starts_at,
    minutes_booked, code, form_key, post_id, asked_at)
SELECT gen_random_uuid(), $1, $2, elder, 'requested', '梧桐里', starts_at, $5, '4827',
    gen_random_uuid(), gen_random_uuid(), now()
FROM unnest($3::uuid[], $4::timestamptz[]) WITH ORDINALITY AS asked (elder, starts_at, number)
RETURNING id, elder_id, starts_at
"""


async def main(turns: int) -> None:
    """Open the community, its people, their sessions and the requests."""
    await DB.start_connection_pool(**pool_settings())
    home = await community.add_community(code="bali", name="八里")
    await timebank.open_time_bank(home.id)
    elders = [await elder(home.id, number, turns) for number in range(ELDERS)]
    volunteers = [await volunteer(home.id, number) for number in range(VOLUNTEERS)]
    visits = await requests(home.id, elders, turns)
    for number, one in enumerate(volunteers):
        one["visits"] = [visits[turn * VOLUNTEERS + number] for turn in range(turns)]
    await DB.close_connection_pool()
    json.dump({"cookie": forgery.session_cookie(), "volunteers": volunteers}, sys.stdout)


async def elder(home: UUID, number: int, turns: int) -> UUID:
    """Add an elder with hours enough for a visit in each turn."""
    one = await community.add_member(community_id=home, name=f"长者 {number}", roles=(Role.ELDER,))
    await timebank.opening_grant(one.id, turns * MINUTES, community_id=home)
    return one.id


async def volunteer(home: UUID, number: int) -> dict[str, Any]:
    """Add a volunteer who has signed in."""
    one = await community.add_member(
        community_id=home, name=f"志愿者 {number}", roles=(Role.VOLUNTEER,)
    )
    begun = await sessions.begin(one, sessions.How.PASSWORD, address=None)
    held: Any = SimpleNamespace(cookies={forgery.session_cookie(): begun.token})
    return {"id": str(one.id), "token": begun.token, "form": forgery.bound_token(held)}


async def requests(home: UUID, elders: list[UUID], turns: int) -> list[str]:
    """Store the requests: each turn is a half-hour of its own, with another elder for each."""
    first = datetime.combine(datetime.now(UTC).date() + timedelta(days=2), time(), tzinfo=UTC)
    service = next(iter(await timebank.care_services(home)))
    asked = [
        (elders[(place + turn) % ELDERS], first + timedelta(minutes=30 * turn))
        for turn in range(turns)
        for place in range(VOLUNTEERS)
    ]
    owner = await asyncpg.connect(**owner_connection_settings())
    rows = await owner.fetch(
        REQUESTS, home, service.id, [who for who, _ in asked], [when for _, when in asked], MINUTES
    )
    await owner.close()
    found = {(row["elder_id"], row["starts_at"]): str(row["id"]) for row in rows}
    return [found[one] for one in asked]


if __name__ == "__main__":
    asyncio.run(main(turns=int(sys.argv[1]) // VOLUNTEERS))
