"""Deletes what has served its time: ended sessions, old codes, waits, how the merged signed in.

Erasing a person deletes how they signed in at once (`app/erasing.py`); who has left may come back,
and then signs in as before.
"""

import community
from app import sessions
from app.sign_in.codes import clear_codes
from app.tables import MemberPasswordRow, SignInCardRow
from app.throttle import clear_paces_and_waits
from community import SYSTEM
from community.transactions import transaction

_MERGED = """
DELETE FROM {table} USING member
WHERE member.id = {table}.member_id AND member.standing = 'merged'
"""

_REVOKE_MERGED = """
UPDATE sign_in_card SET revoked_at = clock_timestamp(), revoked_by = {} FROM member
WHERE member.id = sign_in_card.member_id AND member.standing = 'merged' AND revoked_at IS NULL
RETURNING sign_in_card.member_id, sign_in_card.community_id
"""


async def tidy_sign_in() -> None:
    """Do all of it. A job: it may run again at any time."""
    await sessions.clear_ended()
    await clear_codes()
    await clear_paces_and_waits()
    await forget_the_merged()


async def forget_the_merged() -> None:
    """Delete how former memberships signed in; nobody can sign in with them anyway."""
    async with transaction():
        for table in ("web_session", "member_password", "one_time_code", "second_factor"):
            await MemberPasswordRow.raw(_MERGED.format(table=table))
        for row in await SignInCardRow.raw(_REVOKE_MERGED, SYSTEM):
            await community.record(
                "card.revoke",
                by=community.system(row["community_id"]),
                subject_kind="member",
                subject_id=row["member_id"],
            )
