"""Reminds members of hours that they could use: once a month looked for, once a quarter told.

- Whoever has saved at least what the policy says (usually ten hours) and has received no visit for
  as long as it says (usually a year) is told so, with what they have and how to use it.
- Nobody is told twice in a quarter of the year: the message itself is told once for each quarter,
  so a job that was killed in the middle goes on where it was.
- Who wishes no such reminders says so once, and gets none until they say otherwise.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, Community
from timebank.figures.months import first_of
from timebank.figures.tables import PromptChoiceRow, PromptRunRow
from timebank.policy import UNSPENT_DAYS, UNSPENT_MINUTES
from timebank.refusals import one_transaction

MEMBERS_AT_A_TIME: Final = 200
KIND: Final = "hours.unspent"

# Who was told this quarter is passed over, so each look finds those who are left.
_DUE: Final = """
SELECT owner AS member_id, posted AS minutes FROM (
    SELECT owner, credits_posted - debits_posted AS posted FROM account
    WHERE community_id = {} AND kind = 'member' AND unit = 'MINUTE' AND closed_at IS NULL
        AND credits_posted - debits_posted >= {}
) AS saved JOIN member ON member.id = owner AND standing = 'active' AND joined_at < {}
WHERE NOT EXISTS (SELECT FROM visit WHERE elder_id = owner AND starts_at >= {}
        AND state NOT IN ('cancelled', 'expired', 'no_show'))
    AND NOT EXISTS (SELECT FROM prompt_choice WHERE prompt_choice.member_id = owner)
    AND NOT EXISTS (SELECT FROM message WHERE message.member_id = owner AND message.kind = {}
        AND once = {})
ORDER BY owner LIMIT {}
"""

_FINISH: Final = """
INSERT INTO prompt_run (community_id, month, told, finished_at) VALUES ({}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_prompt_run_a_month DO NOTHING RETURNING told
"""


async def prompt_members(*, at: datetime | None = None, size: int = MEMBERS_AT_A_TIME) -> int:
    """Remind the members of every community whose month has not been looked at; return how many.

    A job, which may run as often as it likes and be killed at any line.
    """
    now = at or datetime.now(UTC)
    return sum([await _prompt(home, now, size) for home in await community.communities()])


async def _prompt(home: Community, now: datetime, size: int) -> int:
    month = first_of(now, ZoneInfo(home.time_zone))
    rows = await PromptRunRow.raw(
        "SELECT told FROM prompt_run WHERE community_id = {} AND month = {}", home.id, month
    )
    policy = await community.policy_in_force(home.id, now)
    least = policy[UNSPENT_MINUTES]
    if rows or not least:
        return 0
    quarter = f"{month.year}-Q{(month.month + 2) // 3}"
    since = now - timedelta(days=policy[UNSPENT_DAYS])
    told = 0
    while True:
        async with one_transaction():
            found = await PromptRunRow.raw(_DUE, home.id, least, since, since, KIND, quarter, size)
            for row in found:
                await community.tell(
                    row["member_id"],
                    KIND,
                    community_id=home.id,
                    fill={"minutes": row["minutes"]},
                    link="/me/reminders",
                    once=quarter,
                )
            told += len(found)
            if len(found) < size:
                await _finish(home, month_told=told, now=now)
                return told


async def _finish(home: Community, *, month_told: int, now: datetime) -> None:
    """Write down that the month was looked at, with the last who was told."""
    month = first_of(now, ZoneInfo(home.time_zone))
    if await PromptRunRow.raw(_FINISH, home.id, month, month_told, now):
        await community.record(
            "prompt.run",
            by=community.system(home.id),
            subject_kind="community",
            subject_id=home.id,
            details={"month": month.isoformat(), "members": month_told},
        )


async def wants_prompts(member_id: UUID) -> bool:
    """Say whether a member is reminded of unused hours; everybody is who never said otherwise."""
    rows = await PromptChoiceRow.raw(
        "SELECT declined_at FROM prompt_choice WHERE member_id = {}", member_id
    )
    return not rows


async def choose_prompts(*, wanted: bool, by: Actor, at: datetime | None = None) -> None:
    """Say whether one is to be reminded of unused hours; the same again changes nothing."""
    async with one_transaction():
        if wanted:
            rows = await PromptChoiceRow.raw(
                "DELETE FROM prompt_choice WHERE member_id = {} AND community_id = {}"
                " RETURNING member_id",
                by.member_id,
                by.community_id,
            )
        else:
            rows = await PromptChoiceRow.raw(
                "INSERT INTO prompt_choice (member_id, community_id, declined_at)"
                " VALUES ({}, {}, {}) ON CONFLICT (member_id) DO NOTHING RETURNING member_id",
                by.member_id,
                by.community_id,
                at or datetime.now(UTC),
            )
        if rows:
            await community.record(
                "prompt.choose",
                by=by,
                subject_kind="member",
                subject_id=by.member_id,
                details={"wanted": wanted},
            )
