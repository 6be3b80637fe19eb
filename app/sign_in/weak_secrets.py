"""Which passwords and PINs anybody would guess first: pure rules, without a list from elsewhere.

A password has 8 to 128 characters, any characters, and no rule of how to mix them: such rules make
people write `Passw0rd!`. Refused is only what stands at the top of every guesser's list: the
commonest passwords, also those of Chinese habit (lucky numbers, sounds such as 520 and 1314, pinyin
endearments); a day of a calendar; one's own telephone number or name; rows and repetitions.
A PIN has 4 to 6 digits; refused are days and years, rows, repetitions and pairs, parts of one's own
number, and the keys one below the other.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

LENGTH_MIN: Final = 8
LENGTH_MAX: Final = 128
PIN_LENGTHS: Final = range(4, 7)

_ROWS: Final = (
    "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0", "147258369", "159357", "741852963", "789456123", "!@#$%^&*()",
)  # fmt: skip

_WORDS: Final = (
    "password", "passwd", "passw0rd", "p@ssw0rd", "p@ssword", "letmein", "welcome", "admin",
    "administrator", "root", "test", "guest", "master", "monkey", "dragon", "football", "baseball",
    "sunshine", "princess", "iloveyou", "trustno1", "superman", "batman", "michael", "jordan",
    "shadow", "whatever", "qwerty", "abc", "abcd", "aaa", "qwe", "asd", "zxc", "asdf", "zxcv",
    "linli", "neighbour", "neighbor", "shequ", "woaini", "aini", "woshishui", "nihao", "mima",
    "zhongguo", "beijing", "shanghai", "suzhou", "china", "taobao", "alipay", "weixin", "wechat",
    "qq", "mm", "baobao", "laopo", "laogong", "baobei", "xiaoming", "zhang", "wang", "li", "liu",
    "chen", "yang", "zhao", "huang", "zhou", "wu", "xiao", "woaiwojia", "pingan", "facai",
    "gongxifacai", "jixiang", "ruyi", "wanshiruyi", "fuckyou", "邻里", "密码", "我爱你", "中国",
    "你好", "社区", "a", "b", "c", "m", "q", "s", "w", "x", "z",
)  # fmt: skip

_NUMBERS: Final = (
    "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123123",
    "123321", "321", "111", "1111", "11111", "111111", "112233", "11223344", "121212", "123654",
    "12344321", "147258", "147258369", "159357", "159753", "168", "1688", "16888", "168168",
    "1314", "131421", "1314520", "1314521", "201314", "520", "521", "5201314", "520520",
    "520131", "5211314", "521521", "666", "6666", "666666", "654321", "789456", "789456123",
    "7758258", "7758521", "888", "8888", "888888", "987654", "987654321", "999", "9999", "999999",
    "000", "0000", "000000", "110", "110110", "119", "120", "456", "456456", "456789", "789",
    "100", "100200", "101010", "10086", "10010", "12306", "12580", "314159", "0", "1",
    "2", "3", "5", "6", "7", "8", "9", "12", "11", "00", "01", "66", "77", "88", "99", "007",
    "2000", "2008", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027", "2028",
)  # fmt: skip

_PIN_PATTERNS: Final = ("2580", "0852", "1357", "2468", "1397", "7913")

_ENDINGS: Final = ("", "!", "!!", "@", "#", ".", "*", "?", "。", "！", "a", "abc", "q", "qq", "A")

_DAY_FORMS: Final = ("%Y%m%d", "%d%m%Y", "%m%d%Y", "%y%m%d", "%d%m%y", "%m%d%y")


class Weakness(StrEnum):
    """Why a password or a PIN is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    COMMON = "common"
    DAY = "day"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Person:
    """What a guesser would know about somebody: names, numbers, the birth date."""

    words: tuple[str, ...] = ()
    phone: str = ""
    born: date | None = None


def normal(secret: str) -> str:
    """Return a password in one form, however a keyboard wrote it (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", secret)


def password_weakness(secret: str, person: Person) -> Weakness | None:
    """Return why this cannot be the person's password, or None."""
    typed = normal(secret)
    if len(typed) < LENGTH_MIN:
        return Weakness.TOO_SHORT
    if len(typed) > LENGTH_MAX:
        return Weakness.TOO_LONG
    plain = typed.casefold()
    if _is_own(plain, person):
        return Weakness.OWN
    if _is_day(plain):
        return Weakness.DAY
    return Weakness.COMMON if _is_common(plain) else None


def pin_weakness(pin: str, person: Person) -> Weakness | None:
    """Return why this cannot be the PIN of the person's card, or None."""
    if not re.fullmatch(r"[0-9]+", pin):
        return Weakness.NOT_DIGITS
    if len(pin) not in PIN_LENGTHS:
        return Weakness.TOO_SHORT if len(pin) < PIN_LENGTHS.start else Weakness.TOO_LONG
    if person.phone.endswith(pin) or (person.born and pin in _born_forms(person.born)):
        return Weakness.OWN
    if pin in _NUMBERS or pin in _PIN_PATTERNS or _repeats(pin) or _in_a_row(pin):
        return Weakness.COMMON
    whole_day = len(pin) == PIN_LENGTHS[-1] and _is_day(pin)
    year_or_day = len(pin) == PIN_LENGTHS.start and _is_year_or_day(pin)
    return Weakness.DAY if whole_day or year_or_day else None


def _is_own(plain: str, person: Person) -> bool:
    digits = re.sub(r"\D", "", plain)
    number = person.phone.lstrip("+")
    national = number.removeprefix("86")
    if national and not re.search(r"[^\W\d]", plain) and digits in {number, national}:
        return True
    if person.born and digits in _born_forms(person.born) and len(plain) - len(digits) <= 2:  # noqa: PLR2004 (a letter or two beside a birthday hide nothing)
        return True
    left = plain
    for own in (*(word.casefold() for word in person.words if word), national, number):
        left = left.replace(own, "") if own else left
    born = _born_forms(person.born) if person.born else ()
    return left != plain and (len(left) <= 3 or left in _NUMBERS or left in born)  # noqa: PLR2004 (a name and up to three characters)


def _is_common(plain: str) -> bool:
    if len(set(plain)) <= 2 or _repeats(plain) or _in_a_row(plain):  # noqa: PLR2004 (two different characters are no password)
        return True
    return any(
        _made_of(plain[: len(plain) - len(ending)])
        for ending in _ENDINGS
        if plain.endswith(ending) and len(plain) > len(ending)
    )


def _made_of(text: str) -> bool:
    """Say whether a text is a common word and a common number, either before the other, or one."""
    words, numbers = {*_WORDS, ""}, {*_NUMBERS, ""}
    for cut in range(len(text) + 1):
        before, after = text[:cut], text[cut:]
        for parts in ((before, after), (before, _without_mark(after))):
            if parts[0] in words and (parts[1] in numbers or parts[1] in words):
                return True
            if parts[0] in numbers and (parts[1] in words or parts[1] in numbers):
                return True
    return False


def _without_mark(text: str) -> str:
    return text[1:] if text[:1] in "@#_-.!" and text else text


def _repeats(text: str) -> bool:
    """Say whether a text is a piece of at most four characters, over and over."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, min(4, len(text) // 2) + 1)
    )


def _in_a_row(text: str) -> bool:
    """Say whether a text is a row of the keyboard or the alphabet, either way."""
    return any(text in row or text in row[::-1] for row in _ROWS)


def _is_day(text: str) -> bool:
    """Say whether a text is a day written in digits, perhaps with separators or a letter."""
    digits = re.sub(r"[-/. 年月日]", "", text).strip("abcdefghijklmnopqrstuvwxyz!")
    if not re.fullmatch(r"[0-9]{6}|[0-9]{8}", digits):
        return False
    forms = _DAY_FORMS[:3] if len(digits) == 8 else _DAY_FORMS[3:]  # noqa: PLR2004 (with the century)
    return any(_reads(digits, form) for form in forms)


def _is_year_or_day(digits: str) -> bool:
    return 1900 <= int(digits) <= 2100 or _reads(f"2000{digits}", "%Y%m%d")  # noqa: PLR2004 (the years that people remember)


def _reads(digits: str, form: str) -> bool:
    try:
        read = datetime.strptime(digits, form)  # noqa: DTZ007 (a day alone)
    except ValueError:
        return False
    return "%Y" not in form or 1900 <= read.year <= 2100  # noqa: PLR2004 (the years that people remember)


def _born_forms(born: date) -> Iterable[str]:
    forms = (*_DAY_FORMS, "%m%d", "%d%m", "%Y", "%Y%m", "%y%m")
    return {born.strftime(form) for form in forms}
