"""The staff's chat hears each morning what waits, in numbers, once."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
from app.messages import staff
from app.settings import settings
from tests.app.messages import post_office
from tests.app.messages.test_gateway import http_server

MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


async def test_once_a_morning_and_nobodys_name(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, quiet = await post_office.home(), await post_office.home()
    applicant = await community.add_member(community_id=home.id, name="秘密先生")
    await owner.execute("UPDATE member SET standing = 'applied' WHERE id = $1", applicant.id)
    async with http_server(500) as server:
        ways = f"{home.code}=json://127.0.0.1:{server.port}/ {quiet.code}=json://127.0.0.1:9/"
        monkeypatch.setenv("LINLI_MESSAGE_WAYS", ways)
        settings.cache_clear()
        try:
            await staff.tell_staff(MORNING - timedelta(minutes=1))
            assert server.got == [], "not before half past eight"
            await staff.tell_staff(MORNING)
            await staff.tell_staff(MORNING + timedelta(minutes=1))
            assert len(server.got) == 1, "a try that failed waits"
            server.status = 200
            await staff.tell_staff(MORNING + staff.RETRY)
            for hours in range(1, 5):
                await staff.tell_staff(MORNING + timedelta(hours=hours))
            assert len(server.got) == 2, "what was told is not told again that day"
            await staff.tell_staff(MORNING + timedelta(days=1))
            assert len(server.got) == 3
        finally:
            monkeypatch.undo()
            settings.cache_clear()
    said = json.loads(server.got[1][2])
    assert said["message"] == "今早等待办理：\n1 人申请加入"
    assert "秘密先生" not in json.dumps(said, ensure_ascii=False)
    told = "SELECT sent_at IS NOT NULL FROM staff_digest WHERE community_id = $1"
    assert await owner.fetchval(told, quiet.id), "nothing waits there, so nothing is said"


async def test_a_chat_that_never_answers_is_left_alone_after_some_tries(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await post_office.home()
    applicant = await community.add_member(community_id=home.id, name="李明")
    await owner.execute("UPDATE member SET standing = 'applied' WHERE id = $1", applicant.id)
    async with http_server(500) as server:
        monkeypatch.setenv("LINLI_MESSAGE_WAYS", f"{home.code}=json://127.0.0.1:{server.port}/")
        settings.cache_clear()
        try:
            for tried in range(staff.TRIES_MAX + 3):
                await staff.tell_staff(MORNING + tried * staff.RETRY)
        finally:
            monkeypatch.undo()
            settings.cache_clear()
    assert len(server.got) == staff.TRIES_MAX
