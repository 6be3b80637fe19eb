"""How often each act may be asked for, by one person and from one place: one table.

`in_pace` stands beside the guard and asks it for every form, and for the pages of the acts named
in `PAGES_TOO`. What the table does not name has the pace of `ANY_FORM`.

A pace of 120 in an hour lets 120 go at once, and from then on one more every half a minute. Many
neighbours share an address (one line for a house, one address of a telephone company for a
district), so what is counted by place is meant for machines: it lets a whole neighbourhood sign in
on the evening when a vote opens. Wrong passwords, codes and PINs are slowed down besides, each in
lanes of its own (`app/sign_in/lanes.py`), where whoever knows the right one is not kept out.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from litestar.connection import ASGIConnection
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from app.acts import LEAVES_NO_TRACE
from app.addresses import address_of, site_of
from app.guards import actor_of
from app.throttle import PaceInMemory, wait_in_pace

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """So many at once, and then as many again in each stretch of so many seconds, evenly."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Paces:
    """How often one person may, and how often all may who come from one place."""

    person: Pace
    place: Pace


TEN_MINUTES: Final = 600
HOUR: Final = 3600
PEOPLE_AT_A_PLACE: Final = 10  # an office has one address


def _hourly(count: int) -> Paces:
    return Paces(Pace(count, HOUR), Pace(count * PEOPLE_AT_A_PLACE, HOUR))


ANY_FORM: Final = Paces(Pace(600, TEN_MINUTES), Pace(30_000, TEN_MINUTES))
PACES: Final[Mapping[str, Paces]] = {
    # At the door nobody is a person yet. Each try works a hash out, some 50 ms of a core.
    "sign_in": Paces(Pace(120, TEN_MINUTES), Pace(1200, TEN_MINUTES)),
    "desk.use": Paces(Pace(120, TEN_MINUTES), Pace(600, TEN_MINUTES)),
    "security.change": Paces(Pace(60, TEN_MINUTES), Pace(600, TEN_MINUTES)),
    # Ways in for others: a registration day makes many cards, and no day makes more.
    "sign_in.help": _hourly(120),
    "card.issue": _hourly(240),
    # Who types a number learns whether somebody has it.
    "member.find": _hourly(120),
    "member.merge": _hourly(120),
    "delegation.grant": _hourly(30),
    "delegation.record": _hourly(120),
    "kin.record": _hourly(120),
    "post.give": _hourly(120),
    # Pages with what is known of a person: reading the register of 5,573 whole takes nine hours.
    "member.read": _hourly(600),
    # What is heavy, or leaves the house as a file.
    "personal_data.read": _hourly(60),
    "audit.read": _hourly(1200),
    "audit.export": _hourly(30),
    # Each sends a message to a telephone; and a code on a slip is not to be guessed.
    "member.join": _hourly(30),
    "invitation.use": _hourly(60),
    "member.invite": _hourly(120),
    "roster.export": _hourly(30),
    "roster.import": _hourly(120),
    "policy.adopt": _hourly(60),
    # What others get to see or are told of.
    "visit.ask": _hourly(60),
    "round.propose": _hourly(30),
    # Whoever tries receipts learns what some ballot says, which the published file tells as well.
    "receipt.find": _hourly(240),
    # Each look goes through many needs; who types pauses now and then.
    "need.similar": Paces(Pace(300, TEN_MINUTES), Pace(3000, TEN_MINUTES)),
    "ballot.desk": _hourly(240),
    "ballot.enter_code": Paces(Pace(60, TEN_MINUTES), Pace(300, TEN_MINUTES)),
}
UNPACED: Final = frozenset({"payment.told"})
"""What a machine sends under its own signature, in bursts: nobody else gets further than that."""

PAGES_TOO: Final = frozenset(
    {
        "invitation.use",
        "member.read",
        "personal_data.read",
        "audit.read",
        "post.give",
        "receipt.find",
        "need.similar",
    }
)


_unwritten: Final = PaceInMemory()


async def in_pace(connection: Connection, handler: BaseRouteHandler) -> None:
    """Count a request; raises 429 with the seconds to wait where the act is asked for too often."""
    act = handler.opt.get("act", "")
    if connection.scope.get("method") in {"GET", "HEAD", "OPTIONS"} and act not in PAGES_TOO:
        return
    if act in UNPACED:
        return
    actor = await actor_of(connection)
    seconds = await counted(act, actor.member_id if actor else None, address_of(connection))
    if seconds:
        raise TooManyRequestsException(headers={"Retry-After": str(seconds)})


async def counted(
    act: str, person: UUID | None, address: str | None, *, at: datetime | None = None
) -> int:
    """Count one request for an act; return the seconds to wait where there were too many, else 0.

    A database that only reads (a standby) counts nothing and stops nobody. What leaves no trace is
    counted in the memory of this process alone, so several of them let a few times as many through.
    """
    paces = PACES.get(act, ANY_FORM)
    if act in LEAVES_NO_TRACE:
        return _unwritten.wait(
            f"{act} by {person or site_of(address)}", paces.person.count, paces.person.seconds, at
        )
    lanes = [(f"{act} from {site_of(address)}", paces.place)]
    if person is not None:
        lanes.append((f"{act} by {person}", paces.person))
    with suppress(asyncpg.ReadOnlySQLTransactionError):
        for key, pace in lanes:
            seconds = await wait_in_pace(key, pace.count, pace.seconds, at=at)
            if seconds:
                return seconds
    return 0
