"""What everybody would guess is refused; what people can remember otherwise is not."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sign_in.weak_secrets import (
    LENGTH_MAX,
    Person,
    Weakness,
    password_weakness,
    pin_weakness,
)
from app.sign_in.words import password_words, pin_words

SOMEBODY = Person(("陈桂芳", "chenguifang"), "+8613812345678", date(1948, 3, 5))
COMMON, DAY, OWN = Weakness.COMMON, Weakness.DAY, Weakness.OWN


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("1234567", Weakness.TOO_SHORT),
        ("x" * 129, Weakness.TOO_LONG),
        ("12345678", COMMON),
        ("a12345678", COMMON),
        ("woaini1314", COMMON),
        ("WoAiNi520", COMMON),
        ("5201314520", COMMON),
        ("qwertyuiop", COMMON),
        ("1qaz2wsx", COMMON),
        ("Passw0rd!", COMMON),
        ("password123", COMMON),
        ("admin@123", COMMON),
        ("qq123456", COMMON),
        ("zhang123456", COMMON),
        ("linli2026", COMMON),
        ("88888888", COMMON),
        ("abababab", COMMON),
        ("147258369", COMMON),
        ("我爱你1314520", COMMON),
        ("１２３４５６７８", COMMON),
        ("19900506", DAY),
        ("1990-05-06", DAY),
        ("1990年05月06日", DAY),
        ("a19900506", DAY),
        ("19480305", OWN),
        ("c19480305", OWN),
        ("13812345678", OWN),
        ("+86 13812345678", OWN),
        ("陈桂芳123456", OWN),
        ("陈桂芳19480305", OWN),
        ("chenguifang1948", OWN),
    ],
)
def test_what_stands_on_every_guesser_s_list_is_refused(password: str, weakness: Weakness) -> None:
    assert password_weakness(password, SOMEBODY) is weakness


@pytest.mark.parametrize(
    "password",
    [
        "three green umbrellas",
        "桂花开在我家门口",
        "tulip-92-window",
        "correct horse",
        "12345 apples a day",
        "8 cats & 1 dog",
        "🌻🌻🍎🚲🏮🐈🍵🎐",
        "x" * 3 + "y" * 3 + "z" * 3 + "w",
    ],
)
def test_what_people_remember_is_taken_without_rules_of_mixing(password: str) -> None:
    assert password_weakness(password, SOMEBODY) is None


@given(st.text(min_size=8, max_size=LENGTH_MAX))
def test_no_text_makes_the_rules_stumble(password: str) -> None:
    password_weakness(password, SOMEBODY)
    password_weakness(password, Person())


@given(st.integers(0, 2**64))
def test_what_a_password_keeper_makes_is_taken(seed: int) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    made = "".join(random.Random(seed).choices(letters, k=16))  # noqa: S311 (no secret)
    assert password_weakness(made, Person(("王伟",), "+8613900001111")) is None


@pytest.mark.parametrize(
    ("pin", "weakness"),
    [
        ("", Weakness.NOT_DIGITS),
        ("73a1", Weakness.NOT_DIGITS),
        ("７３９１", Weakness.NOT_DIGITS),
        ("739", Weakness.TOO_SHORT),
        ("7391024", Weakness.TOO_LONG),
        ("1234", COMMON),
        ("4321", COMMON),
        ("1111", COMMON),
        ("1212", COMMON),
        ("2580", COMMON),
        ("123123", COMMON),
        ("0305", OWN),
        ("1948", OWN),
        ("480305", OWN),
        ("5678", OWN),
        ("345678", OWN),
        ("1999", DAY),
        ("0512", DAY),
        ("940517", DAY),
    ],
)
def test_a_pin_that_a_finder_would_try_is_refused(pin: str, weakness: Weakness) -> None:
    assert pin_weakness(pin, SOMEBODY) is weakness


@pytest.mark.parametrize("pin", ["7391", "83519", "906183", "4709"])
def test_other_pins_are_taken(pin: str) -> None:
    assert pin_weakness(pin, SOMEBODY) is None


def test_most_pins_are_left_to_choose_from() -> None:
    taken = sum(pin_weakness(f"{pin:04d}", Person()) is None for pin in range(10000))
    assert taken > 9000


def test_every_weakness_has_its_words() -> None:
    for weakness in Weakness:
        assert pin_words(weakness)
        if weakness is not Weakness.NOT_DIGITS:
            assert password_words(weakness)
