"""The site with an elder and her daughter, for walks through kin, consent and delegation."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from litestar import Litestar

import community
import timebank
from community import Actor, Channel, DelegatedAct, KinKind, Role
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, street

__all__ = ["street"]

ALL = ("request", "confirm", "passbook")


@dataclass
class Site:
    """The site, a street behind it, and the elder's daughter with a telephone number."""

    app: Litestar
    street: Street
    daughter: Actor
    phone: str
    owner: asyncpg.Connection
    stack: AsyncExitStack

    async def signed_in(self, who: Actor, language: str = "en") -> Walker:
        visitor = await self.stack.enter_async_context(walker(self.app, language))
        return await visitor.sign_in(who.member_id)

    @property
    def elder(self) -> Actor:
        return self.street.elder

    @property
    def place(self) -> str:
        return f"/for/{self.elder.member_id}"

    async def kin(self) -> None:
        await community.record_kinship(
            self.elder.member_id,
            self.daughter.member_id,
            KinKind.LINEAL,
            evidence="户口簿",
            by=self.street.coordinator,
        )

    async def granted(self, *acts: str, to: Actor | None = None) -> community.Delegation:
        terms = community.Terms(
            self.elder.member_id,
            (to or self.daughter).member_id,
            frozenset(DelegatedAct(one) for one in acts or ALL),
            datetime.now(UTC) + timedelta(days=100),
        )
        words = community.Agreement("我同意由女儿替我办。", "zh", Channel.ONLINE)
        return await community.grant_delegation(terms, words, by=self.elder, key=uuid4())

    async def finished(self, taken: int = 95) -> UUID:
        """Let a visit of today take place and end, at this hour of the real clock."""
        quarter = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        begun = quarter - timedelta(hours=3)
        request = timebank.Request("companionship", begun, 120, "梧桐里 12 号 302 室")
        asked = begun - timedelta(hours=2)
        visit = await timebank.ask(request, by=self.elder, form_key=uuid4(), at=asked)
        await timebank.accept(visit.id, by=self.street.volunteer, at=asked)
        code = (await timebank.visit_page(visit.id, self.elder))[0].visit.code
        await timebank.check_in(visit.id, by=self.street.volunteer, code=code, at=begun)
        end = begun + timedelta(minutes=taken)
        await timebank.check_out(visit.id, by=self.street.volunteer, at=end)
        return visit.id


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar, street: Street, owner: asyncpg.Connection) -> AsyncIterator[Site]:
    phone = f"+86139{uuid4().int % 10**8:08d}"
    member = await community.add_member(
        community_id=street.id, name="陈晓", phone=phone, roles=(Role.RESIDENT,)
    )
    daughter = Actor(member.id, street.id, member.roles)
    async with AsyncExitStack() as stack:
        yield Site(app, street, daughter, phone, owner, stack)


def last_days(page: str) -> list[str]:
    return re.findall(r'name="until" value="([0-9-]+)"', page)


def sentence(walker: Walker) -> str:
    found = re.search(
        r'<blockquote class="consent-words" lang="[^"]+">(.*?)</blockquote>', walker.page
    )
    assert found
    return found[1]


async def to_the_sentence(walker: Walker, href: str, **answers: object) -> dict[str, object]:
    """Fill in the first step; return what the second carries along."""
    await walker.open(f"{href}/new")
    filled = {
        "key": walker.hidden("key"),
        "acts": list(ALL),
        "until": last_days(walker.page)[0],
        "language": "en",
        **answers,
    }
    answer = await walker.send(f"{href}/new", **filled)
    assert answer.status_code == 200, walker.words[:500]
    return {**filled, "words": walker.hidden("words")}
