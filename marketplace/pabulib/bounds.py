"""What a `.pb` file states beside its budget: ceilings per category or neighbourhood, exclusions.

`budget_per_category` and `budget_per_neighborhood` list amounts beside the names that `categories`
and `neighborhoods` list, in the same order. `incompatible` is Linli's own: a JSON list of lists of
project ids, of each of which at most one can win.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.election import Ceiling, Election, Grouping, Project
from marketplace.errors import BadElectionFile
from marketplace.pabulib.amounts import as_text, decimals, in_smallest_unit

KEYS = {
    Grouping.CATEGORY: ("categories", "budget_per_category"),
    Grouping.NEIGHBOURHOOD: ("neighborhoods", "budget_per_neighborhood"),
}
INCOMPATIBLE = "incompatible"

Meta = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Bounds:
    """The bounds that META states, before the scale of amounts is known."""

    stated: tuple[tuple[Grouping, str, str], ...]
    groups: tuple[tuple[str, ...], ...]
    line: int
    keys: frozenset[str]
    """The keys of META that the bounds say already."""

    @classmethod
    def of(cls, meta: Meta) -> "Bounds":
        """Read the bounds that can be applied; what cannot is left to a warning."""
        stated: list[tuple[Grouping, str, str]] = []
        keys: set[str] = set()
        for grouping, (names_key, amounts_key) in KEYS.items():
            names = _listed(meta.get(names_key, (0, ""))[1])
            amounts = _listed(meta.get(amounts_key, (0, ""))[1])
            if names and len(names) == len(amounts) == len(set(names)):
                for amount in amounts:
                    _refuse_no_amount(amount, meta[amounts_key][0])
                stated += [
                    (grouping, name, text) for name, text in zip(names, amounts, strict=True)
                ]
                keys |= {names_key, amounts_key}
        line, text = meta.get(INCOMPATIBLE, (0, ""))
        groups = _groups(text, line) if text.strip() else ()
        return cls(tuple(stated), groups, line, frozenset({*keys, INCOMPATIBLE}))

    @property
    def decimals(self) -> int:
        """How many decimals the amounts need."""
        return max((decimals(text) or 0 for _, _, text in self.stated), default=0)

    def ceilings(self, scale: int) -> tuple[Ceiling, ...]:
        """Return the ceilings with amounts in 10 ** -`scale` of the currency."""
        return tuple(
            Ceiling(grouping, name, in_smallest_unit(text, scale))
            for grouping, name, text in self.stated
        )

    def incompatible(self, projects: tuple[Project, ...]) -> tuple[tuple[str, ...], ...]:
        """Return the groups of which at most one can win; refuse an id that is not listed."""
        known = {project.id for project in projects}
        for group in self.groups:
            for name in group:
                if name not in known:
                    raise BadElectionFile(
                        f"{INCOMPATIBLE} names project {name!r}, which PROJECTS does not list",
                        advice="Correct the id or add the project.",
                        line=self.line,
                    )
        return self.groups


def stated_bounds(election: Election) -> Iterator[tuple[str, str]]:
    """Yield the lines of META that state an election's ceilings and exclusions."""
    for grouping, (names_key, amounts_key) in KEYS.items():
        mine = [ceiling for ceiling in election.ceilings if ceiling.grouping is grouping]
        if mine:
            yield names_key, _as_list([ceiling.name for ceiling in mine])
            amounts = [as_text(ceiling.amount, election.scale) for ceiling in mine]
            yield amounts_key, f"[{','.join(amounts)}]"
    if election.incompatible:
        yield INCOMPATIBLE, json.dumps(election.incompatible, ensure_ascii=False)


def _listed(text: str) -> list[str]:
    """Return the entries of a list: `a, b`, `[a, b]` or `['a', 'b']`."""
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    if not inner.strip():
        return []
    quote = "'" if inner.lstrip().startswith("'") else '"'
    cells = next(csv.reader([inner], skipinitialspace=True, quotechar=quote), [])
    return [cell.strip() for cell in cells]


def _as_list(names: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(names)
    return f"[{out.getvalue()}]"


def _refuse_no_amount(text: str, line: int) -> None:
    if decimals(text) is None:
        raise BadElectionFile(
            f"{text!r} is not an amount of money",
            advice="Write digits with a point before decimals: [1250, 1250.50].",
            line=line,
        )


def _groups(text: str, line: int) -> tuple[tuple[str, ...], ...]:
    try:
        groups = json.loads(text)
    except ValueError:
        groups = None
    if not isinstance(groups, list) or not all(
        isinstance(group, list) and all(isinstance(name, str) for name in group) for group in groups
    ):
        raise BadElectionFile(
            f"{INCOMPATIBLE} is not a list of lists of project ids",
            advice='Write it as JSON: [["7", "8"], ["9", "10", "11"]].',
            line=line,
        )
    return tuple(tuple(group) for group in groups)
