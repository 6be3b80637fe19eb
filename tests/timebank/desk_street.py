"""A street with a phone desk: an operator, a daughter who may act for the elder, and a call."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import community
from community import Actor, Agreement, Channel, DelegatedAct, Role, Terms, Word
from tests.timebank.street import NOON, Street
from timebank import desk
from timebank.desk import Call, Check, Speakers
from timebank.values import Request, Visit

EVERYTHING = frozenset(DelegatedAct)
TWO_CHECKS = (Check.NAME, Check.BIRTH_DATE)


@dataclass
class Desk:
    """The desk of a street."""

    street: Street
    operator: Actor
    colleague: Actor
    daughter: Actor

    async def call(self, caller: Actor | None = None, of: Actor | None = None, **more: Any) -> Call:
        """Answer a call of the elder, or of somebody else for them."""
        elder = self.street.elder
        speakers = Speakers((caller or elder).member_id, (of or elder).member_id)
        return await desk.open_call(
            more.get("speakers", speakers),
            by=more.get("by", self.operator),
            key=more.get("key") or uuid.uuid4(),
            phone=more.get("phone"),
            at=more.get("at", NOON),
        )

    async def word(self, call: Call, **more: Any) -> Word:
        """Make sure who speaks, read back, and hear a yes."""
        by = more.get("by", self.operator)
        agreed = Agreement("请您替我办。", "zh", Channel.PHONE, by.member_id)
        return await desk.take_word(
            call.id,
            more.get("checked", TWO_CHECKS),
            more.get("acts", EVERYTHING),
            agreed,
            by=by,
            key=more.get("key") or uuid.uuid4(),
            at=more.get("at", NOON),
        )

    async def with_word(self, caller: Actor | None = None, **more: Any) -> Call:
        """Answer a call and take the caller's word down."""
        call = await self.call(caller, **more)
        await self.word(call, acts=more.get("acts", EVERYTHING))
        return call

    async def ask(self, call: Call, **more: Any) -> Visit:
        """Ask for companionship tomorrow on the caller's word."""
        starts_at = more.get("starts_at", NOON + timedelta(days=1))
        request = Request("companionship", starts_at, 60, "梧桐里 12 号 302 室")
        key: UUID = more.get("form_key") or uuid.uuid4()
        return await desk.ask_on_word(
            call.id, request, by=more.get("by", self.operator), form_key=key, at=NOON
        )

    async def delegated(self, at: datetime = NOON) -> community.Delegation:
        """Let the daughter act for the elder in everything."""
        elder = self.street.elder
        terms = Terms(elder.member_id, self.daughter.member_id, EVERYTHING, at + timedelta(days=90))
        words = Agreement("我同意女儿替我办。", "zh", Channel.ONLINE)
        return await community.grant_delegation(terms, words, by=elder, key=uuid.uuid4(), at=at)


async def open_desk(street: Street) -> Desk:
    """Open the desk of a street."""

    async def join(name: str, *roles: Role) -> Actor:
        member = await community.add_member(community_id=street.id, name=name, roles=roles)
        return Actor(member.id, street.id, member.roles)

    return Desk(
        street,
        operator=await join("周颖", Role.PHONE_OPERATOR),
        colleague=await join("孙丽", Role.PHONE_OPERATOR),
        daughter=await join("陈晓", Role.RESIDENT),
    )
