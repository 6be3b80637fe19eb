"""A project's minutes in the book: held when somebody signs up, passed on when they came.

Every turn has one hold of its own on the project's account, so no more is ever promised than there
is: the account's floor says so, whoever else books on it at that moment.
"""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID, uuid5

import ledger
from community import Actor
from ledger import AccountId, Journal, JournalId, Leg, TransferId
from marketplace.money import MEMBER, PROJECT_ACCOUNT, issuance, minute_account, origin
from marketplace.work.errors import NoMinutesLeft, SpentAlready
from marketplace.work.values import Hours, Turn

WORK: Final = "project_work"
"""The event of whatever a turn moves; its id is the turn's."""

GRANTED: Final = "work_grant"


class Beyond(Protocol):
    """Says what becomes of minutes that somebody just earned and may not save all of.

    A community may limit what a member saves; only the time bank knows those limits. It returns
    the legs by which the part above them goes on to the community, of `earned` minutes that the
    same journal passes to the member from `source`. `instead_of` is what that journal takes back
    from them for the same help, where a mistake is mended.
    """

    async def __call__(
        self, turn: Turn, earned: int, /, *, source: AccountId, instead_of: int = 0
    ) -> Sequence[Leg]:
        """Return those legs; none where all of it may be saved."""


async def keep_all(
    _turn: Turn,
    _earned: int,
    *,
    source: AccountId,  # noqa: ARG001 (the protocol's own)
    instead_of: int = 0,  # noqa: ARG001 (the protocol's own)
) -> Sequence[Leg]:
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
    await ledger.book(Journal(legs, origin(by, WORK, turn.id), settlement(turn, 0)))


def settlement(turn: Turn, number: int) -> JournalId:
    """Return the id of a turn's settlement in the book: the first one, or a correction by number.

    A correction that lets nothing pass books under its number all the same.
    """
    return JournalId(uuid5(turn.id, f"settled {number}"))


async def pass_again(
    turn: Turn, minutes: int, *, number: int, why: str, by: Actor, beyond: Beyond
) -> None:
    """Reverse what was settled last for a turn, and let the right minutes of the book pass.

    `turn` is as it was settled, `minutes` 0 for somebody who did not come, `number` the
    correction's. Raises `SpentAlready` where the member has spent what should go back, and
    `NoMinutesLeft` where the project cannot pay what is missing.
    """
    source = await project_account(turn.project_id, community_id=turn.community_id)
    own = await minute_account(MEMBER, turn.member_id, community_id=turn.community_id)
    was = await ledger.journal(settlement(turn, number - 1)) if turn.paid else []
    undone = [one for one in reversed(was) if one.kind in {ledger.Kind.POST, ledger.Kind.TRANSFER}]
    kept = sum(one.amount * ((one.credit == own) - (one.debit == own)) for one in undone)
    back = [Leg.reverse(one.id, reason=why) for one in undone]
    further = await beyond(turn, minutes, source=source, instead_of=kept)
    anew = []
    if minutes:
        amount = ledger.Minutes(minutes)
        anew = [Leg.transfer(debit=source, credit=own, amount=amount, unit=ledger.MINUTE)]
    # A helper who has spent some needs the right minutes first, a project without any the wrong
    # ones back first; the book looks at each leg in turn.
    free = (await ledger.locked_balances([source, own]))[source].available
    legs = (*anew, *back, *further) if free >= minutes else (*back, *anew, *further)
    try:
        await ledger.book(Journal(legs, origin(by, WORK, turn.id), settlement(turn, number)))
    except ledger.NotEnough as error:
        if error.account == own:
            raise SpentAlready(max(error.available, 0)) from error
        raise NoMinutesLeft(available=max(error.available, 0), asked=minutes) from error


async def issue(grant_id: UUID, project_id: UUID, minutes: int, *, by: Actor) -> None:
    """Give a project minutes out of nothing, as the community does: the grant is the transfer."""
    await ledger.transfer(
        debit=await issuance(community_id=by.community_id),
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
