"""How alike two wishes are: a labelled set in Chinese and English, and ways of writing folded."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.likeness import ALIKE, folded, likeness, search_terms, wording
from marketplace.likeness.concepts import singular, variants
from marketplace.likeness.terms import TERMS_MAX

PRECISION_FLOOR, RECALL_FLOOR = 0.65, 0.85
FILE = Path(__file__).with_name("alike_needs.jsonl")

WORDS = st.text(
    alphabet=st.sampled_from("电梯路灯楼道老人晒被子幢三3 abcdefghistreetlampABC，。１２ñé\0🙂"),
    max_size=80,
)


@dataclass(frozen=True)
class Pair:
    """Two needs (title, story, place); `kind` is same, elsewhere or unrelated."""

    kind: str
    used_for: str
    one: Sequence[str]
    other: Sequence[str]

    @property
    def likeness(self) -> float:
        return likeness(wording(*self.one), wording(*self.other))


PAIRS = [Pair(**json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]


def measured(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Return precision and recall at the threshold."""
    shown = [pair for pair in pairs if pair.likeness >= ALIKE]
    same = [pair for pair in pairs if pair.kind == "same"]
    right = sum(pair.kind == "same" for pair in shown)
    return right / len(shown), right / len(same)


def test_the_set_is_large_and_mixed() -> None:
    assert len(PAIRS) >= 60
    for kind in ("same", "elsewhere", "unrelated"):
        assert sum(pair.kind == kind for pair in PAIRS) >= 10
        english = [pair for pair in PAIRS if pair.kind == kind and pair.one[0].isascii()]
        assert 3 <= len(english) < sum(pair.kind == kind for pair in PAIRS)


# The pairs that are not the same were chosen to be hard: the same thing, and another wish about it.
# Floors lie a little below what was measured; half of the set was kept away from the choosing.
@pytest.mark.parametrize("used_for", ["choosing", "judging"])
def test_the_same_wish_is_found_in_other_words(
    used_for: str, record_property: Callable[[str, object], None]
) -> None:
    found = measured([pair for pair in PAIRS if pair.used_for == used_for])
    record_property(
        f"likeness, precision and recall ({used_for})", f"{found[0]:.2f} {found[1]:.2f}"
    )
    assert found[0] >= PRECISION_FLOOR
    assert found[1] >= RECALL_FLOOR


def test_the_twin_is_among_the_first_of_all(record_property: Callable[[str, object], None]) -> None:
    """Of every wish that has one, its twin stands among the five that are shown, of 84 others."""
    same = [pair for pair in PAIRS if pair.kind == "same"]
    others = [wording(*pair.other) for pair in PAIRS]
    twins = {id(pair): number for number, pair in enumerate(PAIRS)}
    among = 0
    for pair in same:
        mine = wording(*pair.one)
        scores = [likeness(mine, other) for other in others]
        own = scores[twins[id(pair)]]
        among += own >= ALIKE and sum(score > own for score in scores) < 5
    record_property("likeness, twins among the first five", f"{among} of {len(same)}")
    assert among / len(same) >= 0.85


def test_another_house_is_another_wish() -> None:
    same = likeness(wording("给3号楼加装电梯"), wording("三号楼装电梯"))
    other = likeness(wording("给3号楼加装电梯"), wording("给7号楼加装电梯"))
    assert other < ALIKE < same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("電動車沒有地方充電", "电动车没有地方充电"),
        ("ＬＥＤ路灯，１２盏！", "led路灯 12盏"),
        ("Café  Façade", "cafe facade"),
        ("The neighbours’ lift", "the neighbours lift"),
    ],
)
def test_ways_of_writing_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert wording(one) == wording(other)


def test_a_thing_is_one_term_in_both_languages() -> None:
    assert "#lift" in wording("盼装升降梯").title & wording("An elevator for us").title
    assert wording("希望我们小区可以有").title == frozenset()


def test_no_way_of_saying_something_means_two_things() -> None:
    text = (Path(FILE).parents[2] / "marketplace/likeness/concepts.txt").read_text(encoding="utf-8")
    lines = [line.split(": ", 1) for line in text.splitlines() if line and line[0] != "#"]
    for name, ways in lines:
        for way in ways.split(", "):
            key = way if not way.isascii() else " ".join(singular(word) for word in way.split())
            assert variants()[key].removeprefix("#") == name, f"{way} means two things"


@given(WORDS, WORDS, WORDS, WORDS)
def test_likeness_is_even_handed_and_bounded(one: str, story: str, two: str, told: str) -> None:
    first, second = wording(one, story), wording(two, told)
    assert 0 <= likeness(first, second) <= 1.0001
    assert likeness(first, second) == pytest.approx(likeness(second, first))
    assert len(search_terms(first)) <= TERMS_MAX
    if first.title:
        assert likeness(first, first) == pytest.approx(1)
    assert folded(folded(one)) == folded(one)
