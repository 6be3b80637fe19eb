"""A neighbourhood of one's own for each test, and the promise that its book balances after."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import community
import ledger
import timebank
from community import Actor, Role
from timebank.values import Request, Visit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, noon in Shanghai


@dataclass
class Street:
    """A community with a time bank: two elders with 300 and 60 minutes, and two volunteers."""

    id: uuid.UUID
    elder: Actor
    poor_elder: Actor
    volunteer: Actor
    other_volunteer: Actor
    coordinator: Actor
    granted: int = 0

    async def grant(self, who: Actor, minutes: int) -> None:
        """Give a member minutes to begin with."""
        await timebank.opening_grant(who.member_id, minutes, community_id=self.id)
        self.granted += minutes

    async def minutes(self, *who: Actor) -> list[tuple[int, int]]:
        """Return posted and held minutes of each."""
        found = [await timebank.my_balance(one) for one in who]
        return [(balance.posted, balance.held) for balance in found]

    async def asked(self, minutes: int = 120, *, by: Actor | None = None, **more: Any) -> Visit:
        """Ask for companionship at 1 pm, at noon."""
        request = Request(
            "companionship",
            more.get("starts_at", NOON + timedelta(hours=1)),
            minutes,
            more.get("place", "梧桐里 12 号 302 室"),
            more.get("wishes", ""),
        )
        key = more.get("form_key", uuid.uuid4())
        return await timebank.ask(request, by=by or self.elder, form_key=key, at=NOON)

    async def booked(self, minutes: int = 120, **more: Any) -> Visit:
        """Ask and accept."""
        visit = await self.asked(minutes, **more)
        return await timebank.accept(visit.id, by=self.volunteer, at=NOON)

    async def under_way(self, minutes: int = 120) -> Visit:
        """Ask, accept, check in at 1 pm sharp."""
        visit = await self.booked(minutes)
        code = (await timebank.visit_page(visit.id, self.elder))[0].visit.code
        return await timebank.check_in(visit.id, by=self.volunteer, code=code, at=visit.starts_at)

    async def finished(self, minutes: int = 120, *, taken: int = 95) -> Visit:
        """Ask, accept, check in, and check out after so many minutes."""
        visit = await self.under_way(minutes)
        after = visit.starts_at + timedelta(minutes=taken)
        return await timebank.check_out(visit.id, by=self.volunteer, at=after)


async def open_street() -> Street:
    """Open a fresh street; nothing of another test can be seen from it."""
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="梧桐社区")
    await timebank.open_time_bank(place.id)

    async def join(name: str, *roles: Role) -> Actor:
        member = await community.add_member(community_id=place.id, name=name, roles=roles)
        return Actor(member.id, place.id, member.roles)

    street = Street(
        place.id,
        elder=await join("陈桂芳", Role.ELDER),
        poor_elder=await join("吴德明", Role.ELDER),
        volunteer=await join("李明", Role.VOLUNTEER),
        other_volunteer=await join("周敏", Role.VOLUNTEER, Role.ELDER),
        coordinator=await join("沈洁", Role.COORDINATOR),
    )
    await street.grant(street.elder, 300)
    await street.grant(street.poor_elder, 60)
    return street


@pytest.fixture
async def street(database: object) -> AsyncIterator[Street]:  # noqa: ARG001 (must be migrated)
    """Give a street; afterwards its book sums to zero and nothing is left on its way."""
    opened = await open_street()
    yield opened
    await book_is_sound(opened)


async def book_is_sound(street: Street) -> None:
    """Assert what must hold of every community's book of minutes, whatever was done in it."""
    found = await ledger.trial_balance(ledger.CommunityId(street.id))
    assert set(found.sums().values()) == {0}
    by_kind: dict[str, int] = {}
    for line in found.lines:
        by_kind[line.account.kind] = by_kind.get(line.account.kind, 0) + line.balance.posted
    assert by_kind["issuance"] == -street.granted
    assert by_kind["escrow"] == 0
    saved = sum(by_kind.get(kind, 0) for kind in ("member", "relief", "gifts", "estate"))
    assert saved == street.granted
