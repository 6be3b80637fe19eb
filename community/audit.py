"""Writes down who did what, on whose behalf and on what: rows that only grow."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from uuid import UUID

from community.tables import AuditEventRow
from community.values import Actor, AuditEvent

FREE_WORDS: Final = frozenset({"evidence", "note", "reason", "why"})
"""The details that somebody typed: they may name a person, so they stand beside the event."""

_RECORD = """
INSERT INTO audit_event (area_id, actor, on_behalf_of, consent_id, act, subject_kind, subject_id,
    details, before, after, address)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}::jsonb, {}::text::inet)
RETURNING seq
"""

_MANY: Final = (
    "area_id",
    "actor",
    "act",
    "subject_kind",
    "subject_id",
    "details",
    "before",
    "after",
    "address",
)

_WORDS = "INSERT INTO audit_words (seq, words) VALUES ({}, {}::jsonb)"

EVENT = """
event.seq, event.area_id, event.at, event.actor, event.on_behalf_of, event.consent_id, event.act,
event.subject_kind, event.subject_id, event.details || coalesce(
    (SELECT words FROM audit_words WHERE audit_words.seq = event.seq), jsonb_build_object()
) AS details, event.before, event.after, host(event.address) AS address
"""
"""What is read of an `event`, the words beside it included."""

_EVENTS = f"""
SELECT {EVENT} FROM audit_event AS event WHERE area_id = {{}} AND seq < {{}}
ORDER BY at DESC, seq DESC LIMIT {{}}
"""  # noqa: S608 (a piece of our own)

# Only where there are words is anything looked for, and those are few.
_FORGET_WORDS = """
UPDATE audit_words SET words = jsonb_build_object() FROM audit_event AS event
WHERE event.seq = audit_words.seq AND words <> jsonb_build_object()
    AND (event.actor = ANY({}) OR event.on_behalf_of = ANY({}) OR event.subject_id = ANY({})
        OR EXISTS (SELECT FROM jsonb_each_text(event.details) WHERE value = ANY({})))
"""


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
    reason. Words that somebody typed stand under a name of `FREE_WORDS` and no other: they are
    kept beside the event, and go when the person whom they are about is erased.
    `before` and `after` are the changed fields of personal data, masked with `community.masked`:
    never a whole name, phone number, birth date or identity number, nor a secret.
    """
    told = dict(details or {})
    words = {name: told.pop(name) for name in FREE_WORDS & told.keys()}
    rows = await AuditEventRow.raw(
        _RECORD,
        area_id or by.community_id,
        by.member_id,
        by.on_behalf_of,
        by.consent_id,
        act,
        subject_kind,
        subject_id,
        _json(told),
        None if before is None else _json(before),
        None if after is None else _json(after),
        by.address,
    )
    if words:
        await AuditEventRow.raw(_WORDS, rows[0]["seq"], _json(words))


async def forget_words(about: Iterable[UUID]) -> None:
    """Take the typed words out of the trail where one of these acted or is what was acted on.

    Within the transaction that erases a person, and the database refuses it in any other.
    """
    ids = list(about)
    await AuditEventRow.raw(_FORGET_WORDS, ids, ids, ids, [str(one) for one in ids])


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


@dataclass(frozen=True, slots=True)
class Change:
    """What one of many acts of the same kind did to a member; `before` is None for a new one."""

    member_id: UUID
    details: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


async def record_many(act: str, changes: Iterable[Change], *, by: Actor, connection: Any) -> None:
    """Write down the same act for many members at once, as `record` does for one.

    `connection` is that of the open transaction. The details hold no words that somebody typed.
    """
    address = ip_address(by.address) if by.address else None
    await connection.copy_records_to_table(
        "audit_event",
        columns=_MANY,
        records=[
            (
                by.community_id,
                by.member_id,
                act,
                "member",
                one.member_id,
                _json(one.details),
                None if one.before is None else _json(one.before),
                _json(one.after),
                address,
            )
            for one in changes
        ],
    )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, default=str)
