"""The language is the person's choice, else the browser's, else Chinese; no sentence is missing."""

import asyncio
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

from app.checks import translations
from app.checks.translations import Sentence
from app.i18n import LANGUAGES, Language, current_language, gettext, negotiate, ngettext, speaking


@pytest.mark.parametrize(
    ("chosen", "header", "language"),
    [
        (None, None, "zh"),
        (None, "", "zh"),
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh"),
        ("klingon", "en-GB,en;q=0.9", "en"),
        (None, "en-GB,en;q=0.8,zh-CN;q=0.9", "en"),
        (None, "en;q=0.8,zh-CN;q=0.9", "zh"),
        (None, "de,fr;q=0.9", "zh"),
        (None, "de,en;q=0.1", "en"),
        (None, "en;q=0", "zh"),
        (None, "en;q=nonsense", "zh"),
        (None, "EN-us", "en"),
    ],
)
def test_negotiation(chosen: str | None, header: str | None, language: Language) -> None:
    assert negotiate(chosen, header) == language


@given(st.text(), st.text())
def test_no_header_is_too_strange(chosen: str | None, header: str | None) -> None:
    assert negotiate(chosen, header) in LANGUAGES


def test_speaking_ends_with_its_block() -> None:
    assert current_language() == "zh"
    with speaking("en"):
        assert gettext("Sign in") == "Sign in"
        with speaking("zh"):
            assert gettext("Sign in") == "登录"
        assert current_language() == "en"
    assert current_language() == "zh"


async def test_two_requests_at_once_keep_their_languages() -> None:
    async def say(language: Language) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return gettext("Time bank")

    assert await asyncio.gather(say("zh"), say("en"), say("zh")) == [
        "时间银行",
        "Time bank",
        "时间银行",
    ]


def test_plurals() -> None:
    forms = ("One answer needs another look", "%(num)s answers need another look")
    with speaking("en"):
        assert ngettext(*forms, 1) == forms[0]
        assert ngettext(*forms, 2) == forms[1]
    with speaking("zh"):
        assert ngettext(*forms, 1) == ngettext(*forms, 2) == "有 %(num)s 处需要再看一下"


def test_every_sentence_is_translated() -> None:
    assert len(translations.sentences()) > 100
    assert translations.problems() == []


def catalog(*messages: tuple[str | tuple[str, str], str, set[str]]) -> Catalog:
    made = Catalog(locale="zh_Hans_CN")
    for id_, text, flags in messages:
        made.add(id_, (text,) if isinstance(id_, tuple) else text, flags=flags)
    return made


USED = {Sentence(("%(name)s waits",), None): [("pages.html", 7)]}


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (catalog(), "not in the catalog"),
        (catalog(("%(name)s waits", "", set())), "not translated"),
        (catalog(("%(name)s waits", "%(name)s 在等候", {"fuzzy"})), "fuzzy"),
        (catalog(("%(name)s waits", "在等候", set())), "placeholders differ"),
        (catalog(("%(name)s waits", "%(nam)s 在等候", set())), "placeholders differ"),
        (catalog((("%(name)s waits", "%(name)s wait"), "%(name)s 在等候", set())), "plural"),
        (
            catalog(("%(name)s waits", "%(name)s 在等候", set()), ("Gone", "没了", set())),
            "no longer used",
        ),
    ],
)
def test_each_kind_of_neglect_is_named(made: Catalog, complaint: str) -> None:
    (problem,) = translations.problems(made, USED)
    assert complaint in problem


def test_a_kept_obsolete_sentence_is_named() -> None:
    made = catalog(("%(name)s waits", "%(name)s 在等候", set()))
    assert translations.problems(made, USED) == []
    made.obsolete["Old"] = made["%(name)s waits"]
    (problem,) = translations.problems(made, USED)
    assert "obsolete" in problem


def test_sentences_are_found_in_pages_and_in_code(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '{{ _("One") }}{% trans n=1 %}{{ n }} two{% endtrans %}{{ pgettext("verb", "Book") }}'
    )
    (tmp_path / "a.py").write_text('gettext("Three")\nNEAR = mark("four")\n')
    assert set(translations.sentences(tmp_path, tmp_path)) == {
        Sentence(("One",), None),
        Sentence(("%(n)s two",), None),
        Sentence(("Book",), "verb"),
        Sentence(("Three",), None),
        Sentence(("four",), None),
    }
