"""Keeps the keys of rounds as files of their own: in a folder that no backup should hold.

One file of 32 bytes for each round whose ballot is open, readable by the account of Linli alone. It
is on the disk before the ballot opens, and overwritten and unlinked when the round is closed. What
a crash left behind, a job destroys.
"""

import contextlib
import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from app.settings import settings
from marketplace import turns
from marketplace.errors import KeyMissing
from marketplace.refusals import verb
from marketplace.rules import KEY_BYTES
from marketplace.secrecy import RoundKeys, keep_keys_in, round_keys
from marketplace.tables import RoundRow
from marketplace.values import RoundId, RoundState

log = structlog.get_logger("linli.round_keys")

FOLDER: Final = "round-keys"
_STATE: Final = "SELECT state FROM round WHERE id = {} AND NOT pg_is_in_recovery()"


class KeyFolder(RoundKeys):
    """A folder with the key of each round whose ballot is open. Several machines may share it."""

    def __init__(self, path: Path) -> None:
        """Keep keys in this folder, which is made when the first is."""
        self.path = path.absolute()

    def make(self, round_id: RoundId) -> bytes:
        """Make a key; it is on the disk, and the folder knows of it, before this returns."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.destroy(round_id)
        key = secrets.token_bytes(KEY_BYTES)
        file = os.open(
            self._file(round_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
        )
        try:
            os.write(file, key)
            os.fsync(file)
        finally:
            os.close(file)
        self._sync()
        return key

    def read(self, round_id: RoundId) -> bytes:
        """Return a round's key. Raises `KeyMissing` where there is none, or none that is whole."""
        try:
            key = self._file(round_id).read_bytes()
        except OSError as error:
            log.exception("a round's key cannot be read", round=str(round_id))
            raise KeyMissing from error
        if len(key) != KEY_BYTES:
            log.error("a round's key is not whole", round=str(round_id))
            raise KeyMissing
        return key

    def destroy(self, round_id: RoundId) -> None:
        """Overwrite a key, then take its file out of the folder."""
        with contextlib.suppress(FileNotFoundError):
            file = os.open(self._file(round_id), os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(file, secrets.token_bytes(KEY_BYTES))
                os.fsync(file)
            finally:
                os.close(file)
            self._file(round_id).unlink()
            self._sync()

    def held(self) -> Collection[RoundId]:
        """Return the rounds that a key is kept for."""
        found: list[RoundId] = []
        if self.path.is_dir():
            for file in self.path.glob("*.key"):
                with contextlib.suppress(ValueError):
                    found.append(RoundId(UUID(file.stem)))
        return found

    def _file(self, round_id: RoundId) -> Path:
        return self.path / f"{round_id}.key"

    def _sync(self) -> None:
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def wire() -> None:
    """Let this process keep the keys of rounds where the settings say."""
    keep_keys_in(KeyFolder(settings().round_keys or settings().var / FOLDER))


async def destroy_left_keys() -> int:
    """Destroy the keys of rounds whose ballot is not open; return how many. A job.

    It is what ends a key when Linli was stopped between closing a round and destroying its key. A
    round that is just opening has its ballots alone, so its key is looked at after that. A round
    that this database does not know may be another's, and a standby may lag behind: both are left.
    """
    kept = round_keys()
    destroyed = 0
    for round_id in kept.held():
        async with verb():
            await turns.alone(round_id)
            rows = await RoundRow.raw(_STATE, round_id)
            if rows and rows[0]["state"] != RoundState.VOTING.value:
                kept.destroy(round_id)
                destroyed += 1
    return destroyed
