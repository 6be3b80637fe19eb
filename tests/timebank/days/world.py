"""The oracle's two communities, who lives there, and what passes between them."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from tests.timebank.days.hours import Hours
from tests.timebank.days.values import (
    CLEARING,
    ISSUANCE,
    RELIEF,
    Move,
    No,
    Person,
    Rules,
    Thing,
    gifts,
    own,
)
from tests.timebank.days.visits import Visits

CAST = (
    Person("chen", "old", {"elder"}, {"li": "lineal", "zhou": "spouse"}),
    Person("wu", "old", {"elder"}, {"lu": "other"}, rank="first"),
    Person("tang", "old", {"elder"}, rank="second"),
    Person("zhou", "old", {"elder", "volunteer"}, {"li": "lineal", "chen": "spouse"}),
    Person("li", "old", {"volunteer"}, {"chen": "lineal", "zhou": "lineal"}, too_young=True),
    Person("ming", "old", {"volunteer"}, {"fei": "other"}),
    Person("fei", "old", {"elder"}, {"ming": "other"}, rank="second"),
    Person("shen", "old", {"coordinator"}),
    Person("lu", "old", {"coordinator"}, {"wu": "other"}),
    Person("ma", "old", {"treasurer"}),
    Person("gao", "new", {"elder", "volunteer"}),
    Person("fang", "new", {"elder"}),
    Person("ji", "new", {"coordinator", "volunteer"}),
)
BEGINS = {
    "chen": 900, "wu": 120, "tang": 60, "zhou": 240, "ming": 90, "fei": 45, "gao": 300, "fang": 240,
}  # fmt: skip
FUND = 240
LIMIT = 500
"""What the two communities agreed to owe one another."""


class Community(Visits, Hours):
    """One community, whole."""


Kept = TypeVar("Kept", bound=Thing)


class World:
    """Both communities, and the moves between them."""

    def __init__(self, people: list[Person], rules: Rules) -> None:
        self.people = {one.name: one for one in people}
        self.places = {place: Community({}, rules) for place in ("old", "new")}
        for one in people:
            self.places[one.place].people[one.name] = one
        for name, minutes in BEGINS.items():
            self.of(name).book.move(ISSUANCE, own(name), minutes)
        self.places["old"].book.move(ISSUANCE, RELIEF, FUND)
        self.moves: list[Move] = []

    def of(self, who: str) -> Community:
        """Return the community that somebody belongs to."""
        return self.places[self.people[who].place]

    def of_kind(self, kind: type[Kept]) -> list[Kept]:
        """Return what of one kind was stored, of both communities."""
        found: list[Thing] = [*self.moves]
        for place in self.places.values():
            found += [*place.stays, *place.gifts, *place.donations, *place.proposals]
        return [one for one in found if isinstance(one, kind)]

    def find(self, kind: type[Kept], key: UUID | None, by: str, unknown: str) -> Kept:
        """Return what was stored under an id; `unknown` is the refusal where it is not here."""
        place = self.of(by)
        for one in self.of_kind(kind):
            if one.id == key:
                mine = [*place.stays, *place.gifts, *place.donations, *place.proposals, *self.moves]
                if any(one is other for other in mine):
                    return one
        raise No(unknown)

    def attempt(self, act: Callable[["World"], object]) -> object:
        """Do an act; return its refusal, and what it had moved in the books by then is undone."""
        before = {name: place.book.copy() for name, place in self.places.items()}
        try:
            return act(self)
        except No as refusal:
            for name, place in self.places.items():
                place.book.take(before[name])
            return refusal

    def later(self, at: int) -> None:
        for place in self.places.values():
            place.visits_later(at)
            place.gifts_later(at)

    # --- moving -----------------------------------------------------------------------------------

    def ask_move(self, who: str, by: str, at: int) -> Move:
        mover, here = self.people[who], self.people[by].place
        if who != by and not self.people[by].has("coordinator"):
            raise No("NotYours")
        if mover.place != here:
            raise No("UnknownMember")
        if not mover.active and (who == by or mover.standing != "left"):
            raise No("NotActive")
        waits = self.open_move(who)
        if waits is not None:
            return waits
        home = self.places[here]
        luggage = sum(home.book.posted.get(one(who), 0) for one in (own, gifts))
        if luggage <= 0:
            raise No("NothingToTake")
        self._room(here, luggage, at)
        own_word = who == by
        move = Move(who, "asked" if own_word else "released", "" if own_word else by)
        self.moves.append(move)
        return move

    def open_move(self, who: str) -> Move | None:
        found = [one for one in self.moves if one.member == who and one.state in _OPEN_MOVE]
        return found[0] if found else None

    def _room(self, here: str, minutes: int, at: int) -> None:
        limit = min(LIMIT, *(one.rules(at).clearing_limit_minutes for one in self.places.values()))
        if limit <= 0:
            raise No("NoClearing")
        left = max(0, limit - self.places[here].book.posted.get(CLEARING, 0))
        if minutes > left:
            raise No("ClearingFull", left=left, asked=minutes)

    def release(self, move: Move, by: str) -> Move:
        if self.people[by].place != self.people[move.member].place:
            raise No("NotYours")
        if move.state == "released" and move.released_by == by:
            return move
        if move.state != "asked":
            raise No("MoveOver", state=move.state)
        if by == move.member:
            raise No("SameHand")
        move.state, move.released_by = "released", by
        return move

    def receive(self, move: Move, by: str, at: int) -> Move:
        mover = self.people[move.member]
        here, there = self.places[mover.place], self.people[by].place
        if there == mover.place:
            raise No("NotYours")
        if move.state == "done":
            return move
        if move.state == "asked":
            raise No("NotReleased")
        if move.state != "released":
            raise No("MoveOver", state=move.state)
        here.refuse_to_go(mover.name, move.released_by)
        leaving = [own(mover.name), gifts(mover.name)]
        luggage = [here.book.posted.get(one, 0) for one in leaving]
        if sum(luggage) <= 0:
            raise No("NothingToTake")
        self._room(mover.place, sum(luggage), at)
        here.leave(mover.name, None, move.released_by)
        name = f"{mover.name}+{len(self.people)}"
        joined = Person(name, there, set(mover.roles), too_young=mover.too_young)
        self.people[name] = self.places[there].people[name] = joined
        for purse, to, minutes in zip(leaving, (own(name), gifts(name)), luggage, strict=True):
            here.book.move(purse, CLEARING, minutes)
            self.places[there].book.move(CLEARING, to, minutes)
        move.state = "done"
        return move

    def decline_move(self, move: Move, by: str) -> Move:
        if move.state == "declined" and move.ended_by == by:
            return move
        if move.state not in _OPEN_MOVE:
            raise No("MoveOver", state=move.state)
        if by == move.member:
            raise No("SameHand")
        move.state, move.ended_by = "declined", by
        return move

    def withdraw_move(self, by: str) -> Move | None:
        move = self.open_move(by)
        if move is not None:
            move.state, move.ended_by = "withdrawn", by
        return move


_OPEN_MOVE = {"asked", "released"}
