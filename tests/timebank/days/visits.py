"""What every verb of a visit does, and what it refuses: the oracle's part about visits."""

from tests.timebank.days.values import (
    DAY,
    DONATED,
    ESCROW,
    HOUR,
    ISSUANCE,
    OPEN,
    RELIEF,
    TAKES_TIME,
    Leg,
    No,
    Person,
    Place,
    Purse,
    Stay,
    day,
    gifts,
    month,
    own,
)


class Visits(Place):
    """Visits of one community."""

    # --- asking -----------------------------------------------------------------------------------

    def ask(
        self, who: str, start: int, minutes: int, *, kind: str, at: int, wished: str | None
    ) -> Stay:
        person = self.people[who]
        if not person.active or not person.has("elder"):
            raise No("NotYours")
        if person.too_young:
            raise No("NotEligible", reason="too_young")
        if start < at or start > at + 60 * DAY:
            raise No("InvalidRequest", field="starts_at")
        if minutes % 15 or not 15 <= minutes <= 240:
            raise No("InvalidRequest", field="minutes")
        stay = Stay(who, start, minutes, at, kind)
        if wished is not None:
            friend = self.people.get(wished)
            if wished == who or friend is None or not self._gives(friend):
                raise No("InvalidRequest", field="preferred")
            stay.state, stay.volunteer = "offered", wished
            stay.offered_until = min(at + self.rules(at).offer_hours * HOUR, start)
        if any(
            s.elder == who and s.start == start and s.kind == kind and s.state in OPEN
            for s in self.stays
        ):
            raise No("AlreadyAsked")
        needed = stay.credit(minutes)
        waiting = sum(
            s.credit(s.minutes)
            for s in [*self.stays, stay]
            if s.elder == who and s.state in {"requested", "offered"} and s.start > at
        )
        cover = sum(minutes for _, minutes in self.offers(who, at))
        if waiting > cover:
            raise No("NotEnoughMinutes", asked=needed, available=max(cover - waiting + needed, 0))
        self.stays.append(stay)
        return stay

    @staticmethod
    def _gives(person: Person) -> bool:
        return person.active and person.has("volunteer")

    def offers(self, elder: str, at: int) -> list[tuple[Purse, int]]:
        """Return what each payer could give now, the nearest first."""
        rules = self.rules(at)
        theirs = [s for s in self.stays if s.elder == elder]
        given = sum(
            s.agreed or 0
            for s in self.stays
            if s.volunteer == elder and s.state in {"confirmed", "resolved"}
        )
        uses_own = given >= rules.redeem_after_minutes
        subsidised = sum(s.given_from(ISSUANCE) for s in theirs)
        fund = max(self.book.available(RELIEF), 0)
        used = sum(s.given_from(RELIEF) for s in theirs if month(s.held_at) == month(at))
        match self.people[elder].rank:
            case "first":
                pays = min(rules.relief_month_minutes_first - used, fund)
            case "second":
                spendable = fund - rules.relief_reserve_minutes
                pays = min(rules.relief_month_minutes_second - used, spendable)
            case _:
                pays = 0
        return [
            (own(elder), max(self.book.available(own(elder)), 0) if uses_own else 0),
            (gifts(elder), max(self.book.available(gifts(elder)), 0)),
            (RELIEF, max(pays, 0)),
            (ISSUANCE, max(rules.first_use_minutes - subsidised, 0)),
        ]

    # --- who comes --------------------------------------------------------------------------------

    def offer(self, stay: Stay, who: str, at: int) -> Stay:
        if stay.state == "offered" and stay.volunteer == who:
            return stay
        if stay.elder == who:
            raise No("OwnVisit")
        if stay.state != "requested":
            raise No("AlreadyTaken")
        if stay.start <= at:
            raise No("TooLate")
        if who not in self.people or not self._gives(self.people[who]):
            raise No("NotYours")
        stay.state, stay.volunteer = "offered", who
        stay.offered_until = min(at + self.rules(at).offer_hours * HOUR, stay.start)
        return stay

    def accept(self, stay: Stay, who: str, at: int) -> Stay:
        if stay.state == "booked" and stay.volunteer == who:
            return stay
        if who not in self.people or not self._gives(self.people[who]):
            raise No("NotYours")
        if stay.elder == who:
            raise No("OwnVisit")
        theirs = stay.state == "offered" and stay.volunteer == who
        if stay.state != "requested" and not theirs:
            raise No("AlreadyTaken")
        if stay.start <= at:
            raise No("TooLate")
        missed = self._missed(who, since=at - 90 * DAY)
        limit = self.rules(at).no_show_limit
        if limit and missed >= limit:
            raise No("Paused", missed=missed)
        busy = set().union(*(s.quarters for s in self.stays if self.takes(s, who)))
        if busy & stay.quarters:
            raise No("BusyThen")
        shares = self._shares(stay, at)
        for payer, part in shares:
            if payer == ISSUANCE:
                self.book.held[payer] = self.book.held.get(payer, 0) + part
            else:
                self.book.hold(payer, part)
        stay.holds, stay.held_at, stay.state, stay.volunteer = shares, at, "booked", who
        stay.offered_until = None
        return stay

    def _missed(self, who: str, *, since: int) -> int:
        return sum(
            s.state == "no_show" and s.absent == "volunteer" and s.volunteer == who
            and s.start >= since
            for s in self.stays
        )  # fmt: skip

    def _shares(self, stay: Stay, at: int) -> list[tuple[Purse, int]]:
        needed = left = stay.credit(stay.minutes)
        shares = []
        for payer, most in self.offers(stay.elder, at):
            part = min(left, most)
            if part:
                shares.append((payer, part))
                left -= part
        if left:
            raise No("NotEnoughMinutes", asked=needed, available=needed - left)
        return shares

    @staticmethod
    def takes(stay: Stay, who: str) -> bool:
        return stay.volunteer == who and stay.state in TAKES_TIME

    def decline(self, stay: Stay, by: str) -> Stay:
        self._of_volunteer(stay, by)
        self._in(stay, "offered")
        return self._open_again(stay)

    def withdraw(self, stay: Stay, by: str) -> Stay:
        self._of_volunteer(stay, by)
        self._in(stay, "booked")
        self._let_go(stay)
        return self._open_again(stay)

    # --- being there ------------------------------------------------------------------------------

    def check_in(self, stay: Stay, by: str, *, code: bool, at: int) -> Stay:
        desk = self.people[by].has("coordinator")
        if stay.state == "under_way" and (stay.volunteer == by or desk):
            return stay
        if not desk:
            self._of_volunteer(stay, by)
        self._in(stay, "booked")
        if at < stay.start - 30:
            raise No("TooEarly")
        if not desk and not code:
            raise No("WrongCode")
        stay.state, stay.begun = "under_way", at
        return stay

    def check_out(self, stay: Stay, by: str, stated: int | None, at: int) -> Stay:
        hand = stay.volunteer if self.people[by].has("coordinator") else by
        if stay.state == "finished" and stay.volunteer == hand:
            return stay
        if stay.volunteer != hand:
            raise No("NotYours")
        self._in(stay, "under_way")
        assert stay.begun is not None
        rules = self.rules(at)
        ended = max(at, stay.begun)
        clock = self._up(ended - stay.begun, rules.round_up_minutes)
        if stated is not None and stated < 1:
            raise No("InvalidRequest", field="minutes")
        if stated is not None and stated > clock:
            raise No("TooManyStated", measured=clock, stated=stated)
        took = clock if stated is None else self._up(stated, rules.round_up_minutes)
        stay.measured, stay.state = rules.flat_minutes or took, "finished"
        stay.due = ended + rules.confirm_hours * HOUR if rules.confirm_hours else None
        return stay

    @staticmethod
    def _up(minutes: int, step: int) -> int:
        return max(step, -(-minutes // step) * step)

    def no_show(self, stay: Stay, absent: str, by: str, at: int) -> Stay:
        desk = self.people[by].has("coordinator")
        again = stay.state == "no_show" and stay.absent == absent
        if again and (desk or by in {stay.elder, stay.volunteer}):
            return stay
        other = stay.elder if absent == "volunteer" else stay.volunteer
        if by != other and not desk:
            raise No("NotYours")
        self._in(stay, "booked")
        if at < stay.start + 15:
            raise No("TooEarly")
        cost = self._cost(stay, at) if absent == "elder" else 0
        self._end(stay, cost, at)
        stay.state, stay.absent = "no_show", absent
        return stay

    # --- closing ----------------------------------------------------------------------------------

    def confirm(self, stay: Stay, by: str, minutes: int, *, word: bool, at: int) -> Stay:
        if stay.state == "confirmed" and stay.agreed == minutes and by == stay.elder:
            return stay
        if by != stay.elder:
            raise No("NotYours")
        self._in(stay, "finished")
        assert stay.measured is not None
        least = min(stay.measured, stay.minutes)
        if not least <= minutes <= stay.measured:
            raise No("OutOfRange", least=least, most=stay.measured, minutes=minutes)
        if minutes > stay.minutes and not word:
            raise No("NeedsWord", booked=stay.minutes, minutes=minutes)
        return self._close(stay, "confirmed", minutes, at)

    def dispute(self, stay: Stay, by: str, *, reason: bool) -> Stay:
        sides = {stay.elder, stay.volunteer}
        if stay.state == "disputed" and by in sides:
            return stay
        if by not in sides:
            raise No("NotYours")
        self._in(stay, "finished")
        if not reason:
            raise No("InvalidRequest", field="reason")
        stay.state = "disputed"
        return stay

    def resolve(self, stay: Stay, by: str, minutes: int, at: int) -> Stay:
        if stay.state == "resolved" and stay.agreed == minutes:
            return stay
        self._third(stay, by)
        self._in(stay, "disputed")
        self._possible(stay, minutes)
        return self._close(stay, "resolved", minutes, at)

    def correct(self, stay: Stay, by: str, minutes: int) -> Stay:
        if stay.state == "resolved" and stay.agreed == minutes:
            return stay
        self._third(stay, by)
        self._in(stay, "confirmed", "resolved")
        self._possible(stay, minutes)
        assert stay.volunteer is not None
        for debit, credit, amount in reversed(stay.legs):
            self.book.move(credit, debit, amount)
        counted = (stay.volunteer, day(stay.begun or 0))
        kept = self._net(stay.legs, own(stay.volunteer))
        if any(credit == own(stay.volunteer) for _, credit, _ in stay.legs):
            self.day_saved[counted] = max(self.day_saved.get(counted, 0) - kept, 0)
        legs, passed, left = [], [], stay.credit(minutes)
        for payer, held in stay.holds:
            part = min(left, held)
            passed.append(part)
            left -= part
            if part:
                legs.append((payer, ESCROW, part))
        legs += self._beyond(stay.elder, left)
        for leg in legs:
            self.book.move(*leg)
        stay.legs = legs + self._earn(stay, stay.credit(minutes), stay.begun or 0)
        stay.passed, stay.state, stay.agreed = passed, "resolved", minutes
        return stay

    @staticmethod
    def _net(legs: list[Leg], purse: Purse) -> int:
        return sum(
            amount * ((credit == purse) - (debit == purse)) for debit, credit, amount in legs
        )

    def cancel(self, stay: Stay, by: str, at: int) -> Stay:
        desk = self.people[by].has("coordinator")
        if stay.state == "cancelled" and (desk or by == stay.elder):
            return stay
        if by != stay.elder and not desk:
            raise No("NotYours")
        states = ["requested", "offered", "booked"]
        self._in(stay, *states, *(["under_way", "finished", "disputed"] if desk else []))
        cost = self._cost(stay, at) if by == stay.elder else 0
        self._end(stay, cost, at)
        stay.state, stay.offered_until = "cancelled", None
        return stay

    # --- what happens by itself -------------------------------------------------------------------

    def visits_later(self, at: int) -> None:
        for stay in self.stays:
            if stay.state == "offered" and (stay.offered_until or 0) <= at:
                self._open_again(stay)
            if stay.state in {"requested", "offered"} and stay.start <= at:
                stay.state, stay.volunteer, stay.offered_until = "expired", None, None
        self.confirmed_later(at)

    def confirmed_later(self, at: int) -> None:
        due = [s for s in self.stays if s.state == "finished" and s.due is not None and s.due <= at]
        for stay in sorted(due, key=lambda one: one.due or 0):
            self._close(stay, "confirmed", min(stay.measured or 0, stay.minutes), at)

    # --- parts ------------------------------------------------------------------------------------

    def _close(self, stay: Stay, state: str, minutes: int, at: int) -> Stay:
        self._pass_on(stay, stay.credit(minutes), at)
        stay.state, stay.agreed = state, minutes
        return stay

    def _pass_on(self, stay: Stay, minutes: int, at: int) -> None:
        before = self.book.copy()
        left, legs, passed = minutes, [], []
        for payer, held in stay.holds:
            part = min(left, held)
            passed.append(part)
            left -= part
            self.book.let_go(payer, held)
            if part:
                self.book.move(payer, ESCROW, part)
                legs.append((payer, ESCROW, part))
        try:
            for leg in (beyond := self._beyond(stay.elder, left)):
                self.book.move(*leg)
        except No:
            self.book.take(before)
            raise
        when = stay.begun if stay.begun is not None else at
        stay.legs, stay.passed = legs + beyond + self._earn(stay, minutes, when), passed

    def _beyond(self, elder: str, minutes: int) -> list[Leg]:
        """More than was set aside: saved minutes first, then gifts."""
        has = self.book.available(own(elder))
        saved = min(minutes, max(has, 0))
        return [
            (purse, ESCROW, part)
            for purse, part in ((own(elder), saved), (gifts(elder), minutes - saved))
            if part
        ]

    def _earn(self, stay: Stay, minutes: int, at: int) -> list[Leg]:
        if not minutes:
            return []
        assert stay.volunteer is not None
        who, rules = stay.volunteer, self.rules(at)
        counted = (who, day(at))
        room = minutes
        if rules.cap_minutes:
            room = min(room, rules.cap_minutes - self.book.posted.get(own(who), 0))
        if rules.day_cap_minutes:
            room = min(room, rules.day_cap_minutes - self.day_saved.get(counted, 0))
        saved = max(room, 0)
        self.day_saved[counted] = self.day_saved.get(counted, 0) + saved
        legs = [(ESCROW, own(who), minutes)]
        if over := minutes - saved:
            legs += [(own(who), DONATED, over), (DONATED, RELIEF, over)]
        # In one journal: what passes through is not refused for what else is held meanwhile.
        for debit, credit, amount in legs:
            self.book.posted[debit] = self.book.posted.get(debit, 0) - amount
            self.book.posted[credit] = self.book.posted.get(credit, 0) + amount
        return legs

    def _end(self, stay: Stay, cost: int, at: int) -> None:
        if cost:
            self._pass_on(stay, stay.credit(cost), at)
        else:
            self._let_go(stay)

    def _let_go(self, stay: Stay) -> None:
        for payer, held in stay.holds:
            self.book.let_go(payer, held)
        stay.holds = []

    def _cost(self, stay: Stay, at: int) -> int:
        if stay.state != "booked":
            return 0
        rules = self.rules(at)
        late = at >= stay.start - rules.cancel_notice_hours * HOUR
        return min(rules.late_cancel_minutes, stay.minutes) if late else 0

    @staticmethod
    def _open_again(stay: Stay) -> Stay:
        stay.state, stay.volunteer, stay.offered_until = "requested", None, None
        return stay

    @staticmethod
    def _of_volunteer(stay: Stay, by: str) -> None:
        if stay.volunteer != by:
            raise No("NotYours")

    @staticmethod
    def _third(stay: Stay, by: str) -> None:
        if by in {stay.elder, stay.volunteer}:
            raise No("NotYours")

    @staticmethod
    def _possible(stay: Stay, minutes: int) -> None:
        most = max(stay.measured or 0, stay.minutes)
        if not 0 <= minutes <= most:
            raise No("OutOfRange", least=0, most=most, minutes=minutes)

    @staticmethod
    def _in(stay: Stay, *states: str) -> None:
        if stay.state not in states:
            raise No("WrongState", state=stay.state)
