"""The published file of a closed round: everything that its result follows from, and nobody's name.

It states the rules as they were counted and marks the winners, so that `linli count --official`
counts and compares. Each ballot carries the receipt by which its voter finds it.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from marketplace.election import Election, Voter
from marketplace.pabulib import write_election
from marketplace.publishing import as_election
from marketplace.reading import projects_of
from marketplace.result_reading import numbered_ballots, round_result
from marketplace.results import Counted
from marketplace.values import Marks, Round, RoundId

KEPT_MAX: Final = 8
"""Files that are kept at hand: a closed round never changes, and neither does its file."""

_kept: OrderedDict[RoundId, "PublishedFile"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file byte for byte, and its SHA-256 in hexadecimal digits."""

    content: bytes
    sha256: str


async def published_file(current: Round) -> PublishedFile:
    """Return a closed round's `.pb` file. Raises `NotYetCounted`."""
    if current.id not in _kept:
        content = write_election(await published_election(current)).encode()
        _kept[current.id] = PublishedFile(content, hashlib.sha256(content).hexdigest())
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    _kept.move_to_end(current.id)
    return _kept[current.id]


async def published_election(current: Round) -> Election:
    """Return a closed round as its file states it. Raises `NotYetCounted`."""
    decided = (await round_result(current)).deciding
    ballots = await numbered_ballots(current)
    places: dict[Marks, int] = {}
    many: list[int] = []
    for one in ballots:
        place = places.setdefault(one.marks, len(places))
        if place == len(many):
            many.append(0)
        many[place] += 1
    election = as_election(
        current,
        await projects_of(current.id, community_id=current.community_id),
        list(zip(places, many, strict=True)),
    )
    return replace(
        election,
        projects=tuple(
            replace(one, selected="1" if one.id in decided.winners else "0")
            for one in election.projects
        ),
        meta=_with_rules(election, decided),
        voter_columns=("receipt",),
        voters=tuple(Voter(str(one.number), places[one.marks], (one.receipt,)) for one in ballots),
    )


def _with_rules(election: Election, decided: Counted) -> tuple[tuple[str, str], ...]:
    """Return what a round says of itself, with the rules whole: a quorum in votes among them."""
    stated = {key: value for key, value in election.meta if key != "count_rules"}
    return (*stated.items(), ("count_rules", decided.rules_text))
