"""Changes of what a project promised, on a real database: asked, objected to, decided; refusals."""

from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
import ledger
from community import Actor, Role
from community.bonds import KinKind
from community.kinship import record_kinship
from marketplace import delivery
from marketplace.delivery import changes
from marketplace.delivery.changes import (
    AskedAlready,
    Change,
    ChangeDecided,
    ChangeId,
    ChangeState,
    InvalidChange,
    MoveMoney,
    NewDate,
    NewScope,
    NotAResidentHere,
    ObjectionsClosed,
    ObjectionsOpen,
    UnknownChange,
)
from marketplace.delivery.errors import (
    DeliveryMoved,
    NotBegun,
    NotYourProject,
    NotYoursToDecide,
    TiedToIt,
)
from marketplace.delivery.reporting import report
from marketplace.meetings import UnknownMeeting
from marketplace.values import Project
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.meeting_examples import kinds_told
from tests.marketplace.work_examples import (
    NOW,
    adopt,
    planned_under_way,
    resident,
    stop,
    under_way,
)

LATER = date(2027, 5, 20)
DELAY = NewDate(2, LATER)
MOVE = MoveMoney("不锈钢扶手", "折叠座椅", 200_000)
WHY = "The rails come three weeks later."
AFTER = NOW + timedelta(days=8)


async def asked(home: Neighbourhood, project: Project, what: changes.What = DELAY) -> Change:
    return await changes.ask_change(project.id, what, WHY, by=home.residents[1], at=NOW)


async def decided(home: Neighbourhood, change: Change, *, accept: bool = True) -> Change:
    return await changes.decide_change(
        change.id, accept=accept, answer="Nobody minds.", by=home.coordinator, at=AFTER
    )


# --- asking ---------------------------------------------------------------------------------------


async def test_a_delay_is_asked_for_in_public(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    key = ChangeId(uuid4())
    for _ in range(2):
        change = await changes.ask_change(
            project.id, DELAY, WHY, by=home.residents[1], id=key, at=NOW
        )
    assert (change.number, change.state, change.objections) == (1, ChangeState.OPEN, 0)
    assert change.what == NewDate(2, LATER, date(2027, 4, 15))
    assert change.objections_until == NOW + timedelta(days=7)
    assert (await kinds_told(home.residents[0]))[0] == "change.asked"
    assert "change.asked" not in await kinds_told(home.residents[1])
    with pytest.raises(AskedAlready):
        await asked(home, project, NewDate(2, date(2027, 6, 1)))
    assert (await asked(home, project, NewDate(1, LATER))).number == 2


@pytest.mark.parametrize(
    ("what", "field", "why"),
    [
        (NewDate(3, LATER), "milestone", "unknown"),
        (NewDate(2, date(2026, 1, 1)), "due_on", "past"),
        (NewDate(2, date(2040, 1, 1)), "due_on", "too far ahead"),
        (NewDate(2, date(2027, 4, 15)), "due_on", "same"),
        (MoveMoney("Nothing", "折叠座椅", 1), "from_line", "unknown"),
        (MoveMoney("折叠座椅", "Nothing", 1), "to_line", "unknown"),
        (MoveMoney("折叠座椅", "折叠座椅", 1), "to_line", "same"),
        (MoveMoney("折叠座椅", "不锈钢扶手", 360_001), "amount", "too much"),
        (MoveMoney("折叠座椅", "不锈钢扶手", 0), "amount", "missing"),
        (NewScope(" "), "scope", "missing"),
        (NewScope("x" * 2001), "scope", "too long"),
    ],
)
async def test_what_no_change_can_be(
    neighbourhood: Neighbourhood, what: changes.What, field: str, why: str
) -> None:
    project = await planned_under_way(neighbourhood)
    with pytest.raises(InvalidChange) as refused:
        await asked(neighbourhood, project, what)
    assert (refused.value.field, refused.value.why) == (field, why)


async def test_who_may_ask_and_when(neighbourhood: Neighbourhood, elsewhere: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    with pytest.raises(NotYourProject):
        await changes.ask_change(project.id, DELAY, WHY, by=home.coordinator, at=NOW)
    with pytest.raises(InvalidChange):
        await changes.ask_change(project.id, DELAY, "", by=home.residents[1], at=NOW)
    opened = await home.round()
    waiting = await home.project(opened, "Bench", 300)
    with pytest.raises(NotBegun):
        await changes.ask_change(waiting.id, NewScope("x"), WHY, by=home.residents[0], at=NOW)
    change = await asked(home, project)
    with pytest.raises(UnknownChange):
        await changes.object_to(change.id, "No.", by=elsewhere.residents[0], at=NOW)
    with pytest.raises(UnknownChange):
        await changes.change_of(project.id, change.id, community_id=elsewhere.id)
    await stop(home, project)
    with pytest.raises(DeliveryMoved):
        await asked(home, project, NewScope("Less."))


async def test_a_milestone_that_is_done_keeps_its_day(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await under_way(home)
    found = await delivery.read_delivery(project.id, community_id=home.id)
    done_on = found.began_at.astimezone(ZoneInfo("Asia/Shanghai")).date()
    await report(project.id, 1, done_on=done_on, words="Done.", by=home.residents[0])
    with pytest.raises(InvalidChange) as refused:
        await changes.ask_change(project.id, NewDate(1, LATER), WHY, by=home.residents[0], at=NOW)
    assert refused.value.why == "done"


# --- objecting ------------------------------------------------------------------------------------


async def test_residents_object_once_each_until_the_day(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    for words in ("Too late for my mother.", "Too late, we wait for a year."):
        await changes.object_to(change.id, words, by=home.residents[2], at=NOW)
    found, said = await changes.change_of(project.id, change.id, community_id=home.id)
    assert found.objections == 1
    assert [one.words for one in said] == ["Too late, we wait for a year."]
    assert (await kinds_told(home.residents[1]))[0] == "change.objected"
    with pytest.raises(NotAResidentHere):
        await changes.object_to(change.id, "Mine.", by=home.residents[1], at=NOW)
    with pytest.raises(NotAResidentHere):
        await changes.object_to(change.id, "No.", by=home.outsider, at=NOW)
    with pytest.raises(InvalidChange):
        await changes.object_to(change.id, " ", by=home.residents[3], at=NOW)
    with pytest.raises(ObjectionsClosed):
        await changes.object_to(change.id, "No.", by=home.residents[3], at=AFTER)


# --- deciding -------------------------------------------------------------------------------------


async def test_an_accepted_delay_stands_beside_the_plan(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    await changes.object_to(change.id, "Too late.", by=home.residents[4], at=NOW)
    with pytest.raises(ObjectionsOpen):
        await changes.decide_change(
            change.id, accept=True, answer="Yes.", by=home.coordinator, at=NOW
        )
    for _ in range(2):
        done = await decided(home, change)
    assert (done.state, done.answer) == (ChangeState.ACCEPTED, "Nobody minds.")
    now = await changes.standing(project)
    assert [(one.promised_on, one.due_on) for one in now.milestones] == [
        (date(2027, 3, 1), date(2027, 3, 1)),
        (date(2027, 4, 15), LATER),
    ]
    for one in (home.residents[0], home.residents[1], home.residents[4]):
        assert (await kinds_told(one))[0] == "change.accepted"
    with pytest.raises(ChangeDecided):
        await decided(home, change, accept=False)
    with pytest.raises(ChangeDecided):
        await changes.withdraw_change(change.id, by=home.residents[1], at=AFTER)
    with pytest.raises(ChangeDecided):
        await changes.object_to(change.id, "No.", by=home.residents[3], at=NOW)


async def test_a_refused_change_changes_nothing(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    done = await decided(home, change, accept=False)
    assert done.state is ChangeState.REFUSED
    assert all(one.due_on == one.promised_on for one in await changes.milestones_now(project))
    assert (await kinds_told(home.residents[1]))[0] == "change.refused"


async def test_money_moves_between_lines_as_far_as_there_is(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    first = await asked(home, project, MOVE)
    second = await asked(home, project, MoveMoney("不锈钢扶手", "折叠座椅", 1_100_000))
    await decided(home, first)
    lines = {one.label: one for one in await changes.lines_now(project)}
    assert lines["不锈钢扶手"].now_fen == 1_000_000
    assert lines["折叠座椅"].now_fen == 560_000
    assert lines["不锈钢扶手"].promised_fen == 1_200_000
    with pytest.raises(InvalidChange) as refused:
        await decided(home, second)
    assert (refused.value.field, refused.value.most) == ("amount", 1_000_000)
    assert sum(one.now_fen for one in lines.values()) == 1_560_000


async def test_another_scope_is_kept_in_words(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    await decided(home, await asked(home, project, NewScope("Only houses 3 and 5.")))
    (taken,) = (await changes.standing(project)).scope
    assert taken.what == NewScope("Only houses 3 and 5.")


async def test_who_decides(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    with pytest.raises(NotYoursToDecide):
        await changes.decide_change(
            change.id, accept=True, answer="Yes.", by=home.residents[0], at=AFTER
        )
    both = Actor(home.residents[1].member_id, home.id, frozenset({Role.RESIDENT, Role.COORDINATOR}))
    with pytest.raises(TiedToIt):
        await changes.decide_change(change.id, accept=True, answer="Yes.", by=both, at=AFTER)
    with pytest.raises(InvalidChange):
        await changes.decide_change(
            change.id, accept=True, answer="", by=home.coordinator, at=AFTER
        )
    with pytest.raises(UnknownMeeting):
        await changes.decide_change(
            change.id,
            accept=True,
            answer="Yes.",
            by=home.coordinator,
            decision_id=uuid4(),
            at=AFTER,
        )


async def test_kin_of_the_undertaker_do_not_decide(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    await record_kinship(
        home.coordinator.member_id,
        home.residents[1].member_id,
        KinKind.LINEAL,
        evidence="Household book",
        by=Actor(home.residents[5].member_id, home.id, frozenset({Role.COORDINATOR})),
    )
    with pytest.raises(TiedToIt):
        await decided(home, change)


async def test_nothing_is_accepted_of_a_stopped_project(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    await stop(home, project)
    with pytest.raises(DeliveryMoved):
        await decided(home, change)
    assert (await decided(home, change, accept=False)).state is ChangeState.REFUSED


async def test_who_asked_takes_it_back(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    with pytest.raises(NotYourProject):
        await changes.withdraw_change(change.id, by=home.coordinator, at=NOW)
    for _ in range(2):
        back = await changes.withdraw_change(change.id, by=home.residents[1], at=NOW)
    assert back.state is ChangeState.WITHDRAWN
    await asked(home, project)  # and may be asked for anew


async def test_a_community_says_how_long_residents_have(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    await adopt(home, "delivery", objection_days=21)
    at = NOW + timedelta(days=1)
    change = await changes.ask_change(project.id, DELAY, WHY, by=home.residents[1], at=at)
    assert change.objections_until == at + timedelta(days=21)


async def test_coordinators_are_told_once_that_it_is_due(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    await asked(home, project)
    await changes.ask_for_decisions(at=NOW)
    assert "change.due" not in await kinds_told(home.coordinator)
    for _ in range(2):
        await changes.ask_for_decisions(at=AFTER)
    assert (await kinds_told(home.coordinator)).count("change.due") == 1


# --- what is kept ---------------------------------------------------------------------------------


async def test_an_erasure_takes_the_words_and_a_merge_hands_on(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await asked(home, project)
    newcomer = await resident(home)
    await changes.object_to(change.id, "Too late.", by=home.residents[2], at=NOW)
    await changes.object_to(change.id, "Too dear.", by=newcomer, at=NOW)
    async with ledger.transaction():
        await community.record(
            "member.merge",
            by=home.coordinator,
            subject_kind="member",
            subject_id=newcomer.member_id,
        )
        await changes.take_over_changes(
            newcomer.member_id, home.residents[3].member_id, by=home.coordinator
        )
        await changes.forget_changes([home.residents[2].member_id], community_id=home.id)
    _found, said = await changes.change_of(project.id, change.id, community_id=home.id)
    assert [(one.member_id, one.words) for one in said] == [
        (home.residents[2].member_id, ""),
        (home.residents[3].member_id, "Too dear."),
    ]


async def test_what_was_decided_is_not_rewritten(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    change = await decided(home, await asked(home, project))
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("UPDATE project_change SET answer = 'No.' WHERE id = $1", change.id)
