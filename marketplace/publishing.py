"""A round as the count and its published file take it, and the rules it is counted by. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from marketplace.counting import Completion, CountRules, Rule
from marketplace.election import Ballot, Election
from marketplace.election import Project as BallotProject
from marketplace.freezing import Frozen
from marketplace.values import BallotForm, Marks, Project, Round, Terms, ballot_id

FEN_SCALE: Final = 2
"""A count is in fen: hundredths of a yuan."""


def as_election(
    current: Round, projects: Sequence[Project], ballots: Sequence[tuple[Marks, int]]
) -> Election:
    """Return a round as the count and the published file take it; `ballots` are with how many.

    What bounds its winners comes from the document that was frozen before the first vote.
    """
    frozen = Frozen.of(current.ballot_terms)
    neighbourhoods = frozen.neighbourhoods or {}
    return Election(
        kind=current.terms.kind.counted_as,
        budget=current.terms.budget_fen,
        projects=tuple(
            BallotProject(
                id=project.ballot_id,
                cost=project.cost_fen,
                name=project.title,
                category=project.category,
                neighbourhood=neighbourhoods.get(project.ballot_id, ""),
            )
            for project in projects
        ),
        ballots=tuple(
            Ballot(tuple(ballot_id(number) for number in marks.choices), marks.points, times)
            for marks, times in ballots
        ),
        scale=FEN_SCALE,
        meta=_stated(current),
        ceilings=frozen.ceilings,
        incompatible=frozen.incompatible,
    )


def _stated(current: Round) -> tuple[tuple[str, str], ...]:
    """Return what a round says of itself; the limits of its ballots in Pabulib's words."""
    terms = current.terms
    stated = {
        "description": current.name,
        "currency": "CNY",
        "rule": terms.rule.value,
        "max_length": str(terms.choices_max),
    }
    if terms.kind is BallotForm.KNAPSACK:
        whole, part = divmod(terms.budget_fen, 10**FEN_SCALE)
        stated["max_sum_cost"] = f"{whole}.{part:02d}" if part else str(whole)
    if terms.kind is BallotForm.CUMULATIVE:
        stated["max_sum_points"] = str(terms.points)
        if terms.points_each_max:
            stated["max_points"] = str(terms.points_each_max)
    if terms.threshold:
        stated["min_project_score_threshold"] = str(terms.threshold)
    stated |= {"terms": current.terms_text, "terms_sha256": current.terms_hash}
    if current.ballot_hash:  # the document itself may be longer than a cell that can be read back
        stated["ballot_sha256"] = current.ballot_hash
    return tuple(stated.items())


def deciding_rules(terms: Terms, *, on_roll: int) -> CountRules:
    """Return the rules that decide, the quorum in votes: so many stand on the roll."""
    return replace(terms.count_rules, quorum=terms.quorum_votes(on_roll))


def comparing_rules(terms: Terms, *, on_roll: int) -> CountRules:
    """Return the other rule's, with everything else alike that both rules have."""
    other = Rule.GREEDY if terms.rule is Rule.MES else Rule.MES
    decided = deciding_rules(terms, on_roll=on_roll)
    return replace(decided, rule=other, completion=Completion.NONE)
