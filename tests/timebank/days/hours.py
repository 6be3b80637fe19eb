"""What becomes of saved hours, and what is refused: the oracle's part about gifts and the fund."""

from tests.timebank.days.values import (
    DAY,
    DONATED,
    ISSUANCE,
    NOT_OVER,
    RELIEF,
    Donation,
    Gift,
    No,
    Place,
    Proposal,
    Purse,
    estate,
    gifts,
    month,
    own,
)

ALLOWED = {"none": set(), "lineal": {"lineal", "spouse"}, "kin": {"lineal", "spouse", "other"}}
APPROVERS = ("treasurer", "administrator", "coordinator")


class Hours(Place):
    """Gifts, donations, grants and estates of one community."""

    # --- gifts ------------------------------------------------------------------------------------

    def offer_gift(self, giver: str, receiver: str, minutes: int, at: int) -> Gift:
        self._enough(minutes)
        if receiver not in self.people or not self._active(giver, receiver):
            raise No("MayNotReceive", why="gone")
        if receiver == giver:
            raise No("MayNotReceive", why="oneself")
        self._may_give(giver, receiver, at)
        if self.people[receiver].too_young:
            raise No("NotEligible", reason="too_young")
        self.book.hold(own(giver), minutes)
        lapses = at + self.rules(at).gift_days * DAY
        self.gifts.append(Gift(giver, receiver, minutes, at, lapses))
        return self.gifts[-1]

    def answer(self, gift: Gift, to: str, by: str, at: int) -> Gift:
        if to == "withdrawn":
            allowed = by == gift.giver
        else:
            at_desk = by != gift.giver and self.people[by].has("coordinator")
            allowed = by == gift.receiver or at_desk
        if not allowed:
            raise No("NotTheirAct")
        if gift.state == to:
            return gift
        if gift.state != "offered":
            raise No("GiftOver", state=gift.state)
        if to == "accepted":
            if gift.lapses <= at:
                raise No("GiftOver", state="lapsed")
            self._may_give(gift.giver, gift.receiver, gift.offered)
        return self._end_gift(gift, to)

    def _may_give(self, giver: str, receiver: str, at: int) -> None:
        rule = self.rules(at).gifts_to
        kin = self.people[giver].kin.get(receiver)
        if rule != "anyone" and kin not in ALLOWED[rule]:
            raise No("NotEligible", reason="no_gifts" if rule == "none" else "not_kin")

    def _end_gift(self, gift: Gift, to: str) -> Gift:
        gift.state = to
        self.book.let_go(own(gift.giver), gift.minutes)
        if to == "accepted":
            self.book.move(own(gift.giver), gifts(gift.receiver), gift.minutes)
        return gift

    def gifts_later(self, at: int) -> None:
        for gift in self.gifts:
            if gift.state == "offered" and gift.lapses <= at:
                self._end_gift(gift, "lapsed")

    # --- donations --------------------------------------------------------------------------------

    def donate(self, who: str, minutes: int, at: int) -> Donation:
        self._enough(minutes)
        if not self.rules(at).donations:
            raise No("NoDonations")
        if not self._active(who):
            raise No("MayNotReceive", why="gone")
        available = self.book.available(own(who))
        self.book.move(own(who), DONATED, minutes, available=available, asked=minutes)
        self.book.move(DONATED, RELIEF, minutes)
        self.donations.append(Donation(who, minutes, at))
        return self.donations[-1]

    def reverse(self, given: Donation, by: str, at: int) -> Donation:
        if given.reversed:
            return given
        if given.who == by:
            raise No("NotTheirAct")
        if at > given.at + self.rules(at).donation_reversal_days * DAY:
            raise No("NotReversible", why="too late")
        if self.book.available(RELIEF) < given.minutes:
            raise No("NotReversible", why="spent")
        self.book.move(RELIEF, own(given.who), given.minutes)
        given.reversed = True
        return given

    # --- grants -----------------------------------------------------------------------------------

    def grant(self, receiver: str, minutes: int, source: Purse, *, by: str, at: int) -> Proposal:
        if not 15 <= minutes <= self.rules(at).grant_minutes_max:
            raise No("InvalidHours", field="minutes")
        proposal = Proposal(source, {receiver: minutes}, by)
        self._grantable(proposal, at)
        self.proposals.append(proposal)
        return proposal

    def _grantable(self, proposal: Proposal, at: int) -> None:
        receivers = {one for one in proposal.lines if one}
        if any(one not in self.people or not self.people[one].active for one in receivers):
            raise No("NotGrantable", why="gone")
        if any(not self.people[one].has("elder") for one in receivers):
            raise No("NotGrantable", why="not an elder")
        most, asked = self.rules(at).grant_month_minutes_max, sum(proposal.lines.values())
        granted = sum(
            sum(one.lines.values())
            for one in self.proposals
            if one.state == "booked" and one.estate_of is None and month(one.ended_at) == month(at)
        )
        if most and granted + asked > most:
            raise No("OverMonth", most=most, granted=granted, asked=asked)

    def approve(self, proposal: Proposal, by: str, at: int) -> Proposal:
        concerned = {one for one in (*proposal.lines, proposal.estate_of) if one}
        if not self.people[by].has(*APPROVERS):
            raise No("NotThisHand", why="role")
        if by == proposal.by:
            raise No("NotThisHand", why="proposer")
        if by in concerned:
            raise No("NotThisHand", why="receiver")
        if concerned & set(self.people[by].kin):
            raise No("NotThisHand", why="kin")
        if by in proposal.approvals:
            return proposal
        if proposal.state != "waiting":
            raise No("ProposalOver", state=proposal.state)
        if proposal.approvals:
            self._book_proposal(proposal, by, at)
        proposal.approvals.add(by)
        return proposal

    def _book_proposal(self, proposal: Proposal, by: str, at: int) -> None:
        if not self._active(*(one for one in proposal.lines if one)):
            raise No("NotGrantable", why="gone")
        if proposal.estate_of is None:
            self._grantable(proposal, at)
        for receiver, minutes in proposal.lines.items():
            if receiver is None:
                to = RELIEF
            else:
                to = gifts(receiver) if proposal.estate_of else own(receiver)
            self.book.move(proposal.source, to, minutes)
        proposal.state, proposal.ended_by, proposal.ended_at = "booked", by, at

    def decline_proposal(self, proposal: Proposal, by: str, at: int) -> Proposal:
        if by != proposal.by and not self.people[by].has(*APPROVERS):
            raise No("NotTheirAct")
        if proposal.state == "declined" and proposal.ended_by == by:
            return proposal
        if proposal.state != "waiting":
            raise No("ProposalOver", state=proposal.state)
        proposal.state, proposal.ended_by, proposal.ended_at = "declined", by, at
        return proposal

    # --- who leaves, and what they leave ----------------------------------------------------------

    def leave(self, who: str, why: str | None, by: str) -> None:
        """Let a member go; `why` is None for who moves on and takes everything along."""
        person = self.people[who]
        self.refuse_to_go(who, by)
        person.standing = "left"
        for gift in self.gifts:
            if gift.state == "offered" and who in {gift.giver, gift.receiver}:
                self._end_gift(gift, "lapsed")
        has = self.book.posted.get(own(who), 0) + self.book.posted.get(gifts(who), 0)
        if why is not None and has:
            self.estates[who] = why
            self._gather(who)

    def refuse_to_go(self, who: str, by: str) -> None:
        if who == by:
            raise No("NotForYou")
        staff = self.people[who].has("coordinator", "treasurer", "administrator")
        if self.people[who].active and staff:
            raise No("StaffRoleHeld")
        if any(who in {one.elder, one.volunteer} and one.state in NOT_OVER for one in self.stays):
            raise No("OpenVisits")

    def _gather(self, who: str) -> None:
        if self.people[who].active:
            return
        saved = self.book.posted.get(own(who), 0)
        self.book.move(own(who), estate(who), saved)
        self.book.move(gifts(who), estate(who), self.book.posted.get(gifts(who), 0))
        self.from_saved[who] = self.from_saved.get(who, 0) + saved

    def share(self, who: str, parts: dict[str | None, int], by: str, at: int) -> Proposal:
        if who not in self.estates:
            raise No("UnknownHours")
        waits = [one for one in self.proposals if one.estate_of == who and one.state == "waiting"]
        if waits and waits[0].by != by:
            raise No("EstateWaits")
        heirs = {one for one in self.people[who].kin if self._active(one)}
        named = [one for one in parts if one]
        if named and not self.rules(at).estate_to_kin:
            raise No("FundOnly")
        if any(one not in heirs for one in named):
            raise No("NotAnHeir")
        if None in parts and heirs and self.rules(at).estate_to_kin:
            raise No("HeirsFirst")
        left = sum(self.book.posted.get(one(who), 0) for one in (estate, own, gifts))
        if not left:
            raise No("NothingLeft")
        if waits:
            raise No("EstateWaits")
        self._gather(who)
        whole = sum(parts.values())
        lines = [left * part // whole for part in parts.values()]
        rests = [left * part % whole for part in parts.values()]
        for place in sorted(range(len(lines)), key=lambda n: (-rests[n], n))[: left - sum(lines)]:
            lines[place] += 1
        shares = {one: part for one, part in zip(parts, lines, strict=True) if part}
        self.proposals.append(Proposal(estate(who), shares, by, estate_of=who))
        return self.proposals[-1]

    def give_back(self, who: str) -> int:
        if who not in self.estates:
            raise No("UnknownHours")
        if self.estates[who] == "died":
            raise No("NotTheirAct")
        if any(one.estate_of == who and one.state == "waiting" for one in self.proposals):
            raise No("EstateWaits")
        left = self.book.posted.get(estate(who), 0)
        to_saved = max(0, min(left, self.from_saved.get(who, 0)))
        self.book.move(estate(who), own(who), to_saved)
        self.book.move(estate(who), gifts(who), left - to_saved)
        self.from_saved[who] = self.from_saved.get(who, 0) - to_saved
        return left

    def _active(self, *who: str) -> bool:
        return all(self.people[one].active for one in who)

    @staticmethod
    def _enough(minutes: int) -> None:
        if minutes < 15:
            raise No("InvalidHours", field="minutes")


SOURCES = {"relief": RELIEF, "issuance": ISSUANCE}
