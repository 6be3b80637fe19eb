"""How a `linli` command ends: its exit codes, and the error that carries one."""

from enum import IntEnum


class Exit(IntEnum):
    """What the shell is told. The same table stands in docs/deploy.md."""

    OK = 0
    FAILED = 1  # the command ran and its answer is bad, or something unforeseen happened
    MISUSED = 2  # a setting or an argument is wrong; nothing was started
    DATABASE = 3  # the database cannot be reached, started or used, or it ended while we ran
    TAKEN = 4  # the folder or the port is in use by another program
    NOT_CURRENT = 5  # the database's tables are older or newer than this program
    BAD_FILE = 6  # an election, policy or roster file is at fault; nothing was kept


class StopError(Exception):
    """The command cannot go on; the message says what happened, what was kept and what to do."""

    def __init__(self, message: str, exit_code: Exit) -> None:
        super().__init__(message)
        self.exit_code = exit_code
