"""A neighbourhood with an elder, her children, a neighbour and the desk: for tests of who acts."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import community
from community import Actor, Agreement, Channel, DelegatedAct, Delegation, Role, Terms

ACTS = frozenset(DelegatedAct)
REQUEST, CONFIRM, PASSBOOK = DelegatedAct.REQUEST, DelegatedAct.CONFIRM, DelegatedAct.PASSBOOK
YEAR = timedelta(days=365)


@dataclass
class Kinsfolk:
    """A community of its own, with people who may act for each other."""

    id: uuid.UUID
    elder: Actor
    daughter: Actor
    son: Actor
    neighbour: Actor
    coordinator: Actor
    operator: Actor
    auditor: Actor

    async def granted(
        self,
        acts: frozenset[DelegatedAct] = ACTS,
        *,
        to: Actor | None = None,
        by: Actor | None = None,
        **more: Any,
    ) -> Delegation:
        """Let the daughter act for the elder, by the elder's own sign-in or as the desk heard."""
        by = by or self.elder
        at = more.get("at") or datetime.now(UTC)
        terms = Terms(
            more.get("of", self.elder).member_id,
            (to or self.daughter).member_id,
            acts,
            more.get("until") or at + YEAR,
        )
        return await community.grant_delegation(
            terms,
            more.get("agreed") or self.agreed(by),
            by=by,
            key=more.get("key") or uuid.uuid4(),
            at=at,
        )

    def agreed(self, by: Actor, **changes: Any) -> Agreement:
        """Say how the elder agreed: online herself, or on the phone to whoever records it."""
        online = by.member_id == self.elder.member_id
        return Agreement(
            **{
                "words": "我，陈桂芳，同意由陈晓替我办这些事。",
                "language": "zh",
                "channel": Channel.ONLINE if online else Channel.PHONE,
                "witness_id": None if online else by.member_id,
                **changes,
            }
        )


async def open_kinsfolk() -> Kinsfolk:
    """Open a fresh community; nothing of another test can be seen from it."""
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="梧桐社区")

    async def join(name: str, *roles: Role) -> Actor:
        member = await community.add_member(community_id=place.id, name=name, roles=roles)
        return Actor(member.id, place.id, member.roles)

    return Kinsfolk(
        place.id,
        elder=await join("陈桂芳", Role.ELDER),
        daughter=await join("陈晓", Role.RESIDENT),
        son=await join("陈明", Role.RESIDENT),
        neighbour=await join("吴德明", Role.ELDER),
        coordinator=await join("沈洁", Role.COORDINATOR),
        operator=await join("马丽", Role.PHONE_OPERATOR),
        auditor=await join("唐雅琴", Role.AUDITOR),
    )
