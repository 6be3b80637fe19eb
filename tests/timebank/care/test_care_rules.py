"""Who may give what, what a catalogue may say, and stars: each rule at its boundary."""

import dataclasses
import uuid
from datetime import date, timedelta

import pytest

from timebank.care import rules
from timebank.care.errors import InvalidCareService, InvalidCertificate
from timebank.care.values import (
    GivePolicy,
    HeldCertificate,
    Needs,
    Person,
    Reason,
    VolunteerStanding,
)
from timebank.values import CareService

DAY = date(2026, 3, 2)
ONE = timedelta(days=1)
BATHING, FIRST_AID = uuid.uuid4(), uuid.uuid4()
GROWN = date(1970, 1, 1)
USUAL = GivePolicy()


def reason(
    person: Person,
    needs: Needs | None = None,
    policy: GivePolicy = USUAL,
    *,
    last: date = DAY,
    in_group: bool = False,
) -> Reason | None:
    found = rules.unfit(
        person,
        needs or Needs(),
        first_day=DAY,
        last_day=last,
        policy=policy,
        in_group=in_group,
    )
    return found[0] if found else None


def born(years: int, *, days: int = 0) -> date:
    """Return the birth date of somebody who is so many years old on the day, and days older."""
    return date(DAY.year - years, DAY.month, DAY.day) - days * ONE


def holding(kind: uuid.UUID, issued: date, expires: date | None) -> Person:
    return Person(GROWN, certificates=(HeldCertificate(kind, issued, expires),))


def test_a_certificate_must_be_good_on_the_day_itself() -> None:
    needs = Needs(certificate=BATHING)
    assert reason(Person(GROWN), needs) is Reason.CERTIFICATE_MISSING
    assert reason(holding(FIRST_AID, DAY, None), needs) is Reason.CERTIFICATE_MISSING
    assert reason(holding(BATHING, DAY, None), needs) is None
    assert reason(holding(BATHING, DAY + ONE, None), needs) is Reason.CERTIFICATE_MISSING
    assert reason(holding(BATHING, DAY - ONE, DAY), needs) is None
    assert reason(holding(BATHING, DAY - 2 * ONE, DAY - ONE), needs) is Reason.CERTIFICATE_EXPIRES


def test_a_visit_past_midnight_needs_the_certificate_on_both_days() -> None:
    needs, person = Needs(certificate=BATHING), holding(BATHING, DAY - ONE, DAY)
    assert reason(person, needs, last=DAY + ONE) is Reason.CERTIFICATE_EXPIRES


def test_one_certificate_that_is_good_suffices_and_the_refusal_names_the_kind() -> None:
    needs = Needs(certificate=BATHING)
    old = HeldCertificate(BATHING, DAY - 9 * ONE, DAY - 3 * ONE)
    person = Person(GROWN, certificates=(old, HeldCertificate(BATHING, DAY, None)))
    assert reason(person, needs) is None
    found = rules.unfit(Person(GROWN), needs, first_day=DAY, last_day=DAY, policy=USUAL)
    assert found == (Reason.CERTIFICATE_MISSING, BATHING)


@pytest.mark.parametrize(
    ("age", "least", "most", "expected"),
    [
        (born(18), 18, 0, None),
        (born(60), 60, 70, None),
        (born(60) + ONE, 60, 70, Reason.TOO_YOUNG),
        (born(70, days=364), 60, 70, None),
        (born(71), 60, 70, Reason.TOO_OLD),
        (born(99), 18, 0, None),
        (born(30), 0, 0, None),
        (None, 60, 70, None),
    ],
)
def test_the_ages_of_a_community_hold_both_included(
    age: date | None, least: int, most: int, expected: Reason | None
) -> None:
    assert reason(Person(age), policy=GivePolicy(age_min=least, age_max=most)) is expected


def test_somebody_under_age_helps_with_a_guardian_and_what_is_for_minors_alone() -> None:
    young, for_minors = born(18) + ONE, Needs(minors=True)
    assert reason(Person(young, guardian=True), for_minors) is None
    assert reason(Person(young), for_minors) is Reason.NO_GUARDIAN
    assert reason(Person(young, guardian=True), Needs()) is Reason.NOT_FOR_MINORS
    without = GivePolicy(minors_with_guardian=False)
    assert reason(Person(young, guardian=True), for_minors, without) is Reason.TOO_YOUNG
    old_givers = GivePolicy(age_min=60)
    assert reason(Person(young, guardian=True), for_minors, old_givers) is Reason.TOO_YOUNG


def test_somebody_under_age_assists_in_a_group_where_the_community_says_so() -> None:
    young, for_minors = Person(born(18) + ONE), Needs(minors=True)
    groups = GivePolicy(minors_with_guardian=False, minors_in_groups=True)
    assert reason(young, for_minors, groups, in_group=True) is None
    assert reason(young, for_minors, groups) is Reason.TOO_YOUNG
    assert reason(young, Needs(), groups, in_group=True) is Reason.NOT_FOR_MINORS
    assert reason(young, for_minors, USUAL, in_group=True) is Reason.NO_GUARDIAN
    neither = GivePolicy(minors_with_guardian=False)
    assert reason(young, for_minors, neither, in_group=True) is Reason.TOO_YOUNG
    old_givers = GivePolicy(age_min=60, minors_in_groups=True)
    assert reason(young, for_minors, old_givers, in_group=True) is Reason.TOO_YOUNG
    assert reason(Person(born(18)), Needs(), groups, in_group=True) is None


def test_who_is_not_approved_or_pauses_may_take_nothing() -> None:
    for standing, expected in (
        (VolunteerStanding.APPLIED, Reason.NOT_APPROVED),
        (VolunteerStanding.DECLINED, Reason.NOT_APPROVED),
        (VolunteerStanding.PAUSED, Reason.PAUSED),
        (VolunteerStanding.ACTIVE, None),
    ):
        assert reason(Person(GROWN, standing=standing)) is expected


def test_where_training_comes_first_everybody_needs_it() -> None:
    policy = GivePolicy(training=FIRST_AID)
    assert reason(Person(GROWN), policy=policy) is Reason.NOT_TRAINED
    assert reason(holding(FIRST_AID, DAY, None), policy=policy) is None


def test_a_leap_day_s_child_is_a_year_older_on_the_first_of_march() -> None:
    child = date(2008, 2, 29)
    assert rules.age_on(child, date(2026, 2, 28)) == 17
    assert rules.age_on(child, date(2026, 3, 1)) == 18


DRAFT = CareService(uuid.uuid4(), uuid.uuid4(), "x", "理发", "Haircuts", 60)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_zh": " "}, "name_zh"),
        ({"name_en": "x" * 41}, "name_en"),
        ({"words_zh": "字" * 201}, "words_zh"),
        ({"words_en": "x" * 201}, "words_en"),
        ({"usual_minutes": 0}, "usual_minutes"),
        ({"usual_minutes": 50}, "usual_minutes"),
        ({"usual_minutes": 255}, "usual_minutes"),
        ({"credit_per_hour": 14}, "credit_per_hour"),
        ({"credit_per_hour": 241}, "credit_per_hour"),
        ({"minors": True, "low_risk": False}, "minors"),
        ({"minors": True, "certificate": BATHING}, "minors"),
    ],
)
def test_what_no_care_service_can_be(changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidCareService) as refused:
        rules.check_care_service(dataclasses.replace(DRAFT, **changed))  # type: ignore[arg-type] # a test's own
    assert refused.value.field == field


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"usual_minutes": 15, "credit_per_hour": 15},
        {"usual_minutes": 240, "credit_per_hour": 240},
        {"minors": True},
        {"certificate": BATHING, "low_risk": False, "words_zh": "字" * 200},
    ],
)
def test_what_a_care_service_can_be(changed: dict[str, object]) -> None:
    rules.check_care_service(dataclasses.replace(DRAFT, **changed))  # type: ignore[arg-type] # a test's own


@pytest.mark.parametrize(
    ("number", "issued", "expires", "field"),
    [
        ("x" * 41, DAY, None, "number"),
        ("", DAY + ONE, None, "issued_on"),
        ("", date(1949, 12, 31), None, "issued_on"),
        ("", DAY, DAY, "expires_on"),
        ("", DAY - 9 * ONE, DAY - ONE, "expires_on"),
        ("", DAY, date(2077, 1, 1), "expires_on"),
    ],
)
def test_what_no_certificate_can_be(
    number: str, issued: date, expires: date | None, field: str
) -> None:
    with pytest.raises(InvalidCertificate) as refused:
        rules.check_certificate(number, issued, expires, DAY)
    assert refused.value.field == field


def test_a_certificate_of_today_that_ends_tomorrow_can_be() -> None:
    rules.check_certificate("", DAY, DAY + ONE, DAY)
    rules.check_certificate("苏急 2026-1", DAY - ONE, DAY, DAY)
    rules.check_certificate("", date(1950, 1, 1), None, DAY)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, 0), (99, 0), (100, 1), (299, 1), (300, 2), (600, 3), (1000, 4), (1499, 4), (1500, 5)],
)
def test_stars_begin_at_their_hours(hours: int, expected: int) -> None:
    thresholds = [60 * one for one in (100, 300, 600, 1000, 1500)]
    assert rules.stars(60 * hours, thresholds) == expected


def test_a_star_of_no_hours_is_not_given() -> None:
    assert rules.stars(0, [0, 0]) == 0
    assert rules.stars(6000, [6000, 0, 0, 60_000, 90_000]) == 1
    assert rules.stars(5999, [6000]) == 0
