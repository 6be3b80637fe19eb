"""What must become of saved hours, in plain Python: predicts every result and every refusal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from timebank import NotEnoughMinutes, hours
from timebank.eligibility import NotEligible

KIN = {
    "mother": {"volunteer": "lineal"},
    "husband": {"volunteer": "spouse"},
    "cousin": {"volunteer": "other"},
    "son": {"volunteer": "lineal"},
    "volunteer": {"mother": "lineal", "husband": "spouse", "cousin": "other", "son": "lineal"},
}
ELDERS = {"mother", "husband", "cousin", "neighbour"}
OLD = ELDERS | {"volunteer"}
APPROVERS = {"treasurer", "administrator", "coordinator", "colleague"}
COORDINATORS = {"coordinator", "colleague"}
ALLOWED = {
    "none": set(),
    "lineal": {"lineal", "spouse"},
    "kin": {"lineal", "spouse", "other"},
}

Refusal = type[Exception]


@dataclass
class Gift:
    giver: str
    receiver: str
    minutes: int
    lapses_at: datetime
    state: str = "offered"


@dataclass
class Donation:
    who: str
    minutes: int
    at: datetime
    reversed: bool = False


@dataclass
class Proposal:
    source: str
    lines: dict[str | None, int]
    by: str
    estate_of: str | None = None
    approvals: set[str] = field(default_factory=set)
    state: str = "waiting"
    ended_by: str = ""
    ended_at: datetime | None = None


@dataclass
class Oracle:
    """The town as it must stand; all amounts are minutes."""

    now: datetime
    saved: dict[str, int]
    relief: int = 0
    held: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    estate: dict[str, int] = field(default_factory=dict)
    from_saved: dict[str, int] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    gifts: list[Gift] = field(default_factory=list)
    donations: list[Donation] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    policy: dict[str, Any] = field(
        default_factory=lambda: {
            "gifts_to": "kin",
            "gift_days": 14,
            "donations": True,
            "donation_reversal_days": 14,
            "grant_minutes_max": 600,
            "grant_month_minutes_max": 0,
        }
    )

    def offer(self, giver: str, receiver: str, minutes: int) -> Refusal | None:
        if minutes < 15:
            return hours.InvalidHours
        if self.left & {giver, receiver} or giver == receiver:
            return hours.MayNotReceive
        rule = self.policy["gifts_to"]
        kin = KIN.get(giver, {}).get(receiver)
        if rule != "anyone" and kin not in ALLOWED[rule]:
            return NotEligible
        if receiver not in OLD:
            return NotEligible
        if self.saved[giver] - self.held.get(giver, 0) < minutes:
            return NotEnoughMinutes
        self.held[giver] = self.held.get(giver, 0) + minutes
        lapses_at = self.now + timedelta(days=self.policy["gift_days"])
        self.gifts.append(Gift(giver, receiver, minutes, lapses_at))
        return None

    def answer(self, gift: Gift, to: str, by: str) -> Refusal | None:
        if to == "withdrawn":
            if by != gift.giver:
                return hours.NotTheirAct
        elif by != gift.receiver and (by == gift.giver or by not in COORDINATORS):
            return hours.NotTheirAct
        if gift.state == to:
            return None
        if gift.state != "offered" or (to == "accepted" and gift.lapses_at <= self.now):
            return hours.GiftOver
        self._end(gift, to)
        return None

    def _end(self, gift: Gift, to: str) -> None:
        gift.state = to
        self.held[gift.giver] -= gift.minutes
        if to == "accepted":
            self.saved[gift.giver] -= gift.minutes
            self.received[gift.receiver] = self.received.get(gift.receiver, 0) + gift.minutes

    def lapse(self) -> None:
        for gift in self.gifts:
            if gift.state == "offered" and gift.lapses_at <= self.now:
                self._end(gift, "lapsed")

    def donate(self, who: str, minutes: int) -> Refusal | None:
        if minutes < 15:
            return hours.InvalidHours
        if not self.policy["donations"]:
            return hours.NoDonations
        if who in self.left:
            return hours.MayNotReceive
        if self.saved[who] - self.held.get(who, 0) < minutes:
            return NotEnoughMinutes
        self.saved[who] -= minutes
        self.relief += minutes
        self.donations.append(Donation(who, minutes, self.now))
        return None

    def reverse(self, given: Donation, by: str) -> Refusal | None:
        if by not in COORDINATORS:
            return hours.NotTheirAct
        if given.reversed:
            return None
        late = self.now > given.at + timedelta(days=self.policy["donation_reversal_days"])
        if late or self.relief < given.minutes:
            return hours.NotReversible
        given.reversed = True
        self.relief -= given.minutes
        self.saved[given.who] += given.minutes
        return None

    def grant(self, receiver: str, minutes: int, source: str, by: str) -> Refusal | None:
        if by not in COORDINATORS:
            return hours.NotTheirAct
        if not 15 <= minutes <= self.policy["grant_minutes_max"]:
            return hours.InvalidHours
        proposal = Proposal(source, {receiver: minutes}, by)
        against = self._against(proposal)
        if against is None:
            self.proposals.append(proposal)
        return against

    def _against(self, proposal: Proposal) -> Refusal | None:
        receivers = {one for one in proposal.lines if one}
        if receivers & self.left or receivers - ELDERS:
            return hours.NotGrantable
        most = self.policy["grant_month_minutes_max"]
        granted = sum(
            sum(one.lines.values())
            for one in self.proposals
            if one.state == "booked"
            and one.estate_of is None
            and one.ended_at is not None
            and self._month(one.ended_at) == self._month(self.now)
        )
        if most and granted + sum(proposal.lines.values()) > most:
            return hours.OverMonth
        return None

    @staticmethod
    def _month(at: datetime) -> tuple[int, int]:
        local = at + timedelta(hours=8)
        return local.year, local.month

    def approve(self, proposal: Proposal, by: str) -> Refusal | None:
        concerned = {one for one in (*proposal.lines, proposal.estate_of) if one}
        if by not in APPROVERS or by == proposal.by or by in concerned:
            return hours.NotThisHand
        if by in proposal.approvals:
            return None
        if proposal.state != "waiting":
            return hours.ProposalOver
        if len(proposal.approvals) == 0:
            proposal.approvals.add(by)
            return None
        return self._book(proposal, by)

    def _book(self, proposal: Proposal, by: str) -> Refusal | None:
        if {one for one in proposal.lines if one} & self.left:
            return hours.NotGrantable
        whole = sum(proposal.lines.values())
        if proposal.estate_of is None:
            against = self._against(proposal)
            if against:
                return against
            if proposal.source == "relief":
                if self.relief < whole:
                    return NotEnoughMinutes
                self.relief -= whole
        else:
            self.estate[proposal.estate_of] -= whole
        for receiver, minutes in proposal.lines.items():
            if receiver is None:
                self.relief += minutes
            elif proposal.estate_of:
                self.received[receiver] = self.received.get(receiver, 0) + minutes
            else:
                self.saved[receiver] += minutes
        proposal.approvals.add(by)
        proposal.state, proposal.ended_by, proposal.ended_at = "booked", by, self.now
        return None

    def decline(self, proposal: Proposal, by: str) -> Refusal | None:
        if by != proposal.by and by not in APPROVERS:
            return hours.NotTheirAct
        if proposal.state == "declined" and proposal.ended_by == by:
            return None
        if proposal.state != "waiting":
            return hours.ProposalOver
        proposal.state, proposal.ended_by, proposal.ended_at = "declined", by, self.now
        return None

    def leave(self, who: str) -> Refusal | None:
        self.left.add(who)
        for gift in self.gifts:
            if gift.state == "offered" and who in {gift.giver, gift.receiver}:
                self._end(gift, "lapsed")
        if self.saved[who] or self.received.get(who, 0):
            self.estate.setdefault(who, 0)
            self._gather(who)
        return None

    def _gather(self, who: str) -> None:
        self.estate[who] += self.saved[who] + self.received.get(who, 0)
        self.from_saved[who] = self.from_saved.get(who, 0) + self.saved[who]
        self.saved[who] = self.received[who] = 0

    def share(  # noqa: PLR0911 (one for each refusal)
        self, who: str, parts: dict[str | None, int], by: str
    ) -> Refusal | None:
        if by not in COORDINATORS:
            return hours.NotTheirAct
        if who not in self.estate:
            return hours.UnknownHours
        waits = [one for one in self.proposals if one.estate_of == who and one.state == "waiting"]
        if waits and waits[0].by != by:
            return hours.EstateWaits
        heirs = set(KIN.get(who, {})) - self.left
        if any(one and one not in heirs for one in parts):
            return hours.NotAnHeir
        if None in parts and heirs:
            return hours.HeirsFirst
        left = self.estate[who] + self.saved[who] + self.received.get(who, 0)
        if not left:
            return hours.NothingLeft
        if waits:
            return hours.EstateWaits
        self._gather(who)
        whole = sum(parts.values())
        exact = [left * part / whole for part in parts.values()]
        lines = [int(one) for one in exact]
        order = sorted(range(len(lines)), key=lambda at: (lines[at] - exact[at], at))
        for at in order[: left - sum(lines)]:
            lines[at] += 1
        shares = {one: share for one, share in zip(parts, lines, strict=True) if share}
        self.proposals.append(Proposal("estate", shares, by, estate_of=who))
        return None

    def give_back(self, who: str, by: str) -> Refusal | None:
        if by not in COORDINATORS:
            return hours.NotTheirAct
        if who not in self.estate:
            return hours.UnknownHours
        if any(one.estate_of == who and one.state == "waiting" for one in self.proposals):
            return hours.EstateWaits
        left = self.estate[who]
        to_saved = max(0, min(left, self.from_saved.get(who, 0)))
        self.estate[who] = 0
        self.saved[who] += to_saved
        self.received[who] = self.received.get(who, 0) + left - to_saved
        self.from_saved[who] = self.from_saved.get(who, 0) - to_saved
        return None
