"""Projects that begin anew with their story, and what aftercare keeps of a person."""

import uuid

import pytest

import community
from app import erasing, merging, personal_data
from marketplace import Entry, Setup, aftercare, close_and_count, enter, needs
from marketplace.aftercare import Again, CustodianState
from marketplace.aftercare.errors import BegunAgain, NotOver, StandsAsPlan
from marketplace.delivery import stop
from marketplace.errors import WordsMissing
from marketplace.needs import NeedDraft
from marketplace.reading import projects_of, read_project
from tests.marketplace.aftercare_examples import JPEG, finished
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import chosen
from tests.marketplace.plans_examples import planned_need
from tests.marketplace.rounds_examples import opened

DRAFT = NeedDraft("A bench", "Elders stand.", "environment", "Lane 3")


async def test_what_was_not_chosen_becomes_a_need_or_stands_as_a_plan(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    current = await home.round(budget_yuan=100, choices=1)
    won, lost = [await home.project(current, title, 100) for title in ("Won", "Lost")]
    one, two = home.residents[:2]
    for project in (won, lost):
        with pytest.raises(NotOver):
            await aftercare.raise_again(project.id, DRAFT, "Again", by=one)
    await home.voted(current, [(1,)] * 3)
    await close_and_count(current.id, by=home.coordinator)
    with pytest.raises(NotOver):
        await aftercare.raise_again(won.id, DRAFT, "Again", by=one)
    with pytest.raises(WordsMissing):
        await aftercare.raise_again(lost.id, DRAFT, " ", by=one)
    key = uuid.uuid4()
    raised = await aftercare.raise_again(lost.id, DRAFT, "Again", by=one, id=key)
    assert await aftercare.raise_again(lost.id, DRAFT, "Again", by=one, id=key) == raised
    with pytest.raises(BegunAgain) as begun:
        await aftercare.raise_again(lost.id, DRAFT, "Again", by=two)
    assert begun.value.need_id == raised.id
    await needs.withdraw_need(raised.id, "No more", by=one)
    second = await aftercare.raise_again(lost.id, DRAFT, "After all", by=two)
    found = await aftercare.origins_of_project(lost.id, community_id=home.id)
    assert [each.need_id for each in found] == [raised.id, second.id]
    story = await aftercare.story_of_need(second.id, community_id=home.id)
    assert [(each.kind, each.state) for each in story] == [
        ("project", "not_chosen"), ("need", "withdrawn"), ("need", "raised"),
    ]  # fmt: skip


async def test_a_plan_that_was_not_chosen_enters_the_next_round_as_it_is(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    setup = Setup(entry=Entry.PLANS)
    need, version = await planned_need(home)
    _other, rival = await planned_need(home)
    first = await opened(home, setup=setup, yuan=16_000)
    for plan_id in (rival.plan_id, version.plan_id):
        await enter(first.id, plan_id, by=home.coordinator)
    await home.voted(first, [(1,)] * 3)
    await close_and_count(first.id, by=home.coordinator)
    lost = next(
        each
        for each in await projects_of(first.id, community_id=home.id)
        if each.plan_id == version.plan_id
    )
    with pytest.raises(StandsAsPlan) as stands:
        await aftercare.raise_again(lost.id, DRAFT, "Again", by=home.residents[0])
    assert stands.value.need_id == need.id
    second = await opened(home, setup=setup, yuan=16_000)
    await enter(second.id, version.plan_id, by=home.coordinator)
    story = await aftercare.story_of_project(lost.id, community_id=home.id)
    assert [(each.kind, each.state) for each in story] == [
        ("need", "entered"), ("project", "not_chosen"), ("project", "proposed"),
    ]  # fmt: skip
    assert {each.round_id for each in story[1:]} == {first.id, second.id}


async def test_a_stopped_project_may_begin_anew_and_is_not_looked_after(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood)
    await found.begun()
    with pytest.raises(NotOver):
        await aftercare.raise_again(found.project.id, DRAFT, "Again", by=neighbourhood.residents[0])
    await stop(found.project.id, "No builder", by=found.coordinator)
    project = await read_project(found.project.id, community_id=neighbourhood.id)
    assert await aftercare.why_again(project) is Again.STOPPED


# Of a person


async def test_members_are_told_what_they_did_and_leave_without_a_trace_of_faces(
    neighbourhood: Neighbourhood,
) -> None:
    found = await finished(neighbourhood)
    one, two, *_ = found.residents
    await aftercare.write_covenant(found.id, "No shoes.", base=0, by=one)
    await aftercare.sign_covenant(found.id, 1, by=one)
    serving = await found.custodian(one)
    await found.custodian(two)
    said = await aftercare.raise_attention(found.id, "Loose", by=one, images=[JPEG])
    await aftercare.answer_attention(found.id, said.id, "Seen", mended=False, by=one)
    held = await personal_data.gathered(one)
    for kind in (
        "covenants_written", "covenants_signed", "custodian_terms", "checks_done",
        "attention_raised", "attention_answered",
    ):  # fmt: skip
        assert held[kind], kind
    await community.ask_erasure(one.member_id, by=one)
    await erasing.erase(one.member_id, by=found.coordinator)
    people = await aftercare.custodians(found.id, community_id=found.home.id)
    assert {each.id: each.state for each in people}[serving.id] is CustodianState.ENDED
    assert {each.custodian_id for each in await found.checks()} == {two.member_id}
    kept = await aftercare.attention(said.id, project_id=found.id, community_id=found.home.id)
    assert (kept.words, kept.photos) == ("Loose", ())
    (version,) = await aftercare.covenant_versions(found.id, community_id=found.home.id)
    assert version.signatures == 1, "others relied on it"


async def test_two_memberships_of_one_person_sign_and_serve_once(
    neighbourhood: Neighbourhood,
) -> None:
    found = await finished(neighbourhood)
    one, two, *_ = found.residents
    await aftercare.write_covenant(found.id, "No shoes.", base=0, by=one)
    for who in (one, two):
        await aftercare.sign_covenant(found.id, 1, by=who)
    serving = await found.custodian(two)
    await aftercare.volunteer(found.id, by=one)
    said = await aftercare.raise_attention(found.id, "Loose", by=two)
    await merging.merge(one.member_id, two.member_id, by=found.coordinator)
    (signed,) = await aftercare.signatures(found.id, community_id=found.home.id)
    assert signed.member_id == one.member_id
    people = await aftercare.custodians(found.id, community_id=found.home.id)
    mine = [each for each in people if each.state is CustodianState.SERVING]
    assert [(each.id, each.member_id) for each in mine] == [(serving.id, one.member_id)]
    assert {each.custodian_id for each in await found.checks()} == {one.member_id}
    kept = await aftercare.attention(said.id, project_id=found.id, community_id=found.home.id)
    assert kept.raised_by == one.member_id
