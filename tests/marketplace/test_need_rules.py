"""How a need moves: no path leads out of the table, and what lies beside it leads back."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import TooLong, WordsMissing
from marketplace.needs import MOVES, NeedDraft, NeedMoved, NeedState, OwnNeed, rules
from marketplace.needs.telling import notice

STATES = st.sampled_from(list(NeedState))
BESIDE = {NeedState.HIDDEN, NeedState.MERGED}


def test_every_state_has_its_moves_and_every_move_its_news() -> None:
    assert set(MOVES) == set(NeedState)
    for was, nexts in MOVES.items():
        assert was not in nexts
        for now in nexts:
            assert notice(was, now).startswith("need.")


@given(wishes=st.lists(STATES, max_size=30))
def test_no_path_leads_out_of_the_table(wishes: list[NeedState]) -> None:
    """Whatever is asked for in whichever order, a need takes only moves of the table."""
    state, path = NeedState.RAISED, [NeedState.RAISED]
    for wish in wishes:
        before = next((one for one in reversed(path) if one not in BESIDE), None)
        try:
            rules.move(state, wish, before=before if state in BESIDE else None)
        except NeedMoved:
            assert wish not in MOVES[state] or (state in BESIDE and wish is not before)
            continue
        assert wish in MOVES[state]
        if state in BESIDE:
            assert wish is before, "it comes back to where it stood"
        state = wish
        path.append(state)
    assert NeedState.ENTERED not in path or NeedState.PLANNED in path
    assert NeedState.PLANNED not in path or NeedState.ACCEPTED in path
    assert NeedState.ACCEPTED not in path or NeedState.SECONDED in path


@given(state=STATES, seconds=st.integers(0, 50), threshold=st.integers(1, 50))
def test_the_threshold_is_reached_from_raised_alone(
    state: NeedState, seconds: int, threshold: int
) -> None:
    reached = rules.reaches(state, seconds=seconds, threshold=threshold)
    assert reached == (state is NeedState.RAISED and seconds >= threshold)


def test_nobody_seconds_their_own_or_what_is_closed() -> None:
    me = uuid.uuid4()
    with pytest.raises(OwnNeed):
        rules.seconding(NeedState.RAISED, member=me, authors=[me])
    for state in (NeedState.WITHDRAWN, NeedState.HIDDEN, NeedState.MERGED, NeedState.REFUSED):
        with pytest.raises(NeedMoved):
            rules.seconding(state, member=me, authors=[])


def test_words_are_trimmed_and_bounded() -> None:
    kept = rules.draft(NeedDraft("  A lamp ", " Dark. ", "culture", "  "))
    assert (kept.title, kept.story, kept.place) == ("A lamp", "Dark.", "")
    with pytest.raises(WordsMissing):
        rules.draft(NeedDraft(" ", "Dark.", "culture"))
    with pytest.raises(WordsMissing):
        rules.draft(NeedDraft("A lamp", "", "culture"))
    with pytest.raises(TooLong):
        rules.draft(NeedDraft("x" * 61, "Dark.", "culture"))
    with pytest.raises(TooLong):
        rules.draft(NeedDraft("A lamp", "x" * 2001, "culture"))
    with pytest.raises(TooLong):
        rules.draft(NeedDraft("A lamp", "Dark.", "culture", "x" * 121))
