"""The rules of who gives a class's hours: worked figures, and what holds for any."""

import uuid
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.group_sessions.rules import shares
from timebank.group_sessions.values import GroupPayer

IDS = [UUID(int=number) for number in range(1, 61)]


@pytest.mark.parametrize(
    ("payer", "saved", "fund", "members", "relief", "issuance", "surplus"),
    [
        (GroupPayer.COMMUNITY, [90, 90], 500, [0, 0], 0, 90, 0),
        (GroupPayer.RELIEF, [90, 90], 500, [0, 0], 90, 0, 0),
        (GroupPayer.RELIEF, [90, 90], 40, [0, 0], 40, 50, 0),
        (GroupPayer.SHARED, [90, 90, 90, 90], 0, [23, 23, 22, 22], 0, 0, 0),
        (GroupPayer.SHARED, [90, 0, 90, 5], 10, [23, 0, 22, 5], 10, 30, 0),
        (GroupPayer.SHARED, [], 10, [], 10, 80, 0),
        (GroupPayer.EACH, [90, 100], 0, [90, 90], 0, 0, 90),
        (GroupPayer.EACH, [30, 0], 0, [30, 0], 0, 60, 0),
    ],
)
def test_who_gives_ninety_minutes(  # noqa: PLR0913, PLR0917 (a row of the table)
    payer: GroupPayer,
    saved: list[int],
    fund: int,
    members: list[int],
    relief: int,
    issuance: int,
    surplus: int,
) -> None:
    came = list(zip(IDS, saved, strict=False))
    split = shares(90, each=90, payer=payer, came=came, fund=fund)
    assert list(split.members.values()) == members
    assert (split.relief, split.issuance, split.surplus) == (relief, issuance, surplus)


def test_twenty_people_share_an_hour_and_a_half() -> None:
    split = shares(
        90, each=90, payer=GroupPayer.SHARED, came=[(one, 10) for one in IDS[:20]], fund=0
    )
    assert sorted(split.members.values()) == [4] * 10 + [5] * 10
    assert (split.relief, split.issuance, split.surplus) == (0, 0, 0)


@given(
    st.integers(1, 4),
    st.integers(1, 600),
    st.sampled_from(GroupPayer),
    st.lists(st.integers(-50, 2_000), max_size=60),
    st.integers(-10, 5_000),
)
def test_what_is_given_is_what_is_earned_and_the_surplus(  # noqa: PLR0917 (the parts of a session)
    givers: int, each: int, payer: GroupPayer, saved: list[int], fund: int
) -> None:
    due = givers * each
    came = [(uuid.UUID(int=place + 1), one) for place, one in enumerate(saved)]
    split = shares(due, each=each, payer=payer, came=came, fund=fund)
    assert split.total == due + split.surplus
    assert min(split.relief, split.issuance, split.surplus) >= 0
    assert split.relief <= max(fund, 0)
    assert split.members.keys() == {member for member, _ in came}
    for member, available in came:
        assert 0 <= split.members[member] <= max(available, 0)
    if payer is GroupPayer.SHARED and came:
        assert max(split.members.values()) <= -(-due // len(came))
    if payer is not GroupPayer.EACH:
        assert split.surplus == 0
    if split.surplus:
        assert split.relief == split.issuance == 0
