"""The demo's named people: everybody has a place of their own among the residents."""

import io
from datetime import date

import pytest

from app.demo_cast import DAUGHTER, ELDERS, OTHERS, VOLUNTEERS, WORKING_AGES, Cast, cast
from app.demo_people import GRIDS, HOUSEHOLDS, RESIDENTS, Person, residents
from app.demo_roster import COLUMNS, roster_file
from app.roster.reading import open_sheet
from tests.app.test_demo_people import TODAY


@pytest.fixture(scope="module", name="story")
def whole_story() -> Cast:
    return cast(residents(TODAY), TODAY)


def by_number(people: tuple[Person, ...]) -> dict[str, Person]:
    return {one.number: one for one in people}


def test_nobody_is_added_and_nobody_is_missing(story: Cast) -> None:
    assert len(by_number(story.people)) == len(story.people) == RESIDENTS
    assert len({one.household for one in story.people}) == HOUSEHOLDS
    assert set(story.named) == {name for name, *_ in ELDERS} | set(VOLUNTEERS) | set(OTHERS)
    assert all(story.named[name].name == name for name in story.named)
    everybody = by_number(story.people)
    assert all(everybody[one.number] == one for one in story.named.values())


def test_no_two_of_them_share_a_household(story: Cast) -> None:
    assert len({one.household for one in story.named.values()}) == len(story.named)


def test_the_elders_live_alone_in_the_flats_of_the_story(story: Cast) -> None:
    for name, _minutes, flat in ELDERS:
        one = story.named[name]
        assert (one.address, GRIDS[one.grid]) == (flat, flat.split()[0])
        assert [other for other in story.people if other.household == one.household] == [one]


def test_who_works_and_who_gives_time_can_be_called(story: Cast) -> None:
    for name in (*VOLUNTEERS, *OTHERS):
        assert story.named[name].phone, name
    assert all(story.named[name].volunteer for name in VOLUNTEERS)
    ages = {name: (TODAY - story.named[name].birth_date).days // 365 for name in OTHERS}
    assert set(ages.values()) <= set(WORKING_AGES)
    assert not story.named[DAUGHTER].elder


def test_a_day_without_room_for_them_is_said(story: Cast) -> None:
    with pytest.raises(LookupError):
        cast(story.people[:40], date(2026, 11, 22))


def test_the_roster_is_a_file_that_any_office_could_hand_in(story: Cast) -> None:
    sheet = open_sheet(io.BytesIO(roster_file(story.people)))
    rows = [row for batch in sheet.batches(None) for row in batch]
    assert sheet.told["columns"] == list(COLUMNS)
    assert not [row.misread for row in rows if row.misread]
    assert [(row.roster_number, row.name, row.birth_date, row.phone) for row in rows] == [
        (one.number, one.name, one.birth_date, one.phone) for one in story.people
    ]
