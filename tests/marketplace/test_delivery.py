"""The work on a chosen project on real PostgreSQL: begun, reported, told of, delivered."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import community
from community import Role
from marketplace import delivery, open_ballot
from marketplace.delivery import DeliveryState, errors, rules
from marketplace.delivery.values import UpdateId
from marketplace.errors import UnknownProject
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import (
    JPEG,
    TODAY,
    chosen,
    chosen_with_plan,
)
from tests.marketplace.plans_examples import RAIL, kinds_told, member


async def test_milestones_are_those_of_the_plan_that_was_chosen(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen_with_plan(neighbourhood)
    begun = await here.begun()
    assert (begun.state, begun.last_part_percent) == (DeliveryState.UNDER_WAY, 10)
    found = await delivery.milestones(here.project.id, community_id=neighbourhood.id)
    assert [(one.number, one.title, one.due_on) for one in found] == [
        (n, one.title, one.due_on) for n, one in enumerate(RAIL.milestones, start=1)
    ]
    assert [one.promised_on for one in found] == [one.due_on for one in found]
    assert "delivery.begun" in await kinds_told(neighbourhood.residents[0])
    undertaking = await delivery.undertaking_of(here.project)
    assert undertaking.member_id == here.undertaker.member_id
    assert await delivery.who_undertakes(here.project) == here.undertaker.member_id


async def test_a_project_without_a_plan_has_one_milestone_within_the_usual_days(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    begun = datetime(2026, 3, 1, 20, tzinfo=UTC)  # the 2nd of March where the community is
    await delivery.begin(here.project.id, by=here.coordinator, at=begun)
    (only,) = await delivery.milestones(here.project.id, community_id=neighbourhood.id)
    assert (only.title, only.due_on) == (
        here.project.title,
        datetime(2026, 3, 2, tzinfo=UTC).date() + timedelta(days=90),
    )


async def test_only_who_undertakes_or_a_coordinator_begins_and_only_once(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    here = await chosen(neighbourhood)
    with pytest.raises(errors.NotYourProject):
        await delivery.begin(here.project.id, by=neighbourhood.residents[3])
    with pytest.raises(UnknownProject):
        await delivery.begin(here.project.id, by=elsewhere.coordinator)
    with pytest.raises(errors.NotBegun):
        await here.report()
    await here.begun()
    with pytest.raises(errors.Begun):
        await delivery.begin(here.project.id, by=here.coordinator)


async def test_a_project_that_was_not_chosen_does_not_begin(neighbourhood: Neighbourhood) -> None:
    opened = await neighbourhood.round()
    project = await neighbourhood.project(opened, "Bench", 100)
    await open_ballot(opened.id, by=neighbourhood.coordinator)
    with pytest.raises(errors.NotChosen):
        await delivery.begin(project.id, by=neighbourhood.coordinator)


async def test_a_milestone_is_reported_once_with_its_day_words_and_photographs(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    how: dict[str, Any] = {
        "done_on": TODAY,
        "words": " It stands. ",
        "by": here.undertaker,
    }
    done = await delivery.report(here.project.id, 1, photos=[JPEG, JPEG], **how)
    assert done.report is not None
    assert (done.report.words, done.report.done_on) == ("It stands.", TODAY)
    again = await delivery.report(here.project.id, 1, **how)
    assert again == done
    shown = await delivery.photos(here.project.id, community_id=neighbourhood.id)
    assert [one.milestone for one in shown] == [1, 1]
    assert await delivery.photo(here.project.id, shown[0].id, community_id=neighbourhood.id) == JPEG
    with pytest.raises(errors.ReportedAlready):
        await delivery.report(here.project.id, 1, **how | {"words": "Other words"})
    with pytest.raises(errors.UnknownMilestone):
        await delivery.report(here.project.id, 2, **how)


@pytest.mark.parametrize(
    ("days", "words", "field"),
    [(1, "Done", "done_on"), (-1, "Done", "done_on"), (0, " ", "words"), (0, "x" * 2001, "words")],
)
async def test_a_report_of_another_time_or_without_words_is_refused(
    neighbourhood: Neighbourhood, days: int, words: str, field: str
) -> None:
    here = await chosen(neighbourhood)
    now = datetime.now(UTC)
    begun = await delivery.begin(here.project.id, by=here.undertaker, at=now)
    day = await delivery.beginning.local_day(neighbourhood.id, begun.began_at)
    with pytest.raises(errors.InvalidDelivery) as refused:
        await delivery.report(
            here.project.id,
            1,
            done_on=day + timedelta(days=days),
            words=words,
            by=here.undertaker,
            at=now,
        )
    assert refused.value.field == field


async def test_only_who_undertakes_reports_and_tells_news(neighbourhood: Neighbourhood) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    for other in (here.coordinator, neighbourhood.residents[2], here.treasurer):
        with pytest.raises(errors.NotYourProject):
            await delivery.report(here.project.id, 1, done_on=TODAY, words="Done", by=other)
        with pytest.raises(errors.NotYourProject):
            await delivery.write_update(here.project.id, "News", by=other)
        with pytest.raises(errors.NotYourProject):
            await delivery.declare_delivered(here.project.id, by=other)


async def test_news_is_told_once_for_each_key_with_its_photographs(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen_with_plan(neighbourhood)
    await here.begun()
    key = UpdateId(uuid.uuid4())
    for _ in range(2):
        await delivery.write_update(
            here.project.id, "The rails came.", photos=[JPEG], by=here.undertaker, id=key
        )
    (news,) = await delivery.updates(here.project.id, community_id=neighbourhood.id)
    assert (news.words, news.written_by) == ("The rails came.", here.undertaker.member_id)
    assert len(await delivery.photos(here.project.id, community_id=neighbourhood.id)) == 1
    assert "delivery.news" in await kinds_told(neighbourhood.residents[0])
    with pytest.raises(errors.TooManyPhotos):
        await delivery.write_update(
            here.project.id, "Too many", photos=[JPEG] * 7, by=here.undertaker
        )


async def test_a_project_is_delivered_when_all_its_milestones_are_reported(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen_with_plan(neighbourhood)
    await here.begun()
    await here.report(1)
    with pytest.raises(errors.MilestonesOpen) as refused:
        await delivery.declare_delivered(here.project.id, by=here.undertaker)
    assert refused.value.left == 1
    await here.report(2)
    done = await delivery.declare_delivered(here.project.id, by=here.undertaker)
    assert done.state is DeliveryState.DELIVERED
    with pytest.raises(errors.DeliveryMoved):
        await delivery.declare_delivered(here.project.id, by=here.undertaker)
    steps = await delivery.delivery_moves(here.project.id, community_id=neighbourhood.id)
    assert [one.state for one in steps] == [DeliveryState.UNDER_WAY, DeliveryState.DELIVERED]
    assert "delivery.delivered" in await kinds_told(neighbourhood.residents[0])


async def test_who_undertakes_is_reminded_once_before_and_once_after_the_day(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    (only,) = await delivery.milestones(here.project.id, community_id=neighbourhood.id)
    noon = datetime(only.due_on.year, only.due_on.month, only.due_on.day, 4, tzinfo=UTC)

    async def told(days: int) -> list[str]:
        await delivery.remind_of_milestones(at=noon + timedelta(days=days))
        kinds = await kinds_told(here.undertaker)
        return sorted(kind for kind in kinds if kind.startswith("delivery.milestone"))

    assert await told(-8) == []
    assert await told(-7) == ["delivery.milestone_soon"]
    assert await told(-2) == ["delivery.milestone_soon"]
    assert await told(0) == ["delivery.milestone_soon"]
    both = ["delivery.milestone_late", "delivery.milestone_soon"]
    assert await told(1) == both
    assert await told(5) == both
    assert "delivery.milestone_late" in await kinds_told(here.coordinator)
    late = await delivery.overdue(neighbourhood.id, only.due_on + timedelta(days=1))
    assert [one.number for one in late] == [1]
    await here.report()
    assert await delivery.overdue(neighbourhood.id, only.due_on + timedelta(days=1)) == []


async def test_nobody_acts_for_another_here(neighbourhood: Neighbourhood) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    acting = community.Actor(
        here.undertaker.member_id,
        neighbourhood.id,
        here.undertaker.roles,
        on_behalf_of=neighbourhood.residents[3].member_id,
        consent_id=uuid.uuid4(),
    )
    with pytest.raises(errors.NotYourProject):
        await delivery.write_update(here.project.id, "News", by=acting)
    volunteer = await member(neighbourhood, "Helper", Role.VOLUNTEER)
    with pytest.raises(errors.NotYoursToDecide):
        rules.coordinates(volunteer, "stop")
