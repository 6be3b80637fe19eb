"""Flags of conflicts of interest: the rule alone, then on real projects with kin and groups."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
from community import KinKind, Role
from marketplace.errors import UnknownProject
from marketplace.open_books import flag_rules, flagging, register
from marketplace.open_books.flag_rules import DECIDING, Flag, Part, Relation, Taking, Ties
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import TODAY, chosen, chosen_with_plan, kin
from tests.marketplace.plans_examples import member

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HAND, RELATIVE, COLLEAGUE, STRANGER, GROUP = (uuid.UUID(int=n) for n in range(1, 6))
TIES = Ties(
    frozenset({HAND}),
    GROUP,
    {RELATIVE: (HAND, KinKind.LINEAL)},
    ((COLLEAGUE, NOW - timedelta(days=9), NOW + timedelta(days=9)),),
)


@pytest.mark.parametrize("part", sorted(DECIDING))
def test_each_part_is_flagged_by_its_strongest_tie(part: Part) -> None:
    expected = {
        HAND: Relation.SAME,
        RELATIVE: Relation.KIN,
        COLLEAGUE: Relation.ORGANISATION,
        STRANGER: None,
    }
    for who, relation in expected.items():
        found = flag_rules.found([Taking(part, who, NOW)], TIES)
        assert [one.relation for one in found] == ([relation] if relation else [])
        assert all(one.other is Part.UNDERTAKER for one in found)


def test_who_left_the_organisation_before_is_not_of_it() -> None:
    later = Taking(Part.APPROVER, COLLEAGUE, NOW + timedelta(days=9))
    before = Taking(Part.APPROVER, COLLEAGUE, NOW - timedelta(days=10))
    assert flag_rules.found([later, before], TIES) == ()


def test_an_organisation_that_gives_to_its_own_project() -> None:
    (flag,) = flag_rules.found([Taking(Part.GIVER, None, NOW, GROUP)], TIES)
    assert (flag.relation, flag.organisation_id) == (Relation.SAME, GROUP)
    assert flag_rules.found([Taking(Part.GIVER, None, NOW, STRANGER)], TIES) == ()


@given(
    st.lists(
        st.builds(
            Taking,
            st.sampled_from(Part),
            st.sampled_from([HAND, RELATIVE, COLLEAGUE, STRANGER]),
            st.sampled_from([NOW, None]),
        )
    )
)
def test_the_public_learns_no_name_and_no_kind_of_tie(takings: list[Taking]) -> None:
    flags = flag_rules.found(takings, TIES)
    shown = flag_rules.public(flags)
    assert {(one.part, one.other) for one in shown} == {(one.part, one.other) for one in flags}
    for one in shown:
        bare = Flag(one.part, one.other, one.relation)
        assert dataclasses.asdict(one) == dataclasses.asdict(bare)
        assert one.relation in {Relation.SAME, Relation.TIED}
    assert len(set(shown)) == len(shown)
    assert not any(one.member_id == STRANGER for one in flags)


def test_two_approvers_who_are_married() -> None:
    known = {HAND: {RELATIVE: KinKind.SPOUSE}, RELATIVE: {HAND: KinKind.SPOUSE}}
    (flag,) = flag_rules.among_approvers([RELATIVE, HAND], known)
    assert {flag.member_id, flag.other_id} == {HAND, RELATIVE}
    assert flag_rules.among_approvers([HAND, STRANGER], known) == ()


async def test_before_an_approval_the_tie_is_known(neighbourhood: Neighbourhood) -> None:
    found = await chosen(neighbourhood)
    here: dict[str, Any] = {"community_id": found.home.id}
    ask = found.project.id, found.treasurer.member_id, Part.APPROVER
    assert await flagging.flags(*ask, **here) == ()
    await kin(found.home, found.undertaker, found.treasurer)
    (flag,) = await flagging.flags(*ask, **here)
    assert (flag.relation, flag.kin, flag.other_id) == (
        Relation.KIN,
        KinKind.LINEAL,
        found.undertaker.member_id,
    )
    own = await flagging.flags(found.project.id, found.undertaker.member_id, Part.INSPECTOR, **here)
    assert [one.relation for one in own] == [Relation.SAME]
    with pytest.raises(UnknownProject):
        await flagging.flags(*ask, community_id=uuid.uuid4())


async def test_two_approvers_who_are_kin_stand_on_the_auditors_list(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood)
    await found.begun()
    await found.paid(100)
    assert await flagging.flagged_projects(found.home.id) == ([], False)
    other = await member(found.home, "Second coordinator", Role.COORDINATOR)
    await community.record_kinship(
        found.treasurer.member_id,
        found.coordinator.member_id,
        KinKind.SPOUSE,
        evidence="Certificate, seen at the desk",
        by=other,
    )
    ((project, flags),), more = await flagging.flagged_projects(found.home.id)
    assert (project.id, more) == (found.project.id, False)
    assert [(one.part, one.other, one.kin) for one in flags] == [
        (Part.APPROVER, Part.APPROVER, KinKind.SPOUSE)
    ]
    assert flagging.members_in(flags) == {
        found.treasurer.member_id,
        found.coordinator.member_id,
    }


async def test_who_chose_a_relative_is_flagged(neighbourhood: Neighbourhood) -> None:
    found = await chosen_with_plan(neighbourhood)
    other = await member(found.home, "Second coordinator", Role.COORDINATOR)
    await community.record_kinship(
        found.undertaker.member_id,
        found.coordinator.member_id,
        KinKind.OTHER,
        evidence="Household book, seen at the desk",
        by=other,
    )
    flags = await flagging.project_flags(found.project.id, community_id=found.home.id)
    assert Part.SELECTOR in {one.part for one in flags}
    assert {one.relation for one in flags} == {Relation.KIN}


async def test_the_register_has_what_was_planned_spent_and_late(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen_with_plan(neighbourhood)
    await found.begun()
    await found.paid(100)
    listed, more = await register.undertakers(found.home.id)
    assert more is False
    (mine,) = [one for one in listed if one.id == found.undertaker.member_id]
    assert (mine.is_group, mine.projects, mine.score) == (False, 1, None)
    (entry,) = await register.entries_of(
        mine.id, community_id=found.home.id, today=TODAY + timedelta(days=2000)
    )
    assert entry.planned_fen == found.project.cost_fen
    assert entry.spent_fen == 10_000
    assert entry.milestones == 2
    assert entry.reported == 0
    assert entry.days_late > 1000
    on_time = await register.entries_of(mine.id, community_id=found.home.id, today=TODAY)
    assert on_time[0].days_late == 0
    assert await register.entries_of(mine.id, community_id=uuid.uuid4(), today=TODAY) == []
