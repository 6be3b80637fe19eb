"""The tables of deaths and care need: as they come, as a community replaces them, and refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from timebank.solvency import BadTable, read_inputs, read_table, start_of
from timebank.solvency.inputs import AGES

GOOD = "# A table of our own\nfrom_age,per_thousand\n0,1\n60,100\n"


def test_the_tables_that_come_along_name_their_sources_and_cover_every_age() -> None:
    found = read_inputs()
    assert "China Statistical Yearbook 2002, table 4-11" in found.mortality.about
    assert "10.25236/IJFM.2023.050801" in found.care_need.about
    deaths, need = found.mortality.per_age(), found.care_need.per_age()
    assert deaths.shape == need.shape == (AGES,)
    assert [deaths[age] for age in (59, 60, 64, 65, 110)] == [
        0.00868, 0.01479, 0.01479, 0.02437, 0.36398,
    ]  # fmt: skip
    assert [need[age] for age in (59, 60, 69, 70, 79, 80, 110)] == [
        0.0, 0.108, 0.108, 0.212, 0.212, 0.47, 0.47,
    ]  # fmt: skip


def test_two_thirds_of_the_old_deaths_are_the_life_expectancy_of_2020() -> None:
    """The default of 66 percent makes 77.9 years at birth, which the census of 2020 found."""
    dying = 1 - np.exp(-read_inputs().mortality.per_age() * 0.66)
    dying[-1] = 1
    alive = np.concatenate([[1], np.cumprod(1 - dying)])
    assert (alive[:-1] + alive[1:]).sum() / 2 == pytest.approx(77.93, abs=0.1)


def test_a_community_replaces_one_table_and_keeps_the_other(tmp_path: Path) -> None:
    (tmp_path / "mortality.csv").write_text(GOOD, encoding="utf-8")
    found = read_inputs(tmp_path)
    assert found.mortality.about == "A table of our own"
    assert found.mortality.per_age()[[0, 59, 60, 110]].tolist() == [0.001, 0.001, 0.1, 0.1]
    assert found.care_need == read_inputs().care_need


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace("from_age", "age"), "first row"),
        ("", "first row"),
        (GOOD.replace("60,100", "60,many"), "many"),
        (GOOD.replace("60,100", "60"), "unpack"),
        (GOOD.replace("0,1\n", "1,1\n"), "begin at 0"),
        (GOOD + "50,3\n", "rise"),
        (GOOD + "111,3\n", "rise"),
        (GOOD.replace("60,100", "60,1001"), "1,000"),
        (GOOD.replace("60,100", "60,-1"), "1,000"),
        (GOOD.replace("60,100", "60,nan"), "1,000"),
        (GOOD.replace("# A table of our own\n", ""), "where its figures come from"),
        ("# Source\nfrom_age,per_thousand\n", "begin at 0"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "care_need.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=why):
        read_table(path)


# --- where a projection starts -------------------------------------------------------------------

TODAY = date(2026, 3, 2)


def test_members_stand_at_their_ages_and_the_rest_is_owed_as_a_whole() -> None:
    members = [(date(1966, 3, 2), 600), (date(1966, 3, 3), 60), (date(1946, 1, 1), 0)]
    found, without = start_of(members, owed=1_200, reserve_fen=12_345, today=TODAY)
    assert (found.people[60], found.people[59], found.people[80]) == (1, 1, 1)
    assert (found.hours[60], found.hours[59], found.hours[80]) == (10, 1, 0)
    assert (found.pool, found.reserve, without) == (9, 123.45, 0)
    assert found.owed == 20


def test_members_without_a_date_of_birth_are_spread_as_the_others_are() -> None:
    known = [(date(1966, 1, 1), 0)] * 2 + [(date(1946, 1, 1), 60)]
    found, without = start_of([*known, *[(None, 120)] * 4], owed=600, reserve_fen=0, today=TODAY)
    assert without == 4
    assert found.people.sum() == 7
    assert (found.people[60], found.people[80]) in {(5, 2), (4, 3)}
    assert found.hours.sum() == pytest.approx(9)
    assert found.owed == pytest.approx(10)


def test_where_no_date_of_birth_is_known_at_all_everybody_is_sixty_five() -> None:
    found, without = start_of([(None, 60), (None, 0)], owed=60, reserve_fen=0, today=TODAY)
    assert (found.people[65], found.hours[65], without) == (2, 1, 2)


def test_what_another_community_owes_us_does_not_make_the_pool_negative() -> None:
    found, _ = start_of([(date(1966, 1, 1), 600)], owed=300, reserve_fen=0, today=TODAY)
    assert found.pool == 0
    empty, _ = start_of([], owed=0, reserve_fen=0, today=TODAY)
    assert empty.owed == 0
