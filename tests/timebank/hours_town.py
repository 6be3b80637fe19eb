"""A neighbourhood for tests of saved hours: kin who give, elders in need, and five at the desk."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import community
import ledger
import timebank
from community import Actor, KinKind, Role
from community.policy import read_pack
from ledger import MINUTE, AccountId, CommunityId
from timebank import hours
from timebank.policy import SETTINGS

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, noon in Shanghai
BORN = date(1940, 5, 1)

Refusal = type[Exception]


@dataclass
class Town:
    """A community of its own.

    The volunteer has 600 minutes; her mother and husband are old enough to receive, her son is not.
    The neighbour is no kin of hers. `fund` is what the relief fund began with.
    """

    id: uuid.UUID
    volunteer: Actor
    mother: Actor
    husband: Actor
    cousin: Actor
    son: Actor
    neighbour: Actor
    coordinator: Actor
    colleague: Actor
    treasurer: Actor
    administrator: Actor
    auditor: Actor

    async def policy(self, at: datetime | None = None, **rules: Any) -> None:
        """Let other rules hold, from a moment or from long ago on."""
        since = (at or datetime(2020, 1, 1, tzinfo=UTC)).isoformat()
        stated = "\n".join(
            f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for name, value in rules.items()
        ).replace("'", '"')
        text = f'name = "x"\nsource = "y"\nholds_from = {since}\n[time_bank]\n{stated}\n'
        pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
        await community.adopt_policy(pack, by=community.system(self.id), at=NOON)

    async def minutes(self, kind: str, who: Actor | None = None) -> tuple[int, int]:
        """Return what an account has posted and set aside."""
        found = await ledger.find_account(
            community_id=CommunityId(self.id),
            kind=kind,
            unit=MINUTE,
            owner=who.member_id if who else None,
        )
        if found is None:
            return 0, 0
        balance = await ledger.balance(found.id)
        return balance.posted, balance.held

    async def saved(self, who: Actor) -> tuple[int, int]:
        return await self.minutes("member", who)

    async def gifts(self, who: Actor) -> tuple[int, int]:
        return await self.minutes("gifts", who)

    async def relief(self) -> int:
        return (await self.minutes("relief"))[0]

    async def give(self, who: Actor, minutes: int) -> None:
        """Let somebody have saved minutes."""
        account = await timebank.member_account(who.member_id, community_id=self.id)
        await self._issue(account, minutes)

    async def fill(self, minutes: int) -> None:
        """Let the relief fund have minutes."""
        found = await ledger.find_account(
            community_id=CommunityId(self.id), kind="relief", unit=MINUTE
        )
        assert found is not None
        await self._issue(found.id, minutes)

    async def _issue(self, account: AccountId, minutes: int) -> None:
        source = await ledger.find_account(
            community_id=CommunityId(self.id), kind="issuance", unit=MINUTE
        )
        assert source is not None
        origin = ledger.Origin(
            CommunityId(self.id), ledger.Event("test", uuid.uuid4()), community.SYSTEM
        )
        await ledger.transfer(
            debit=source.id, credit=account, amount=minutes, unit=MINUTE, origin=origin
        )

    async def offered(self, minutes: int = 60, **more: Any) -> hours.Gift:
        """Let the volunteer offer her mother a gift, at noon."""
        to = more.get("to", self.mother)
        return await hours.offer_gift(
            to.member_id,
            minutes,
            by=more.get("by", self.volunteer),
            form_key=more.get("key") or uuid.uuid4(),
            words=more.get("words", ""),
            at=more.get("at", NOON),
        )

    async def needs(self, who: Actor, **more: Any) -> hours.NeedsProfile:
        """Put somebody's needs on record, as the coordinator saw them."""
        found = hours.Needs(
            living=more.get("living", hours.Living.ALONE),
            low_income=more.get("low_income", False),
            disability=more.get("disability", hours.Disability.NONE),
            hardship=more.get("hardship", False),
            evidence=more.get("evidence", "家访，看过户口簿"),
            review_on=more.get("review_on", date(2026, 12, 1)),
        )
        return await hours.enter_needs(
            who.member_id, found, by=more.get("by", self.coordinator), at=more.get("at", NOON)
        )

    async def granted(self, who: Actor, minutes: int = 120, **more: Any) -> hours.Proposal:
        """Propose a grant, at noon."""
        return await hours.propose_grant(
            who.member_id,
            minutes,
            source=more.get("source", hours.Source.RELIEF),
            reason=more.get("reason", "出院后需要人陪"),
            by=more.get("by", self.coordinator),
            form_key=more.get("key") or uuid.uuid4(),
            at=more.get("at", NOON),
        )

    async def both_approve(self, proposal: hours.Proposal, **more: Any) -> hours.Proposal:
        """Let treasurer and administrator agree."""
        await hours.approve_proposal(proposal.id, by=self.treasurer, at=more.get("at", NOON))
        return await hours.approve_proposal(
            proposal.id, by=self.administrator, at=more.get("at", NOON)
        )

    async def leave(self, who: Actor, why: hours.Leaving = hours.Leaving.DIED) -> int:
        """Let a member go, as the app does: the register first, then what they leave."""
        async with ledger.transaction():
            await community.member_left(who.member_id, by=self.coordinator)
            return await hours.open_estate(who.member_id, why, by=self.coordinator, at=NOON)

    async def told(self, who: Actor) -> list[str]:
        """Return what somebody was told and has not read, newest first, by kind."""
        found = await community.inbox(who.member_id, community_id=self.id)
        return [one.kind for one in found if one.read_at is None]


async def open_town() -> Town:
    """Open a fresh town; nothing of another test can be seen from it."""
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="梧桐社区")
    await timebank.open_time_bank(place.id)

    async def join(name: str, *roles: Role, born: date | None = None) -> Actor:
        member = await community.add_member(
            community_id=place.id, name=name, roles=roles, birth_date=born
        )
        return Actor(member.id, place.id, member.roles)

    town = Town(
        place.id,
        volunteer=await join("李明华", Role.VOLUNTEER, born=date(1962, 1, 1)),
        mother=await join("陈桂芳", Role.ELDER, born=BORN),
        husband=await join("王建国", Role.ELDER, born=date(1960, 1, 1)),
        cousin=await join("李秀英", Role.ELDER, born=date(1950, 1, 1)),
        son=await join("王小明", Role.RESIDENT, born=date(2000, 1, 1)),
        neighbour=await join("吴德明", Role.ELDER, born=date(1945, 1, 1)),
        coordinator=await join("沈洁", Role.COORDINATOR),
        colleague=await join("陆雯", Role.COORDINATOR),
        treasurer=await join("马国强", Role.TREASURER),
        administrator=await join("许志刚", Role.ADMINISTRATOR),
        auditor=await join("唐雅琴", Role.AUDITOR),
    )
    for other, kind in (
        (town.mother, KinKind.LINEAL),
        (town.husband, KinKind.SPOUSE),
        (town.cousin, KinKind.OTHER),
        (town.son, KinKind.LINEAL),
    ):
        await community.record_kinship(
            town.volunteer.member_id,
            other.member_id,
            kind,
            evidence="户口簿，看过原件",
            by=town.coordinator,
        )
    await town.give(town.volunteer, 600)
    return town


async def town_is_sound(town: Town) -> None:
    """Assert what must hold of a book, whatever was done: it balances, nothing is under its floor.

    And nothing that only passes through is left on the way.
    """
    found = await ledger.trial_balance(CommunityId(town.id))
    assert set(found.sums().values()) <= {0}
    for line in found.lines:
        if line.account.kind != "issuance":
            assert line.balance.available >= 0, line
        if line.account.kind in {"donated", "escrow"}:
            assert line.balance.posted == 0, line
