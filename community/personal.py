"""What is held of a person: the records in which the register keeps a member, read as they stand.

Each package lists its own with `Kept`; together they are what a member sees and takes away. Other
people stand in them by name alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from community.tables import MemberRow

Record = dict[str, Any]
"""One thing that is held: each field by its name, in the order in which a page tells them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of record that is kept of members, and how to read one member's.

    `columns` are those by which a row belongs to the member (`table.column`); a test asks that no
    such column of the database is left out. `sql` selects from `me (id)`: the member, and the
    memberships that were merged into theirs. The columns named in `json` are JSON.
    """

    name: str
    columns: tuple[str, ...]
    sql: str
    json: tuple[str, ...] = ()


REGISTER: Final[Sequence[Kept]] = (
    Kept(
        "register",
        ("member.id", "member.merged_into"),
        """
        SELECT member.name, phone, email, birth_date, member.language, text_size, standing,
            member.joined_at, left_at, registration, roster_number,
            identity_sealed IS NOT NULL AS identity_kept, grid.name AS grid,
            household.code AS household, household.address AS household_address,
            verified_at, verified_how, member.merged_into IS NOT NULL AS former_membership
        FROM me JOIN member USING (id)
        LEFT JOIN area AS grid ON grid.id = member.grid_id
        LEFT JOIN household ON household.id = member.household_id
        ORDER BY member.merged_into IS NOT NULL, member.joined_at
        """,
    ),
    Kept(
        "housemates",
        (),
        """
        SELECT other.name FROM me JOIN member USING (id)
        JOIN member AS other ON other.household_id = member.household_id AND other.id <> member.id
            AND other.standing IN ('applied', 'invited', 'active')
        ORDER BY other.joined_at
        """,
    ),
    Kept(
        "roles",
        ("member_role.member_id",),
        """
        SELECT role, area.name AS area, since, until, ended_why FROM me
        JOIN member_role ON member_id = me.id JOIN area ON area.id = area_id ORDER BY since
        """,
    ),
    Kept(
        "kin",
        ("kinship.member_id", "kinship.relative_id"),
        """
        SELECT other.name, kind, evidence, kinship.verified_at, ended_at, ended_why FROM me
        JOIN kinship ON me.id IN (kinship.member_id, relative_id)
        JOIN member AS other
            ON other.id = CASE WHEN kinship.member_id = me.id THEN relative_id
                ELSE kinship.member_id END
        ORDER BY kinship.verified_at
        """,
    ),
    Kept(
        "consents",
        ("consent.member_id",),
        """
        SELECT given_at, channel, words, consent.language, witness.name AS witness, recorded_at
        FROM me JOIN consent ON consent.member_id = me.id
        LEFT JOIN member AS witness ON witness.id = witness_id ORDER BY given_at
        """,
    ),
    Kept(
        "consents_witnessed",
        ("consent.witness_id",),
        """
        SELECT given_at, channel, member.name FROM me JOIN consent ON witness_id = me.id
        JOIN member ON member.id = consent.member_id ORDER BY given_at
        """,
    ),
    Kept(
        "delegates",
        ("delegation.member_id",),
        """
        SELECT other.name, acts, since, until, revoked_at, revoked_why FROM me
        JOIN delegation ON delegation.member_id = me.id
        JOIN member AS other ON other.id = delegate_id ORDER BY since
        """,
    ),
    Kept(
        "acting_for",
        ("delegation.delegate_id",),
        """
        SELECT other.name, acts, since, until, revoked_at FROM me
        JOIN delegation ON delegate_id = me.id
        JOIN member AS other ON other.id = delegation.member_id ORDER BY since
        """,
    ),
    Kept(
        "words_given",
        ("call_word.member_id", "call_word.given_by"),
        """
        SELECT call_word.since, acts, affair.name AS member, giver.name AS given_by,
            operator.name AS witness, coalesce(ended_at, until) AS until
        FROM me JOIN call_word ON me.id IN (call_word.member_id, given_by)
        JOIN member AS affair ON affair.id = call_word.member_id
        JOIN member AS giver ON giver.id = given_by
        JOIN member AS operator ON operator.id = operator_id ORDER BY call_word.since
        """,
    ),
    Kept(
        "organisations",
        ("organisation_member.member_id",),
        """
        SELECT organisation.name, post, organisation_member.since, organisation_member.until
        FROM me JOIN organisation_member ON member_id = me.id
        JOIN organisation ON organisation.id = organisation_id
        ORDER BY organisation_member.since
        """,
    ),
    Kept(
        "invitations",
        ("invitation.member_id",),
        """
        SELECT roles, invited_at, until, accepted_at, revoked_at FROM me
        JOIN invitation ON member_id = me.id ORDER BY invited_at
        """,
    ),
    Kept(
        "applications",
        ("application.member_id",),
        """
        SELECT applied_at, address, phone_verified_at, decision, decided_at, reason FROM me
        JOIN application ON member_id = me.id ORDER BY applied_at
        """,
    ),
    Kept(
        "roster_rows",
        ("roster_row.new_id", "roster_row.member_id", "roster_row.linli_number"),
        """
        SELECT file_name, uploaded_at, name, phone, email, birth_date, roster_number, registration,
            roles, language, grid, household, address, outcome
        FROM me JOIN roster_row ON me.id IN (new_id, member_id, linli_number)
        JOIN roster_import ON roster_import.id = import_id ORDER BY uploaded_at, row_number
        """,
    ),
    Kept(
        "not_duplicates",
        ("not_duplicate.member_id", "not_duplicate.other_id"),
        """
        SELECT other.name, said_at FROM me
        JOIN not_duplicate ON me.id IN (not_duplicate.member_id, other_id)
        JOIN member AS other
            ON other.id = CASE WHEN not_duplicate.member_id = me.id THEN other_id
                ELSE not_duplicate.member_id END
        ORDER BY said_at
        """,
    ),
    Kept(
        "messages",
        ("message.member_id",),
        """
        SELECT created_at, kind, fill, link, read_at FROM me
        JOIN message ON member_id = me.id ORDER BY created_at
        """,
        json=("fill",),
    ),
    Kept(
        "erasures",
        ("erasure.member_id",),
        """
        SELECT asked_at, withdrawn_at, carried_out_at FROM me
        JOIN erasure ON member_id = me.id ORDER BY asked_at
        """,
    ),
)
"""What the register keeps, in the order in which a page tells it."""

_EVERYBODY = """
SELECT id FROM member WHERE community_id = {} AND (id = {} OR merged_into = {}) ORDER BY id
"""


async def memberships(member_id: UUID, *, community_id: UUID) -> tuple[UUID, ...]:
    """Return a member's id and those of the memberships that were merged into it."""
    rows = await MemberRow.raw(_EVERYBODY, community_id, member_id, member_id)
    return tuple(row["id"] for row in rows)


async def read_kept(kinds: Iterable[Kept], who: Sequence[UUID]) -> dict[str, list[Record]]:
    """Return each kind of record that is held of these memberships, all of one person."""
    found = {}
    for kind in kinds:
        rows = await MemberRow.raw(
            "WITH me AS (SELECT unnest({}::uuid[]) AS id) " + kind.sql.strip(), list(who)
        )
        for row in rows:
            for column in kind.json:
                row[column] = None if row[column] is None else json.loads(row[column])
        found[kind.name] = rows
    return found
