"""How a project's sums are reckoned from what passed, and drawn as streams.

Pure: sums in, values out. Two promises, which hold for whatever passed:

1. For each source, what it gave is what went back, was spent and is held, to the last fen; and all
   sources together are what the book's accounts hold and have spent.
2. In the picture, as much flows out of a node in the middle as flows in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from ledger import CNY, MINUTE, Unit
from marketplace.funding import rules as funding_rules
from marketplace.funding.values import Source
from marketplace.money import (
    ESCROW,
    MATCHING_FUND,
    MEMBER,
    PAID_OUT,
    PROJECT_ACCOUNT,
    ROUND_ACCOUNT,
)
from marketplace.open_books.values import (
    BY_KIND,
    HELPED,
    PLEDGE,
    Passed,
    Reckoning,
    SourceBalance,
    Spending,
    Stream,
)

INNER: Final = (ESCROW, PROJECT_ACCOUNT)
"""The accounts that are the project's own, in the order in which money passes through them."""

COMMUNITY_INNER: Final = (ROUND_ACCOUNT, MATCHING_FUND, *INNER)
"""The accounts that are a community's own, in the order in which money passes through them."""

SPENT: Final = frozenset({PAID_OUT, HELPED})
WORK: Final = "project_work"
"""The event by which a project's minutes pass to somebody who helped."""

ORDER: Final = (*(one.value for one in reversed(Source)), PLEDGE)


def normal(passed: Iterable[Passed], unit: Unit) -> list[Passed]:
    """Return what passed with minutes for help told apart from minutes that went back."""
    return [_helped(one) if unit == MINUTE else one for one in passed]


def _helped(one: Passed) -> Passed:
    if one.event_kind != WORK:
        return one
    sides = {
        "from_kind": HELPED if one.from_kind == MEMBER else one.from_kind,
        "to_kind": HELPED if one.to_kind == MEMBER else one.to_kind,
    }
    return Passed(
        **sides,
        source=one.source,
        event_kind=one.event_kind,
        amount=one.amount,
        transfers=one.transfers,
    )


def source_of(one: Passed, outside: str) -> str:
    """Return the source that something came from, or went back to."""
    return one.source or BY_KIND.get(outside, outside)


def by_source(
    passed: Iterable[Passed], inner: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what each source gave to accounts of these kinds, and what went back to it."""
    given: defaultdict[str, int] = defaultdict(int)
    returned: defaultdict[str, int] = defaultdict(int)
    for one in passed:
        if {one.from_kind, one.to_kind} & SPENT:
            continue
        if one.from_kind not in inner and one.to_kind in inner:
            given[source_of(one, one.from_kind)] += one.amount
        elif one.from_kind in inner and one.to_kind not in inner:
            returned[source_of(one, one.to_kind)] += one.amount
    return dict(given), dict(returned)


def in_order(sources: Iterable[str]) -> list[str]:
    """Return sources in the order in which pages name them."""
    known = {name: at for at, name in enumerate(ORDER)}
    return sorted(set(sources), key=lambda name: (known.get(name, len(known)), name))


# Whoever gave to one pot paid for everything out of it, each in proportion to what of theirs was
# there. What is owed back already (a gift that came too late, what was left over) was not.
def reckon(
    passed: Iterable[Passed], owed: Mapping[str, int] | None = None, *, unit: Unit = CNY
) -> Reckoning:
    """Return a project's sums. `owed` is what each source is still to get back, by source."""
    moved = normal(passed, unit)
    given, returned = by_source(moved, INNER)
    spent, held = 0, dict.fromkeys(INNER, 0)
    for one in moved:
        if one.to_kind in held:
            held[one.to_kind] += one.amount
        if one.from_kind in held:
            held[one.from_kind] -= one.amount
        spent += one.amount * ((one.to_kind in SPENT) - (one.from_kind in SPENT))
    names = in_order([*given, *returned])
    stays = {name: given.get(name, 0) - returned.get(name, 0) for name in names}
    parts = shares(spent, _free(stays, spent, owed or {}))
    sources = tuple(
        SourceBalance(
            name,
            given.get(name, 0),
            returned.get(name, 0),
            parts[name],
            stays[name] - parts[name],
        )
        for name in names
    )
    return Reckoning(unit, sources, waiting=held[ESCROW], left=held[PROJECT_ACCOUNT])


def _free(stays: Mapping[str, int], spent: int, owed: Mapping[str, int]) -> dict[str, int]:
    """Return what of each source was there to be spent: what stays, less what is owed back.

    Where so much is owed that the rest cannot have paid for everything, nothing is taken off.
    """
    free = {name: max(0, stay - max(0, owed.get(name, 0))) for name, stay in stays.items()}
    if sum(free.values()) < spent:
        free = {name: max(0, stay) for name, stay in stays.items()}
    return free


def shares(whole: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount in proportion to weights, as what is left of a project is divided.

    What exceeds all weights together, which no sound book has, is the first name's.
    """
    gave = list(weights.values())
    most = min(max(0, whole), sum(gave))
    parts = dict(zip(weights, funding_rules.shares(most, gave), strict=True))
    if whole != most and parts:
        parts[next(iter(parts))] += whole - most
    return parts


def streams(
    passed: Iterable[Passed],
    spendings: Sequence[Spending],
    *,
    unit: Unit = CNY,
    had: Mapping[str, int] | None = None,
    inner: Sequence[str] = INNER,
    receipts: bool = True,
) -> tuple[Stream, ...]:
    """Return the picture's streams, from sources on the left to receipts on the right.

    Nodes: `from:SOURCE`, each kind in `inner`, `spent`, `line:LABEL`, `receipt:ID` or `rest:LABEL`,
    `back:SOURCE`, `held:KIND`; and for a stretch of time `had:KIND`. Between two inner kinds what
    flowed against the order appears as `back:KIND` and `again:KIND`, so that no circle is drawn.
    Without `receipts` the picture ends with the lines.
    """
    drawn: defaultdict[tuple[str, str], int] = defaultdict(int)
    between: defaultdict[tuple[str, str], int] = defaultdict(int)
    holds = dict(had or {})
    for one in normal(passed, unit):
        for kind, amount in ((one.to_kind, one.amount), (one.from_kind, -one.amount)):
            if kind in inner:
                holds[kind] = holds.get(kind, 0) + amount
        if {one.from_kind, one.to_kind} <= {*inner, *SPENT}:
            between[one.from_kind, one.to_kind] += one.amount
        else:
            drawn[_outward(one, inner)] += one.amount
    _between(between, drawn, inner)
    drawn.update({(f"had:{kind}", kind): amount for kind, amount in (had or {}).items()})
    drawn.update({(kind, f"held:{kind}"): amount for kind, amount in holds.items()})
    spent = sum(amount for (_, to), amount in drawn.items() if to == "spent")
    for part in _receipts(spent, spendings):
        if receipts or part.from_node == "spent":
            drawn[part.from_node, part.to_node] += part.amount
    return tuple(Stream(*ends, amount) for ends, amount in drawn.items() if amount)


def _outward(one: Passed, inner: Sequence[str]) -> tuple[str, str]:
    """Return the nodes between which something is drawn that came from outside, or went there."""
    if one.from_kind in inner:
        return one.from_kind, f"back:{source_of(one, one.to_kind)}"
    return f"from:{source_of(one, one.from_kind)}", one.to_kind


def _between(
    between: Mapping[tuple[str, str], int],
    drawn: defaultdict[tuple[str, str], int],
    inner: Sequence[str],
) -> None:
    """Draw what flowed between the project's own accounts, one way only for each two of them."""
    place = {kind: at for at, kind in enumerate(inner)}
    for ends in {
        tuple(sorted(pair, key=lambda kind: place.get(kind, len(place)))) for pair in between
    }:
        first, last = ends
        amount = between.get((first, last), 0) - between.get((last, first), 0)
        shown = "spent" if last in SPENT else last
        if amount >= 0:
            drawn[first, shown] += amount
        else:
            drawn[shown, f"back:{first}"] -= amount
            drawn[f"again:{first}", first] -= amount


def _receipts(spent: int, spendings: Sequence[Spending]) -> list[Stream]:
    """Return what was spent by line of the budget, and each line by receipt.

    What no request for money accounts for is a line without a name.
    """
    lines: defaultdict[str, int] = defaultdict(int)
    found: list[Stream] = []
    for one in spendings:
        lines[one.line] += one.amount
        to = f"receipt:{one.id}" if one.id else f"rest:{one.line}"
        found.append(Stream(f"line:{one.line}", to, one.amount))
    rest = spent - sum(lines.values())
    if rest and spendings:
        lines[""] += rest
        found.append(Stream("line:", "rest:", rest))
    return [Stream("spent", f"line:{name}", amount) for name, amount in lines.items()] + found


def few(spendings: Sequence[Spending], most: int) -> tuple[Spending, ...]:
    """Return the greatest spendings, and the others of each line as one."""
    ranked = sorted(spendings, key=lambda one: (-one.amount, str(one.id)))
    kept, others = ranked[:most], ranked[most:]
    sums: defaultdict[str, int] = defaultdict(int)
    for one in others:
        sums[one.line] += one.amount
    return (*kept, *(Spending(None, line, "", amount) for line, amount in sorted(sums.items())))


def unbalanced(found: Iterable[Stream]) -> dict[str, int]:
    """Return by how much more flows into a node than out of it, for nodes that have both sides."""
    came: defaultdict[str, int] = defaultdict(int)
    went: defaultdict[str, int] = defaultdict(int)
    for one in found:
        came[one.to_node] += one.amount
        went[one.from_node] += one.amount
    return {
        node: came[node] - went[node]
        for node in came.keys() & went.keys()
        if came[node] != went[node]
    }
