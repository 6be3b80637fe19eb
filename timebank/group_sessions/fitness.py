"""Who may give a session: an active volunteer who is fit for its care service on that day."""

from datetime import datetime, timedelta
from uuid import UUID

import community
from community import Role
from timebank.care import NotFit, refuse_unfit
from timebank.catalogue import care_service
from timebank.group_sessions.errors import NoVolunteer
from timebank.group_sessions.values import GroupSession


async def require_fit(
    member_id: UUID,
    code: str,
    *,
    community_id: UUID,
    starts_at: datetime,
    minutes: int,
    assists: bool = False,
) -> None:
    """Raise `NoVolunteer` or `NotFit` where this member may not give a care service then.

    `assists` says that another leads: where the community has decided so, that is for minors too.
    Within the transaction that lets them give it. Raises `UnknownCareService`.
    """
    if not await community.keep_active(member_id, community_id=community_id):
        raise NoVolunteer(member_id)
    if Role.VOLUNTEER not in (await community.member(member_id)).roles:
        raise NoVolunteer(member_id)
    service = await care_service(code, community_id=community_id)
    until = starts_at + timedelta(minutes=minutes)
    await refuse_unfit(
        member_id,
        service,
        at=starts_at,
        until=until,
        community_id=community_id,
        in_group=assists,
    )


async def is_fit(member_id: UUID, session: GroupSession, *, assists: bool = False) -> bool:
    """Say whether this member may give a session, or assist in it."""
    try:
        await require_fit(
            member_id,
            session.care_service_code,
            community_id=session.community_id,
            starts_at=session.starts_at,
            minutes=session.minutes,
            assists=assists,
        )
    except (NoVolunteer, NotFit):
        return False
    return True
