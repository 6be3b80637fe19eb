"""Deletes what has served its time: ended sessions, old codes, waits, how the gone signed in."""

from app import sessions
from app.sign_in.codes import clear_codes
from app.tables import MemberPasswordRow
from app.throttle import clear_paces_and_waits
from community.transactions import transaction

_GONE = """
DELETE FROM {table} USING member
WHERE member.id = {table}.member_id AND member.standing IN ('merged', 'erased')
"""
_OF_THE_GONE = ("web_session", "member_password", "one_time_code", "second_factor", "sign_in_card")


async def tidy_sign_in() -> None:
    """Do all of it. A job: it may run again at any time."""
    await sessions.clear_ended()
    await clear_codes()
    await clear_paces_and_waits()
    await forget_the_gone()


async def forget_the_gone() -> None:
    """Delete how merged and erased members signed in; they cannot, from that moment on, anyway.

    Who has left may come back, and then signs in as before.
    """
    async with transaction():
        for table in _OF_THE_GONE:
            await MemberPasswordRow.raw(_GONE.format(table=table))
