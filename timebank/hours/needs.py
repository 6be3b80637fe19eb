"""Elders' needs on record: entered by a coordinator who saw them, and looked at again by a day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from timebank.hours import rules
from timebank.hours.errors import MayNotReceive, NotTheirAct, UnknownHours
from timebank.hours.tables import NeedsRow
from timebank.hours.values import Disability, Living, Needs, NeedsProfile

REVIEW_SOON: Final = timedelta(days=14)
"""How long before its day of review a profile stands in the inbox."""

MAY_SEE: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR})
"""Whose work needs to know that there are needs; how much of them, the app's masks say."""

_COLUMNS: Final = (
    "member_id, community_id, living, low_income, disability, hardship, evidence, review_on,"
    " entered_by, entered_at"
)
_FIND: Final = f"SELECT {_COLUMNS} FROM needs_profile WHERE community_id = {{}} AND "  # noqa: S608 (columns of ours)
_ENTER: Final = f"""
INSERT INTO needs_profile ({_COLUMNS})
VALUES ({{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}})
ON CONFLICT ON CONSTRAINT one_needs_profile_each DO UPDATE SET living = excluded.living,
    low_income = excluded.low_income, disability = excluded.disability,
    hardship = excluded.hardship, evidence = excluded.evidence, review_on = excluded.review_on,
    entered_by = excluded.entered_by, entered_at = excluded.entered_at
"""  # noqa: S608 (columns of ours)


async def enter_needs(
    member_id: UUID, needs: Needs, *, by: Actor, at: datetime | None = None
) -> NeedsProfile:
    """Put a member's needs on record, in the place of those on record before.

    The trail says that it was done, and which fields are other than before, never what they say.
    Raises `NotTheirAct` for whoever is no coordinator or means themselves, `InvalidHours`, and
    `MayNotReceive` for one who is no active member.
    """
    rules.require(Role.COORDINATOR, by.roles, "enter needs")
    moment = at or datetime.now(UTC)
    home = await community.community(by.community_id)
    today = moment.astimezone(ZoneInfo(home.time_zone)).date()
    rules.check_needs(needs, member=member_id, by=by.member_id, today=today)
    async with ledger.transaction():
        if not await community.keep_active(member_id, community_id=by.community_id):
            raise MayNotReceive("gone")
        before = await profile(member_id, community_id=by.community_id)
        await NeedsRow.raw(
            _ENTER,
            member_id,
            by.community_id,
            needs.living.value,
            needs.low_income,
            needs.disability.value,
            needs.hardship,
            needs.evidence.strip(),
            needs.review_on,
            by.member_id,
            moment,
        )
        was = before.needs if before else None
        await community.record(
            "needs.enter",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"fields": _changed(was, needs), "review_on": needs.review_on.isoformat()},
            before=_hidden(was),
            after=_hidden(needs),
        )
    return NeedsProfile(member_id, by.community_id, needs, by.member_id, moment)


async def remove_needs(member_id: UUID, *, by: Actor) -> None:
    """Delete a member's needs, because they hold no more. Twice changes nothing.

    Raises `NotTheirAct`.
    """
    rules.require(Role.COORDINATOR, by.roles, "remove needs")
    if member_id == by.member_id:
        raise NotTheirAct("remove their own needs")
    async with ledger.transaction():
        rows = await NeedsRow.raw(
            "DELETE FROM needs_profile WHERE community_id = {} AND member_id = {} RETURNING living",
            by.community_id,
            member_id,
        )
        if rows:
            await community.record(
                "needs.remove", by=by, subject_kind="member", subject_id=member_id
            )


async def needs_of(member_id: UUID, by: Actor) -> NeedsProfile | None:
    """Return a member's needs to the member, or to those of the staff whose work needs them.

    Raises `UnknownHours` for anybody else.
    """
    if by.on_behalf_of is not None or (by.member_id != member_id and MAY_SEE.isdisjoint(by.roles)):
        raise UnknownHours("needs profile", member_id)
    return await profile(member_id, community_id=by.community_id)


async def needs_on_record(by: Actor) -> list[NeedsProfile]:
    """Return all needs profiles of a community, the next to be reviewed first.

    Raises `NotTheirAct` for whoever is no coordinator.
    """
    rules.require(Role.COORDINATOR, by.roles, "read needs")
    return await _find("true ORDER BY review_on, member_id", community_id=by.community_id)


async def reviews_due(by: Actor, *, on: date) -> list[NeedsProfile]:
    """Return the profiles whose review is due within two weeks of a day, or was, soonest first.

    Raises `NotTheirAct` for whoever is no coordinator.
    """
    rules.require(Role.COORDINATOR, by.roles, "review needs")
    return await _find(
        "review_on <= {} ORDER BY review_on, member_id",
        on + REVIEW_SOON,
        community_id=by.community_id,
    )


async def profile(member_id: UUID, *, community_id: UUID) -> NeedsProfile | None:
    """Return a member's needs for a verb's own rule; pages ask `needs_of`."""
    found = await _find("member_id = {}", member_id, community_id=community_id)
    return found[0] if found else None


async def in_hardship(member_id: UUID, *, community_id: UUID) -> bool:
    """Whether special hardship is on record of a member, for a verb's own rule."""
    found = await profile(member_id, community_id=community_id)
    return found is not None and found.needs.hardship


async def _find(condition: str, *values: Any, community_id: UUID) -> list[NeedsProfile]:
    rows = await NeedsRow.raw(_FIND + condition, community_id, *values)
    return [
        NeedsProfile(
            row["member_id"],
            row["community_id"],
            Needs(
                Living(row["living"]),
                row["low_income"],
                Disability(row["disability"]),
                row["hardship"],
                row["evidence"],
                row["review_on"],
            ),
            row["entered_by"],
            row["entered_at"],
        )
        for row in rows
    ]


_SENSITIVE: Final = ("living", "low_income", "disability", "hardship", "evidence")


def _changed(before: Needs | None, after: Needs) -> list[str]:
    return [
        name
        for name in (*_SENSITIVE, "review_on")
        if before is None or getattr(before, name) != getattr(after, name)
    ]


def _hidden(needs: Needs | None) -> dict[str, str] | None:
    """Return the fields as the trail keeps them: that they are there, never what they say."""
    return None if needs is None else dict.fromkeys(_SENSITIVE, community.HIDDEN)
