"""Small elections, counted and stored as the house stores them, for what is said of results."""

from marketplace.counting import Count, CountRules, count
from marketplace.election import Election
from marketplace.results import BallotLine, Counted, Result, as_stored, by_score, ranked


def stored(counted: Count, election: Election) -> Counted:
    """Return a count as it comes back from its row."""
    return Counted.of(
        {
            "rule": counted.rules.rule.value,
            "rules": counted.rules.canonical(),
            "rules_hash": counted.rules_sha256,
            "result": as_stored(counted, election),
        }
    )


def result_of(election: Election, rules: CountRules, *others: CountRules) -> Result:
    """Return the result of an election that these rules decided, with others to compare."""
    counts = [count(election, one) for one in (rules, *others)]
    return Result(
        kind=election.kind,
        budget=election.budget,
        scale=election.scale,
        currency="CNY",
        votes=election.votes,
        voters=None,
        lines=ranked(
            [
                BallotLine(
                    id=one.id,
                    name=one.name or one.id,
                    cost=one.cost,
                    votes=election.supporters[one.id],
                    score=election.scores[one.id],
                    category=one.category,
                    neighbourhood=one.neighbourhood,
                )
                for one in election.projects
            ],
            scored=by_score(election.kind, rules),
        ),
        counts={one.rules.rule.value: stored(one, election) for one in counts},
        decides=rules.rule.value,
    )
