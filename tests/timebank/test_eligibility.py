"""Who may give and who may receive: every rule of every pack at its boundary."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
from community import Actor, KinKind, Policy, Role
from community.policy import Pack, read_pack
from tests.timebank.street import NOON, Street
from timebank import eligibility
from timebank.care import rules as care_rules
from timebank.care.fitness import give_policy
from timebank.care.honours import STARS
from timebank.care.values import HeldCertificate, Needs, Person
from timebank.care.values import Reason as CareReason
from timebank.earning_rules import overflow
from timebank.eligibility import NotEligible, Reason
from timebank.hours import rules as hours_rules
from timebank.hours.relief import relief_policy
from timebank.hours.values import Disability, Living, Rank
from timebank.hours.values import Needs as ElderNeeds
from timebank.policy import (
    CAP_MINUTES,
    DAY_CAP_MINUTES,
    DONATIONS,
    GIVE_AGE_MIN,
    GIVE_AGE_MIN_WOMEN,
    HOUR_COST_FEN,
    MINORS_IN_GROUPS,
    PUBLIC_HOME_MINUTES,
    REDEEM_AFTER_MINUTES,
    RELIEF_FIRST_AGE_MIN,
    RELIEF_SECOND_AGE_MIN,
    RESERVE_FEN,
    SETTINGS,
    TEAM_HOURS_DONATED,
    TRAINING_FIRST,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLDER = Path(__file__).parents[2] / "app" / "packs"
CITIES = ("default", "nanjing-2019", "beijing-2022", "shanghai-2026", "changning-pilot")


def pack(city: str) -> Pack:
    content = (FOLDER / f"{city}.toml").read_bytes()
    return read_pack(content, settings=SETTINGS, zone=SHANGHAI)


RULES: Mapping[str, Policy] = {city: Policy(pack(city).settings) for city in CITIES}


def at_age(years: int, *, moment: timedelta) -> int:
    """Return the age of somebody at a moment before or after their birthday's first."""
    born = date(1960, 3, 2)
    birthday = datetime(1960 + years, 3, 2, tzinfo=SHANGHAI)
    return eligibility.age_at(born, birthday + moment, SHANGHAI)


BEFORE, AFTER = -timedelta.resolution, timedelta.resolution


# --- ages ----------------------------------------------------------------------------------------


def test_a_birthday_begins_at_midnight_of_the_community_s_own_clock() -> None:
    born = date(1960, 3, 2)
    midnight = datetime(2020, 3, 2, tzinfo=SHANGHAI)
    assert eligibility.age_at(born, midnight + BEFORE, SHANGHAI) == 59
    assert eligibility.age_at(born, midnight, SHANGHAI) == 60
    assert midnight.astimezone(UTC).date() == date(2020, 3, 1), "it is still the day before there"
    assert eligibility.age_at(born, midnight, ZoneInfo("UTC")) == 59


def test_who_was_born_on_a_leap_day_has_a_birthday_every_year() -> None:
    born = date(1960, 2, 29)
    ages = {
        day: eligibility.age_at(born, datetime(*day, 12, tzinfo=SHANGHAI), SHANGHAI)
        for day in [(2020, 2, 28), (2020, 2, 29), (2021, 2, 28), (2021, 3, 1)]
    }
    assert list(ages.values()) == [59, 60, 60, 61]


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_an_age_only_grows_and_by_one_at_a_time(born: date, days: int) -> None:
    on = datetime(born.year, born.month, born.day, 12, tzinfo=SHANGHAI) + timedelta(days=days)
    today = eligibility.age_at(born, on, SHANGHAI)
    tomorrow = eligibility.age_at(born, on + timedelta(days=1), SHANGHAI)
    assert 0 <= today <= tomorrow <= today + 1


# --- receiving help ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "from_age", "in_hardship"),
    [
        ("default", 60, 60),
        ("nanjing-2019", 60, 60),
        ("beijing-2022", 60, 60),
        ("shanghai-2026", 65, 60),
        ("changning-pilot", 60, 60),
    ],
)
def test_help_is_received_from_the_birthday_s_first_moment_on(
    city: str, from_age: int, in_hardship: int
) -> None:
    policy = RULES[city]
    for least, hardship in ((from_age, False), (in_hardship, True)):
        for moment, refused in ((BEFORE, True), (timedelta(0), False), (AFTER, False)):
            age = at_age(least, moment=moment)
            reason = eligibility.may_redeem(age, hardship=hardship, policy=policy)
            assert reason == (Reason.TOO_YOUNG if refused else None)


@pytest.mark.parametrize("city", CITIES)
def test_where_no_birthday_is_on_record_the_coordinator_has_looked(city: str) -> None:
    assert eligibility.may_redeem(None, hardship=False, policy=RULES[city]) is None


def test_hardship_never_raises_the_age() -> None:
    odd = Policy({"time_bank.redeem_age_min": 60, "time_bank.hardship_redeem_age_min": 70})
    assert eligibility.redeem_age(odd, hardship=True) == 60
    any_age = Policy({"time_bank.redeem_age_min": 0})
    assert eligibility.may_redeem(0, hardship=False, policy=any_age) is None


def test_own_hours_are_used_once_enough_was_given() -> None:
    guangzhou = Policy({REDEEM_AFTER_MINUTES.key: 100 * 60})
    found = [eligibility.may_use_own(given, guangzhou) for given in (0, 5_999, 6_000, 6_001)]
    assert found == [Reason.GIVEN_TOO_LITTLE, Reason.GIVEN_TOO_LITTLE, None, None]
    for city in CITIES:
        assert eligibility.may_use_own(0, RULES[city]) is None


# --- giving help ---------------------------------------------------------------------------------

ANYTHING = Needs()
FOR_MINORS = Needs(minors=True)
TRAINED = uuid4()
BIRTHDAY = date(2020, 3, 2)
EVE = BIRTHDAY - timedelta(days=1)


def unfit(
    city: str,
    years: int,
    *,
    on: date = BIRTHDAY,
    guardian: bool = False,
    needs: Needs = ANYTHING,
    trained: bool = True,
) -> CareReason | None:
    """Return why whoever turns so many years old on the birthday may not help on that day."""
    course = HeldCertificate(TRAINED, date(2000, 1, 1), None)
    person = Person(
        BIRTHDAY.replace(year=BIRTHDAY.year - years),
        guardian,
        certificates=(course,) if trained else (),
    )
    policy = give_policy(RULES[city], TRAINED if RULES[city][TRAINING_FIRST] else None)
    found = care_rules.unfit(person, needs, first_day=on, last_day=on, policy=policy)
    return found[0] if found else None


@pytest.mark.parametrize("city", ["default", "nanjing-2019", "beijing-2022", "shanghai-2026"])
def test_help_is_given_from_the_eighteenth_birthday_on_and_at_any_age_after(city: str) -> None:
    assert unfit(city, 18, on=EVE) is not None
    assert unfit(city, 18) is None
    assert unfit(city, 110) is None


@pytest.mark.parametrize(
    ("city", "with_guardian"),
    [
        ("default", None),
        ("nanjing-2019", None),
        ("beijing-2022", None),
        ("shanghai-2026", CareReason.TOO_YOUNG),
        ("changning-pilot", CareReason.TOO_YOUNG),
    ],
)
def test_the_younger_help_with_a_guardian_where_the_city_lets_them(
    city: str, with_guardian: CareReason | None
) -> None:
    assert unfit(city, 17, guardian=True, needs=FOR_MINORS) == with_guardian
    assert unfit(city, 17, needs=FOR_MINORS) in {CareReason.NO_GUARDIAN, CareReason.TOO_YOUNG}
    assert RULES[city][MINORS_IN_GROUPS] is (city == "shanghai-2026")


def test_changning_asks_for_sixty_to_seventy_and_for_fifty_where_the_sex_is_not_on_record() -> None:
    city = "changning-pilot"
    assert RULES[city][GIVE_AGE_MIN] == 60
    assert RULES[city][GIVE_AGE_MIN_WOMEN] == 50
    assert unfit(city, 50, on=EVE) is CareReason.TOO_YOUNG
    assert unfit(city, 50) is None, "the coordinator who took them in has looked"
    assert unfit(city, 70) is None
    assert unfit(city, 71, on=EVE) is None, "seventy until the last day before 71"
    assert unfit(city, 71) is CareReason.TOO_OLD


@pytest.mark.parametrize(
    ("city", "asked"),
    [
        ("default", False),
        ("nanjing-2019", True),
        ("beijing-2022", True),
        ("shanghai-2026", False),
        ("changning-pilot", True),
    ],
)
def test_training_comes_first_where_the_city_says_so(city: str, asked: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert unfit(city, 65) is None
    assert unfit(city, 65, trained=False) == (CareReason.NOT_TRAINED if asked else None)


# --- saving, passing on, thanks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "cap", "day_cap"),
    [
        ("default", 0, 0),
        ("nanjing-2019", 1_500 * 60, 0),
        ("beijing-2022", 0, 0),
        ("shanghai-2026", 0, 0),
        ("changning-pilot", 600 * 60, 120),
    ],
)
def test_a_cap_is_full_with_its_last_minute(city: str, cap: int, day_cap: int) -> None:
    policy = RULES[city]
    assert (policy[CAP_MINUTES], policy[DAY_CAP_MINUTES]) == (cap, day_cap)

    def over(minutes: int, *, saved: int, on_day: int = 0) -> int:
        return overflow(
            minutes,
            saved=saved,
            saved_on_day=on_day,
            cap_minutes=policy[CAP_MINUTES],
            day_cap_minutes=policy[DAY_CAP_MINUTES],
        )

    if cap:
        assert [over(1, saved=cap - 1), over(1, saved=cap), over(2, saved=cap - 1)] == [0, 1, 1]
    else:
        assert over(60, saved=10_000_000) == 0
    if day_cap:
        days = [over(1, saved=0, on_day=119), over(1, saved=0, on_day=120)]
        assert [*days, over(121, saved=0)] == [0, 1, 1]
    else:
        assert over(1_440, saved=0) == 0


@pytest.mark.parametrize(
    ("city", "refused"),
    [
        ("default", [None, None, None, Reason.NOT_KIN]),
        ("nanjing-2019", [Reason.NO_GIFTS] * 4),
        ("beijing-2022", [None, None, Reason.NOT_KIN, Reason.NOT_KIN]),
        ("shanghai-2026", [None] * 4),
        ("changning-pilot", [None, None, None, Reason.NOT_KIN]),
    ],
)
def test_hours_are_given_to_whom_the_city_allows(city: str, refused: list[Reason | None]) -> None:
    kinds = (KinKind.SPOUSE, KinKind.LINEAL, KinKind.OTHER, None)
    assert [eligibility.may_be_given(kind, RULES[city]) for kind in kinds] == refused


@pytest.mark.parametrize("city", CITIES)
def test_a_star_is_reached_with_the_minute_that_completes_it(city: str) -> None:
    thresholds = [RULES[city][one] for one in STARS]
    assert thresholds == [6_000, 18_000, 36_000, 60_000, 90_000]
    for number, minutes in enumerate(thresholds, 1):
        found = [care_rules.stars(minutes + off, thresholds) for off in (-1, 0, 1)]
        assert found == [number - 1, number, number]


@pytest.mark.parametrize("city", CITIES)
def test_the_fund_helps_first_whoever_is_eighty_and_next_whoever_is_sixty_and_in_need(
    city: str,
) -> None:
    policy = relief_policy(RULES[city])
    alone = ElderNeeds(
        Living.ALONE,
        low_income=False,
        disability=Disability.NONE,
        hardship=False,
        evidence="seen",
        review_on=date(2030, 1, 1),
    )
    poor = dataclasses.replace(alone, low_income=True, disability=Disability.SEMI)
    ranks = [hours_rules.rank(alone, age=age, policy=policy) for age in (79, 80)]
    assert ranks == [None, Rank.FIRST]
    ranks = [hours_rules.rank(poor, age=age, policy=policy) for age in (59, 60, 79, 80)]
    assert ranks == [None, Rank.SECOND, Rank.SECOND, Rank.FIRST]
    family = dataclasses.replace(poor, living=Living.WITH_FAMILY)
    assert hours_rules.rank(family, age=90, policy=policy) is None
    month = policy.month_minutes_first
    covers = [
        hours_rules.cover(Rank.FIRST, used=used, fund=10_000, policy=policy)
        for used in (month - 1, month, month + 1)
    ]
    assert covers == [1, 0, 0]


def test_a_place_in_a_home_is_beijing_s_alone_and_needs_ten_thousand_hours() -> None:
    most = 10_000 * 60
    found = [eligibility.may_ask_for_home(n, RULES["beijing-2022"]) for n in (most - 1, most)]
    assert found == [False, True]
    for city in CITIES:
        if city != "beijing-2022":
            assert RULES[city][PUBLIC_HOME_MINUTES] == 0
            assert not eligibility.may_ask_for_home(most, RULES[city])


def test_nanjing_s_fund_helps_eighty_first_and_sixty_next_and_keeps_a_reserve() -> None:
    nanjing = RULES["nanjing-2019"]
    assert (nanjing[RELIEF_FIRST_AGE_MIN], nanjing[RELIEF_SECOND_AGE_MIN]) == (80, 60)
    assert nanjing[RESERVE_FEN] == 10_000_000 * 100
    assert nanjing[HOUR_COST_FEN] > 0
    assert nanjing[TEAM_HOURS_DONATED]
    for city in CITIES:
        assert RULES[city][DONATIONS], "hours can be donated everywhere"
        assert bool(RULES[city][RESERVE_FEN]) is (city == "nanjing-2019")


@pytest.mark.parametrize("city", CITIES)
def test_a_pack_names_what_it_rests_on_and_that_an_authority_goes_before_it(city: str) -> None:
    found = pack(city)
    if city == "default":
        assert found.settings == {one.key: one.default for one in SETTINGS}
        return
    assert "not the decree; an authority's text wins" in found.source
    assert "以主管部门的正式文本为准" in found.source
    assert found.settings != pack("default").settings


# --- asked of the register and of the visits -----------------------------------------------------


async def adopt(place: Street, **settings: int) -> None:
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    content = f'name = "N"\nsource = "S"\n[time_bank]\n{lines}\n'.encode()
    found = read_pack(content, settings=SETTINGS, zone=SHANGHAI)
    day = timedelta(days=1)
    await community.adopt_policy(found, by=community.system(place.id), at=NOON - 30 * day)


async def born(street: Street, day: date | None) -> Actor:
    member = await community.add_member(
        community_id=street.id, name=f"M {uuid4().hex[:6]}", roles=(Role.ELDER,), birth_date=day
    )
    return Actor(member.id, street.id, member.roles)


async def test_an_elder_receives_help_from_their_birthday_on(street: Street) -> None:
    await adopt(street, redeem_age_min=65, hardship_redeem_age_min=60)
    sixty = await born(street, date(NOON.year - 60, 3, 2))
    midnight = datetime(NOON.year, 3, 2, tzinfo=SHANGHAI)
    for at, hardship, refused in [
        (midnight + BEFORE, True, True),
        (midnight, True, False),
        (midnight, False, True),
        (midnight.replace(year=NOON.year + 5), False, False),
    ]:
        asked = eligibility.redeeming(
            sixty.member_id, community_id=street.id, at=at, hardship=hardship
        )
        if refused:
            with pytest.raises(NotEligible) as why:
                await asked
            assert why.value.reason is Reason.TOO_YOUNG
            assert why.value.least == (60 if hardship else 65)
        else:
            await asked
    nobody_asked = await born(street, None)
    await eligibility.redeeming(nobody_asked.member_id, community_id=street.id, at=NOON)


async def test_a_member_of_another_community_is_not_known_here(street: Street) -> None:
    other = await community.add_community(code=f"t-{uuid4().hex[:12]}", name="别处")
    with pytest.raises(community.UnknownMember):
        await eligibility.redeeming(street.elder.member_id, community_id=other.id, at=NOON)


async def test_own_hours_wait_until_enough_was_given(street: Street) -> None:
    await adopt(street, redeem_after_minutes=95)
    volunteer = street.volunteer.member_id
    assert not await eligibility.may_use_own_now(volunteer, community_id=street.id, at=NOON)
