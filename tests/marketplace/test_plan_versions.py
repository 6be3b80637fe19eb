"""Versions of plans on the real database: written, never changed, frozen, with their files."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from app.database import Engine
from community import Role, audit_events
from marketplace import needs, plans
from marketplace.needs import NeedState
from marketplace.plans import Attachment, BudgetLine
from marketplace.plans.errors import (
    FileUnfit,
    InvalidPlan,
    NotForYou,
    NothingChanged,
    NotWanted,
    NotYourPlan,
    PlanFrozen,
    StaleVersion,
    UnknownFile,
    UnknownPlan,
)
from marketplace.plans.tables import PlanFileRow, PlanVersionRow
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import (
    RAIL,
    accepted_need,
    changed,
    freeze,
    kinds_told,
    moved,
    planned_need,
)


async def test_the_first_version_moves_the_need_on_and_reads_back(
    neighbourhood: Neighbourhood,
) -> None:
    need, version = await planned_need(neighbourhood)
    assert need.state is NeedState.PLANNED
    assert (version.number, version.content, version.sha256) == (1, RAIL, RAIL.sha256())
    assert (version.cost_fen, version.minutes) == (RAIL.cost_fen, RAIL.minutes)
    plan = await plans.read_plan(version.plan_id, community_id=neighbourhood.id)
    assert (plan.need_id, plan.version, plan.frozen) == (need.id, 1, False)
    acts = [event.act for event in await audit_events(neighbourhood.id)]
    assert acts.count("plan.write") == 1


async def test_a_later_version_keeps_the_first_and_tells_who_follows(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    await needs.second_need(need.id, by=home.residents[3])
    second = await plans.write_version(
        first.plan_id, changed(title="新的名字"), by=home.residents[0], note="名字更清楚"
    )
    assert (second.number, second.note) == (2, "名字更清楚")
    found = await plans.versions(first.plan_id, community_id=home.id)
    assert [one.content.title for one in found] == ["新的名字", RAIL.title]
    assert "plan.version" in await kinds_told(home.residents[3])
    assert "plan.version" not in await kinds_told(home.residents[0])


async def test_the_same_words_sent_twice_are_one_version(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    for _twice in range(2):
        version = await plans.write_plan(need.id, RAIL, by=home.residents[0], note="", base=0)
        assert version.number == 1
    with pytest.raises(NothingChanged):
        await plans.write_plan(need.id, RAIL, by=home.residents[0], note="", base=1)


async def test_who_comes_second_is_told_and_nothing_is_overwritten(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    author = home.residents[0]
    await plans.write_plan(need.id, changed(title="甲"), by=author, note="", base=1)
    with pytest.raises(StaleVersion) as refused:
        await plans.write_plan(need.id, changed(title="乙"), by=author, note="", base=1)
    assert refused.value.latest == 2


async def test_two_versions_at_once_leave_one(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    outcomes = await asyncio.gather(
        *(
            plans.write_plan(
                need.id, changed(title=f"第 {n} 人"), by=home.residents[0], note="", base=1
            )
            for n in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, StaleVersion) for one in outcomes) == 3
    assert len(await plans.versions(first.plan_id, community_id=home.id)) == 2


async def test_two_first_versions_at_once_begin_one_plan(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    outcomes = await asyncio.gather(
        *(
            plans.write_plan(
                need.id, changed(title=f"第 {n} 人"), by=home.residents[0], note="", base=0
            )
            for n in range(3)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, StaleVersion) for one in outcomes) == 2


async def test_who_may_not_write_is_refused(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    for stranger in (home.residents[1], home.coordinator, home.outsider):
        with pytest.raises(NotYourPlan):
            await plans.write_plan(need.id, RAIL, by=stranger, note="", base=0)
    with pytest.raises(needs.UnknownNeed):
        await plans.write_plan(need.id, RAIL, by=elsewhere.residents[0], note="", base=0)
    for_another = home.residents[1].acting_for(home.residents[0].member_id, need.id)
    with pytest.raises(NotForYou):
        await plans.write_plan(need.id, RAIL, by=for_another, note="", base=0)
    with pytest.raises(UnknownPlan):
        await plans.read_plan(need.id, community_id=home.id)
    mine = await plans.write_plan(need.id, RAIL, by=home.residents[0], note="", base=0)
    for number in (-1, 0, 2, 2**40):  # an address can name a number that no column holds
        with pytest.raises(UnknownPlan):
            await plans.version(mine.plan_id, number, community_id=home.id)


async def test_no_plan_where_none_is_wanted_nor_one_out_of_bounds(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    author = home.residents[0]
    dear = changed(lines=(BudgetLine("金扶手", 50_000_001),))
    with pytest.raises(InvalidPlan):
        await plans.write_plan(need.id, dear, by=author, note="", base=0)
    with pytest.raises(InvalidPlan):
        await plans.write_plan(need.id, RAIL, by=author, note="长" * 301, base=0)
    with pytest.raises(InvalidPlan) as refused:
        await plans.write_plan(need.id, changed(area_id=need.id), by=author, note="", base=0)
    assert refused.value.field == "area"
    await plans.write_plan(need.id, changed(area_id=home.id), by=author, note="", base=0)
    await moved(need.id, home, NeedState.WITHDRAWN)
    with pytest.raises(NotWanted):
        await plans.write_plan(need.id, changed(title="晚了"), by=author, note="", base=1)


async def test_a_version_cannot_be_edited_by_anybody(
    neighbourhood: Neighbourhood,
) -> None:
    _need, first = await planned_need(neighbourhood)
    for statement in (
        "UPDATE plan_version SET note = 'x' WHERE plan_id = {}",
        "DELETE FROM plan_version WHERE plan_id = {}",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await PlanVersionRow.raw(statement, first.plan_id)


async def test_a_plan_on_an_open_ballot_is_frozen_by_rule_and_by_trigger(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    await freeze(home, first)
    plan = await plans.read_plan(first.plan_id, community_id=home.id)
    assert plan.frozen
    with pytest.raises(PlanFrozen):
        await plans.write_plan(
            need.id, changed(title="太晚"), by=home.residents[0], note="", base=1
        )
    content = changed(title="太晚")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await PlanVersionRow.raw(
            "INSERT INTO plan_version (plan_id, number, community_id, content, sha256, cost_fen,"
            " minutes, written_by, written_at, note)"
            " VALUES ({}, 2, {}, {}, {}, 1, 1, {}, clock_timestamp(), '')",
            first.plan_id,
            home.id,
            content.canonical(),
            content.sha256(),
            home.residents[0].member_id,
        )
    assert refused.value.constraint_name == "plan_is_free"
    assert (await plans.version(first.plan_id, 1, community_id=home.id)).content == RAIL


PDF = b"%PDF-1.4 a small drawing"


async def test_a_file_is_kept_once_and_read_by_the_versions_that_have_it(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    author = home.residents[0]
    digest = await plans.keep_file(need.id, PDF, "pdf", by=author)
    assert await plans.keep_file(need.id, PDF, "pdf", by=author) == digest
    with_file = changed(attachments=(Attachment(digest, "图纸.pdf"),))
    second = await plans.write_plan(need.id, with_file, by=author, note="", base=1)
    kept = await plans.plan_file(second.plan_id, 2, digest, community_id=home.id)
    assert (kept.kind, kept.body) == ("pdf", PDF)
    for number, community_id in ((1, home.id), (2, elsewhere.id)):
        with pytest.raises(UnknownFile):
            await plans.plan_file(second.plan_id, number, digest, community_id=community_id)


async def test_files_are_refused_that_nobody_may_add_or_that_are_gone(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    with pytest.raises(NotYourPlan):
        await plans.keep_file(need.id, PDF, "pdf", by=home.residents[1])
    for kind, body in (("exe", PDF), ("pdf", b"")):
        with pytest.raises(FileUnfit):
            await plans.keep_file(need.id, body, kind, by=home.residents[0])
    missing = changed(attachments=(Attachment("f" * 64, "没有.pdf"),))
    with pytest.raises(UnknownFile):
        await plans.write_plan(need.id, missing, by=home.residents[0], note="", base=1)


async def test_only_files_in_no_version_are_cleared_after_a_week(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    author = home.residents[0]
    kept = await plans.keep_file(need.id, PDF, "pdf", by=author)
    loose = await plans.keep_file(need.id, PDF + b"2", "pdf", by=author)
    with_file = changed(attachments=(Attachment(kept, "图纸.pdf"),))
    await plans.write_plan(need.id, with_file, by=author, note="", base=1)
    assert await plans.clear_loose_files(home.id) == 0
    later = datetime.now(UTC) + timedelta(days=8)
    assert await plans.clear_loose_files(home.id, at=later) == 1
    rows = await PlanFileRow.raw("SELECT sha256 FROM plan_file WHERE community_id = {}", home.id)
    assert [row["sha256"] for row in rows] == [kept]
    assert loose != kept
    assert (await plans.plan_file(first.plan_id, 2, kept, community_id=home.id)).body == PDF


async def test_a_member_who_left_writes_no_more(
    neighbourhood: Neighbourhood,
    database: Engine,  # noqa: ARG001 (must be migrated)
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    await community.member_left(home.residents[0].member_id, by=home.coordinator)
    with pytest.raises(NotYourPlan):
        await plans.write_plan(need.id, RAIL, by=home.residents[0], note="", base=0)


async def test_the_list_of_plans_has_the_latest_of_each(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    await plans.write_plan(
        need.id, changed(title="新的名字"), by=home.residents[0], note="", base=1
    )
    await accepted_need(home)
    (found,) = await plans.plans_written(home.id)
    assert found[0].id == first.plan_id
    assert found[1].content.title == "新的名字"
    assert await plans.plans_written(home.id, size=1) == [found]
    assert await plans.plans_written(home.id, page=2, size=1) == []
    assert await plans.plans_written(uuid.uuid4()) == []
    assert Role.RESIDENT in home.residents[0].roles
