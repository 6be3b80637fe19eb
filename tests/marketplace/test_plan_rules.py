"""Plans without a database: totals, bounds, comparisons that lose nothing, taking changes in."""

import dataclasses
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.plans import rules
from marketplace.plans.comparing import (
    Kind,
    applied,
    applied_words,
    changed_parts,
    compared,
    listed,
    words,
)
from marketplace.plans.errors import (
    CallMoved,
    FileUnfit,
    InvalidPlan,
    NotWanted,
    PlanFrozen,
    StaleVersion,
)
from marketplace.plans.uniting import united
from marketplace.plans.values import (
    Attachment,
    BudgetLine,
    Call,
    CallId,
    CallState,
    Maintenance,
    Milestone,
    OfferDraft,
    PlanContent,
    PlanId,
    PlanPolicy,
)
from tests.marketplace.plans_examples import RAIL, changed

POLICY = PlanPolicy()
TEXTS = st.text(st.sampled_from("扶手座椅每层ab c12。.\n，"), max_size=60)
LABELS = st.text(st.sampled_from("扶手座椅ab"), min_size=1, max_size=3)
LINES = st.lists(
    st.builds(BudgetLine, LABELS, st.integers(0, 10**9), st.integers(0, 10**5)),
    max_size=6,
    unique_by=lambda one: one.label,
).map(tuple)
MILESTONES = st.lists(
    st.builds(Milestone, LABELS, st.dates(date(2026, 1, 1), date(2028, 1, 1))),
    max_size=5,
    unique_by=lambda one: one.title,
).map(tuple)
FILES = st.lists(
    st.builds(Attachment, st.sampled_from(["a" * 64, "b" * 64, "c" * 64]), TEXTS),
    max_size=3,
    unique_by=lambda one: one.sha256,
).map(tuple)
CONTENTS = st.builds(
    PlanContent,
    title=TEXTS,
    summary=TEXTS,
    lines=LINES,
    milestones=MILESTONES,
    maintenance=st.builds(Maintenance, TEXTS, st.integers(0, 600), st.integers(0, 10**6)),
    place=TEXTS,
    area_id=st.none() | st.uuids(),
    attachments=FILES,
)


@given(CONTENTS)
def test_totals_are_the_sums_of_the_lines_and_the_text_reads_back(content: PlanContent) -> None:
    assert content.cost_fen == sum(line.amount_fen for line in content.lines)
    assert content.minutes == sum(line.minutes for line in content.lines)
    assert PlanContent.of(content.canonical()) == content
    assert PlanContent.of(content.canonical()).sha256() == content.sha256()


@given(CONTENTS, CONTENTS)
def test_a_comparison_applied_to_the_old_gives_the_new(old: PlanContent, new: PlanContent) -> None:
    found = compared(old, new)
    assert applied(found, old) == new
    assert bool(found.parts) == (old != new)


@given(TEXTS, TEXTS, TEXTS)
def test_words_fit_only_the_text_that_they_were_compared_with(
    old: str, new: str, other: str
) -> None:
    spans = words(old, new)
    assert applied_words(spans, old) == new
    if other != old:
        with pytest.raises(ValueError, match="another text"):
            applied_words(spans, other)


@given(LINES, LINES)
def test_every_line_is_told_once_with_what_became_of_it(
    old: tuple[BudgetLine, ...], new: tuple[BudgetLine, ...]
) -> None:
    entries = listed(old, new)
    before, after = {one.label for one in old}, {one.label for one in new}
    assert sorted(entry.item.label for entry in entries) == sorted(before | after)
    for entry in entries:
        label = entry.item.label
        if entry.kind is Kind.ADDED:
            assert label in after - before
        elif entry.kind is Kind.REMOVED:
            assert label in before - after
        else:
            assert label in before & after
            assert (entry.kind is Kind.CHANGED) == (entry.old != entry.new)


def test_chinese_is_compared_by_character_and_english_by_word() -> None:
    assert [(one.kind.value, one.text) for one in words("每层装扶手", "每两层装扶手")] == [
        ("same", "每"),
        ("added", "两"),
        ("same", "层装扶手"),
    ]
    assert [(one.kind.value, one.text) for one in words("a red lamp", "a reddish lamp")] == [
        ("same", "a "),
        ("removed", "red"),
        ("added", "reddish"),
        ("same", " lamp"),
    ]


def test_a_long_text_of_one_character_is_compared_at_once() -> None:
    old, new = "啊" * 3000, "啊" * 1500 + "哦" + "啊" * 1499
    assert applied_words(words(old, new), old) == new


@given(CONTENTS, CONTENTS)
def test_taking_in_what_nobody_else_touched_is_exact(base: PlanContent, other: PlanContent) -> None:
    assert united(base, other, base).content == other
    assert united(base, base, other).content == other
    assert united(base, other, other).content == other
    for merged in (
        united(base, other, base),
        united(base, base, other),
        united(base, other, other),
    ):
        assert not merged.conflicts


@given(CONTENTS, CONTENTS, CONTENTS)
def test_parts_in_dispute_stand_as_the_latest_has_them(
    base: PlanContent, proposed: PlanContent, latest: PlanContent
) -> None:
    merged = united(base, proposed, latest)
    for part in merged.conflicts:
        assert part not in changed_parts(latest, merged.content)
    touched = set(changed_parts(base, proposed))
    assert set(changed_parts(latest, merged.content)) <= touched


def test_two_who_change_different_lines_are_both_heard() -> None:
    first, second, third = RAIL.lines
    proposed = changed(lines=(first, dataclasses.replace(second, amount_fen=400_000), third))
    latest = changed(lines=(first, second, BudgetLine("油漆", 50_000)))
    merged = united(RAIL, proposed, latest)
    assert not merged.conflicts
    assert [(one.label, one.amount_fen) for one in merged.content.lines] == [
        ("不锈钢扶手", 1_200_000),
        ("折叠座椅", 400_000),
        ("油漆", 50_000),
    ]


def test_two_who_change_one_line_differently_need_somebody_to_decide() -> None:
    first, second, third = RAIL.lines
    proposed = changed(lines=(first, dataclasses.replace(second, amount_fen=400_000), third))
    latest = changed(lines=(first, dataclasses.replace(second, amount_fen=500_000), third))
    assert united(RAIL, proposed, latest).conflicts == ("lines",)
    gone = changed(lines=(first, third))
    assert united(RAIL, proposed, gone).conflicts == ("lines",)
    assert united(RAIL, gone, latest).conflicts == ("lines",)


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"title": " "}, "title", "missing"),
        ({"title": "长" * 81}, "title", "too long"),
        ({"summary": ""}, "summary", "missing"),
        ({"summary": "长" * 3001}, "summary", "too long"),
        ({"place": ""}, "place", "missing"),
        ({"lines": ()}, "line-1-label", "missing"),
        ({"lines": (BudgetLine("", 1),)}, "line-1-label", "missing"),
        ({"lines": (BudgetLine("灯", 1), BudgetLine("灯", 2))}, "line-2-label", "twice"),
        ({"lines": (BudgetLine("灯", 0, 0),)}, "line-1-yuan", "nothing"),
        ({"lines": (BudgetLine("灯", -1),)}, "line-1-yuan", "negative"),
        ({"lines": (BudgetLine("灯", 50_000_001),)}, "line-1-yuan", "too much"),
        (
            {"lines": (BudgetLine("a", 30_000_000), BudgetLine("b", 30_000_000))},
            "lines",
            "too much",
        ),
        ({"lines": (BudgetLine("a", 0, 600_001),)}, "lines", "too long"),
        ({"lines": tuple(BudgetLine(str(n), 1) for n in range(41))}, "lines", "too many"),
        ({"milestones": (Milestone("", date(2027, 1, 1)),)}, "milestone-1-title", "missing"),
        ({"milestones": (Milestone("a", date(2027, 1, 1)),) * 2}, "milestone-2-title", "twice"),
        ({"maintenance": Maintenance("", 12, 0)}, "who", "missing"),
        ({"maintenance": Maintenance("a", 601, 0)}, "months", "too much"),
        ({"maintenance": Maintenance("a", 1, -1)}, "yearly", "too much"),
    ],
)
def test_content_that_no_plan_can_have_names_its_field(
    wrong: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(InvalidPlan) as refused:
        rules.content(changed(**wrong), POLICY)
    assert (refused.value.field, refused.value.why) == (field, why)


def test_content_within_all_bounds_passes() -> None:
    rules.content(RAIL, POLICY)
    rules.content(changed(milestones=(), maintenance=Maintenance()), POLICY)


def test_files_are_bounded_in_number_size_and_kind() -> None:
    one = Attachment("a" * 64, "a.pdf")
    with pytest.raises(FileUnfit):
        rules.content(changed(attachments=(one, one)), POLICY)
    with pytest.raises(FileUnfit):
        rules.content(changed(attachments=(one,)), PlanPolicy(attachments_max=0))
    for kind, body in (("exe", b"x"), ("pdf", b""), ("pdf", b"x" * (rules.FILE_BYTES_MAX + 1))):
        with pytest.raises(FileUnfit):
            rules.file(kind, body)
    rules.file("pdf", b"x")


def test_versions_follow_one_another() -> None:
    assert rules.next_number(latest=0, base=0) == 1
    for base in (1, 3):
        with pytest.raises(StaleVersion):
            rules.next_number(latest=2, base=base)


def test_a_plan_is_written_only_while_it_is_wanted() -> None:
    for state in ("accepted", "planned", "entered"):
        rules.writing(state, frozen=False)
        with pytest.raises(PlanFrozen):
            rules.writing(state, frozen=True)
    for state in ("raised", "seconded", "refused", "withdrawn", "merged", "hidden"):
        with pytest.raises(NotWanted):
            rules.writing(state, frozen=False)


def test_a_call_is_open_for_as_long_as_the_policy_says() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for days in (3, 30, 60):
        rules.call("一支队伍", now, now + timedelta(days=days), POLICY)
    for days in (1, 62):
        with pytest.raises(InvalidPlan):
            rules.call("一支队伍", now, now + timedelta(days=days), POLICY)
    with pytest.raises(InvalidPlan):
        rules.call(" ", now, now + timedelta(days=9), POLICY)


def test_an_offer_comes_before_the_closing_even_if_no_job_has_closed_it() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    home = uuid.uuid4()
    call = Call(
        CallId(home), PlanId(home), home, home, "队伍", home, now, now + timedelta(days=7),
        CallState.OPEN, "",
    )  # fmt: skip
    draft = OfferDraft("我们来", "人手", 1, 60, "")
    rules.offering(call, draft, now, POLICY)
    with pytest.raises(CallMoved):
        rules.offering(call, draft, call.closes_at, POLICY)
    with pytest.raises(CallMoved):
        rules.offering(dataclasses.replace(call, state=CallState.ENDED), draft, now, POLICY)
    with pytest.raises(InvalidPlan):
        rules.offering(call, dataclasses.replace(draft, cost_fen=-1), now, POLICY)
