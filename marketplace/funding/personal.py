"""What funding keeps of a person, what an erasure takes out of it, and what a merge hands on.

Gifts and pledges that were given are entries of the book: they stand under the pseudonym of whoever
gave. A pledge that is still held is let go when its member leaves, is erased or merged, and a merge
makes it anew for the membership that stays.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import ledger
from community import Actor, Kept
from marketplace.funding import rows
from marketplace.funding.pledging import pledgeable, release, write_pledge
from marketplace.funding.refusals import verb
from marketplace.funding.tables import ContributionRow, PledgeRow
from marketplace.funding.values import DriveState, Pledge, PledgeId

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "contributions",
        ("contribution.member_id", "contribution.made_by"),
        """
        SELECT project.title, source, amount_fen, anonymous, contribution.state, refunded_fen,
            disputed_fen, due_fen, made_at, paid_at, contribution.member_id = me.id AS own
        FROM me JOIN contribution ON me.id IN (contribution.member_id, made_by)
        JOIN project ON project.id = project_id ORDER BY made_at
        """,
    ),
    Kept(
        "pledges",
        ("pledge.member_id",),
        """
        SELECT project.title, minutes, pledge.state, returned_minutes, made_at, ended_at
        FROM me JOIN pledge ON member_id = me.id
        JOIN project ON project.id = project_id ORDER BY made_at
        """,
    ),
    Kept(
        "drives_led",
        ("drive.opened_by", "drive.settled_by"),
        """
        SELECT project.title, drive.state, opened_at, deadline, settled_at, why
        FROM me JOIN drive ON me.id IN (opened_by, settled_by)
        JOIN project ON project.id = project_id ORDER BY opened_at
        """,
    ),
    Kept(
        "treasury_entries",
        (
            "receipt_file.added_by",
            "handed_back.handed_by",
            "matching_fund.founded_by",
            "matching_fund_gift.entered_by",
            "giving_back.given_by",
        ),
        """
        SELECT 'paper' AS kind, sha256 AS words, NULL::bigint AS amount_fen, added_at AS entered_at
        FROM me JOIN receipt_file ON added_by = me.id
        UNION ALL SELECT 'handed back', words, amount_fen, handed_at
        FROM me JOIN handed_back ON handed_by = me.id
        UNION ALL SELECT 'fund', name, NULL, founded_at
        FROM me JOIN matching_fund ON founded_by = me.id
        UNION ALL SELECT 'fund money', words, amount_fen, entered_at
        FROM me JOIN matching_fund_gift ON entered_by = me.id
        UNION ALL SELECT 'given back', '', fen, given_at
        FROM me JOIN giving_back ON given_by = me.id
        ORDER BY entered_at
        """,
    ),
)
"""What funding keeps of a member, in the order in which a page tells it."""


async def leave_funding(members: Collection[UUID], *, by: Actor) -> list[Pledge]:
    """Let the held pledges of these members go, within the caller's transaction; return them."""
    async with verb():
        held = await rows.pledges(
            "community_id = {} AND member_id = ANY({}) AND state = 'held' ORDER BY drive_id, id",
            by.community_id,
            list(members),
        )
        gone = []
        for one in held:
            drive, pledge = await rows.locked_pledge(one.id, community_id=by.community_id)
            if drive.state is DriveState.OPEN:
                gone.append(await release(pledge, by=by))
        return gone


async def take_over_gifts(other: UUID, survivor: UUID, *, by: Actor) -> list[Pledge]:
    """Hand gifts and given pledges on within a merge's transaction, and let held ones go.

    Before minutes move; what it returns is for `pledge_anew` afterwards.
    """
    async with verb():
        gone = await leave_funding([other], by=by)
        for table in (ContributionRow, PledgeRow):
            name = table._meta.tablename  # noqa: SLF001 (Piccolo's own way to a table's name)
            await table.raw(
                f"UPDATE {name} SET member_id = {{}}"  # noqa: S608 (a name of ours)
                " WHERE community_id = {} AND member_id = {}",
                survivor,
                by.community_id,
                other,
            )
        return gone


async def pledge_anew(gone: Collection[Pledge], survivor: UUID, *, by: Actor) -> None:
    """Pledge for the membership that stays what the other had pledged, as far as minutes reach.

    Where both had pledged for one drive, the survivor's own pledge stands alone.
    """
    async with verb():
        for one in gone:
            drive = await rows.locked_drive(one.drive_id, community_id=by.community_id)
            standing = await rows.pledges(
                "drive_id = {} AND member_id = {} AND state = 'held'", drive.id, survivor
            )
            minutes = min(one.minutes, await pledgeable(survivor, community_id=by.community_id))
            if drive.state is not DriveState.OPEN or standing or minutes < 1:
                continue
            actor = Actor(survivor, by.community_id)
            await write_pledge(drive, PledgeId(ledger.new_id()), minutes, by=actor)
