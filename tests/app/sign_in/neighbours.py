"""Members with telephone numbers of their own, and what they sign in with, for these tests."""

import itertools
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import pyotp

import community
from app.sessions import Begun, How, Session
from app.sign_in import entering, hashing, passwords, second_factor
from app.sign_in.entering import Browser
from app.sign_in.weak_secrets import Person, normal
from app.tables import MemberPasswordRow
from community import Actor, Community, Member, Role

PHRASE = "three green umbrellas"
NEW_PHRASE = "seven quiet bicycles"

_numbers = itertools.count(random.SystemRandom().randrange(10**8, 9 * 10**8))


def fresh_address() -> str:
    """Return an address from which nobody else tries in this run: places are slowed down too."""
    number = next(_numbers) % 2**24
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def fresh_phone() -> str:
    """Return a number that nobody else has in this run."""
    return f"+86138{next(_numbers) % 10**8:08d}"


@dataclass
class Neighbour:
    """A member with a telephone number, and perhaps a password."""

    member: Member
    phone: str
    home: Community
    address: str = field(default_factory=fresh_address)

    @property
    def actor(self) -> Actor:
        return Actor(self.member.id, self.member.community_id, self.member.roles, self.address)

    async def signed_in(self, how: How = How.PASSWORD, at: datetime | None = None) -> Begun:
        return await entering.enter(self.member, how, browser=Browser(self.address), at=at)

    async def choose_password(self, password: str = PHRASE) -> None:
        await MemberPasswordRow.raw(
            "INSERT INTO member_password (member_id, hash, changed_at) VALUES ({}, {}, {})",
            self.member.id,
            await hashing.hashed(normal(password)),
            datetime.now(UTC),
        )

    async def set_up_second_step(self, session: Session) -> tuple[str, list[str], Begun]:
        """Switch the second step on; return secret, recovery codes, and the session's new id."""
        secret = await second_factor.begin_set_up(session=session, by=self.actor)
        begun, codes = await second_factor.finish_set_up(
            pyotp.TOTP(secret).now(), session=session, member=self.member, by=self.actor
        )
        return secret, codes, begun

    async def change_password(self, session: Session, old: str | None = PHRASE) -> int:
        return await passwords.set_password(
            NEW_PHRASE, old=old, session=session, person=Person(), by=self.actor
        )


async def neighbourhood() -> Community:
    return await community.add_community(
        code=f"s-{uuid4().hex[:12]}", name="八里社区", desk_phone="0512-6700 1234"
    )


async def neighbour(
    *roles: Role, home: Community | None = None, phone: str | None = None, password: str = ""
) -> Neighbour:
    """Add a member with a number; with a password where one is given."""
    home, phone = home or await neighbourhood(), phone or fresh_phone()
    member = await community.add_member(
        community_id=home.id,
        name="陈桂芳",
        phone=phone,
        birth_date=date(1948, 3, 5),
        roles=roles or (Role.RESIDENT,),
    )
    made = Neighbour(member, phone, home)
    if password:
        await made.choose_password(password)
    return made


async def told(owner: asyncpg.Connection, one: Neighbour, kind: str) -> dict[str, object]:
    """Return what the last message of a kind told this member."""
    fill = await owner.fetchval(
        "SELECT fill FROM message WHERE member_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1",
        one.member.id,
        kind,
    )
    assert fill is not None, f"nobody was told {kind}"
    found: dict[str, object] = json.loads(fill)
    return found


async def acts(one: Neighbour) -> list[str]:
    """Return what the trail says was done to this member, newest first."""
    events = await community.audit_events(one.home.id)
    return [event.act for event in events if event.subject_id == one.member.id]
