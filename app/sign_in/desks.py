"""Desks: devices at which a member of staff lets members with a card sign in.

Opening a desk ends the sign-in of whoever opens it on that device, for members will use it next. It
lasts at most twelve hours, or until somebody closes it there or from their own page, or who opened
it is staff there no longer. Sessions by card end with the desk.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from litestar.datastructures import Cookie

import community
from app import sessions
from app.forgery import cookie_name
from app.sessions import Begun, How, Session
from app.settings import settings
from app.sign_in.cards import try_card
from app.sign_in.entering import Browser, enter
from app.sign_in.errors import NoDesk
from community import Actor, Member, Role
from community.transactions import transaction

OPENERS: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR})


@dataclass(frozen=True, slots=True)
class Desk:
    """An open desk: its session, the community, and who opened it."""

    session: Session
    home: community.Community
    opener: Member


async def open_desk(*, browser: Browser, by: Actor, at: datetime | None = None) -> Begun:
    """Make this device a desk of the actor's community, and sign the actor out on it.

    Raises `NoDesk` for whoever is no coordinator and no phone operator there.
    """
    if not by.roles & OPENERS:
        raise NoDesk
    opener = await community.member(by.member_id)
    async with transaction():
        if browser.session is not None:
            await sessions.end(browser.session.id, member_id=by.member_id)
        begun = await sessions.begin(
            opener, How.DESK, address=browser.address, agent=browser.agent, at=at
        )
        await sessions.set_working_community(begun.session.id, by.community_id)
        await community.record("desk.open", by=by, subject_kind="member", subject_id=by.member_id)
    return begun


async def desk_of(token: str | None, *, at: datetime | None = None) -> Desk | None:
    """Return the desk that this device is, or None."""
    session = await sessions.find(token, at=at) if token else None
    if session is None or session.how is not How.DESK or session.working_at is None:
        return None
    actor = await community.actor(session.member_id, session.working_at)
    if actor is None or not actor.roles & OPENERS:
        return None
    return Desk(
        session,
        await community.community(session.working_at),
        await community.member(session.member_id),
    )


async def close_desk(desk: Desk) -> None:
    """Let this device be a desk no longer; sessions by card on it end as well."""
    async with transaction():
        await sessions.end(desk.session.id, member_id=desk.opener.id)
        await community.record(
            "desk.close",
            by=community.system(desk.home.id),
            subject_kind="member",
            subject_id=desk.opener.id,
        )


async def enter_with_card(
    shown: str, pin: str, *, desk: Desk, browser: Browser, at: datetime | None = None
) -> tuple[Begun, Member]:
    """Begin the short session of the member whose card and PIN these are.

    Raises `NotThese`, `TrySlower`, `TooBusy`.
    """
    member = await try_card(shown, pin, desk_id=desk.session.id, community_id=desk.home.id, at=at)
    begun = await enter(member, How.CARD, browser=browser, desk_id=desk.session.id, at=at)
    return begun, member


def desk_cookie(begun: Begun | None) -> Cookie:
    """Return the cookie that makes the device a desk, or the one that makes it forget it."""
    return Cookie(
        key=cookie_name("desk"),
        value=begun.token if begun else "",
        max_age=None if begun else 0,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )
