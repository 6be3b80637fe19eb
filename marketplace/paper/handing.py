"""Prints paper ballots, hands them to residents, and takes spoiled ones out."""

import secrets as chance
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, record
from marketplace import rules as ballot_rules
from marketplace import secrecy, turns
from marketplace.electorate import may_vote
from marketplace.errors import NotInTheElectorate, VotingClosed
from marketplace.paper import rules
from marketplace.paper.errors import (
    HandedOutBefore,
    KeyedTwice,
    KeyingOver,
    NotOnPaper,
    OwnPaper,
    PaperSpoiled,
    VotedOnline,
)
from marketplace.paper.holding import held, held_paper
from marketplace.paper.reading import batches, votes_on_paper
from marketplace.paper.tables import (
    PaperBallotRow,
    PaperBatchRow,
    PaperDrawRow,
    PaperHandedOutRow,
    PaperSpoiledRow,
)
from marketplace.paper.values import Batch
from marketplace.refusals import verb
from marketplace.tables import BallotRow
from marketplace.values import Round, RoundId

CODE_BITS = 60


async def print_ballots(round_id: RoundId, size: int, *, by: Actor, number: int) -> Batch:
    """Make a print of so many paper ballots, the `number`th of the round, to be printed any time.

    The same number again returns the print that it made. Raises `UnknownRound`, `NotOnPaper`,
    `TooManyPapers`.
    """
    async with verb(paper_in_time=NotOnPaper()):
        current = await held(round_id, by)
        before = await batches(round_id)
        for one in before:
            if one.number == number:
                return one
        rules.batch(size, before=len(before))
        made = len(before) + 1
        await PaperBatchRow.raw(
            "INSERT INTO paper_batch (round_id, number, community_id, size, printed_by)"
            " VALUES ({}, {}, {}, {}, {})",
            round_id,
            made,
            by.community_id,
            size,
            by.member_id,
        )
        await PaperBallotRow.raw(
            "INSERT INTO paper_ballot (id, round_id, batch, serial, code)"
            " SELECT gen_random_uuid(), {}, {}, * FROM unnest({}::text[], {}::text[])",
            round_id,
            made,
            [rules.serial_of(made, place + 1) for place in range(size)],
            [secrecy.letters(chance.randbits(CODE_BITS)) for _ in range(size)],
        )
        await record(
            "paper.print",
            by=by,
            subject_kind="round",
            subject_id=current.id,
            details={"print": made, "ballots": size},
        )
        return (await batches(round_id))[-1]


async def hand_out(
    round_id: RoundId, member_id: UUID, *, by: Actor, withdraw: bool = False
) -> None:
    """Write down that a resident is given a paper ballot; from then on they have no other.

    With `withdraw` a ballot that they have online is taken back, as they asked. They are told, so
    that nobody is given a ballot behind their back. Raises `OwnPaper`,
    `UnknownRound`, `NotOnPaper`, `VotingClosed`, `NotInTheElectorate`, `HandedOutBefore`,
    `VotedOnline`, `KeyMissing`, and `KeyingOver` once the sample is drawn: what they marked could
    not be keyed in any more.
    """
    if member_id == by.member_id:
        raise OwnPaper
    async with verb(handed_out_once=HandedOutBefore(), paper_in_time=NotOnPaper()):
        current = await held(round_id, by)
        if _ended(current):
            raise VotingClosed
        if await PaperDrawRow.raw("SELECT FROM paper_draw WHERE round_id = {}", round_id):
            raise KeyingOver
        await turns.alone(round_id)
        voter = await community.actor(member_id, by.community_id)
        reason = await may_vote(current, member_id) if voter else "no_role"
        if reason is not None:
            raise NotInTheElectorate(reason)
        if await votes_on_paper(round_id, member_id):
            raise HandedOutBefore
        mark = secrecy.seal_of(round_id).mark(member_id)
        online = await BallotRow.raw(
            "SELECT FROM ballot WHERE round_id = {} AND mark = {}", round_id, mark
        )
        if online and not withdraw:
            raise VotedOnline
        if online:
            await BallotRow.raw(
                "DELETE FROM ballot WHERE round_id = {} AND mark = {}", round_id, mark
            )
        await PaperHandedOutRow.raw(
            "INSERT INTO paper_handed_out (round_id, member_id, handed_by) VALUES ({}, {}, {})",
            round_id,
            member_id,
            by.member_id,
        )
        await record(
            "paper.hand_out",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"round": str(round_id), "withdrawn": bool(online)},
        )
        await community.tell(
            member_id,
            "paper.taken_instead" if online else "paper.taken",
            community_id=by.community_id,
            fill={"name": current.name},
            link=f"/rounds/{round_id}",
        )


async def spoil(round_id: RoundId, serial: str, *, why: str, by: Actor) -> None:
    """Take a printed ballot out, because it was torn, mistaken or lost; it never counts.

    The resident keeps their right: another ballot is handed over without a new entry. Raises
    `UnknownPaper`, `SerialMistyped`, `PaperSpoiled`, `KeyedTwice` where it was keyed in already.
    """
    ballot_rules.words(why=why)
    async with verb(spoiled_once=PaperSpoiled(), paper_in_time=NotOnPaper()):
        one = await held_paper(round_id, serial, by)
        if one.readings:
            raise KeyedTwice
        await PaperSpoiledRow.raw(
            "INSERT INTO paper_spoiled (paper_id, why, spoiled_by) VALUES ({}, {}, {})",
            one.paper.id,
            why.strip(),
            by.member_id,
        )
        await record(
            "paper.spoil",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={"serial": one.paper.serial, "why": why.strip()},
        )


async def take_over_paper(other: UUID, survivor: UUID, round_id: RoundId) -> int:
    """Keep one membership's paper ballot as another's; return how many the two were given."""
    former = await votes_on_paper(round_id, other)
    staying = await votes_on_paper(round_id, survivor)
    if former and not staying:
        await PaperHandedOutRow.raw(
            "UPDATE paper_handed_out SET member_id = {} WHERE round_id = {} AND member_id = {}",
            survivor,
            round_id,
            other,
        )
    return former + staying


def _ended(current: Round) -> bool:
    ends = current.voting_closes_at
    return ends is not None and ends <= datetime.now(UTC)
