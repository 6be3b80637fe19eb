"""The folder that one running Linli owns: its lock, and the secret that seals its sessions."""

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from app.exits import Exit, StopError


@dataclass(frozen=True)
class Occupant:
    """The program that holds a folder: its process id and what it does there."""

    pid: int
    doing: str


class Folder:
    """A folder held by one program at a time.

    The kernel drops the lock when its holder dies, however it dies, so a lock never goes stale.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def prepare(self) -> None:
        """Make the folder if it is missing. Raises `StopError` when it cannot be written to."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".write-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StopError(
                f"LINLI_VAR: the folder {self.path} cannot be written to ({error.strerror}). "
                "Nothing was changed. Give this account the right to write there, "
                "or name another folder with LINLI_VAR.",
                Exit.DATABASE,
            ) from error

    def hold(self, doing: str) -> Self:
        """Take the folder for this process. Raises `StopError` when another program has it."""
        self.prepare()
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StopError(self._taken(), Exit.TAKEN) from None
        self._lock = lock
        with contextlib.suppress(OSError):  # a full disk: the database's start will say so
            os.ftruncate(lock, 0)
            os.pwrite(lock, json.dumps({"pid": os.getpid(), "doing": doing}).encode(), 0)
        return self

    def release(self) -> None:
        """Let the folder go."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def occupant(self) -> Occupant | None:
        """Return who holds the folder now, or None when it is free."""
        try:
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                written = json.loads(os.pread(lock, 1000, 0))
                return Occupant(pid=int(written["pid"]), doing=str(written["doing"]))
            except (ValueError, KeyError):
                return Occupant(pid=0, doing="has just taken it")
        else:
            return None
        finally:
            os.close(lock)

    def _taken(self) -> str:
        occupant = self.occupant()
        by = (
            f"process {occupant.pid} ({occupant.doing})" if occupant else "a program that just left"
        )
        return (
            f"The folder {self.path} is in use by {by}. Nothing was changed. "
            "Stop that one first, or give this one a folder of its own with LINLI_VAR."
        )

    def secret(self) -> str:
        """Return the secret kept here; the first call makes it, readable by its owner alone."""
        self.prepare()
        path = self.path / "secret"
        fresh = self.path / f".secret-{os.getpid()}"
        if not path.exists():
            made = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(made, "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(fresh, path)  # fails where another process was quicker: its secret stands
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
