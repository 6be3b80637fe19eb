"""`linli verify`: recompute the whole book from its rows and name what differs."""

import asyncio
import json
import sys
import time

import click

import ledger
from app.embedded import database_at_hand
from app.exits import Exit
from app.migrations import want_current


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def command(*, as_json: bool, quiet: bool) -> int:
    """Recompute every balance, hold and rule of the book from its transfers alone.

    It reads one snapshot in pages, so it needs little memory and the site may go on serving. It
    trusts nothing that is kept beside the transfers. The exit code is 0 when everything agrees
    and 1 when something differs; then the first row of each kind is named.

    \b
    Examples:
      linli verify
      linli verify --json --quiet > report.json
    """
    began = time.monotonic()
    shown = _Progress(wanted=not quiet)
    with database_at_hand("verifies the book"):
        asyncio.run(want_current())
        found = asyncio.run(ledger.verify(progress=shown.tell))
    shown.done()
    findings = [str(finding) for finding in found.findings]
    if as_json:
        report = {
            "sound": found.sound,
            "transfers": found.transfers,
            "accounts": found.accounts,
            "findings": findings,
            "seconds": round(time.monotonic() - began, 3),
        }
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(finding)
        verdict = "The book is sound" if found.sound else "The book does NOT agree with its rows"
        click.echo(f"{verdict}: {found.transfers} transfers, {found.accounts} accounts.")
    return Exit.OK if found.sound else Exit.FAILED


class _Progress:
    """One line on the terminal that is written over; one line each 10 seconds into a file."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._alive = sys.stderr.isatty()
        self._told = time.monotonic()

    def tell(self, what: str, done: int, of: int) -> None:
        pause = 0.1 if self._alive else 10
        if self._wanted and time.monotonic() - self._told >= pause:
            self._told = time.monotonic()
            line = f"{what}: {done:,} of {of:,}"
            click.echo(f"\r\x1b[K{line}" if self._alive else line, err=True, nl=not self._alive)

    def done(self) -> None:
        if self._wanted and self._alive:
            click.echo("\r\x1b[K", err=True, nl=False)
