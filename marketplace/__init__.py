"""How projects are chosen and funded: rounds, proposals, ballots, counts, and the money they move.

A coordinator opens a round under published terms, residents propose and vote, and closing counts
the ballots once and books each winner's budget, all in one transaction. Published elections in
Pabulib's `.pb` format are imported and counted by the same engine.

All of this is loaded on first use: whoever only counts a file needs no database and no driver.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marketplace.changing import correct_title, extend, round_changes
    from marketplace.closing import close_and_count
    from marketplace.electorate import WhyNot, may_vote
    from marketplace.entering import enter, leave
    from marketplace.importing import Imported, import_election
    from marketplace.merging import hold_ballots, take_over_ballots
    from marketplace.opening import open_ballot
    from marketplace.personal import KEPT
    from marketplace.policy import round_policy_at
    from marketplace.proposing import propose
    from marketplace.publishing import as_election
    from marketplace.rounds import exclude, open_round, set_dates
    from marketplace.scheduling import close_due, open_due, tell_due
    from marketplace.summaries import RoundSummary, round_summaries
    from marketplace.values import (
        BallotForm,
        Category,
        Draft,
        ElectionId,
        Electorate,
        Entry,
        Marks,
        Project,
        ProjectId,
        ProjectState,
        Round,
        RoundChange,
        RoundId,
        RoundState,
        Setup,
        Terms,
    )
    from marketplace.voting import OwnBallot, own_ballot, own_choices, vote

__all__ = [
    "KEPT",
    "BallotForm",
    "Category",
    "Draft",
    "ElectionId",
    "Electorate",
    "Entry",
    "Imported",
    "Marks",
    "OwnBallot",
    "Project",
    "ProjectId",
    "ProjectState",
    "Round",
    "RoundChange",
    "RoundId",
    "RoundState",
    "RoundSummary",
    "Setup",
    "Terms",
    "WhyNot",
    "as_election",
    "close_and_count",
    "close_due",
    "correct_title",
    "enter",
    "exclude",
    "extend",
    "hold_ballots",
    "import_election",
    "leave",
    "may_vote",
    "open_ballot",
    "open_due",
    "open_round",
    "own_ballot",
    "own_choices",
    "propose",
    "round_changes",
    "round_policy_at",
    "round_summaries",
    "set_dates",
    "take_over_ballots",
    "tell_due",
    "vote",
]

_HOMES = (
    "changing",
    "closing",
    "electorate",
    "entering",
    "importing",
    "merging",
    "opening",
    "personal",
    "policy",
    "proposing",
    "publishing",
    "rounds",
    "scheduling",
    "summaries",
    "values",
    "voting",
)
"""The modules that the names above come from."""


def __getattr__(name: str) -> object:
    """Look a public name up in its home, once."""
    if name in __all__:
        for home in _HOMES:
            found = vars(import_module(f"{__name__}.{home}")).get(name)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
