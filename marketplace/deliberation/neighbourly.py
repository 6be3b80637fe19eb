"""How neighbours speak with each other here: the rules, changing them, and agreeing once."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace import rules as roles
from marketplace.deliberation import rules
from marketplace.deliberation.errors import NotAgreed, RulesChanged
from marketplace.deliberation.tables import NeighbourlyConsentRow, NeighbourlyRulesRow
from marketplace.deliberation.values import NeighbourlyRules
from marketplace.needs.errors import NotForAnother
from marketplace.refusals import verb

USUAL: Final = """说事，不说人。可以反对一个想法，不要嘲笑、辱骂提它的人。
说自己知道的。听来的就说是听来的，不清楚的就先问一句。
不写别人的隐私：姓名、电话、住址、病情、家里的事，都不写。
让别人也说话。一件事说清楚一次就够，不刷屏，不拉人来起哄。
不发广告，不说与这件事无关的话。
说错了就改。改过的地方看得见，没有什么丢脸的。
街坊还要一起住下去。投完票，还是好邻居。"""
"""The rules of a community that has written none of its own: its text, in its language."""

_AGREE: Final = """
INSERT INTO neighbourly_consent (member_id, community_id, number, agreed_at)
VALUES ({}, {}, {}, {}) ON CONFLICT ON CONSTRAINT one_neighbourly_consent_each DO NOTHING
"""


async def neighbourly_rules(community_id: UUID) -> NeighbourlyRules:
    """Return how neighbours speak with each other in a community."""
    rows = await NeighbourlyRulesRow.raw(
        "SELECT number, words, changed_at FROM neighbourly_rules WHERE community_id = {}"
        " ORDER BY number DESC LIMIT 1",
        community_id,
    )
    return NeighbourlyRules(**rows[0]) if rows else NeighbourlyRules(0, USUAL)


async def has_agreed(member_id: UUID, *, community_id: UUID) -> bool:
    """Say whether a member has agreed to the rules."""
    rows = await NeighbourlyConsentRow.raw(
        "SELECT member_id FROM neighbourly_consent WHERE community_id = {} AND member_id = {}",
        community_id,
        member_id,
    )
    return bool(rows)


async def agree(by: Actor, *, agreed: bool, at: datetime) -> None:
    """Write down that somebody agrees, the first time they speak. Raises `NotAgreed`."""
    if await has_agreed(by.member_id, community_id=by.community_id):
        return
    if not agreed:
        raise NotAgreed
    now = await neighbourly_rules(by.community_id)
    await NeighbourlyConsentRow.raw(_AGREE, by.member_id, by.community_id, now.number, at)


async def change_rules(
    words: str, *, number: int, by: Actor, at: datetime | None = None
) -> NeighbourlyRules:
    """Change how neighbours speak with each other; `number` is the version that the form showed.

    Raises `NotACoordinator`, `WordsMissing`, `TooLong`, `RulesChanged`.
    """
    if by.on_behalf_of is not None:
        raise NotForAnother
    roles.coordinates(by.roles)
    said = rules.text("words", words.replace("\r\n", "\n"), most=rules.RULES_MAX)
    async with verb(one_version_of_rules_each=RulesChanged()):
        before = await neighbourly_rules(by.community_id)
        if before.words == said:
            return before
        if before.number != number:
            raise RulesChanged
        await NeighbourlyRulesRow.raw(
            "INSERT INTO neighbourly_rules (community_id, number, words, changed_by, changed_at)"
            " VALUES ({}, {}, {}, {}, {})",
            by.community_id,
            number + 1,
            said,
            by.member_id,
            at or datetime.now(UTC),
        )
        await community.record(
            "argument.change_rules",
            by=by,
            subject_kind="area",
            subject_id=by.community_id,
            details={"number": number + 1},
        )
        return await neighbourly_rules(by.community_id)
