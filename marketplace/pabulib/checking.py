"""What a reader of a file should know though it can be counted: nothing is ignored in silence."""

from collections import Counter
from collections.abc import Iterator

from marketplace.election import Ballot, BallotKind, Election, FileWarning
from marketplace.pabulib.amounts import as_text, decimals, in_smallest_unit

Meta = dict[str, tuple[int, str]]
Stated = list[tuple[int, str, dict[str, str]]]


def remarks(election: Election, meta: Meta, stated: Stated) -> Iterator[FileWarning]:
    """Yield a warning for each thing that the file says and the count does not take from it."""
    yield from _totals(election, meta, stated)
    yield from _voters(election)
    yield from _costs(election, stated)
    yield from _limits(election, meta)
    yield from _rules(election, meta)


def _totals(election: Election, meta: Meta, stated: Stated) -> Iterator[FileWarning]:
    for key, found in (("num_votes", election.votes), ("num_projects", len(election.projects))):
        line, text = meta.get(key, (0, ""))
        if text and text != str(found):
            yield FileWarning(line, f"{key} says {text}, the file holds {found}: that was counted")
    totals = {"votes": election.supporters}
    if election.kind is BallotKind.CUMULATIVE or "max_length" in meta:
        totals["score"] = election.scores
    for line, project, columns in stated:
        for column, text in columns.items():
            if not text or column not in totals:
                continue
            found = totals[column][project]
            if decimals(text) != 0 or in_smallest_unit(text, 0) != found:
                yield FileWarning(
                    line,
                    f"project {project}: the column {column} says {text}, the ballots give "
                    f"{found}: the ballots were counted",
                )


def _voters(election: Election) -> Iterator[FileWarning]:
    if not election.voters:
        yield FileWarning(0, "the file holds no votes")
        return
    ids = Counter(voter.id for voter in election.voters)
    if len(ids) < len(election.voters):
        name, times = ids.most_common(1)[0]
        twice = sum(1 for count in ids.values() if count > 1)
        yield FileWarning(
            0,
            f"{twice} voter ids stand on more than one line ({name!r} on {times}): "
            "every line was counted",
        )
    blank = sum(ballot.votes for ballot in election.ballots if not ballot.choices)
    if blank:
        yield FileWarning(
            0, f"{blank} ballots are blank; they count as votes, and in Equal Shares have a share"
        )
    nothing = sum(ballot.votes for ballot in election.ballots if 0 in ballot.points)
    if nothing:
        yield FileWarning(0, f"{nothing} ballots name a project and give it 0 points")


def _costs(election: Election, stated: Stated) -> Iterator[FileWarning]:
    lines = {project: line for line, project, _ in stated}
    if election.scale:
        yield FileWarning(
            0, f"amounts have decimals; all were counted in units of 10^-{election.scale}, exactly"
        )
    for project in election.projects:
        if project.cost == 0:
            yield FileWarning(lines[project.id], f"project {project.id} costs nothing")
        elif project.cost > election.budget:
            cost = as_text(project.cost, election.scale)
            yield FileWarning(
                lines[project.id], f"project {project.id} costs {cost}: more than the budget"
            )


def _limits(election: Election, meta: Meta) -> Iterator[FileWarning]:
    """Compare ballots with the limits that the file states; they count as they stand."""
    costs = {project.id: project.cost for project in election.projects}

    def cost_of(ballot: Ballot) -> int:
        return sum(costs[choice] for choice in ballot.choices)

    measures = (
        ("length", lambda ballot: len(ballot.choices), 0),
        ("sum_points", lambda ballot: sum(ballot.points), 0),
        ("sum_cost", cost_of, election.scale),
    )
    for name, measure, scale in measures:
        if name == "sum_points" and election.kind is not BallotKind.CUMULATIVE:
            continue
        for side, sign in (("max", 1), ("min", -1)):
            line, text = meta.get(f"{side}_{name}", (0, ""))
            if not text.strip():
                continue
            needed = decimals(text.strip())
            if needed is None or needed > scale:
                yield FileWarning(line, f"{side}_{name} is {text!r}: not a limit, not checked")
                continue
            limit = in_smallest_unit(text.strip(), scale)
            beyond = sum(b.votes for b in election.ballots if sign * (measure(b) - limit) > 0)
            if beyond:
                yield FileWarning(
                    line, f"{beyond} ballots break {side}_{name} {text}; they count as they stand"
                )


def _rules(election: Election, meta: Meta) -> Iterator[FileWarning]:
    """Name the rules of the file that no count here applies by itself."""
    for key, (line, text) in meta.items():
        if key == "min_project_score_threshold" and election.threshold is None and text.strip():
            yield FileWarning(line, f"the threshold {text!r} is not a whole number; not applied")
        elif "_per_" in key or key in {"subbudgets", "neighborhoods_budget"}:
            yield FileWarning(line, f"{key} is not applied: the count knows one budget for all")
        elif key == "fully_funded" and text.strip() not in {"", "0"}:
            yield FileWarning(line, "fully_funded: this election left nothing out; it is counted")
        elif key == "leftover_budget":
            yield FileWarning(line, f"leftover_budget is not applied: {text}")
