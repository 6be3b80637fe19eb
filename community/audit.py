"""Writes down who did what, on whose behalf and on what: rows that only grow."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.tables import AuditEventRow
from community.values import Actor, AuditEvent

_RECORD = """
INSERT INTO audit_event (area_id, actor, on_behalf_of, consent_id, act, subject_kind, subject_id,
    details, before, after, address)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}::jsonb, {}::text::inet)
"""

EVENT = """
seq, area_id, at, actor, on_behalf_of, consent_id, act, subject_kind, subject_id, details, before,
after, host(address) AS address
"""

_EVENTS = f"""
SELECT {EVENT} FROM audit_event WHERE area_id = {{}} AND seq < {{}}
ORDER BY at DESC, seq DESC LIMIT {{}}
"""  # noqa: S608 (a piece of our own)


async def record(  # noqa: PLR0913 (an act has these parts)
    act: str,
    *,
    by: Actor,
    subject_kind: str,
    subject_id: UUID,
    area_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act, within the caller's transaction: it stands or falls with the act itself.

    `act` says it in the words of the code (`visit.accept`); `by` says who acted, for whom, on
    which consent and from which address. `area_id` is whose trail it belongs in, the actor's
    community unless given. `details` is what else a reader must know, as JSON: ids, minutes, a
    kind of reason, but no free words, which may name a person and could never be taken out again.
    `before` and `after` are the changed fields of personal data, masked with `community.masked`:
    never a whole name, phone number, birth date or identity number, nor a secret.
    """
    await AuditEventRow.raw(
        _RECORD,
        area_id or by.community_id,
        by.member_id,
        by.on_behalf_of,
        by.consent_id,
        act,
        subject_kind,
        subject_id,
        _json(details or {}),
        None if before is None else _json(before),
        None if after is None else _json(after),
        by.address,
    )


async def audit_events(
    area_id: UUID, *, before: int = 2**63 - 1, size: int = 50
) -> list[AuditEvent]:
    """Return an area's audit events, newest first; `before` is the last `seq` already seen."""
    rows = await AuditEventRow.raw(_EVENTS, area_id, before, size)
    return [event_of(row) for row in rows]


def event_of(row: Mapping[str, Any]) -> AuditEvent:
    """Return a row of the trail as a value."""
    read = {
        name: None if row[name] is None else json.loads(row[name])
        for name in ("details", "before", "after")
    }
    return AuditEvent(**{**row, **read})


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, default=str)
