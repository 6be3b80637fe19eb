"""The demo's residents: as many as the real community has, and plausible neighbours."""

import re
from datetime import date

import pytest

from app import demo_people
from app.demo_people import GRIDS, HOUSEHOLDS, RESIDENTS, residents

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module", name="people")
def all_people() -> list[demo_people.Person]:
    return residents(TODAY)


def age(person: demo_people.Person) -> int:
    born = person.birth_date
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def test_the_figures_are_those_of_the_real_community(people: list[demo_people.Person]) -> None:
    assert len(people) == RESIDENTS
    assert len({one.household for one in people}) == HOUSEHOLDS
    assert {one.grid for one in people} == set(range(len(GRIDS)))


def test_it_is_the_same_story_every_time(people: list[demo_people.Person]) -> None:
    assert residents(TODAY) == people


def test_nobody_shares_a_number_or_a_phone(people: list[demo_people.Person]) -> None:
    assert len({one.number for one in people}) == RESIDENTS
    phones = [one.phone for one in people if one.phone]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"\+86154\d{8}", phone) for phone in phones)


def test_a_household_lives_at_one_address(people: list[demo_people.Person]) -> None:
    homes: dict[str, set[tuple[str, int]]] = {}
    for one in people:
        homes.setdefault(one.household, set()).add((one.address, one.grid))
    assert all(len(places) == 1 for places in homes.values())


def test_nobody_could_be_taken_for_somebody_else(people: list[demo_people.Person]) -> None:
    assert len({(one.name, one.birth_date) for one in people}) == RESIDENTS
    assert len({(one.name, one.household) for one in people}) == RESIDENTS


def test_ages_roles_and_names_are_plausible(people: list[demo_people.Person]) -> None:
    ages = [age(one) for one in people]
    assert min(ages) >= 0
    assert max(ages) <= 100
    assert all(one.elder == (years >= 60) for one, years in zip(people, ages, strict=True))
    assert all(18 <= age(one) <= 70 for one in people if one.volunteer)
    assert 100 < sum(one.volunteer for one in people) < 300
    assert 900 < sum(one.elder for one in people) < 2_200
    assert all(re.fullmatch(r"[一-鿿]{2,3}", one.name) for one in people)
