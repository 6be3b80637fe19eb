"""The things that neighbourhoods ask for, each with the ways in which people say it."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

MARK: Final = "#"
"""Stands before the name of a concept where it is a term."""

WEAK: Final = "~"
"""Stands before the name of what is to be done: to repair, to build."""


@cache
def variants() -> Mapping[str, str]:
    """Return the term of each way of saying something: `升降梯` and `elevator` are `#lift`."""
    text = files("marketplace.likeness").joinpath("concepts.txt").read_text(encoding="utf-8")
    return dict(_read(text))


@cache
def longest() -> int:
    """Return how many characters the longest Chinese way of saying something has."""
    return max(len(one) for one in variants() if not one.isascii())


def _read(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, said = line.split(": ", 1)
            for one in said.split(", "):
                key = one if not one.isascii() else " ".join(singular(word) for word in one.split())
                yield key, name if name.startswith(WEAK) else f"{MARK}{name}"


def singular(word: str) -> str:
    """Return an English word without the endings that only grammar asks for; rough on purpose."""
    for ending, least, instead in (
        ("ies", 5, "y"), ("sses", 6, "ss"), ("ches", 6, "ch"), ("shes", 6, "sh"), ("xes", 5, "x"),
        ("s", 4, ""), ("ing", 6, ""), ("ed", 6, ""),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            word = word[: len(word) - len(ending)] + instead
            break
    return word.removesuffix("e") if len(word) > 4 else word  # noqa: PLR2004 (see, tree stay)
