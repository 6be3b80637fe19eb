"""A Linli process that settles, approves or stops, and is killed around storing it."""

import asyncio
import json
import os
import signal
import sys
from uuid import UUID

from app.database import Engine, Transaction
from app.embedded import pooled
from community import Actor, Role
from marketplace import delivery
from marketplace.evaluation.stopping import stop_project
from marketplace.funding.settling import settle_due

BEGUN, WRITTEN, STORED = "begun", "written", "stored"
"""Nothing written yet; all written and nothing stored; stored, and nobody has heard of it."""

SETTLE, APPROVE, STOP = "settle", "approve", "stop"


class Dying(Transaction):
    """A transaction that this process does not survive."""

    __slots__ = ()
    boundary = ""

    async def begin(self) -> None:
        """Begin, or die right after it."""
        await super().begin()  # type: ignore[no-untyped-call]  # Piccolo's
        self._die_at(BEGUN)

    async def commit(self) -> None:
        """Store, or die right before or after it."""
        self._die_at(WRITTEN)
        await super().commit()  # type: ignore[no-untyped-call]  # Piccolo's
        self._die_at(STORED)

    def _die_at(self, boundary: str) -> None:
        if self.boundary == boundary:
            os.kill(os.getpid(), signal.SIGKILL)


def _dying(self: Engine, allow_nested: bool = True) -> Transaction:  # noqa: FBT001, FBT002 (Piccolo's)
    return Dying(self, allow_nested)


async def main(boundary: str, verb: str) -> None:
    told = json.loads(sys.stdin.read())
    Dying.boundary = boundary
    Engine.transaction = _dying  # type: ignore[method-assign]
    async with pooled():
        if verb == SETTLE:
            await settle_due()
            return
        by = Actor(UUID(told["member"]), UUID(told["community"]), frozenset({Role.COORDINATOR}))
        if verb == APPROVE:
            await delivery.approve(UUID(told["about"]), by=by)
        else:
            await stop_project(UUID(told["about"]), "The lane is dug up", by=by)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
