"""A program to be killed: books through both doors and says each id once it is acknowledged.

Run with LINLI_VAR naming a prepared folder, and the ids of community, debit and credit accounts.
It prints `asked ID` before it hands a journal in and `kept ID` after the book has answered.
"""

import asyncio
import sys
import uuid
from itertools import count

import asyncpg

import ledger
from piccolo_conf import DB

CLIENTS = 8


def say(word: str, key: uuid.UUID) -> None:
    sys.stdout.write(f"{word} {key}\n")
    sys.stdout.flush()


async def client(number: int, poster: ledger.GroupPoster, names: list[uuid.UUID]) -> None:
    """Book one journal after another for ever: two legs, or a hold and its post, or one leg."""
    community_id, debit, *credits_ = names
    origin = ledger.Origin(ledger.CommunityId(community_id), ledger.Event("load", debit), debit)
    for turn in count():
        credit = ledger.AccountId(credits_[(number + turn) % len(credits_)])
        sides = {"debit": ledger.AccountId(debit), "credit": credit, "unit": ledger.MINUTE}
        first = ledger.Leg.transfer(**sides, amount=1)
        legs: tuple[ledger.Leg, ...] = (first,)
        if turn % 3 == 1:
            legs = (first, ledger.Leg.transfer(**sides, amount=1))
        elif turn % 3 == 2:
            held = ledger.Leg.hold(**sides, amount=2)
            legs = (held, ledger.Leg.post(held.id, 1))
        journal = ledger.Journal(legs, origin)
        say("asked", legs[0].id)
        try:
            if number % 2:
                await poster.submit(journal)
            else:
                await ledger.book(journal)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.05)  # the server is away: not acknowledged
        else:
            say("kept", legs[0].id)


async def main() -> None:
    await DB.start_connection_pool(min_size=2, max_size=6)
    names = [uuid.UUID(word) for word in sys.argv[1:]]
    async with ledger.GroupPoster() as poster:
        await asyncio.gather(*[client(number, poster, names) for number in range(CLIENTS)])


if __name__ == "__main__":
    asyncio.run(main())
