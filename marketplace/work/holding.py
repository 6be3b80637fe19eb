"""A project's minutes in the book: held when somebody signs up, passed on when they came.

Every turn has one hold of its own on the project's account, so no more is ever promised than there
is: the account's floor says so, whoever else books on it at that moment.
"""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

import ledger
from community import Actor
from ledger import AccountId, Journal, Leg, TransferId
from marketplace.money import MEMBER, PROJECT_ACCOUNT, minute_account, origin
from marketplace.work.errors import NoMinutesLeft
from marketplace.work.values import Hours, Turn

WORK: Final = "project_work"
"""The event of whatever a turn moves; its id is the turn's."""

GRANTED: Final = "work_grant"
ISSUANCE: Final = "issuance"
"""Where minutes come from: the community's own account without a floor, as the time bank has it."""


class Beyond(Protocol):
    """Says what becomes of minutes that somebody just earned and may not save all of.

    A community may limit what a member saves; only the time bank knows those limits. It returns
    the legs by which the part above them goes on to the community, of `earned` minutes that the
    same journal passes to the member from `source`.
    """

    async def __call__(self, turn: Turn, earned: int, /, *, source: AccountId) -> Sequence[Leg]:
        """Return those legs; none where all of it may be saved."""


async def keep_all(_turn: Turn, _earned: int, *, source: AccountId) -> Sequence[Leg]:  # noqa: ARG001 (the protocol's own)
    """Let the member save all of it: a community without a limit."""
    return ()


async def project_account(project_id: UUID, *, community_id: UUID) -> AccountId:
    """Return a project's account of minutes; opened the first time it is needed."""
    return await minute_account(PROJECT_ACCOUNT, project_id, community_id=community_id)


async def set_aside(turn: Turn, *, by: Actor) -> None:
    """Hold a turn's minutes on the project's account. Raises `NoMinutesLeft`."""
    try:
        await ledger.hold(
            debit=await project_account(turn.project_id, community_id=turn.community_id),
            credit=await minute_account(MEMBER, turn.member_id, community_id=turn.community_id),
            amount=ledger.Minutes(turn.held),
            unit=ledger.MINUTE,
            origin=origin(by, WORK, turn.id),
            id=TransferId(turn.hold_id),
        )
    except ledger.NotEnough as error:
        raise NoMinutesLeft(available=max(error.available, 0), asked=turn.held) from error


async def let_go(turn: Turn, *, by: Actor) -> None:
    """Give what was set aside for a turn back to the project."""
    await ledger.void(TransferId(turn.hold_id), origin=origin(by, WORK, turn.id))


async def pass_on(turn: Turn, minutes: int, *, by: Actor, beyond: Beyond) -> None:
    """Pass minutes of the book from a turn's hold to its member; the rest returns at once."""
    source = await project_account(turn.project_id, community_id=turn.community_id)
    await minute_account(MEMBER, turn.member_id, community_id=turn.community_id)
    further = await beyond(turn, minutes, source=source)
    legs = (Leg.post(TransferId(turn.hold_id), ledger.Minutes(minutes)), *further)
    await ledger.book(Journal(legs, origin(by, WORK, turn.id)))


async def issue(grant_id: UUID, project_id: UUID, minutes: int, *, by: Actor) -> None:
    """Give a project minutes out of nothing, as the community does: the grant is the transfer."""
    issuance = await ledger.open_account(
        community_id=ledger.CommunityId(by.community_id),
        kind=ISSUANCE,
        unit=ledger.MINUTE,
        floor=None,
        normal_side="debit",
    )
    await ledger.transfer(
        debit=issuance.id,
        credit=await project_account(project_id, community_id=by.community_id),
        amount=ledger.Minutes(minutes),
        unit=ledger.MINUTE,
        origin=origin(by, GRANTED, grant_id),
        id=TransferId(grant_id),
    )


async def minutes_of(project_id: UUID, *, community_id: UUID) -> tuple[int, int]:
    """Return what is posted on a project's account of minutes, and what of it is held."""
    found = await ledger.find_account(
        community_id=ledger.CommunityId(community_id),
        kind=PROJECT_ACCOUNT,
        unit=ledger.MINUTE,
        owner=project_id,
    )
    if found is None:
        return 0, 0
    balance = await ledger.balance(found.id)
    return balance.posted, balance.held


def hours(posted: int, held: int, *, paid: int, granted: int) -> Hours:
    """Return a project's minutes: what was received is what is there and what was paid of it."""
    return Hours(received=posted + paid, paid=paid, held=held, granted=granted)
