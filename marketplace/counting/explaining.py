"""Why each project won or lost: read off the count, never recomputed."""

from collections.abc import Iterator
from fractions import Fraction

from marketplace.counting.greedy import GreedyRun, Missed, ranking
from marketplace.counting.profile import Profile
from marketplace.counting.result import Outcome, Reason
from marketplace.counting.room import Room
from marketplace.counting.rules import CountRules
from marketplace.counting.shares import Pass
from marketplace.election import Election


class Explainer:
    """Turns what a count did into one outcome for each project."""

    def __init__(self, election: Election, profile: Profile, rules: CountRules) -> None:
        self._election, self._profile, self._rules = election, profile, rules

    def no_quorum(self) -> tuple[Outcome, ...]:
        """Return the outcomes of a vote in which too few took part, by rank."""
        short = self._rules.quorum - self._profile.voters
        everyone = (*ranking(self._profile), *self._unfit())
        return tuple(
            self._outcome(project, Reason.BELOW_QUORUM, votes_short=short) for project in everyone
        )

    def greedy(self, run: GreedyRun) -> tuple[Outcome, ...]:
        """Return what became of each project, winners first in order, then losers by rank."""
        return (
            *(self._outcome(step.project, Reason.CHOSEN) for step in run.chosen),
            *(self._greedy_loser(missed, run) for missed in run.missed),
            *self._below_threshold(),
        )

    def _greedy_loser(self, missed: Missed, run: GreedyRun) -> Outcome:
        """Say what was missing at its turn, and how far it was behind a place that fits."""
        rival = run.last_chance(missed.project)
        return self._outcome(
            missed.project,
            missed.reason,
            money_short=missed.money_short,
            votes_short=None if rival is None else self._to_overtake(missed.project, rival),
            room=run.room,
        )

    def _to_overtake(self, project: int, rival: int) -> int | None:
        """Return by how much a total must grow to rank above the rival's."""
        profile = self._profile
        mine, theirs = profile.totals[project], profile.totals[rival]
        if profile.by_cost:
            return theirs - mine + (project > rival)
        cost, rival_cost = profile.projects[project].cost, profile.projects[rival].cost
        if cost == 0:
            return 1  # a free project with any support goes first, so this one has none
        if rival_cost == 0:
            return None if theirs else 1
        needed = -(-theirs * cost // rival_cost)
        equal = needed * rival_cost == theirs * cost
        return needed - mine + (equal and project > rival)

    def shares(
        self, final: Pass, share: Fraction, completion: GreedyRun | None
    ) -> tuple[Outcome, ...]:
        """Return what became of each project, winners first, then losers by rank.

        `final` is the pass that decided, `share` what each voter had to begin with.
        """
        reasons = {bought.project: Reason.CHOSEN for bought in final.bought}
        if completion is not None:
            reasons |= {step.project: Reason.COMPLETED for step in completion.chosen}
        losers = [project for project in ranking(self._profile) if project not in reasons]
        return (
            *(self._outcome(project, why) for project, why in reasons.items()),
            *(self._shares_loser(project, final, share) for project in losers),
            *self._below_threshold(),
        )

    def _shares_loser(self, project: int, final: Pass, share: Fraction) -> Outcome:
        """Say how much its supporters lacked, and how many untouched shares that is."""
        room, supported = final.room, self._profile.totals[project] > 0
        if supported and project in room.shut_out:
            return self._outcome(project, Reason.INCOMPATIBLE, room=room)
        held = Fraction(final.purses.supporters_hold(project), final.purses.denominator)
        short = self._profile.projects[project].cost - held
        in_money = -(-short.numerator // short.denominator)
        if supported and room.ceiling_short(project) > 0:
            in_money = max(in_money, room.ceiling_short(project))
            # As much as all of its cost would be enough, but says nothing.
            known = in_money if in_money < self._profile.projects[project].cost else None
            return self._outcome(project, Reason.NO_ROOM, money_short=known, room=room)
        return self._outcome(
            project,
            Reason.NO_MONEY if supported else Reason.NO_SUPPORT,
            money_short=in_money,
            votes_short=-(-short // share) if share else None,
        )

    def _unfit(self) -> list[int]:
        return [project for project, fit in enumerate(self._profile.eligible) if not fit]

    def _below_threshold(self) -> Iterator[Outcome]:
        for project in self._unfit():
            score = self._election.scores[self._profile.projects[project].id]
            short = self._rules.threshold - score
            yield self._outcome(project, Reason.BELOW_THRESHOLD, votes_short=short)

    def _outcome(
        self,
        project: int,
        reason: Reason,
        *,
        money_short: int | None = None,
        votes_short: int | None = None,
        room: Room | None = None,
    ) -> Outcome:
        projects, election = self._profile.projects, self._election
        entry = projects[project]
        rival = ceiling = None
        if room is not None and reason is Reason.INCOMPATIBLE:
            rival = projects[room.shut_out[project]].id
        if room is not None and reason is Reason.NO_ROOM:
            at = room.tightest(project)
            ceiling = None if at is None else election.ceilings[at].name
        return Outcome(
            project=entry.id,
            cost=entry.cost,
            votes=election.supporters[entry.id],
            score=election.scores[entry.id],
            won=reason in {Reason.CHOSEN, Reason.COMPLETED},
            reason=reason,
            money_short=money_short,
            votes_short=votes_short,
            rival=rival,
            ceiling=ceiling,
        )
