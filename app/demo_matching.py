"""The demo's match board: a week that was matched and waits for the coordinator's word."""

from datetime import datetime
from uuid import uuid5

from community import Actor, Community
from timebank import matching


async def fill_matching(home: Community, by: Actor, now: datetime) -> None:
    """Have the coming week matched; the app's own job does it as soon as it runs."""
    await matching.match_week(
        matching.Limits(), by=by, key=uuid5(home.id, "a week to match"), at=now
    )
