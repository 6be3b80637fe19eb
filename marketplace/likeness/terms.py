"""Takes a wish apart into terms: the things it names, its remaining words, and where it would be.

A thing that the list of concepts knows is one term however it is said, in either language. What is
left of Chinese text is taken in pairs of neighbouring characters, since words have no spaces there;
of English text, word by word without grammatical endings. Words that every wish has say nothing and
are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from marketplace.likeness.concepts import MARK, WEAK, longest, singular, variants
from marketplace.likeness.folding import folded

STORY_READ: Final = 600
"""Characters of a story that are looked at: what is wished stands at its beginning."""

TERMS_MAX: Final = 160
"""Terms kept of one wish, those of its title first."""

_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[0-9a-z]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_WORDS_IN_A_WAY_OF_SAYING: Final = 3

_SAYS_NOTHING: Final = re.compile(
    "希望|能不能|能否|可不可以|可以|建议|我们|咱们|大家|居民|小区|社区|邻居|邻里|街坊|一个|一下|一些|一点|有没有|"
    "现在|非常|特别|经常|总是|已经|因为|所以|但是|而且|如果|或者|这里|那里|这个|那个|没有|不能|"
    "应该|需要|想要|请求|要求|请|给|在|的|了|吗|呢|吧|啊|和|与|及|也|都|很|就|才|还|把|被|让|"
    "为|对|从|到|向|于|是|有|要|想|能|会|不|没|好|多|个|些|地方|问题|方便|附近|旁边|里面|外面|"
    "上面|下面|门口|楼下|我|你|他|她|它|们|这|那|几|各|每|再|又|太|最|更|时候|时间|事|人"
)
_EMPTY_WORDS: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "our",
        "we",
        "us",
        "i",
        "my",
        "me",
        "you",
        "your",
        "they",
        "their",
        "it",
        "its",
        "is",
        "are",
        "was",
        "be",
        "been",
        "have",
        "has",
        "had",
        "do",
        "does",
        "can",
        "could",
        "would",
        "should",
        "will",
        "may",
        "please",
        "need",
        "want",
        "wish",
        "like",
        "more",
        "some",
        "any",
        "many",
        "much",
        "very",
        "too",
        "so",
        "that",
        "this",
        "these",
        "those",
        "there",
        "here",
        "where",
        "when",
        "who",
        "what",
        "which",
        "not",
        "no",
        "nor",
        "as",
        "if",
        "then",
        "than",
        "but",
        "because",
        "just",
        "also",
        "only",
        "all",
        "every",
        "each",
        "other",
        "another",
        "next",
        "near",
        "nearby",
        "around",
        "outside",
        "inside",
        "between",
        "into",
        "onto",
        "off",
        "out",
        "up",
        "down",
        "over",
        "under",
        "about",
        "after",
        "before",
        "residents",
        "resident",
        "neighbour",
        "neighbours",
        "neighbor",
        "neighbors",
        "neighbourhood",
        "neighborhood",
        "community",
        "estate",
        "people",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "nobody",
        "one",
        "two",
        "thing",
        "place",
        "get",
        "make",
        "let",
        "lets",
        "put",
        "go",
        "see",
        "come",
        "take",
        "time",
        "day",
    ]
)
_NUMBERED: Final = re.compile(
    r"([0-9]+|[一二三四五六七八九十]+) ?(?:号楼|幢|栋|座|号门|单元)"
    r"|(?:building|block|house|no|number|bldg|tower|unit) ?([0-9]+)"
)
_DIGITS: Final = {one: str(at) for at, one in enumerate("零一二三四五六七八九十")}


@dataclass(frozen=True, slots=True)
class Wording:
    """A wish in terms. `numbers` are those of houses that it names."""

    title: frozenset[str]
    story: frozenset[str]
    place: frozenset[str]
    numbers: frozenset[str]
    line: str
    """The title's terms in their order, for comparing letter by letter."""

    @property
    def all(self) -> frozenset[str]:
        """Whatever it says, in title and story."""
        return self.title | self.story


def wording(title: str, story: str = "", place: str = "") -> Wording:
    """Take a wish apart."""
    said, told, where = folded(title), folded(story[:STORY_READ]), folded(place)
    terms = list(_terms(said))
    return Wording(
        title=frozenset(terms),
        story=frozenset(_terms(told)),
        place=frozenset(_terms(where)),
        numbers=frozenset(_house_numbers(f"{said} {where}")) or frozenset(_house_numbers(told)),
        line=" ".join(terms),
    )


def search_terms(one: Wording) -> list[str]:
    """Return what a wish is found by, the title's terms first; at most `TERMS_MAX`."""
    houses = [f"@{number}" for number in sorted(one.numbers)]
    return [*sorted(one.title), *houses, *sorted(one.story - one.title)][:TERMS_MAX]


def weight(term: str) -> float:
    """Return how much a term says: a thing more than a word, what is to be done the least."""
    if term.startswith(MARK):
        return 3.0
    if term.startswith(WEAK):
        return 0.5
    return 1.0 if not term.isascii() else 1.5


def _house_numbers(text: str) -> Iterator[str]:
    for found in _NUMBERED.finditer(text):
        number = found[1] or found[2]
        yield _DIGITS.get(number, number)


def _terms(text: str) -> Iterator[str]:
    """Yield the terms of a folded text in their order."""
    english: list[str] = []
    for run in _RUN.findall(_NUMBERED.sub(" ", text)):
        if _HAN.match(run):
            yield from _english(english)
            english = []
            yield from _chinese(run)
        else:
            english.append(run)
    yield from _english(english)


def _chinese(run: str) -> Iterator[str]:
    """Yield the things that a run of characters names, and pairs of what is left between them."""
    known, start, at = variants(), 0, 0
    while at < len(run):
        for length in range(min(longest(), len(run) - at), 0, -1):
            term = known.get(run[at : at + length])
            if term is not None:
                yield from _pairs(run[start:at])
                yield term
                at += length
                start = at
                break
        else:
            at += 1
    yield from _pairs(run[start:])


def _pairs(rest: str) -> Iterator[str]:
    for piece in _SAYS_NOTHING.sub(" ", rest).split():
        if len(piece) > 1:
            yield from (piece[at : at + 2] for at in range(len(piece) - 1))


def _english(words: list[str]) -> Iterator[str]:
    """Yield the things that some words name, the longest first, and the words between them."""
    known, at = variants(), 0
    plain = [singular(word) for word in words]
    while at < len(words):
        for length in range(min(_WORDS_IN_A_WAY_OF_SAYING, len(words) - at), 0, -1):
            term = known.get(" ".join(plain[at : at + length]))
            if term is not None:
                yield term
                at += length
                break
        else:
            if words[at] not in _EMPTY_WORDS and len(words[at]) > 1:
                yield plain[at]
            at += 1
