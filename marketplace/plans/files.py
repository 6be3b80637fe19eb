"""Files of plans, kept once under the hash of their content; read by whoever may read the plan."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.plans import rules
from marketplace.plans.errors import UnknownFile
from marketplace.plans.refusals import verb
from marketplace.plans.tables import PlanFileRow
from marketplace.plans.writing import opened, require_writer

LOOSE_DAYS: Final = 7
LOOSE_AT_A_TIME: Final = 200

_KEEP: Final = """
INSERT INTO plan_file (community_id, sha256, kind, body, added_by, added_at)
VALUES ({}, {}, {}, {}, {}, clock_timestamp())
ON CONFLICT ON CONSTRAINT one_file_for_each_content DO NOTHING RETURNING sha256
"""

_CLEAR: Final = """
DELETE FROM plan_file WHERE (community_id, sha256) IN (
    SELECT community_id, sha256 FROM plan_file WHERE community_id = {} AND added_at < {}
        AND NOT EXISTS (SELECT FROM plan_attachment AS attached
            WHERE attached.community_id = plan_file.community_id
                AND attached.sha256 = plan_file.sha256)
    ORDER BY added_at LIMIT {} FOR UPDATE SKIP LOCKED)
RETURNING sha256
"""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file as it is kept: its kind is `pdf`, `jpg`, `xlsx` or `docx`."""

    kind: str
    body: bytes


async def keep_file(need_id: UUID, body: bytes, kind: str, *, by: Actor) -> str:
    """Keep a file for a plan that somebody writes; return the hash that a version names it by.

    It comes here looked at by its content, pictures written anew. Raises `FileUnfit`,
    `NotYourPlan`, `needs.UnknownNeed`.
    """
    rules.file(kind, body)
    digest = hashlib.sha256(body).hexdigest()
    async with verb():
        need, plan = await opened(need_id, by=by)
        await require_writer(need, plan, by=by)
        added = await PlanFileRow.raw(_KEEP, by.community_id, digest, kind, body, by.member_id)
        if added:
            await community.record(
                "plan.add_file",
                by=by,
                subject_kind="need",
                subject_id=need_id,
                details={"sha256": digest, "kind": kind, "bytes": len(body)},
            )
    return digest


async def plan_file(plan_id: UUID, number: int, sha256: str, *, community_id: UUID) -> PlanFile:
    """Return a file of one version of a plan. Raises `UnknownFile`."""
    found = await PlanFileRow.raw(
        "SELECT kind, body FROM plan_file JOIN plan_attachment USING (community_id, sha256)"
        " WHERE community_id = {} AND plan_id = {} AND number = {} AND sha256 = {}",
        community_id,
        plan_id,
        number,
        sha256,
    )
    if not found:
        raise UnknownFile
    return PlanFile(**found[0])


async def kinds_of(hashes: list[str], *, community_id: UUID) -> dict[str, str]:
    """Return of what kind each of these files is; unknown ones are left out."""
    found = await PlanFileRow.raw(
        "SELECT sha256, kind FROM plan_file WHERE community_id = {} AND sha256 = ANY({})",
        community_id,
        hashes,
    )
    return {row["sha256"]: row["kind"] for row in found}


async def clear_loose_files(
    community_id: UUID, *, at: datetime | None = None, size: int = LOOSE_AT_A_TIME
) -> int:
    """Delete files that stand in no version of a plan after a week; return how many."""
    before = (at or datetime.now(UTC)) - timedelta(days=LOOSE_DAYS)
    async with verb():
        gone = await PlanFileRow.raw(_CLEAR, community_id, before, size)
        if gone:
            await community.record(
                "retention.clear",
                by=community.system(community_id),
                subject_kind="community",
                subject_id=community_id,
                details={"plan_files": len(gone)},
            )
    return len(gone)
