"""Turns the ballots of an open round into those of a closed one: counted, unmarked, shuffled."""

from uuid import UUID

from community import Role, members
from marketplace import rules
from marketplace.tables import BallotRow, CastBallotRow, RoundKeyRow, VoterRollRow
from marketplace.values import Marks, Round, RoundId


async def grouped_ballots(round_id: RoundId) -> list[tuple[Marks, int]]:
    """Return the ways in which an open round's ballots are marked, each with how many are so."""
    rows = await BallotRow.raw(
        "SELECT choices, points, count(*) AS times FROM ballot WHERE round_id = {}"
        " GROUP BY choices, points ORDER BY choices, points",
        round_id,
    )
    return [
        (Marks(tuple(row["choices"]), tuple(row["points"] or ())), row["times"]) for row in rows
    ]


async def cast(current: Round) -> int:
    """Write the roll, write the ballots anew without marks, and destroy the key.

    Returns how many stand on the roll.

    `gen_random_uuid` draws from a strong source, so neither the numbers nor the place of a row in
    the table say anything about the order in which ballots came in.
    """
    key = (await RoundKeyRow.raw("SELECT key FROM round_key WHERE round_id = {}", current.id))[0]
    marks = await BallotRow.raw("SELECT mark FROM ballot WHERE round_id = {}", current.id)
    known = {row["mark"] for row in marks}
    roll: dict[UUID, bool] = {}
    for member in await members(current.community_id):
        voted = rules.voter_mark(key["key"], member.id) in known
        if voted or Role.RESIDENT in member.roles:
            roll[member.id] = voted
    await VoterRollRow.raw(
        "INSERT INTO voter_roll (round_id, member_id, voted)"
        " SELECT {}, * FROM unnest({}::uuid[], {}::boolean[])",
        current.id,
        list(roll),
        list(roll.values()),
    )
    await CastBallotRow.raw(
        "INSERT INTO cast_ballot (round_id, number, choices, points)"
        " SELECT round_id, row_number() OVER (ORDER BY gen_random_uuid()), choices, points"
        " FROM ballot WHERE round_id = {}",
        current.id,
    )
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {}", current.id)
    await RoundKeyRow.raw("DELETE FROM round_key WHERE round_id = {}", current.id)
    return len(roll)
