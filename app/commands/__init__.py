"""The `linli` command: what an operator types."""

import importlib
import sys

import click

from app.exits import Exit, StopError

# Each command lives in the module of its name and is imported only when it is asked for.
COMMANDS = {
    "serve": "app.commands.serve",
    "demo": "app.commands.demo",
    "migrate": "app.commands.migrate",
    "found": "app.commands.found",
    "administrator": "app.commands.administrator",
    "verify": "app.commands.verify",
    "reconcile": "app.commands.reconcile",
    "count": "app.commands.count",
    "import-election": "app.commands.import_election",
    "import-roster": "app.commands.import_roster",
    "export-roster": "app.commands.export_roster",
    "rotate-identity": "app.commands.identity",
    "policy": "app.commands.policy",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names in the order in which an operator meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Import the command, if there is one of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linli")
def linli() -> None:
    """Run Linli: a time bank and a neighbourhood marketplace over one book.

    \b
    Try it:            linli demo
    Run it:            linli serve --workers 2
    After an upgrade:  linli migrate
    Set it up:         linli found
    Check the book:    linli verify
    Check card gifts:  linli reconcile
    Count an election: linli count election.pb
    Check its rules:   linli policy check pack.toml

    Settings come from the environment (LINLI_PORT, DATABASE_URL, ...); docs/settings.md lists
    them all.

    \b
    Exit codes: 0 done; 1 the answer is bad, or a fault; 2 a setting or argument is wrong;
    3 the database cannot be used; 4 the folder or port is taken; 5 the database's tables are
    older or newer than this program; 6 an election, policy or roster file is not valid.
    """


def main() -> None:
    """Run a command; turn a known obstacle into one clear message and its exit code."""
    try:
        sys.exit(linli.main(standalone_mode=False) or Exit.OK)
    except StopError as error:
        click.echo(f"linli: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.MISUSED)
    except (click.Abort, KeyboardInterrupt):
        click.echo("linli: stopped.", err=True)
        sys.exit(Exit.FAILED)
    except Exception as error:
        if not type(error).__module__.startswith("asyncpg"):  # not imported: `count` needs none
            raise
        click.echo(
            f"linli: The database failed while the command ran ({error}). What was committed is "
            "kept, the rest is not stored. Run it again; `linli verify` checks the book.",
            err=True,
        )
        sys.exit(Exit.DATABASE)
