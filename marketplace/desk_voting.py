"""Voting at a community's desk: staff open a ballot for a resident who came, and see no more.

Staff check who stands before them and get a code. The code opens that resident's ballot, and
nothing else, on the device where the resident sits alone. That the resident came is in the audit
trail; what they chose, and whether they chose, is not.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role, record
from marketplace import rules
from marketplace.electorate import may_vote
from marketplace.errors import DeskCodeWrong, NotInTheElectorate, VotingClosed
from marketplace.reading import read_round
from marketplace.refusals import verb
from marketplace.tables import DeskBallotRow
from marketplace.values import RoundId, RoundState

CODE_DIGITS: Final = 8
CODE_LASTS: Final = timedelta(minutes=10)
BALLOT_LASTS: Final = timedelta(minutes=15)


class Checked(StrEnum):
    """How staff know who stands before them."""

    ID_CARD = "id_card"
    KNOWN = "known"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class DeskBallot:
    """A resident's ballot that is open on a device at the desk, until `ends_at`."""

    round_id: RoundId
    voter: Actor
    ends_at: datetime


async def open_at_desk(
    round_id: RoundId,
    member_id: UUID,
    *,
    checked: Checked,
    by: Actor,
    at: datetime | None = None,
) -> str:
    """Let a resident vote at the desk; return the code that opens their ballot there, once.

    A code that was given for the same resident before is worth nothing from now on. The resident is
    told, so that nobody opens a ballot behind their back. Raises
    `NotAtTheDesk` for whoever is no coordinator or operator, or where the resident is staff's own
    self; `UnknownRound`, `VotingClosed`, `NotInTheElectorate`.
    """
    rules.serves_at_desk(by.roles, own=member_id == by.member_id)
    now = at or datetime.now(UTC)
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    async with verb():
        current = await read_round(round_id, community_id=by.community_id)
        if current.state is not RoundState.VOTING:
            raise VotingClosed
        reason = await may_vote(current, member_id, now)
        if reason is not None:
            raise NotInTheElectorate(reason)
        await DeskBallotRow.raw(
            "DELETE FROM desk_ballot WHERE (round_id = {} AND member_id = {}) OR ends_at <= {}",
            round_id,
            member_id,
            now,
        )
        await DeskBallotRow.raw(
            "INSERT INTO desk_ballot (id, community_id, round_id, member_id, checked, code_hash,"
            " started_by, ends_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
            ledger.new_id(),
            by.community_id,
            round_id,
            member_id,
            checked.value,
            _hashed(code),
            by.member_id,
            now + CODE_LASTS,
        )
        await record(
            "ballot.desk",
            by=by,
            subject_kind="member",
            subject_id=member_id,
            details={"round": str(round_id), "checked": checked.value},
        )
        await community.tell(
            member_id,
            "ballot.opened_at_desk",
            community_id=by.community_id,
            fill={"name": current.name},
            link=f"/rounds/{round_id}",
        )
    return code


async def enter_code(code: str, *, at: datetime | None = None) -> str:
    """Turn a code into the token of the device that it was typed into; it opens nothing again.

    Raises `DeskCodeWrong`, also for a code that was used, replaced, or waited too long.
    """
    now = at or datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    async with verb():
        rows = await DeskBallotRow.raw(
            "UPDATE desk_ballot SET code_hash = NULL, token_hash = {}, ends_at = {}"
            " WHERE code_hash = {} AND ends_at > {} RETURNING id",
            _hashed(token),
            now + BALLOT_LASTS,
            _hashed("".join(one for one in code if one.isdecimal())),
            now,
        )
        if not rows:
            raise DeskCodeWrong
    return token


async def at_desk(token: str, *, at: datetime | None = None) -> DeskBallot | None:
    """Return whose ballot is open on the device with this token; None when it is locked again."""
    rows = await DeskBallotRow.raw(
        "SELECT round_id, member_id, community_id, ends_at FROM desk_ballot"
        " WHERE token_hash = {} AND ends_at > {}",
        _hashed(token),
        at or datetime.now(UTC),
    )
    if not rows:
        return None
    (row,) = rows
    voter = await community.actor(row["member_id"], row["community_id"])
    if voter is None:
        return None
    # Nothing but the ballot: whatever else the resident may be, they are not here.
    alone = Actor(voter.member_id, voter.community_id, frozenset({Role.RESIDENT}))
    return DeskBallot(RoundId(row["round_id"]), alone, row["ends_at"])


async def leave_desk(token: str) -> None:
    """Lock the device again: the token opens nothing from now on."""
    await DeskBallotRow.raw("DELETE FROM desk_ballot WHERE token_hash = {}", _hashed(token))


async def clear_desk_ballots(*, at: datetime | None = None) -> None:
    """Delete what ran out at desks. A job: it may run again at any time."""
    await DeskBallotRow.raw("DELETE FROM desk_ballot WHERE ends_at <= {}", at or datetime.now(UTC))


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode(errors="surrogateescape")).digest()
