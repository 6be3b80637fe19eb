"""Acts of the random days: each a verb of the time bank beside what the oracle says of it."""

import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.timebank.days.town import Town, moment
from tests.timebank.days.values import Person, Stay, Thing
from tests.timebank.days.world import World

Some = TypeVar("Some")


@dataclass(frozen=True)
class Act:
    """What somebody does: on the time bank, and in the oracle's world, which may be a copy."""

    verb: Callable[[], Coroutine[Any, Any, Any]]
    expected: Callable[[World], object]


@dataclass(frozen=True)
class Draw:
    """What chance says of an act; `right` lets it be done by who may, as it mostly is in life."""

    n: int
    who: int
    by: int
    minutes: int
    flag: int
    right: bool


@dataclass
class Scene:
    """The moment in which acts are made: the town, the oracle's world, and what chance drew.

    `about` is the one visit that it is about, and `whom` the member, where two acts are to meet.
    """

    town: Town
    world: World
    now: int
    draw: Draw
    about: Stay | None = None
    whom: str | None = None

    def stays(self) -> list[Stay]:
        """Return all visits, or the one that this is about."""
        return [self.about] if self.about else self.world.of_kind(Stay)

    def at(self) -> Any:
        return moment(self.now)

    def new(self) -> uuid.UUID:
        """Return a form's key: no form is sent twice here."""
        return uuid.uuid4()

    def one(self, of: list[Some], number: int | None = None) -> Some | None:
        """Return one of some, mostly of the latest; None where there are none."""
        latest = of[-6:] if self.draw.right else of
        return latest[(self.draw.n if number is None else number) % len(latest)] if latest else None

    def anybody(self, number: int) -> str:
        return [*self.world.people][number % len(self.world.people)]

    def somebody(self, place: str, *roles: str, number: int, but: str | None = "") -> str:
        """Return an active member of a place with one of these roles; anybody if chance says so."""
        found = [
            name
            for name, one in self.world.places[place].people.items()
            if one.active and one.has(*roles) and name != but
        ]
        if self.whom in found and number == self.draw.who:
            return self.whom
        if not self.draw.right or not found:
            return self.anybody(number)
        return found[number % len(found)]

    def thing(self, kind: type[Any]) -> Any:
        return self.one(self.world.of_kind(kind))

    def home(self, thing: Thing) -> str:
        """Return the place where something was stored."""
        for name, place in self.world.places.items():
            mine = [*place.stays, *place.gifts, *place.donations, *place.proposals]
            if any(one is thing for one in mine):
                return name
        return "old"

    def person(self, name: str) -> Person:
        return self.world.people[name]

    def id(self, name: str) -> uuid.UUID:
        found = self.world.people[name].id
        assert found is not None
        return found

    def actor(self, name: str) -> Any:
        return self.town.actor(self.world, name)


Maker = Callable[[Scene], Act | None]
