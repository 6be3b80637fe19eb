"""The demo: believable, in every state, and the same however often it is filled."""

import ledger
import timebank
from app import demo
from app.database import Engine
from community import Role, actor, community_by_code, members
from timebank import State


async def test_the_demo_shows_every_state_and_its_book_balances(database: Engine) -> None:
    told = await demo.fill()
    assert [line.partition(":")[0] for line in told] == [
        "elder", "volunteer", "delegate", "coordinator", "treasurer", "auditor", "resident"
    ]  # fmt: skip
    home = await community_by_code(demo.CODE)
    assert len(await members(home.id)) >= 36
    states: set[State] = set()
    for elder in await members(home.id, Role.ELDER):
        by = await actor(elder.id)
        assert by is not None
        states |= {one.visit.state for one in await timebank.my_visits(by)}
    assert states == set(State)
    found = await ledger.trial_balance(ledger.CommunityId(home.id))
    assert found.balanced
    assert {line.balance.unit for line in found.lines} == {"MINUTE", "CNY"}
    confirmed, minutes, waiting = await timebank.given_and_waiting(home.id)
    assert confirmed >= 30
    assert minutes >= confirmed * 30
    assert waiting >= 3

    before = await database._run_in_pool("SELECT count(*) FROM transfer")  # noqa: SLF001 (a plain count)
    assert await demo.fill() == told
    assert await database._run_in_pool("SELECT count(*) FROM transfer") == before  # noqa: SLF001 (as above)
