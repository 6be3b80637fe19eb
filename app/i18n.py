"""The two languages of every page: catalogs, choice of language, and gettext for Python code.

Sentences stand in the code in English and are looked up in `app/locale`; English itself needs no
catalog. Catalogs are read once, as text, when the app starts: there is no compile step to forget.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final, Literal, TypeGuard, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

Language = Literal["zh", "en"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "zh"

# What <html lang> says, so that a screen reader picks the right voice.
HTML_LANG: Final[Mapping[Language, str]] = {"zh": "zh-Hans-CN", "en": "en"}

# A language's name in itself: the switch must be readable by whoever needs it.
OWN_NAMES: Final[Mapping[Language, str]] = {"zh": "中文", "en": "English"}

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
CATALOG: Final = LOCALE_FOLDER / "zh_Hans_CN" / "LC_MESSAGES" / "linli.po"

_language: ContextVar[Language] = ContextVar("language", default=DEFAULT_LANGUAGE)


def is_language(value: str | None) -> TypeGuard[Language]:
    """Say whether the value names a language that Linli speaks."""
    return value in LANGUAGES


def current_language() -> Language:
    """Return the language of the request being answered; Chinese outside one."""
    return _language.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Answer in this language inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def negotiate(chosen: str | None, accept_language: str | None) -> Language:
    """Return the language to answer in: the person's own choice, else the browser's, else Chinese.

    `accept_language` is the header as RFC 9110 section 12.5.4 describes it. Parts that cannot be
    read are passed over: a strange header is no reason to refuse a page.
    """
    if is_language(chosen):
        return chosen
    best: tuple[int, Language] | None = None
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if is_language(language) and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else DEFAULT_LANGUAGE


def _weight(parameter: str) -> int:
    """Return a `q=` parameter in thousandths; 1,000 where absent, 0 where unreadable."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1000
    whole, _, fraction = value.strip().partition(".")
    if name.strip().lower() != "q" or not (whole + fraction).isascii():
        return 0
    if whole not in {"0", "1"} or (fraction and not fraction.isdigit()):
        return 0
    return min(1000, int(whole) * 1000 + int(fraction[:3].ljust(3, "0")))


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalog of a language, read from its `.po` file the first time it is asked for."""
    if language == "en":
        return NullTranslations()
    with CATALOG.open("rb") as source:
        catalog = read_po(source, locale="zh_Hans_CN")
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain="linli")


def gettext(message: str) -> str:
    """Return the message in the language of the request."""
    return translations(current_language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form that fits the count, in the language of the request."""
    return translations(current_language()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """Return the message in the language of the request, where one English word has two meanings.

    The context is a short note such as "verb" or "the ledger"; it is never shown.
    """
    return translations(current_language()).pgettext(context, message)


def mark(message: str) -> str:
    """Return the message unchanged: marks a constant for translation where it is defined.

    The place that shows it passes it through `gettext`.
    """
    return message
