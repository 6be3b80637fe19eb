"""What must hold after every step: of the tables alone, and of the tables beside the oracle."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.timebank.days.town import Found, Town, moment
from tests.timebank.days.values import (
    TAKES_TIME,
    Donation,
    Gift,
    Move,
    No,
    Proposal,
    Stay,
    Thing,
)
from tests.timebank.days.world import World

CLOSED = {"confirmed", "resolved"}


def check_book(found: Found) -> None:
    """Assert that the books balance, nobody is under a floor, and holds are what is reserved."""
    sums: Counter[Any] = Counter()
    for row in found.accounts:
        sums[row["community_id"]] += row["posted"]
        assert row["posted"] == row["booked"], dict(row)
        assert row["held"] == row["reserved"], dict(row)
        assert row["floor"] is None or row["posted"] - row["held"] >= row["floor"], dict(row)
        if row["kind"] in {"escrow", "donated"}:
            assert row["posted"] == 0, dict(row)
    assert not any(sums.values()), sums
    clearing = {r["community_id"]: r["posted"] for r in found.accounts if r["kind"] == "clearing"}
    assert sum(clearing.values()) == 0, clearing
    assert found.twice == 0, "a volunteer is in two places"


def check_world(found: Found, world: World, town: Town) -> None:
    """Assert that everybody has what the oracle says, and everything stands where it says."""
    names = {one.id: one.name for one in world.people.values()}
    places = {key: name for name, key in town.ids.items()}
    for row in found.accounts:
        owner = names[row["owner"]] if row["kind"] in {"member", "gifts", "estate"} else ""
        purse, book = (row["kind"], owner), world.places[places[row["community_id"]]].book
        expected = book.posted.get(purse, 0), book.held.get(purse, 0)
        assert (row["posted"], row["held"]) == expected, (purse, dict(row), expected)
    known = {(row["community_id"], row["kind"], row["owner"]) for row in found.accounts}
    for name, place in world.places.items():
        for kind, who in [one for one, minutes in place.book.posted.items() if minutes]:
            owner = world.people[who].id if who else None
            assert kind == "clearing" or (town.ids[name], kind, owner) in known, (kind, who)
    stays = world.of_kind(Stay)
    assert len(found.visits) == len(stays)
    for stay in stays:
        assert stay.id is not None
        _check_visit(stay, found.visits[stay.id], names)
    others = [one for one in world.of_kind(Thing) if not isinstance(one, Stay)]
    assert found.states == {one.id: _state(one) for one in others}


def _state(one: Thing) -> str:
    if isinstance(one, Donation):
        return "reversed" if one.reversed else "stands"
    assert isinstance(one, Gift | Proposal | Move)
    return one.state


def _check_visit(stay: Stay, row: Any, names: dict[Any, str]) -> None:
    stands = row["state"], row["minutes_measured"], row["minutes_confirmed"]
    assert stands == (stay.state, stay.measured, stay.agreed), stay
    if stay.state != "cancelled":
        assert names.get(row["volunteer_id"]) == stay.volunteer, stay
    taken = sorted(stay.quarters) if stay.state in TAKES_TIME else []
    assert row["quarters"] == [moment(one) for one in taken], stay
    assert row["taken"] == len(taken), stay
    if stay.state in CLOSED:
        assert row["earned"] == stay.credit(stay.agreed or 0), stay
    assert row["starts_at"] == moment(0) + timedelta(minutes=stay.start)


def check_answer(answer: object, expected: object) -> None:
    """Assert that the verb did what the oracle did, or refused with its class and figures."""
    if not isinstance(expected, No):
        assert not isinstance(answer, Exception), f"{answer!r} instead of {expected!r}"
        return
    assert type(answer).__name__ == expected.name, f"{answer!r} instead of {expected!r}"
    for name, figure in expected.figures.items():
        said = getattr(answer, name)
        assert said == figure, f"{name} {said!r} in {answer!r} instead of {expected!r}"
