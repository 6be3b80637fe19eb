"""Watches every transaction of the app: whatever changed something also wrote an audit event.

PostgreSQL counts the rows that a transaction inserted, updated and deleted in each table. The
counts are asked right before it commits; a table that changed and is not exempt wants an audit
event from the same transaction. A statement on its own is given a transaction, so that a verb
cannot get by without one.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from app.database import Engine, Transaction

HERE: Final = Path(__file__)
HOUSE: Final = HERE.parent.parent

BOOK = "the book is its own trail: each line says who, for whom, why and when, and only grows"
BALLOT = (
    "an event beside a ballot would carry its moment, its order, an address, and the id of the"
    " transaction that wrote both: it would tell whose a ballot is. The voter roll says who voted"
)
SIGNED_IN = "how somebody stays signed in; signing in and what changes it are events"
ON_THE_WAY = "work on its way, which the act that began it and the act that ends it write down"
DERIVED = "follows from the words of a need, whose writing is an event"
READER = "a member's own reading of messages changes nothing for anybody else"

EXEMPT: Final[dict[str, str]] = {
    "account": BOOK,
    "transfer": BOOK,
    "open_hold": BOOK,
    "ballot": BALLOT,
    "desk_ballot": "that a resident came to the desk is an event; when they voted is nobody's",
    "message": READER,
    "message_delivery": ON_THE_WAY,
    "staff_digest": ON_THE_WAY,
    "pgqueuer": ON_THE_WAY,
    "pgqueuer_log": ON_THE_WAY,
    "pgqueuer_schedules": ON_THE_WAY,
    "pgqueuer_statistics": ON_THE_WAY,
    "round_notice": "what was told of a round, to tell it once; what it tells of is an event",
    "roster_import": ON_THE_WAY,
    "roster_piece": ON_THE_WAY,
    "roster_row": ON_THE_WAY,
    "roster_progress": ON_THE_WAY,
    "election_upload": ON_THE_WAY,
    "stripe_event": "the inbox of the card processor's messages: what one changes is an event",
    "stripe_payment": ON_THE_WAY,
    "stripe_call": ON_THE_WAY,
    "stripe_mode": "follows from a community's first payment, which is an event",
    "reconciliation": "a comparison that changes nothing; it is its own record and only grows",
    "trail_mark": BOOK,
    "trail_sum": BOOK,
    "need_pair": DERIVED,
    "need_terms": DERIVED,
    "match_run": ON_THE_WAY,
    "match_suggestion": ON_THE_WAY,
    "application": "tries of its code, and those with a number that somebody has, which are of no"
    " member; whatever becomes of a member is an event",
    "member_password": "the same one hashed anew with today's parameters; changing it is an event",
    "second_factor": "which code was used last; setting it up and taking it away are events",
    "web_session": SIGNED_IN,
    "one_time_code": SIGNED_IN,
    "sign_in_wait": SIGNED_IN,
    "request_pace": SIGNED_IN,
}
"""Tables that may change without an event, each with the reason."""

EXEMPT_MODULES: Final[dict[str, str]] = {
    "community/preferring.py": "language and text size are the member's own eyes; nobody answers"
    " to anybody for them",
}
"""Verbs that change a table of which others' changes are events, each with the reason."""

# PostgreSQL counts per connection, and forgets what is counted once it has told it to everybody,
# which it does now and then between transactions. Here it does so before each: what is counted at
# the end is this transaction's.
_FORGET: Final = "SELECT pg_stat_force_next_flush()"
CHANGED: Final = """
SELECT relname FROM pg_class
WHERE pg_current_xact_id_if_assigned() IS NOT NULL
    AND relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid) > 0
"""
"""Asks for the tables of which the open transaction changed rows. Unless `_FORGET` came before it,
those that this connection changed a moment earlier may be among them."""


class WatchedTransaction(Transaction):
    """A transaction of the app that is looked at before it commits."""

    __slots__ = ()

    seen: ClassVar[list[frozenset[str]]]
    unaccounted: ClassVar[list[frozenset[str]]]

    async def begin(self) -> None:
        """Begin, with nothing counted yet."""
        await self.connection.execute(_FORGET)
        await super().begin()

    async def commit(self) -> None:
        """Look at what changed, then commit."""
        changed = frozenset(row["relname"] for row in await self.connection.fetch(CHANGED))
        if changed:
            self.seen.append(changed)
            wanting = changed - EXEMPT.keys() and "audit_event" not in changed
            if wanting and not EXEMPT_MODULES.keys() & set(_callers()):
                self.unaccounted.append(changed)
        await super().commit()


def _callers() -> Iterator[str]:
    """Yield the files of this project through which a statement came, the nearest first."""
    frame = sys._getframe(1)  # noqa: SLF001 (the way up to the caller)
    while frame is not None:
        ours = _of_this_project(frame.f_code.co_filename)
        if ours:
            yield ours
        frame = frame.f_back  # type: ignore[assignment]  # None at the top ends the walk


@cache
def _of_this_project(file: str) -> str:
    """Return a file's path within this project; nothing for a library's and for this one's."""
    path = Path(file)
    if not path.is_relative_to(HOUSE) or ".venv" in path.parts or path == HERE:
        return ""
    return path.relative_to(HOUSE).as_posix()


def _written_by_a_test() -> bool:
    """Say whether a test runs this statement itself, to tamper, rather than a verb."""
    return next(_callers(), "").startswith("tests/")


@contextmanager
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[WatchedTransaction]]:
    """Watch every transaction of every engine while the block runs.

    What it gives keeps the changed tables of each transaction in `seen`, and of those without an
    event in `unaccounted`.
    """

    class Watching(WatchedTransaction):
        __slots__ = ()
        seen: ClassVar[list[frozenset[str]]] = []
        unaccounted: ClassVar[list[frozenset[str]]] = []

    def transaction(engine: Engine, allow_nested: bool = True) -> Transaction:  # noqa: FBT001, FBT002 (Piccolo's signature)
        return Watching(engine, allow_nested=allow_nested)

    alone = Engine._run_in_pool  # noqa: SLF001 (Piccolo's way for a statement on its own)

    async def in_one(engine: Engine, query: str, args: Any = None) -> Any:
        if _written_by_a_test():
            return await alone(engine, query, args)
        async with engine.transaction() as opened:
            return await opened.connection.fetch(query, *(args or []))

    with monkeypatch.context() as patched:
        patched.setattr(Engine, "transaction", transaction)
        patched.setattr(Engine, "_run_in_pool", in_one)
        yield Watching
