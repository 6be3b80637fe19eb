"""Writes down who did what, on whose behalf and on what: rows that only grow."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.tables import AuditEventRow
from community.values import AuditEvent

_RECORD = """
INSERT INTO audit_event (community_id, actor, on_behalf_of, act, subject_kind, subject_id, details)
VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb)
"""

_EVENTS = """
SELECT seq, community_id, at, actor, on_behalf_of, act, subject_kind, subject_id, details
FROM audit_event WHERE community_id = {} AND seq < {} ORDER BY seq DESC LIMIT {}
"""


async def record(  # noqa: PLR0913 (an act has these parts)
    *,
    community_id: UUID,
    actor: UUID,
    act: str,
    subject_kind: str,
    subject_id: UUID,
    on_behalf_of: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act, within the caller's transaction: it stands or falls with the act itself.

    `act` says it in the words of the code (`visit.accept`); `details` is what else a reader must
    know, as JSON: ids, minutes, a reason. Never a password or a phone number.
    """
    await AuditEventRow.raw(
        _RECORD,
        community_id,
        actor,
        on_behalf_of,
        act,
        subject_kind,
        subject_id,
        json.dumps(dict(details or {}), ensure_ascii=False, default=str),
    )


async def audit_events(
    community_id: UUID, *, before: int = 2**63 - 1, size: int = 50
) -> list[AuditEvent]:
    """Return a community's audit events, newest first; `before` is the last `seq` already seen."""
    rows = await AuditEventRow.raw(_EVENTS, community_id, before, size)
    return [AuditEvent(**{**row, "details": json.loads(row["details"])}) for row in rows]
