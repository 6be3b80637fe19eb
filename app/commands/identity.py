"""`linli rotate-identity`: seal every identity number anew with the first key."""

import asyncio
from uuid import UUID

import click

import community
from app import identity
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.migrations import want_current

NAMED_MAX = 5


@click.command()
def command() -> int:
    """Seal every identity number anew with the first key of LINLI_IDENTITY_KEYS.

    Put a new key before the old ones, restart `linli serve`, run this, and only then take the old
    keys out. It works in batches of 500, each its own transaction, while the site goes on. Stopped
    at any moment, it can be run again: what is done is not done twice, and every number can be
    found meanwhile. The exit code is 1 where a number could not be opened with any of the keys;
    it stays as it is.

    \b
    Example:
      LINLI_IDENTITY_KEYS=NEW,OLD linli rotate-identity
    """
    if not identity.kept():
        raise StopError(
            "There are no keys to rotate: LINLI_IDENTITY_KEYS is not set. Nothing was changed.",
            Exit.MISUSED,
        )
    with database_at_hand("seals identity numbers anew"):
        passed, renewed, unreadable = asyncio.run(_rotate())
    click.echo(f"{renewed} of {passed} identity numbers were sealed anew.")
    if not unreadable:
        return Exit.OK
    named = ", ".join(str(one) for one in unreadable[:NAMED_MAX])
    click.echo(
        f"{len(unreadable)} could not be opened with any of the keys and stay as they are, those "
        f"of members {named}{' and others' if len(unreadable) > NAMED_MAX else ''}. Add the key "
        "that sealed them and run it again."
    )
    return Exit.FAILED


async def _rotate() -> tuple[int, int, list[UUID]]:
    """Return how many were passed, how many sealed anew, and whose could not be opened."""
    await want_current()
    passed, renewed, last = 0, 0, community.FIRST_ID
    unreadable: list[UUID] = []
    async with pooled():
        while True:
            batch = await community.reseal_identities(identity.resealed, after=last)
            passed += batch.passed
            renewed += batch.resealed
            unreadable += batch.unreadable
            last = batch.last
            if not batch.passed:
                return passed, renewed, unreadable
