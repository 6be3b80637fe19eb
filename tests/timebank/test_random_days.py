"""Random days of a street, played on the real time bank and on the oracle beside it.

After each step: what the verb answered or refused is what the oracle says; the book sums to zero;
nobody is under their floor; no volunteer is in two places; and each closed visit's minutes are
those of its transfers. `LINLI_STEPS=100000 pytest tests/timebank/test_random_days.py` plays longer.
"""

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

import community
import ledger
import timebank
from community import Actor, Role
from community.policy import read_pack
from tests.timebank.oracle import DAY, Oracle, Rules, Stay, attempt, in_two_places
from timebank import Request, Side, TimebankError, Visit
from timebank.policy import SETTINGS

PLAYS = int(os.environ.get("LINLI_STEPS", "3600")) // 60
STEPS_A_PLAY = 60
SECONDS_MAX = 20
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
STARTS = {"chen": 300, "wu": 60, "zhou": 45, "li": 0, "ming": 0, "shen": 0}
ELDERS, VOLUNTEERS, DESK = {"chen", "wu", "zhou"}, {"zhou", "li", "ming"}, {"shen"}

Result = TypeVar("Result")

people = st.sampled_from(sorted(STARTS))
visits = st.integers(0, 30)
lengths = st.sampled_from([15, 30, 45, 60, 60, 90, 120, 120, 240, 255, 50])
minutes = st.sampled_from([0, 5, 15, 30, 45, 60, 60, 90, 120, 120, 130, 240, 250])


class Days(RuleBasedStateMachine):
    """A street with three elders, three volunteers (one is both) and a coordinator."""

    loop: asyncio.AbstractEventLoop
    owner: asyncpg.Connection
    steps = 0
    refusals = 0

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        type(self).steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(work, SECONDS_MAX))

    @initialize(
        cap=st.sampled_from([0, 0, 100]),
        first_use=st.sampled_from([0, 0, 90]),
        late_cost=st.sampled_from([0, 15]),
    )
    def open_street(self, cap: int, first_use: int, late_cost: int) -> None:
        self.now = 0
        rules = Rules(cap=cap, first_use=first_use, late_cost=late_cost)
        self.oracle = Oracle(rules, ELDERS, VOLUNTEERS, DESK)
        self.visits: list[Visit] = []
        self.run(self._open(rules))
        for name, begins in STARTS.items():
            if begins:
                self.oracle.book.move("issuance", name, begins)

    async def _open(self, rules: Rules) -> None:
        home = await community.add_community(code=f"d-{uuid.uuid4().hex[:12]}", name="梧桐社区")
        self.home = home.id
        await timebank.open_time_bank(home.id)
        text = (
            f'name = "N"\nsource = "S"\nholds_from = {(NOON - timedelta(days=9)).isoformat()}\n'
            f"[time_bank]\ncap_minutes = {rules.cap}\nfirst_use_minutes = {rules.first_use}\n"
            f"late_cancel_minutes = {rules.late_cost}\n"
        )
        pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
        await community.adopt_policy(
            pack, by=community.system(home.id), at=NOON - timedelta(days=30)
        )
        self.people: dict[str, Actor] = {}
        for name, begins in STARTS.items():
            roles = [role for role, among in (
                (Role.ELDER, ELDERS), (Role.VOLUNTEER, VOLUNTEERS), (Role.COORDINATOR, DESK)
            ) if name in among]  # fmt: skip
            member = await community.add_member(community_id=home.id, name=name, roles=roles)
            self.people[name] = Actor(member.id, home.id, member.roles)
            if begins:
                await timebank.opening_grant(member.id, begins, community_id=home.id)

    # --- what people do ---------------------------------------------------------------------------

    @rule(who=people, quarters=st.integers(-1, 60), length=lengths, wished=st.none() | people)
    def ask(self, who: str, quarters: int, length: int, wished: str | None) -> None:
        start = (self.now // 15 + quarters) * 15
        request = Request(
            "companionship",
            self._at(start),
            length,
            "梧桐里",
            preferred_id=self.people[wished].member_id if wished else None,
        )
        self._both(
            timebank.ask(
                request, by=self.people[who], form_key=uuid.uuid4(), at=self._at(self.now)
            ),
            lambda: self.oracle.ask(who, start, length, at=self.now, wished=wished),
            new=True,
        )

    @rule(n=visits, who=people)
    def accept(self, n: int, who: str) -> None:
        self._on(n, lambda v, s: (
            timebank.accept(v.id, by=self.people[who], at=self._at(self.now)),
            lambda: self.oracle.accept(s, who, self.now),
        ))  # fmt: skip

    @rule(n=visits, who=people, by=people)
    def offer(self, n: int, who: str, by: str) -> None:
        whom = self.people[who].member_id
        self._on(n, lambda v, s: (
            timebank.offer(v.id, whom, by=self.people[by], at=self._at(self.now)),
            lambda: self.oracle.offer(s, who, by, self.now),
        ))  # fmt: skip

    @rule(n=visits, by=people, no=st.booleans())
    def give_back(self, n: int, by: str, no: bool) -> None:  # noqa: FBT001 (drawn)
        verb = timebank.decline if no else timebank.withdraw
        self._on(n, lambda v, s: (
            verb(v.id, by=self.people[by], at=self._at(self.now)),
            lambda: (self.oracle.decline if no else self.oracle.withdraw)(s, by),
        ))  # fmt: skip

    @rule(n=visits, by=people, right=st.integers(0, 9))
    def check_in(self, n: int, by: str, right: int) -> None:
        self._on(n, lambda v, s: (
            timebank.check_in(
                v.id, by=self.people[by], code=v.code if right else "x", at=self._at(self.now)
            ),
            lambda: self.oracle.check_in(s, by, code=bool(right), at=self.now),
        ))  # fmt: skip

    @rule(n=visits, by=people, stated=st.none() | minutes)
    def check_out(self, n: int, by: str, stated: int | None) -> None:
        self._on(n, lambda v, s: (
            timebank.check_out(
                v.id, by=self.people[by], stated=stated, at=self._at(self.now)
            ),
            lambda: self.oracle.check_out(s, by, stated, self.now),
        ))  # fmt: skip

    @rule(n=visits)
    def a_whole_visit(self, n: int) -> None:
        """Let a booked visit happen as it should: chance alone seldom gets so far."""
        if not self.visits:
            return
        stay = self.oracle.stays[n % len(self.visits)]
        if stay.state == "booked" and stay.volunteer is not None:
            self._wait_until(stay.start)
            if stay.state == "booked":
                self.check_in(n, stay.volunteer, 1)
                self._wait_until(self.now + stay.minutes - 10)
                self.check_out(n, stay.volunteer, None)

    @rule(n=visits, by=people, absent=st.sampled_from(sorted(Side)))
    def no_show(self, n: int, by: str, absent: Side) -> None:
        self._on(n, lambda v, s: (
            timebank.no_show(v.id, absent, by=self.people[by], at=self._at(self.now)),
            lambda: self.oracle.no_show(s, absent.value, by, self.now),
        ))  # fmt: skip

    @rule(n=visits, by=people, some=minutes, word=st.booleans(), due=st.integers(0, 3))
    def confirm(self, n: int, by: str, some: int, word: bool, due: int) -> None:  # noqa: FBT001, PLR0917 (drawn)
        if due and self.visits:
            stay = self.oracle.stays[n % len(self.visits)]
            by, some = stay.elder, min(stay.measured or some, stay.minutes)
        self._on(n, lambda v, s: (
            timebank.confirm(
                v.id, by=self.people[by], minutes=some, word=word, at=self._at(self.now)
            ),
            lambda: self.oracle.confirm(s, by, some, word=word),
        ))  # fmt: skip

    @rule(n=visits, by=people, reason=st.integers(0, 4))
    def dispute(self, n: int, by: str, reason: int) -> None:
        said = "不对" if reason else " "
        self._on(n, lambda v, s: (
            timebank.dispute(v.id, by=self.people[by], reason=said, at=self._at(self.now)),
            lambda: self.oracle.dispute(s, by, reason=bool(reason)),
        ))  # fmt: skip

    @rule(n=visits, by=people, some=minutes, desk=st.booleans(), later=st.booleans())
    def decide(self, n: int, by: str, some: int, desk: bool, later: bool) -> None:  # noqa: FBT001, PLR0917 (drawn)
        by = "shen" if desk else by
        verb = timebank.correct if later else timebank.resolve
        self._on(n, lambda v, s: (
            verb(v.id, by=self.people[by], minutes=some, reason="问过", at=self._at(self.now)),
            lambda: (self.oracle.correct if later else self.oracle.resolve)(s, by, some),
        ))  # fmt: skip

    @rule(n=visits, by=people)
    def cancel(self, n: int, by: str) -> None:
        self._on(n, lambda v, s: (
            timebank.cancel(v.id, by=self.people[by], at=self._at(self.now)),
            lambda: self.oracle.cancel(s, by, self.now),
        ))  # fmt: skip

    @rule(n=visits, who=people, other=people)
    def two_at_once(self, n: int, who: str, other: str) -> None:
        """Two accept in the same moment: as if one had been first, either of them."""
        if not self.visits or who == other:
            return
        visit, stay = self._pair(n)
        if stay.state not in {"requested", "offered"}:
            return
        answers = self.run(self._together(visit, who, other))
        first = 0 if isinstance(answers[0], Visit) else 1
        names = [who, other]
        for number in (first, 1 - first):
            said = attempt(lambda name=names[number]: self.oracle.accept(stay, name, self.now))
            self._same(answers[number], said)
        self._sound()

    async def _together(self, visit: Visit, who: str, other: str) -> list[Any]:
        at = self._at(self.now)
        return await asyncio.gather(
            *(timebank.accept(visit.id, by=self.people[one], at=at) for one in (who, other)),
            return_exceptions=True,
        )

    @rule(hours=st.sampled_from([0, 1, 1, 2, 5, 12, 24, 80]))
    def wait(self, hours: int) -> None:
        self._wait_until(self.now + hours * 60 + 15)

    def _wait_until(self, moment: int) -> None:
        self.now = max(self.now, moment)
        at = self._at(self.now)
        for job in (
            timebank.lapse_offers, timebank.expire_requests, timebank.confirm_by_themselves
        ):  # fmt: skip
            self.run(job(at=at))
        self.oracle.time_passes(self.now)
        self._sound()

    # --- comparing --------------------------------------------------------------------------------

    def _pair(self, n: int) -> tuple[Visit, Stay]:
        number = n % len(self.visits)
        return self.visits[number], self.oracle.stays[number]

    def _on(
        self,
        n: int,
        act: Callable[[Visit, Stay], tuple[Coroutine[Any, Any, Visit], Callable[[], object]]],
    ) -> None:
        if self.visits:
            self._both(*act(*self._pair(n)))

    def _both(
        self, verb: Coroutine[Any, Any, Visit], expected: Callable[[], object], *, new: bool = False
    ) -> None:
        answer = self.run(_settled(verb))
        self._same(answer, attempt(expected))
        if new and isinstance(answer, Visit):
            self.visits.append(answer)
        self._sound()

    def _same(self, answer: Any, refusal: Any) -> None:
        if refusal is None:
            assert isinstance(answer, Visit), repr(answer)
            return
        type(self).refusals += 1
        assert type(answer).__name__ == refusal.name, f"{answer!r} instead of {refusal}"
        for name, figure in refusal.figures.items():
            assert getattr(answer, name) == figure, f"{answer} instead of {refusal}"

    def _sound(self) -> None:
        """Hold everything against the oracle, and the book against itself."""
        self.run(self._compare())

    async def _compare(self) -> None:
        found = await ledger.trial_balance(ledger.CommunityId(self.home))
        assert found.sums() in ({ledger.MINUTE: 0}, {})
        names = {actor.member_id: name for name, actor in self.people.items()}
        posted, held = self.oracle.book.posted, self.oracle.book.held
        for line in found.lines:
            name = names.get(line.account.owner, line.account.kind)
            if line.account.kind == "gifts":
                continue
            balance = line.balance
            assert balance.posted == posted.get(name, 0), (name, balance)
            assert balance.held == held.get(name, 0), (name, balance)
            assert line.account.kind == "issuance" or balance.available >= 0, name
        assert not in_two_places(self.oracle.stays)
        rows = await self.owner.fetch(
            "SELECT id, state, volunteer_id, minutes_measured, minutes_confirmed, post_id,"
            " (SELECT count(*) FROM volunteer_quarter WHERE visit_id = visit.id) AS quarters"
            " FROM visit WHERE community_id = $1",
            self.home,
        )
        now = {row["id"]: row for row in rows}
        assert len(now) == len(self.visits)
        for visit, stay in zip(self.visits, self.oracle.stays, strict=True):
            row = now[visit.id]
            volunteer = names.get(row["volunteer_id"])
            assert (row["state"], row["minutes_measured"], row["minutes_confirmed"]) == (
                stay.state, stay.measured, stay.agreed
            )  # fmt: skip
            if stay.state != "cancelled":
                assert volunteer == stay.volunteer
            taken = len(stay.quarters) if self.oracle.takes(stay, stay.volunteer or "") else 0
            assert row["quarters"] == taken
            if stay.agreed is not None:
                legs = await ledger.journal(ledger.JournalId(row["post_id"]))
                earned = [one for one in legs if one.kind is ledger.Kind.TRANSFER]
                to = await timebank.member_account(row["volunteer_id"], community_id=self.home)
                assert sum(one.amount for one in earned if one.credit == to) == stay.agreed

    def _at(self, moment: int) -> datetime:
        return NOON + timedelta(minutes=moment)


async def _settled(asked: Awaitable[Result]) -> Result | TimebankError:
    try:
        return await asked
    except TimebankError as refusal:
        return refusal


@pytest.fixture
async def loop(database: object, owner: asyncpg.Connection) -> None:  # noqa: ARG001 (must be migrated)
    """Let the machine know the loop that the pool lives in."""
    Days.loop, Days.owner, Days.steps, Days.refusals = asyncio.get_running_loop(), owner, 0, 0


@pytest.mark.usefixtures("loop")
def test_random_days_go_as_the_oracle_says(record_property: Callable[[str, object], None]) -> None:
    play = settings(
        max_examples=PLAYS,
        stateful_step_count=STEPS_A_PLAY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Days, settings=play)
    record_property("steps played against the oracle", Days.steps)
    record_property("refusals as predicted", Days.refusals)
    assert Days.refusals > PLAYS
    assert DAY == 24 * 60
