"""Ballots kept as columns: a hundred thousand of them take a few megabytes, not a hundred."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Ballot(NamedTuple):
    """A way of voting, and how many residents voted exactly so.

    `choices` holds project ids: in order of preference on an ordinal ballot. `points` runs beside
    it on a cumulative ballot and is empty on the others.
    """

    choices: tuple[str, ...]
    points: tuple[int, ...]
    votes: int


class Ballots(Sequence[Ballot]):
    """A sequence of ballots that answers to columns; equal to any sequence of the same ballots.

    The choices of ballot n are `marks[ends[n]:ends[n + 1]]`, places among `ids`; `points` runs
    beside `marks` or is empty, and `votes[n]` residents voted so.
    """

    def __init__(
        self,
        ids: Sequence[str],
        *,
        ends: Ints,
        marks: NDArray[np.int32],
        points: Ints,
        votes: Ints,
    ) -> None:
        """Take the columns as they are, without copying them."""
        self.ids = tuple(ids)
        self.ends, self.marks, self.points, self.votes = ends, marks, points, votes

    @classmethod
    def of(cls, ids: Sequence[str], ballots: Sequence[Ballot]) -> "Ballots":
        """Lay ballots out in columns; `ids` are those of all projects. KeyError for a stranger."""
        if isinstance(ballots, Ballots) and ballots.ids == tuple(ids):
            return ballots
        gathered = Gathered(ids)
        for ballot in ballots:
            gathered.add(ballot.choices, ballot.points, ballot.votes)
        return gathered.ballots()

    def __len__(self) -> int:
        return len(self.votes)

    @overload
    def __getitem__(self, at: int) -> Ballot: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Ballot, ...]: ...
    def __getitem__(self, at: int | slice) -> Ballot | tuple[Ballot, ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self))))
        place = range(len(self))[at]
        begin, end = int(self.ends[place]), int(self.ends[place + 1])
        return Ballot(
            tuple(self.ids[mark] for mark in self.marks[begin:end].tolist()),
            tuple(self.points[begin:end].tolist()),
            int(self.votes[place]),
        )

    def __iter__(self) -> Iterator[Ballot]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(Ballot.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment] # as for every sequence that holds arrays

    def __repr__(self) -> str:
        return f"Ballots({len(self)} kinds, {int(self.votes.sum())} votes)"


class Gathered:
    """Ballots on their way into columns, one after the other."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids)
        self._place = {name: place for place, name in enumerate(self._ids)}
        self._ends = array("q", [0])
        self._marks = array("i")
        self._points = array("q")
        self._votes = array("q")

    def add(self, choices: Iterable[str], points: Iterable[int], votes: int) -> int:
        """Add a ballot and return its place."""
        self._marks.extend([self._place[choice] for choice in choices])
        self._points.extend(points)
        self._ends.append(len(self._marks))
        self._votes.append(votes)
        return len(self._votes) - 1

    def again(self, place: int) -> None:
        """Count one vote more for a ballot that was added before."""
        self._votes[place] += 1

    def ballots(self) -> Ballots:
        """Return what was gathered, without copying it."""
        return Ballots(
            self._ids,
            ends=np.frombuffer(self._ends, dtype=np.int64),
            marks=np.frombuffer(self._marks, dtype=np.int32),
            points=np.frombuffer(self._points, dtype=np.int64),
            votes=np.frombuffer(self._votes, dtype=np.int64),
        )


class Voter(NamedTuple):
    """One line of the list of votes: whose ballot it is and what else its line says."""

    id: str
    ballot: int
    cells: tuple[str, ...]


class Voters(Sequence[Voter]):
    """The list of votes, kept as columns; equal to any sequence of the same voters."""

    def __init__(self, columns: int) -> None:
        self._ids = bytearray()
        self._ends = array("q", [0])
        self._ballots = array("i")
        self._codes = [array("i") for _ in range(columns)]
        self._known: list[dict[str, int]] = [{} for _ in range(columns)]
        self._texts: list[list[str]] = [[] for _ in range(columns)]

    def add(self, name: str, ballot: int, cells: Iterable[str]) -> None:
        """Add a line at the end."""
        self._ids += name.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._ids))
        self._ballots.append(ballot)
        for codes, known, texts, cell in zip(
            self._codes, self._known, self._texts, cells, strict=True
        ):
            code = known.get(cell)
            if code is None:
                code = known[cell] = len(texts)
                texts.append(cell)
            codes.append(code)

    def repeated(self) -> tuple[int, str, int]:
        """Return how many ids stand on more than one line, one of them, and on how many.

        Hashes are sorted first: only ids whose hashes meet are compared, so it takes little room.
        """
        hashes = np.fromiter((hash(name) for name in self._names()), np.int64, len(self))
        found, times = np.unique(hashes, return_counts=True)
        met = set(found[times > 1].tolist())
        lines: dict[str, int] = {}
        if met:
            for name in self._names():
                if hash(name) in met:
                    lines[name] = lines.get(name, 0) + 1
        twice = {name: count for name, count in lines.items() if count > 1}
        most = max(twice, key=lambda name: twice[name], default="")
        return len(twice), most, twice.get(most, 0)

    def _names(self) -> Iterator[str]:
        begin = 0
        for end in self._ends[1:]:
            yield self._ids[begin:end].decode("utf-8", "surrogatepass")
            begin = end

    def __len__(self) -> int:
        return len(self._ballots)

    @overload
    def __getitem__(self, at: int) -> Voter: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Voter, ...]: ...
    def __getitem__(self, at: int | slice) -> Voter | tuple[Voter, ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self))))
        place = range(len(self))[at]
        name = self._ids[self._ends[place] : self._ends[place + 1]]
        cells = tuple(
            texts[codes[place]] for codes, texts in zip(self._codes, self._texts, strict=True)
        )
        return Voter(name.decode("utf-8", "surrogatepass"), self._ballots[place], cells)

    def __iter__(self) -> Iterator[Voter]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(Voter.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment] # as for every list
