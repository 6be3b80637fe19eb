"""The safety note of an elder and whom to call: kept by those near to them, seen when needed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct, Role
from timebank import visit_rows
from timebank.acting import at_the_desk, entitled
from timebank.beside import rules
from timebank.beside.tables import SafetyNoteRow
from timebank.errors import NotYours

_REQUEST: Final = frozenset({DelegatedAct.REQUEST})

_SAVE: Final = """
INSERT INTO safety_note (member_id, community_id, words, contact_name, contact_phone, changed_at,
    changed_by, on_behalf_of) VALUES ({}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (member_id) DO UPDATE SET words = excluded.words,
    contact_name = excluded.contact_name, contact_phone = excluded.contact_phone,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by,
    on_behalf_of = excluded.on_behalf_of
"""


@dataclass(frozen=True, slots=True)
class SafetyNote:
    """What a volunteer should know for an elder's safety, and whom to call; any may be empty."""

    words: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    changed_at: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is written down."""
        return not (self.words or self.contact_name)


async def save_safety_note(
    note: SafetyNote, member_id: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Write down an elder's safety note: the elder, who may ask for them, or the desk.

    Raises `NotYours`, `NotDelegated`, `InvalidRequest`.
    """
    async with ledger.transaction():
        if not await community.keep_active(member_id, community_id=by.community_id):
            raise NotYours("keep safe")
        by = await entitled(by, DelegatedAct.REQUEST, at)
        if by.principal != member_id and not at_the_desk(by):
            raise NotYours("keep safe")
        if Role.ELDER not in (await community.member(member_id)).roles:
            raise NotYours("keep safe")
        rules.check_safety(note.words, note.contact_name, note.contact_phone)
        await SafetyNoteRow.raw(
            _SAVE,
            member_id,
            by.community_id,
            note.words,
            note.contact_name,
            note.contact_phone,
            at or datetime.now(UTC),
            by.member_id,
            by.on_behalf_of,
        )
        await community.record("safety.change", by=by, subject_kind="member", subject_id=member_id)


async def safety_note(member_id: UUID, *, by: Actor) -> SafetyNote:
    """Return an elder's safety note to those who may change it. Raises `NotYours`, `NotDelegated`.

    An empty one where nothing was ever written down.
    """
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _REQUEST)
    if by.principal != member_id and not at_the_desk(by):
        raise NotYours("keep safe")
    return await _note(member_id, by.community_id)


async def safety_of_visit(visit_id: UUID, *, by: Actor) -> SafetyNote | None:
    """Return the safety note to the volunteer who is booked, until the visit is closed, and desk.

    None to anybody else. Raises `UnknownVisit`.
    """
    visit = await visit_rows.one(visit_id, community_id=by.community_id)
    booked = by.on_behalf_of is None and rules.sees_safety(visit, member=by.member_id)
    if not booked and not at_the_desk(by):
        return None
    return await _note(visit.elder_id, by.community_id)


async def _note(member_id: UUID, community_id: UUID) -> SafetyNote:
    rows = await SafetyNoteRow.raw(
        "SELECT words, contact_name, contact_phone, changed_at FROM safety_note"
        " WHERE community_id = {} AND member_id = {}",
        community_id,
        member_id,
    )
    return SafetyNote(**rows[0]) if rows else SafetyNote()
