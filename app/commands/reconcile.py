"""`linli reconcile`: compare the card processor's list with the book, and name what differs."""

import asyncio
import json
from datetime import UTC, datetime

import click

from app.card_payments.keys import Keys, keys
from app.card_payments.processor import Trouble
from app.card_payments.reconciling import BEGINNING, Result, reconcile, shown
from app.card_payments.stripe_client import close_processors
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.i18n import speaking
from app.migrations import want_current
from app.reconcile_words import mending_words, what_differs


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was paid since then.")
@click.option("--mend", is_flag=True, help="Book what Stripe did and the book has not.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
def command(*, since: datetime | None, mend: bool, as_json: bool) -> int:
    """Compare Stripe's list of payments with the book.

    Payments, refunds, disputes and fees are compared one by one; each difference is named, with
    what mends it. Nothing is booked without --mend. The treasurer's page shows the last result.
    The exit code is 0 when they agree and 1 when they differ or Stripe does not answer.

    \b
    Examples:
      linli reconcile
      linli reconcile --since 2027-01-01 --mend
    """
    given = keys()
    if given is None:
        raise StopError(
            "LINLI_STRIPE_SECRET_KEY: there is none, so no card is taken here and nothing can be "
            "compared. docs/payments.md says how to set it.",
            Exit.MISUSED,
        )
    begins = BEGINNING if since is None else since.replace(tzinfo=UTC)
    with database_at_hand("compares the card processor's list with the book"):
        asyncio.run(want_current())
        found = asyncio.run(_reconcile(given, begins, mend=mend))
    if as_json:
        click.echo(json.dumps(_as_data(found), indent=2))
    else:
        _print(found)
    return Exit.FAILED if found.differences else Exit.OK


async def _reconcile(given: Keys, since: datetime, *, mend: bool) -> Result:
    async with pooled():
        try:
            return await reconcile(given, since=since, mend=mend)
        except Trouble as trouble:
            raise StopError(
                f"Stripe did not answer as it should ({trouble.reason}). Nothing was compared. "
                "Try again; https://status.stripe.com says whether it is them.",
                Exit.FAILED,
            ) from trouble
        finally:
            await close_processors()


def _print(found: Result) -> None:
    with speaking("en"):
        for one in found.differences:
            click.echo(f"{one.about}: {what_differs(one)}")
            click.echo(f"  {mending_words(one)}")
    looked = ", ".join(f"{count} {name}" for name, count in found.compared.items())
    count = len(found.differences)
    verdict = f"They differ in {count} points" if count else "Stripe and the book agree"
    click.echo(f"{verdict} ({found.mode} mode: {looked}).")


def _as_data(found: Result) -> dict[str, object]:
    return {
        "agree": not found.differences,
        "mode": found.mode.value,
        "since": found.since.isoformat(),
        "ran_at": found.ran_at.isoformat(),
        "compared": found.compared,
        "differences": shown(found.differences),
    }
