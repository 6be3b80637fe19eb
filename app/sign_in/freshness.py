"""Whether somebody has shown only a little while ago who they are."""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.sessions import How, Session

FRESH: Final = timedelta(minutes=15)
"""How long after signing in one may change how one signs in without showing who one is again."""


def is_fresh(session: Session, *, at: datetime | None = None) -> bool:
    """Say whether the session has begun, or had its second factor, at most a little while ago.

    One by card never is: a few digits typed at a shared device open no lasting way in.
    """
    if session.how is How.CARD:
        return False
    shown = max(session.begun_at, session.second_factor_at or session.begun_at)
    return (at or datetime.now(UTC)) - shown <= FRESH
