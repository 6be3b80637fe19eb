"""A screening on a real database: saved, gone on with, decided in public, appealed against once."""

import dataclasses
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

import community
from app.database import Engine
from community import Role, audit_events
from marketplace import needs, screening
from marketplace.errors import NotACoordinator, TooLong, WordsMissing
from marketplace.needs import NeedState
from marketplace.needs.errors import UnknownNeed
from marketplace.screening import (
    AgainstTheChecklist,
    Answer,
    AppealDecided,
    AppealedAlready,
    AppealOver,
    ChangedMeanwhile,
    CouncilWord,
    Draft,
    InvalidPoint,
    NoAppeal,
    NotAlike,
    NotItsAuthor,
    NotRefused,
    NotWaiting,
    Outcome,
    OwnNeed,
    PointsOpen,
    Question,
    SameScreener,
    UnknownScreening,
    Verdict,
)
from marketplace.screening.tables import ScreeningRow
from tests.marketplace.screening_examples import FINE, coordinator, raised, seconded, staff

NO = Draft(
    {**FINE.answers, "duty": Answer(Verdict.NO, "City drains are the water office's duty.")},
    FINE.band,
)


async def told(member_id: uuid.UUID, home: Any) -> list[str]:
    return [one.kind for one in await community.inbox(member_id, community_id=home.id)]


async def refused(home: Any) -> needs.Need:
    """Give a need that the coordinator refused."""
    need = await seconded(home)
    await screening.save_screening(need.id, NO, revision=0, by=home.coordinator)
    await screening.decide_screening(
        need.id, Outcome.REFUSED, "It is a duty of the city.", revision=1, by=home.coordinator
    )
    return need


async def test_progress_is_saved_and_another_coordinator_goes_on(neighbourhood: Any) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    other = await coordinator(home)
    half = Draft({"duty": FINE.answers["duty"]}, None)
    saved = await screening.save_screening(need.id, half, revision=0, by=home.coordinator)
    assert (saved.revision, saved.saved_by) == (1, home.coordinator.member_id)
    again = await screening.save_screening(need.id, half, revision=0, by=home.coordinator)
    assert again.revision == 1
    with pytest.raises(ChangedMeanwhile):
        await screening.save_screening(need.id, FINE, revision=0, by=other)
    with pytest.raises(PointsOpen) as missing:
        await screening.decide_screening(
            need.id, Outcome.ACCEPTED, "All is well.", revision=1, by=other
        )
    assert missing.value.points == ("safety", "budget", "like")
    await screening.save_screening(need.id, FINE, revision=1, by=other)
    found = await screening.decide_screening(
        need.id, Outcome.ACCEPTED, "All is well.", revision=2, by=other
    )
    assert (found.outcome, found.decided_by) == (Outcome.ACCEPTED, other.member_id)
    assert (await needs.read_need(need.id, community_id=home.id)).state is NeedState.ACCEPTED
    for member in home.residents[:2]:
        assert "need.accepted" in await told(member.member_id, home)
    acts = Counter(one.act for one in await audit_events(home.id))
    assert (acts["screening.save"], acts["screening.decide"]) == (2, 1)


async def test_the_outcome_follows_from_the_answers(neighbourhood: Any) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    await screening.save_screening(need.id, NO, revision=0, by=home.coordinator)
    with pytest.raises(AgainstTheChecklist):
        await screening.decide_screening(
            need.id, Outcome.ACCEPTED, "Anyway.", revision=1, by=home.coordinator
        )
    with pytest.raises(WordsMissing):
        await screening.decide_screening(
            need.id, Outcome.REFUSED, " ", revision=1, by=home.coordinator
        )
    with pytest.raises(TooLong):
        await screening.decide_screening(
            need.id, Outcome.REFUSED, "x" * 1001, revision=1, by=home.coordinator
        )
    assert (await needs.read_need(need.id, community_id=home.id)).state is NeedState.SECONDED


async def test_an_outcome_stands(neighbourhood: Any, owner: asyncpg.Connection) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    for act in (
        screening.save_screening(need.id, FINE, revision=1, by=home.coordinator),
        screening.decide_screening(
            need.id, Outcome.REFUSED, "Twice.", revision=1, by=home.coordinator
        ),
    ):
        with pytest.raises(NotWaiting):
            await act
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("UPDATE screening SET reason = 'other' WHERE need_id = $1", need.id)


async def test_nobody_screens_their_own_need(neighbourhood: Any) -> None:
    home = neighbourhood
    need = await seconded(home)
    both = dataclasses.replace(
        home.residents[1], roles=frozenset({Role.RESIDENT, Role.COORDINATOR})
    )
    with pytest.raises(OwnNeed):
        await screening.save_screening(need.id, FINE, revision=0, by=both)
    with pytest.raises(NotACoordinator):
        await screening.save_screening(need.id, FINE, revision=0, by=home.residents[2])


async def test_what_cannot_be_saved(neighbourhood: Any, elsewhere: Any) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    for draft, refusal in (
        (Draft({"weather": Answer(Verdict.YES)}), InvalidPoint),
        (Draft({"duty": Answer(Verdict.NO, "x" * 301)}), TooLong),
        (Draft(alike=(need.id,)), NotAlike),
        (Draft(alike=(uuid.uuid4(),)), NotAlike),
    ):
        with pytest.raises(refusal):
            await screening.save_screening(need.id, draft, revision=0, by=home.coordinator)
    with pytest.raises(UnknownNeed):
        await screening.save_screening(need.id, FINE, revision=0, by=elsewhere.coordinator)
    with pytest.raises(UnknownNeed):
        await screening.screening_of(need.id, community_id=elsewhere.id)
    early = await raised(home, "Too early")
    with pytest.raises(UnknownScreening):
        await screening.screening_of(early.id, community_id=home.id)
    with pytest.raises(NotWaiting):
        await screening.save_screening(early.id, FINE, revision=0, by=home.coordinator)


async def test_needs_that_are_alike_are_linked(neighbourhood: Any) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    like = await raised(home, "A handrail")
    draft = dataclasses.replace(FINE, alike=(like.id, like.id))
    saved = await screening.save_screening(need.id, draft, revision=0, by=home.coordinator)
    assert saved.draft.alike == (like.id,)


async def test_a_communitys_own_questions_are_asked_from_then_on(neighbourhood: Any) -> None:
    home = neighbourhood
    old = await refused(home)
    need = await seconded(home)
    usual = await screening.screening_list(home.id)
    assert usual.number == 0
    assert len(usual.duties) > 5
    new = await screening.change_list(
        ["Schools", " ", "Roads"],
        [Question("q1", "Does it need nobody's consent?")],
        number=0,
        by=home.coordinator,
    )
    assert (new.number, new.duties) == (1, ("Schools", "Roads"))
    again = await screening.change_list(new.duties, new.questions, number=0, by=home.coordinator)
    assert again.number == 1
    with pytest.raises(ChangedMeanwhile):
        await screening.change_list(["Schools"], [], number=0, by=home.coordinator)
    with pytest.raises(WordsMissing):
        await screening.change_list([], [], number=1, by=home.coordinator)
    with pytest.raises(NotACoordinator):
        await screening.change_list(["Schools"], [], number=1, by=home.residents[0])
    await screening.save_screening(need.id, FINE, revision=0, by=home.coordinator)
    with pytest.raises(PointsOpen):
        await screening.decide_screening(
            need.id, Outcome.ACCEPTED, "All is well.", revision=1, by=home.coordinator
        )
    before = await screening.screening_of(old.id, community_id=home.id)
    assert (await screening.list_of(before)).number == 0


async def test_one_appeal_that_another_coordinator_grants(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    author, other = home.residents[0], await coordinator(neighbourhood)
    with pytest.raises(NotItsAuthor):
        await screening.appeal(need.id, "I disagree.", by=home.residents[1])
    with pytest.raises(WordsMissing):
        await screening.appeal(need.id, " ", by=author)
    made = await screening.appeal(need.id, "These drains are our own.", by=author)
    assert not made.decided
    assert "screening.appealed" in await told(other.member_id, home)
    with pytest.raises(AppealedAlready):
        await screening.appeal(need.id, "Again.", by=author)
    with pytest.raises(SameScreener):
        await screening.decide_appeal(need.id, "No.", granted=False, by=home.coordinator)
    (waits,) = [one for one in await screening.waiting_screenings(home.id) if one.appeal]
    assert waits.need_id == need.id
    decided = await screening.decide_appeal(need.id, "They are private.", granted=True, by=other)
    assert decided.granted
    assert (await needs.read_need(need.id, community_id=home.id)).state is NeedState.ACCEPTED
    with pytest.raises(AppealDecided):
        await screening.decide_appeal(need.id, "No.", granted=False, by=other)


async def test_a_refusal_that_stands_is_told_and_final(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    other = await coordinator(home)
    with pytest.raises(NoAppeal):
        await screening.decide_appeal(need.id, "No.", granted=False, by=other)
    await screening.appeal(need.id, "Please look again.", by=home.residents[0])
    await screening.decide_appeal(need.id, "It is the city's.", granted=False, by=other)
    assert (await needs.read_need(need.id, community_id=home.id)).state is NeedState.REFUSED
    for member in home.residents[:2]:
        assert "screening.appeal_refused" in await told(member.member_id, home)
    with pytest.raises(AppealedAlready):
        await screening.appeal(need.id, "Once more.", by=home.residents[0])


async def test_a_councils_decision_is_written_down_by_the_screener_too(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    await screening.appeal(need.id, "Please look again.", by=home.residents[0])
    with pytest.raises(WordsMissing):
        await screening.decide_appeal(
            need.id,
            "As decided.",
            granted=True,
            by=home.coordinator,
            council=CouncilWord(uuid.uuid4(), " "),
        )
    council = CouncilWord(uuid.uuid4(), "Residents' council, 3 December, decision 2")
    decided = await screening.decide_appeal(
        need.id, "As decided.", granted=True, by=home.coordinator, council=council
    )
    assert decided.council == council


async def test_appeals_have_a_term_and_need_a_refusal(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    late = datetime.now(UTC) + timedelta(days=16)
    with pytest.raises(AppealOver):
        await screening.appeal(need.id, "Late.", by=home.residents[0], at=late)
    waiting = await seconded(home)
    with pytest.raises(NotRefused):
        await screening.appeal(waiting.id, "Early.", by=home.residents[0])


async def test_coordinators_are_reminded_once_and_told_once_when_it_is_late(
    neighbourhood: Any,
) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    other = await coordinator(home)
    operator = await staff(home, Role.PHONE_OPERATOR, "Sun")
    now = datetime.now(UTC)
    await screening.remind_of_screenings(now)
    due = (await screening.screening_of(need.id, community_id=home.id)).due_at
    for moment in (due - timedelta(hours=12), due - timedelta(hours=11)):
        await screening.remind_of_screenings(moment)
    for moment in (due + timedelta(hours=1), due + timedelta(days=9)):
        await screening.remind_of_screenings(moment)
    for who in (home.coordinator, other):
        kinds = await told(who.member_id, home)
        assert (kinds.count("screening.due"), kinds.count("screening.overdue")) == (1, 1)
    assert "screening.due" not in await told(operator.member_id, home)


async def test_an_appeal_that_waits_too_long_is_told_of(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    made = await screening.appeal(need.id, "Please look again.", by=home.residents[0])
    await screening.remind_of_screenings(made.due_at + timedelta(minutes=1))
    await screening.remind_of_screenings(made.due_at + timedelta(days=1))
    kinds = await told(home.coordinator.member_id, home)
    assert (kinds.count("appeal.overdue"), kinds.count("appeal.due")) == (1, 0)


async def test_the_queue_tells_what_waits_without_a_job_having_run(neighbourhood: Any) -> None:
    home, need = neighbourhood, await seconded(neighbourhood)
    (waits,) = await screening.waiting_screenings(home.id)
    assert (waits.need_id, waits.begun, waits.appeal) == (need.id, False, False)
    page = await screening.screening_of(need.id, community_id=home.id)
    assert page.due_at == waits.due_at


async def test_an_erased_members_words_of_an_appeal_go(neighbourhood: Any) -> None:
    home, need = neighbourhood, await refused(neighbourhood)
    other = await coordinator(home)
    await screening.appeal(need.id, "My knee is bad.", by=home.residents[0])
    await screening.decide_appeal(need.id, "It stands.", granted=False, by=other)
    async with Engine.transaction(ScreeningRow._meta.db):  # type: ignore[arg-type]  # noqa: SLF001 (Piccolo's engine of a table)
        await screening.forget_screening([home.residents[0].member_id], community_id=home.id)
        await community.record(
            "test.erase", by=home.coordinator, subject_kind="need", subject_id=need.id
        )
    found = await screening.appeal_of(need.id, community_id=home.id)
    assert found is not None
    assert (found.words, found.reason) == ("", "It stands.")
