"""A coordinator's verb: hand in an election's file, and the work on it outside any request.

The work may begin again at any time: an election is stored in one transaction and the same file
only once, so a worker that is killed leaves nothing half done. A file on which it ends time after
time is given up, and its page says so.
"""

import asyncio
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Actor, actor, system
from marketplace import rules
from marketplace.errors import BadElectionFile, UnknownElection
from marketplace.importing import import_election
from marketplace.refusals import verb
from marketplace.result_tables import UploadRow
from marketplace.values import ElectionId

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
"""Several times the largest election that any town has published."""

ATTEMPTS_MAX: Final = 3

_ONE: Final = """
SELECT id, community_id, file_name, uploaded_by, uploaded_at, state, step, told, known, election_id
FROM election_upload
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. `told` says, where it is refused, on which line and why.

    `state` is waiting, done, refused or failed; `known` says that its election was there before.
    """

    id: UUID
    community_id: UUID
    file_name: str
    uploaded_by: UUID
    uploaded_at: datetime
    state: str
    step: str
    told: str
    known: bool
    election_id: ElectionId | None

    @property
    def working(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state == "waiting"


async def receive_election(upload_id: UUID, content: bytes, *, file_name: str, by: Actor) -> Upload:
    """Keep a file for a worker to read; the same id again changes nothing.

    Raises `NotACoordinator`.
    """
    rules.coordinates(by.roles)
    async with verb():
        await UploadRow.raw(
            "INSERT INTO election_upload (id, community_id, file_name, file, uploaded_by)"
            " VALUES ({}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING",
            upload_id,
            by.community_id,
            file_name,
            content,
            by.member_id,
        )
    return await election_upload(upload_id, community_id=by.community_id)


async def election_upload(upload_id: UUID, *, community_id: UUID) -> Upload:
    """Return a file of this community. Raises `UnknownElection`."""
    rows = await UploadRow.raw(
        f"{_ONE} WHERE id = {{}} AND community_id = {{}}", upload_id, community_id
    )
    if not rows:
        raise UnknownElection
    return Upload(**rows[0])


async def import_waiting() -> None:
    """Take in every file that waits. A job: it may run again at any time."""
    while True:
        rows = await UploadRow.raw(f"{_ONE} WHERE state = 'waiting' ORDER BY uploaded_at LIMIT 1")
        if not rows:
            return
        await take_in(Upload(**rows[0]))


async def take_in(upload: Upload) -> Upload:
    """Read and count one file, and return where it stands then."""
    rows = await UploadRow.raw(
        "UPDATE election_upload SET attempts = attempts + 1 WHERE id = {} AND state = 'waiting'"
        " RETURNING attempts, file",
        upload.id,
    )
    if not rows:
        return await election_upload(upload.id, community_id=upload.community_id)
    if rows[0]["attempts"] > ATTEMPTS_MAX:
        await _end(upload, "failed")
    else:
        await _read(upload, rows[0]["file"])
    return await election_upload(upload.id, community_id=upload.community_id)


async def _read(upload: Upload, content: bytes) -> None:
    steps: list[asyncio.Task[Any]] = []

    def tell(step: str) -> None:
        # At once, and whatever becomes of a transaction that may be open here.
        steps.append(asyncio.create_task(_note(upload.id, step), context=Context()))

    by = await actor(upload.uploaded_by, upload.community_id)
    try:
        imported = await import_election(
            content,
            community_id=upload.community_id,
            file_name=upload.file_name,
            by=by or system(upload.community_id),
            tell=tell,
        )
    except BadElectionFile as error:
        await _end(upload, "refused", told=str(error))
    else:
        await _end(upload, "done", known=imported.known, election_id=imported.id)
    finally:
        await asyncio.gather(*steps)


async def _note(upload_id: UUID, step: str) -> None:
    await UploadRow.raw(
        "UPDATE election_upload SET step = {} WHERE id = {} AND state = 'waiting'", step, upload_id
    )


async def _end(
    upload: Upload,
    state: str,
    *,
    told: str = "",
    known: bool = False,
    election_id: ElectionId | None = None,
) -> None:
    async with verb():
        await UploadRow.raw(
            "UPDATE election_upload SET state = {}, told = {}, known = {}, election_id = {},"
            " file = NULL WHERE id = {} AND state = 'waiting'",
            state,
            told,
            known,
            election_id,
            upload.id,
        )
