"""Moving over HTTP: a member asks, both desks decide, the hours arrive; and what is refused."""

import json
import uuid
from typing import Any

import httpx
import pytest
from litestar import Litestar

import community
import timebank
from app import erasing
from app.tables import WebSessionRow
from community import Role, Standing
from tests.app.walking import Walker, walker
from tests.timebank.street import NOON
from tests.timebank.two_streets import TwoStreets, open_two_streets
from timebank import moving


async def test_a_member_moves_with_their_hours_by_two_desks(app: Litestar) -> None:
    one = await open_two_streets()
    await one.save(one.mover, 300)
    async with walker(app) as mover, walker(app) as old, walker(app) as new:
        await mover.sign_in(one.mover.member_id)
        await mover.open("/me")
        assert "Moving to another community" in mover.words
        await mover.open("/me/move")
        assert "Saved hours: 5 h" in mover.words
        await mover.send_and_follow("/me/move", move_to=str(one.new))
        assert "You are moving from 梧桐社区 to 荷花社区." in mover.words
        await old.sign_in(one.old_desk.member_id)
        await old.open("/")
        assert "Wants to move to 荷花社区" in old.words
        (asked,) = await moving.moves_of(one.old_desk)
        await new.sign_in(one.new_desk.member_id)
        assert (await new.open(f"/moves/{asked.id}")).status_code == httpx.codes.NOT_FOUND
        await old.open(f"/moves/{asked.id}")
        await old.send_and_follow(f"/moves/{asked.id}/release")
        assert "The other community decides next." in old.words
        await new.open("/")
        assert "Moves here from 梧桐社区" in new.words
        await new.open(f"/moves/{asked.id}")
        assert (await new.send(f"/moves/{asked.id}/receive")).status_code == 422
        assert "Say whether this is somebody new here." in new.words
        where = await new.send_and_follow(
            f"/moves/{asked.id}/receive", membership="new", roles=["resident", "volunteer"]
        )
        assert "5 h came along" in new.words
        joined = uuid.UUID(where.removeprefix("/members/"))
        member = await community.member(joined)
        assert member.roles == {Role.RESIDENT, Role.VOLUNTEER}
        sessions = await WebSessionRow.raw(
            "SELECT count(*) AS held FROM web_session WHERE member_id = {}", one.mover.member_id
        )
        assert sessions[0]["held"] == 0
        gone = await mover.open("/time-bank/passbook")
        assert gone.headers["location"].startswith("/sign-in")
    async with walker(app) as moved:
        await moved.sign_in(joined)
        await moved.open("/time-bank/passbook")
        assert "Taken along from 梧桐社区" in moved.words
        await moved.open("/me/move")
        assert "You came from 梧桐社区; 5 h came along." in moved.words
        await moved.open("/me/data")
        assert "Moving between communities" in moved.words


async def test_the_desk_asks_for_somebody_only_with_their_word(app: Litestar) -> None:
    one = await open_two_streets()
    await one.save(one.mover, 60)
    page = f"/members/{one.mover.member_id}/move"
    async with walker(app) as desk:
        await desk.sign_in(one.old_desk.member_id)
        await desk.open(page)
        answer = await desk.send(page, move_to=str(one.new))
        assert answer.status_code == 422
        assert "tick that they agree" in desk.words
        answer = await desk.send(page, move_to=str(uuid.uuid4()), agreed="yes")
        assert answer.status_code == 422
        assert "Choose one of these communities." in desk.words
        where = await desk.send_and_follow(page, move_to=str(one.new), agreed="yes")
        assert where.startswith("/moves/")
        assert "Waiting" in desk.words


async def test_a_move_over_the_limit_is_refused_in_words_and_nothing_moves(app: Litestar) -> None:
    one = await open_two_streets()
    move = await one.released(300)
    await moving.agree_clearing(one.old, one.new, 120, by=one.administrator)
    async with walker(app) as new:
        await new.sign_in(one.new_desk.member_id)
        await new.open(f"/moves/{move.id}")
        answer = await new.send(f"/moves/{move.id}/receive", membership="new", roles="resident")
        assert answer.status_code == 422
        assert "5 h would go along" in new.words
        assert "2 h are left" in new.words
    assert await one.owed() == (0, 0)
    assert (await community.member(one.mover.member_id)).standing is Standing.ACTIVE


async def test_open_visits_are_settled_before_a_move(app: Litestar) -> None:
    one = await open_two_streets()
    move = await one.released(300)
    elder = await one.join(one.old, "陈桂芳", Role.ELDER)
    await one.save(elder, 300)
    request = timebank.Request("companionship", NOON, 60, "梧桐里 12 号")
    visit = await timebank.ask(request, by=elder, form_key=uuid.uuid4(), at=NOON)
    await timebank.accept(visit.id, by=one.mover, at=NOON.replace(year=NOON.year - 1))
    async with walker(app) as new:
        await new.sign_in(one.new_desk.member_id)
        await new.open(f"/moves/{move.id}")
        await new.send(f"/moves/{move.id}/receive", membership="new", roles="resident")
        assert "1 visit is not over" in new.words
    assert await one.owed() == (0, 0)


async def test_a_desk_turns_a_move_down_and_the_member_reads_why(app: Litestar) -> None:
    one = await open_two_streets()
    move = await one.released(300)
    async with walker(app) as new, walker(app) as mover:
        await new.sign_in(one.new_desk.member_id)
        await new.open(f"/moves/{move.id}")
        assert (await new.send(f"/moves/{move.id}/decline", reason="")).status_code == 422
        assert "Say why" in new.words
        await new.send_and_follow(f"/moves/{move.id}/decline", reason="No flat here.")
        await mover.sign_in(one.mover.member_id)
        await mover.open("/me/move")
        assert "No flat here." in mover.words
        await mover.open("/messages")
        assert "The reason: No flat here." in mover.words


async def test_a_member_takes_a_move_back(app: Litestar) -> None:
    one = await open_two_streets()
    await one.save(one.mover, 60)
    async with walker(app) as mover:
        await mover.sign_in(one.mover.member_id)
        await mover.open("/me/move")
        await mover.send_and_follow("/me/move", move_to=str(one.new))
        await mover.send_and_follow("/me/move/withdraw")
        assert "Taken back." in mover.words
        await mover.send_and_follow("/me/move/withdraw")
        assert "decided in the meantime" in mover.words


async def test_the_report_is_read_agreed_on_and_taken_away(app: Litestar) -> None:
    one = await open_two_streets(limit=None)
    async with walker(app) as above:
        await above.sign_in(one.administrator.member_id)
        await above.open("/clearing")
        assert "No communities clear hours with each other yet" in above.words
        sides = {"one_side": str(one.old), "other_side": str(one.new)}
        for hours, told in (("", "whole hours"), ("-1", "whole hours"), ("999999999", "whole")):
            answer = await above.send("/clearing", **sides, limit_hours=hours)
            assert answer.status_code == 422
            assert told in above.words
        same = {**sides, "other_side": str(one.old)}
        assert (await above.send("/clearing", **same, limit_hours="10")).status_code == 422
        await above.send_and_follow("/clearing", **sides, limit_hours="10")
        await moving.receive_move((await one.released(300)).id, by=one.new_desk)
        await above.open("/clearing")
        assert "梧桐社区 owes 5 h" in above.words
        assert "Every pair of books mirrors the other" in above.words
        await _files(above, one)


async def _files(above: Walker, one: TwoStreets) -> None:
    told: dict[str, Any] = json.loads((await above.open("/clearing/file?kind=json")).content)
    assert told["sound"] is True
    ((payment),) = told["payments"]
    assert payment == {"giver": str(one.old), "receiver": str(one.new), "minutes": 300}
    text = (await above.open("/clearing/file?kind=csv")).content.decode("utf-8-sig")
    assert "agrees" in text
    assert "300" in text
    workbook = await above.open("/clearing/file")
    assert workbook.content.startswith(b"PK")
    assert (await above.open("/clearing/file?kind=doc")).status_code == httpx.codes.NOT_FOUND
    empty = json.loads((await above.open("/clearing/file?kind=json&period=2019")).content)
    assert [pair["closing"] for pair in empty["pairs"]] == [0]


async def test_an_administrator_of_one_community_agrees_on_nothing(app: Litestar) -> None:
    one = await open_two_streets()
    local = await one.join(one.old, "王芳", Role.ADMINISTRATOR)
    async with walker(app) as reader:
        await reader.sign_in(local.member_id)
        await reader.open("/clearing")
        assert "You are one for a single community." in reader.words
        answer = await reader.send(
            "/clearing", one_side=str(one.old), other_side=str(one.new), limit_hours="5"
        )
        assert answer.status_code == 422
        (pair,) = (await moving.net_settlement(one.auditor)).pairs
        assert pair.limit == 1_000


async def test_an_open_move_comes_before_an_erasure_which_takes_the_reason_out(
    app: Litestar,  # noqa: ARG001 (the house has to be open)
) -> None:
    one = await open_two_streets()
    move = await one.released(60)
    await community.ask_erasure(one.mover.member_id, by=one.mover)
    with pytest.raises(moving.OpenMove):
        await erasing.erase(one.mover.member_id, by=one.old_desk)
    await moving.decline_move(move.id, "赵远没有住房登记。", by=one.new_desk)
    await erasing.erase(one.mover.member_id, by=one.old_desk)
    forgotten = await moving.move_seen(move.id, by=one.new_desk)
    assert (forgotten.state, forgotten.ended_why) == (moving.MoveState.DECLINED, "")
    for place in (one.old, one.new):
        for event in await community.audit_events(place, size=30):
            assert "赵远没有" not in str(event.details)
