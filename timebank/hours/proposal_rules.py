"""Who moves hours that are nobody's own: two people agree to grants and to the parts of an estate.

Pure: values in, values out. All amounts are minutes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from timebank.hours.errors import (
    FundOnly,
    HeirsFirst,
    InvalidHours,
    NotAnHeir,
    NotTheirAct,
    NotThisHand,
    OverMonth,
    ProposalOver,
)
from timebank.hours.rules import LEAST
from timebank.hours.values import Approval, Proposal, ProposalState

APPROVALS: Final = 2
LINES_MAX: Final = 500

# A coordinator proposes, with a reason. Two different people approve: each a treasurer, an
# administrator or a coordinator, and neither of them who proposed it, nor who receives of it, nor
# kin to somebody who does, or to whoever left the estate. The second approval books it. Any of them
# may decline with a reason, and who proposed it may take it back. That somebody proposes for their
# own kin is not forbidden (in a small place they may be the one who knows), but whoever approves is
# told.

PROPOSES: Final = frozenset({"coordinator"})
APPROVES: Final = frozenset({"treasurer", "administrator", "coordinator"})


def check_proposer(roles: Collection[str]) -> None:
    """Raise `NotTheirAct` for whoever is no coordinator."""
    if PROPOSES.isdisjoint(roles):
        raise NotTheirAct("propose")


def hand_against(
    proposal: Proposal, *, by: UUID, roles: Collection[str], kin: Collection[UUID]
) -> str:
    """Return why this member cannot approve, as `NotThisHand` says it; empty where they can.

    `kin` are their kin on record.
    """
    if APPROVES.isdisjoint(roles):
        return "role"
    if by == proposal.proposed_by:
        return "proposer"
    if by in proposal.concerned:
        return "receiver"
    return "" if proposal.concerned.isdisjoint(kin) else "kin"


def check_hand(
    proposal: Proposal, *, by: UUID, roles: Collection[str], kin: Collection[UUID]
) -> None:
    """Raise `NotThisHand` where this member cannot approve."""
    why = hand_against(proposal, by=by, roles=roles, kin=kin)
    if why:
        raise NotThisHand(why)


def approve(proposal: Proposal, *, by: UUID, at: datetime) -> tuple[Approval, ...] | None:
    """Return the approvals with this one; None where this member approved before.

    Raises `ProposalOver`.
    """
    if any(one.approver_id == by for one in proposal.approvals):
        return None
    if not proposal.waiting:
        raise ProposalOver(proposal.state)
    return (*proposal.approvals, Approval(by, at))


def check_decline(proposal: Proposal, *, by: UUID, roles: Collection[str]) -> bool:
    """Say whether declining changes something; False where this member declined it before.

    Raises `NotTheirAct`, `ProposalOver`.
    """
    if by != proposal.proposed_by and APPROVES.isdisjoint(roles):
        raise NotTheirAct("decline")
    if proposal.state is ProposalState.DECLINED and proposal.ended_by == by:
        return False
    if not proposal.waiting:
        raise ProposalOver(proposal.state)
    return True


# A grant is a quarter of an hour at least, and at most what the community allows (usually ten
# hours); all that is granted within a calendar month together stays within another limit, if it
# has one.


def check_lines(lines: Sequence[tuple[UUID, int]], *, most: int) -> None:
    """Raise `InvalidHours` for grants that cannot be: none, too many, one twice, a wrong amount."""
    if not lines:
        raise InvalidHours("receiver", "missing")
    if len(lines) > LINES_MAX:
        raise InvalidHours("receiver", "too many", most=LINES_MAX)
    if len({receiver for receiver, _minutes in lines}) < len(lines):
        raise InvalidHours("receiver", "twice")
    for _receiver, minutes in lines:
        if minutes < LEAST:
            raise InvalidHours("minutes", "too few", most=LEAST)
        if minutes > most:
            raise InvalidHours("minutes", "too many", most=most)


def check_month(*, granted: int, asked: int, most: int) -> None:
    """Raise `OverMonth` where the month's limit would be passed; 0 is no limit."""
    if most and granted + asked > most:
        raise OverMonth(most=most, granted=granted, asked=asked)


# What a member leaves is shared out among verified kin who are members here, or themselves if they
# came back; or it passes to the relief fund: where the community has decided so, where no kin is on
# record, where the family has asked for it, or when nobody has claimed it for as many years as the
# community waits (usually five).


def check_heirs(
    parts: Mapping[UUID | None, int],
    *,
    heirs: Collection[UUID],
    to_kin: bool,
    family_agrees: bool,
    claim_until: datetime,
    at: datetime,
) -> None:
    """Raise `NotAnHeir`, `FundOnly`, `HeirsFirst` or `InvalidHours` where it may not go so.

    `parts` says how large each one's part is in proportion; nobody (None) is the fund.
    """
    if not parts or any(part < 1 for part in parts.values()):
        raise InvalidHours("parts", "missing")
    named = [one for one in parts if one is not None]
    for one in named:
        if not to_kin:
            raise FundOnly
        if one not in heirs:
            raise NotAnHeir(one)
    if None in parts and to_kin and heirs and not family_agrees and at < claim_until:
        raise HeirsFirst(claim_until)


# Parts in proportion, to the minute: every part is rounded down, and the minutes left over go one
# by one to the largest remainders, on a tie to who is named first. The sum is exactly the whole.


def shares(whole: int, parts: Sequence[int]) -> list[int]:
    """Return how a whole is shared out in these proportions."""
    total = sum(parts)
    floors = [whole * part // total for part in parts]
    rests = [whole * part % total for part in parts]
    largest = sorted(range(len(parts)), key=lambda place: (-rests[place], place))
    for place in largest[: whole - sum(floors)]:
        floors[place] += 1
    return floors
