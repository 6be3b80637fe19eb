"""Plays every book of this folder on a real ledger, and keeps the page that shows them current."""

from pathlib import Path

import pytest

import ledger
from tests.books.notation import BadBookError, Player, books, page, parse

PAGE = Path(__file__).parents[2] / "docs" / "ledger-by-example.md"


BOOKS = {path.stem: path.read_text() for path in books()}


@pytest.mark.parametrize("name", BOOKS)
async def test_book(name: str, database: object) -> None:  # noqa: ARG001 (must be migrated)
    player = Player()
    await player.play(parse(BOOKS[name]))
    assert player.checked >= 3, "an example compares something"


def test_page_shows_the_books_as_they_are() -> None:
    assert PAGE.read_text() == page(), "python -m tests.books.notation > docs/ledger-by-example.md"


OPENING = """
book here
account issuance MINUTE no floor
account elder MINUTE
issuance -> elder 10 min
"""


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("= elder 11", AssertionError),
        ("= elder 10 held 1", AssertionError),
        ("elder -> issuance 11 min", ledger.NotEnough),
        ("elder -> issuance 10 min\n! NotEnough", AssertionError),
        ("elder -> issuance 11 min\n! UnitMismatch", AssertionError),
        ("elder gives 10 min", BadBookError),
        ("  elder -> issuance 1 min", BadBookError),
        ("void visit", KeyError),
    ],
)
async def test_a_wrong_book_fails(
    line: str,
    complaint: type[Exception],
    database: object,  # noqa: ARG001 (must be migrated)
) -> None:
    with pytest.raises(complaint):
        await Player().play(parse(OPENING + line))
