"""The sums and the picture of the open books, for whatever passes through a project's accounts."""

import uuid
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import CNY, MINUTE
from marketplace.open_books import rules
from marketplace.open_books.values import Passed, Spending

OUTSIDE = {
    "card": "card_processor",
    "alipay": "card_processor",
    "wechat_pay": "card_processor",
    "cash": "cash_box",
    "bank": "bank",
    "organisation": "bank",
    "matching": "matching_fund",
    "public_budget": "round",
}
WAYS = st.sampled_from(
    ["give", "give", "give", "direct", "reach", "return", "refund", "spend", "unspend", "undo"]
)
STEPS = st.lists(
    st.tuples(WAYS, st.sampled_from(sorted(OUTSIDE)), st.integers(1, 10_000)), max_size=40
)


class SmallBook:
    """Accounts with a floor of nothing, and whatever is outside: a few lines of double entry."""

    def __init__(self) -> None:
        self.held: defaultdict[str, int] = defaultdict(int)
        self.passed: list[Passed] = []
        self.kept: defaultdict[str, int] = defaultdict(int)

    def move(self, from_kind: str, to_kind: str, source: str, amount: int) -> bool:
        guarded = {"escrow", "project", "paid_out"}
        if from_kind in guarded and self.held[from_kind] < amount:
            return False
        self.held[from_kind] -= amount
        self.held[to_kind] += amount
        self.passed.append(Passed(from_kind, to_kind, source, "any", amount, 1))
        return True

    def step(self, way: str, source: str, amount: int) -> None:
        there = OUTSIDE[source]
        named = "" if source in {"matching", "public_budget"} else source
        inside = {
            "reach": ("escrow", "project"),
            "undo": ("project", "escrow"),
            "unspend": ("paid_out", "project"),
        }
        if way in inside:
            self.move(*inside[way], "", amount)
        elif way == "spend" and sum(self.kept.values()) >= amount:
            self.move("project", "paid_out", "", amount)
        elif way in {"give", "direct"}:
            self.move(there, "escrow" if way == "give" else "project", named, amount)
            self.kept[source] += amount
        elif way in {"return", "refund"}:
            some = min(amount, self.kept[source])
            place = "project" if way == "return" else "escrow"
            if some and self.move(place, there, named, some):
                self.kept[source] -= some


@given(STEPS, st.dictionaries(st.sampled_from(sorted(OUTSIDE)), st.integers(0, 20_000)))
def test_sums_by_source_equal_the_book_and_the_picture_balances(
    steps: list[tuple[str, str, int]], owed: dict[str, int]
) -> None:
    book = SmallBook()
    for way, source, amount in steps:
        book.step(way, source, amount)
    found = rules.reckon(book.passed, owed)
    for one in found.sources:
        assert one.given == one.returned + one.spent + one.held
        assert one.spent >= 0
        assert one.given - one.returned == book.kept[one.source]
    assert found.spent == book.held["paid_out"]
    assert found.held == book.held["escrow"] + book.held["project"]
    assert (found.waiting, found.left) == (book.held["escrow"], book.held["project"])
    drawn = rules.streams(book.passed, ())
    assert all(one.amount > 0 for one in drawn)
    assert rules.unbalanced(drawn) == {}
    told = {one.to_node: one.amount for one in drawn if one.to_node.startswith("held:")}
    assert told == {f"held:{kind}": book.held[kind] for kind in rules.INNER if book.held[kind]}
    came = sum(one.amount for one in drawn if one.from_node.startswith("from:"))
    again = sum(one.amount for one in drawn if one.from_node.startswith("again:"))
    back_within = sum(one.amount for one in drawn if one.to_node == "back:escrow")
    assert came == found.given
    assert again == back_within


@given(
    st.lists(st.tuples(st.sampled_from(["", "Paint", "Wood"]), st.integers(1, 500)), max_size=30),
    st.integers(0, 200),
    st.integers(0, 8),
)
def test_receipts_come_to_what_was_spent(
    spent: list[tuple[str, int]], unnamed: int, most: int
) -> None:
    spendings = [Spending(uuid.uuid4(), line, "for it", amount) for line, amount in spent]
    whole = sum(one.amount for one in spendings) + unnamed
    passed = [
        Passed("round", "project", "", "round_settled", whole + 7, 1),
        Passed("project", "paid_out", "", "disbursement", whole, 3),
    ]
    drawn = rules.streams(passed, rules.few(spendings, most))
    assert rules.unbalanced(drawn) == {}
    receipts = sum(one.amount for one in drawn if one.to_node.startswith(("receipt:", "rest:")))
    assert receipts == (whole if spendings else 0)
    assert sum(one.to_node.startswith("receipt:") for one in drawn) <= most
    short = rules.streams(passed, rules.few(spendings, most), receipts=False)
    assert rules.unbalanced(short) == {}
    assert not [one for one in short if one.to_node.startswith(("receipt:", "rest:"))]


def test_what_is_owed_back_paid_for_nothing() -> None:
    passed = [
        Passed("cash_box", "escrow", "cash", "contribution", 300, 1),
        Passed("card_processor", "escrow", "card", "contribution", 100, 1),
        Passed("escrow", "project", "", "drive", 400, 1),
        Passed("project", "paid_out", "", "disbursement", 200, 1),
    ]
    told = {one.source: (one.spent, one.held) for one in rules.reckon(passed).sources}
    assert told == {"cash": (150, 150), "card": (50, 50)}
    after = rules.reckon(passed, {"cash": 150, "card": 50})
    assert {one.source: (one.spent, one.held) for one in after.sources} == told
    late = rules.reckon(passed, {"card": 100})
    assert {one.source: one.spent for one in late.sources} == {"cash": 200, "card": 0}


def test_hours_for_help_are_told_apart_from_hours_that_went_back() -> None:
    passed = [
        Passed("member", "project", "", "drive", 600, 4),
        Passed("issuance", "project", "", "work_grant", 60, 1),
        Passed("project", "member", "", "project_work", 200, 2),
        Passed("project", "member", "", "giving_back", 100, 1),
    ]
    found = rules.reckon(passed, unit=MINUTE)
    assert (found.given, found.returned, found.spent, found.held) == (660, 100, 200, 360)
    assert rules.unbalanced(rules.streams(passed, (), unit=MINUTE)) == {}


@given(st.integers(0, 10**12), st.dictionaries(st.text(max_size=3), st.integers(0, 10**12)))
def test_shares_add_up(whole: int, weights: dict[str, int]) -> None:
    parts = rules.shares(whole, weights)
    assert sum(parts.values()) == (whole if weights else 0)
    if whole <= sum(weights.values()):
        assert all(0 <= parts[name] <= weight for name, weight in weights.items())


def test_a_community_had_something_before() -> None:
    passed = [
        Passed("public_budget", "round", "", "round_budgeted", 500, 1),
        Passed("round", "project", "", "round_settled", 400, 2),
        Passed("round", "public_budget", "", "round_settled", 100, 1),
        Passed("project", "matching_fund", "", "giving_back", 60, 1),
        Passed("project", "paid_out", "", "disbursement", 300, 1),
    ]
    drawn = rules.streams(
        passed, (), unit=CNY, had={"project": 50, "round": 10}, inner=rules.COMMUNITY_INNER
    )
    assert rules.unbalanced(drawn) == {}
    ends = {(one.from_node, one.to_node): one.amount for one in drawn}
    assert ends["again:matching_fund", "matching_fund"] == 60
    assert ends["matching_fund", "held:matching_fund"] == 60
    assert ends["had:project", "project"] == 50


@pytest.mark.parametrize("unit", [CNY, MINUTE])
def test_nothing_passed(unit: str) -> None:
    found = rules.reckon([], unit=unit)  # type: ignore[arg-type]  # a unit's name
    assert found.sources == ()
    assert rules.streams([], ()) == ()
