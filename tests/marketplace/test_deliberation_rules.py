"""The rules of deliberation, without a database."""

import uuid
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.deliberation import rules
from marketplace.deliberation.errors import (
    Lopsided,
    NotImpartial,
    NotOpen,
    SameModerator,
    TooFast,
)
from marketplace.deliberation.values import (
    Argument,
    Channel,
    DeliberationPolicy,
    Side,
    Talk,
    Thread,
    Words,
)
from marketplace.errors import TooLong, WordsMissing
from marketplace.needs import NeedState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = DeliberationPolicy(15, 10, 600, 400)
NEED, HOME = uuid.uuid4(), uuid.uuid4()


def said(
    side: Side,
    place: int,
    *,
    marks: int = 0,
    hidden: bool = False,
    parent: Argument | None = None,
) -> Argument:
    at = NOW + timedelta(minutes=place)
    who = uuid.uuid4()
    return Argument(
        uuid.UUID(int=place + 1), NEED, HOME, parent.id if parent else None, side, Channel.ONLINE,
        who, who, at, None, hidden, "", marks, (Words(1, "said", f"Words {place}", at),),
    )  # fmt: skip


@st.composite
def talks(draw: st.DrawFn) -> list[Argument]:
    found: list[Argument] = []
    for place in range(draw(st.integers(0, 25))):
        answers = found and draw(st.booleans())
        side = Side.ANSWER if answers else draw(st.sampled_from(list(Side)[:3]))
        parent = draw(st.sampled_from(found)) if answers else None
        marks, hidden = draw(st.integers(0, 5)), draw(st.booleans())
        found.append(said(side, place, marks=marks, hidden=hidden, parent=parent))
    return found


def everything(talk: Talk) -> list[Argument]:
    threads: list[Thread] = [*talk.open_questions, *talk.sides, *talk.answered_questions]
    found = [one.argument for one in threads]
    for one in threads:
        for reply in one.replies:
            found += [reply.argument, *reply.deeper]
    return found


@given(talks(), st.randoms(use_true_random=False))
def test_everything_is_read_exactly_once_in_the_same_order(
    arguments: list[Argument], mixer: Random
) -> None:
    talk = rules.arranged(arguments)
    found = everything(talk)
    assert sorted(one.id for one in found) == sorted(one.id for one in arguments)
    mixed = list(arguments)
    mixer.shuffle(mixed)
    assert rules.arranged(mixed) == talk


@given(talks())
def test_sides_take_turns_as_long_as_both_have_something(arguments: list[Argument]) -> None:
    sides = [one.argument.side for one in rules.arranged(arguments).sides]
    both = min(sides.count(Side.FOR), sides.count(Side.AGAINST))
    for place in range(0, 2 * both, 2):
        assert {sides[place], sides[place + 1]} == {Side.FOR, Side.AGAINST}
    if both:
        assert len(set(sides[0 : 2 * both : 2])) == 1


@given(talks())
def test_within_a_side_what_helped_more_comes_first(arguments: list[Argument]) -> None:
    for side in (Side.FOR, Side.AGAINST):
        mine = [
            one.argument for one in rules.arranged(arguments).sides if one.argument.side is side
        ]
        keys = [(not one.shown, -one.marks, one.said_at) for one in mine]
        assert keys == sorted(keys)


def test_the_side_with_fewer_voices_begins_and_open_questions_come_newest_first() -> None:
    found = [
        said(Side.FOR, 0, marks=9),
        said(Side.FOR, 1),
        said(Side.AGAINST, 2),
        said(Side.QUESTION, 3),
        said(Side.QUESTION, 4),
        said(Side.QUESTION, 5),
    ]
    found.append(said(Side.ANSWER, 6, parent=found[4]))
    talk = rules.arranged(found)
    assert [one.argument for one in talk.sides] == [found[2], found[0], found[1]]
    assert [one.argument for one in talk.open_questions] == [found[5], found[3]]
    assert [one.argument for one in talk.answered_questions] == [found[4]]


@given(talks())
def test_figures_count_what_can_be_read(arguments: list[Argument]) -> None:
    counted = rules.figures(arguments)
    assert counted.answered <= counted.questions
    shown = sum(one.shown and one.side is not Side.ANSWER for one in arguments)
    assert counted.in_favour + counted.against + counted.questions == shown


texts = st.text(st.sampled_from("邻里 a\n"), max_size=450)


@given(texts, texts)
def test_both_sides_get_equal_space(first: str, second: str) -> None:
    try:
        rules.equal_space(first, second, most=400)
    except (Lopsided, TooLong, WordsMissing):
        return
    sizes = sorted(len("".join(one.split())) for one in (first, second))
    assert 3 * sizes[0] >= 2 * sizes[1]
    assert sizes[0] >= rules.SUMMARY_LEAST
    assert sizes[1] <= 400
    rules.equal_space(second, first, most=400)


def test_the_refusal_names_the_side_that_is_too_short() -> None:
    with pytest.raises(Lopsided) as refused:
        rules.equal_space("字" * 90, "字" * 59, most=400)
    assert (refused.value.field, refused.value.least) == ("against", 60)
    rules.equal_space("字" * 90, "字" * 60, most=400)


@pytest.mark.parametrize("state", NeedState)
@pytest.mark.parametrize("round_state", [None, "proposing", "voting", "closed"])
def test_a_talk_is_open_between_screening_and_ballot(
    state: NeedState, round_state: str | None
) -> None:
    opens = state in {NeedState.ACCEPTED, NeedState.PLANNED, NeedState.ENTERED}
    counted = state is NeedState.ENTERED and round_state == "closed"
    if opens and round_state != "voting" and not counted:
        rules.may_talk(state, round_state)
        return
    with pytest.raises(NotOpen):
        rules.may_talk(state, round_state)


@given(st.lists(st.integers(-90, 0), max_size=20))
def test_the_pace_is_of_the_last_hour(minutes: list[int]) -> None:
    moments = [NOW + timedelta(minutes=one) for one in minutes]
    recent = [one for one in moments if one > NOW - rules.HOUR]
    if len(recent) < POLICY.each_hour:
        rules.pace(moments, POLICY, NOW)
        return
    with pytest.raises(TooFast) as refused:
        rules.pace(moments, POLICY, NOW)
    rules.pace(moments, POLICY, refused.value.again_at)


ME, OTHER, THIRD = (uuid.uuid4() for _ in range(3))


def test_who_is_concerned_judges_only_where_nobody_else_can() -> None:
    with pytest.raises(NotImpartial):
        rules.moderating(ME, concerned=[ME], coordinators=[ME, OTHER], hid_by=None)
    rules.moderating(ME, concerned=[ME, OTHER], coordinators=[ME, OTHER], hid_by=None)
    rules.moderating(ME, concerned=[ME], coordinators=[ME], hid_by=None)
    rules.moderating(ME, concerned=[OTHER], coordinators=[ME, OTHER], hid_by=None)


def test_who_hid_words_does_not_look_again_unless_alone() -> None:
    with pytest.raises(SameModerator):
        rules.moderating(ME, concerned=[], coordinators=[ME, OTHER], hid_by=ME)
    rules.moderating(ME, concerned=[OTHER], coordinators=[ME, OTHER], hid_by=ME)
    rules.moderating(OTHER, concerned=[], coordinators=[ME, OTHER], hid_by=ME)
    with pytest.raises(NotImpartial):
        rules.moderating(OTHER, concerned=[OTHER], coordinators=[ME, OTHER, THIRD], hid_by=ME)


def test_a_name_is_found_however_it_is_spaced() -> None:
    names = [(ME, "Qian Duoduo"), (OTHER, "沈洁")]
    assert rules.named_in("That qianduoduo", names) == {ME}
    assert rules.named_in("沈 洁说的", names) == {OTHER}
    assert rules.named_in("Nobody", names) == frozenset()
