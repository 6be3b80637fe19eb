"""Policy: what a setting allows, packs that are adopted once, and which one is in force when."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import community
from app.database import Engine
from community import Actor, Pack, Policy, Role
from community.policy import Unit, changes, choice, number, read_pack, switch
from community.policy.adopting import IN_FORCE

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)

STEPS = number("visits.steps", 5, Unit.MINUTES, least=1, most=60, words="Steps of %(value)s.")
LENGTH = number("visits.length", 30, Unit.MINUTES, least=15, most=90, step=15, words="%(value)s.")
PAPER = switch("letters.paper", default=False, words="On paper.", otherwise="Not on paper.")
DOOR = choice("letters.door", "open", {"open": "anybody", "shut": "nobody"}, "In: %(value)s.")
SETTINGS = (STEPS, LENGTH, PAPER, DOOR)


def read(text: str) -> Pack:
    return read_pack(text.encode(), settings=SETTINGS, zone=SHANGHAI)


# --- settings ------------------------------------------------------------------------------------


def test_a_setting_knows_what_it_allows() -> None:
    assert [STEPS.allows(value) for value in (0, 1, 60, 61, True, "5", 5.0)] == [
        False, True, True, False, False, False, False,
    ]  # fmt: skip
    assert [LENGTH.allows(value) for value in (15, 20, 90)] == [True, False, True]
    assert [PAPER.allows(value) for value in (True, False, 0, "true")] == [True, True, False, False]
    assert [DOOR.allows(value) for value in ("shut", "ajar", 1)] == [True, False, False]
    assert (PAPER.says(value=True), PAPER.says(value=False)) == ("On paper.", "Not on paper.")
    assert (STEPS.group, STEPS.path) == ("visits", ("visits", "steps"))


@pytest.mark.parametrize("key", ["steps", "a.b.c", ".steps", "visits."])
def test_a_setting_has_a_table_and_a_name(key: str) -> None:
    with pytest.raises(ValueError, match="not a table and a name"):
        number(key, 5, Unit.COUNT, least=1, most=9, words="")


def test_a_default_is_one_of_the_allowed() -> None:
    with pytest.raises(ValueError, match="default 0 is not allowed"):
        number("visits.steps", 0, Unit.COUNT, least=1, most=9, words="")
    with pytest.raises(ValueError, match="default 'x' is not allowed"):
        choice("visits.door", "x", {"open": "anybody"}, "")


def test_a_policy_gives_each_setting_its_own_kind_of_value() -> None:
    policy = Policy({"visits.steps": 10, "letters.paper": True, "letters.door": 3})
    assert policy[STEPS] == 10
    assert policy[PAPER] is True
    assert policy[LENGTH] == 30, "what the pack does not know has its default"
    assert policy[DOOR] == "open", "a value of another kind is none"
    [change] = changes(SETTINGS, before=Policy({"visits.steps": 10}), after=Policy())
    assert (change.setting, change.before, change.after) == (STEPS, 10, 5)


# --- adopting ------------------------------------------------------------------------------------


@pytest.fixture
async def home(database: Engine) -> community.Community:  # noqa: ARG001 (must be migrated)
    return await community.add_community(code=f"p-{uuid4().hex[:12]}", name="规则社区")


def administrator(home: community.Community) -> Actor:
    return Actor(uuid4(), home.id, frozenset({Role.ADMINISTRATOR}), address="192.0.2.7")


def pack(steps: int, holds_from: datetime | None = None, name: str = "Rules") -> Pack:
    moment = f"holds_from = {holds_from.isoformat()}\n" if holds_from else ""
    return read(f'name = "{name}"\nsource = "S"\n{moment}[visits]\nsteps = {steps}\n')


async def test_without_a_pack_everything_is_usual(home: community.Community) -> None:
    policy = await community.policy_in_force(home.id)
    assert (policy.pack_id, policy[STEPS]) == (None, 5)


async def test_the_pack_in_force_is_the_latest_whose_moment_has_come(
    home: community.Community,
) -> None:
    by, day = administrator(home), timedelta(days=1)
    first = await community.adopt_policy(pack(10, NOON - 30 * day), by=by, at=NOON)
    last = await community.adopt_policy(pack(30, NOON + 9 * day), by=by, at=NOON)
    between = await community.adopt_policy(pack(20, NOON + 3 * day), by=by, at=NOON)
    second = timedelta(seconds=1)
    for at, steps, in_force in [
        (NOON - 31 * day, 5, None),
        (NOON, 10, first.id),
        (NOON + 3 * day - second, 10, first.id),
        (NOON + 3 * day, 20, between.id),
        (NOON + 9 * day, 30, last.id),
        (NOON + 900 * day, 30, last.id),
    ]:
        policy = await community.policy_in_force(home.id, at)
        assert (policy[STEPS], policy.pack_id) == (steps, in_force)
    assert await community.adopted_packs(home.id) == [last, between, first]
    assert await community.adopted_pack(first.id, community_id=home.id) == first
    assert await community.adopted_pack(first.id, community_id=uuid4()) is None


async def test_one_community_s_pack_is_no_other_s(home: community.Community) -> None:
    other = await community.add_community(code=f"q-{uuid4().hex[:12]}", name="另一社区")
    await community.adopt_policy(pack(10), by=administrator(home))
    assert (await community.policy_in_force(other.id))[STEPS] == 5


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_only_an_administrator_decides(home: community.Community, role: Role) -> None:
    by = Actor(uuid4(), home.id, frozenset({role}))
    with pytest.raises(community.NotAnAdministrator):
        await community.adopt_policy(pack(10), by=by)
    assert await community.adopted_packs(home.id) == []


async def test_whoever_sets_the_installation_up_may_decide(home: community.Community) -> None:
    adopted = await community.adopt_policy(pack(10), by=community.system(home.id))
    assert adopted.adopted_by == community.SYSTEM


async def test_only_the_first_pack_may_hold_from_a_moment_that_is_over(
    home: community.Community,
) -> None:
    by = administrator(home)
    await community.adopt_policy(pack(10, NOON - timedelta(days=9)), by=by, at=NOON)
    with pytest.raises(community.NotRetroactive):
        await community.adopt_policy(pack(20, NOON - timedelta(seconds=1)), by=by, at=NOON)
    assert (await community.policy_in_force(home.id, NOON))[STEPS] == 10
    await community.adopt_policy(pack(20, NOON), by=by, at=NOON)
    assert (await community.policy_in_force(home.id, NOON))[STEPS] == 20


async def test_the_same_pack_twice_changes_nothing(
    home: community.Community, owner: asyncpg.Connection
) -> None:
    by, day = administrator(home), timedelta(days=1)
    dated, at_once = pack(10, NOON + day), pack(20)
    first = await community.adopt_policy(dated, by=by, at=NOON)
    assert await community.adopt_policy(dated, by=by, at=NOON + 2 * day) == first, "also when over"
    now = await community.adopt_policy(at_once, by=by, at=NOON + 2 * day)
    assert await community.adopt_policy(at_once, by=by, at=NOON + 3 * day) == now
    assert len(await community.adopted_packs(home.id)) == 2
    events = "SELECT count(*) FROM audit_event WHERE area_id = $1 AND act = 'policy.adopt'"
    assert await owner.fetchval(events, home.id) == 2
    # Going back to earlier rules is a decision of its own, not a repetition.
    await community.adopt_policy(pack(30), by=by, at=NOON + 4 * day)
    back = await community.adopt_policy(at_once, by=by, at=NOON + 5 * day)
    assert back.id != now.id
    assert (await community.policy_in_force(home.id, NOON + 6 * day))[STEPS] == 20


async def test_two_packs_do_not_hold_from_one_moment(home: community.Community) -> None:
    by, moment = administrator(home), NOON + timedelta(days=1)
    await community.adopt_policy(pack(10, moment), by=by, at=NOON)
    with pytest.raises(community.MomentTaken) as refused:
        await community.adopt_policy(pack(20, moment), by=by, at=NOON)
    assert refused.value.holds_from == moment
    assert (await community.policy_in_force(home.id, moment))[STEPS] == 10


async def test_of_two_at_once_for_one_moment_one_is_refused(home: community.Community) -> None:
    moment = datetime.now(UTC) + timedelta(days=1)
    outcomes = await asyncio.gather(
        *(
            community.adopt_policy(pack(steps, moment), by=administrator(home))
            for steps in (10, 20, 30, 40)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, community.AdoptedPack) for one in outcomes) == 1
    assert sum(isinstance(one, community.MomentTaken) for one in outcomes) == 3


async def test_two_at_once_that_hold_at_once_follow_each_other(
    home: community.Community, owner: asyncpg.Connection
) -> None:
    """Each is told against what was in force before it: the trail is one chain of values."""
    await asyncio.gather(
        *(community.adopt_policy(pack(steps), by=administrator(home)) for steps in (10, 20, 30, 40))
    )
    rows = await owner.fetch(
        "SELECT before->'visits.steps' AS old, after->'visits.steps' AS new FROM audit_event"
        " WHERE area_id = $1 AND act = 'policy.adopt' ORDER BY seq",
        home.id,
    )
    values = [(int(row["old"]), int(row["new"])) for row in rows]
    assert values[0][0] == 5
    assert all(one[1] == two[0] for one, two in pairwise(values))


async def test_the_trail_says_what_changed(
    home: community.Community, owner: asyncpg.Connection
) -> None:
    by = administrator(home)
    adopted = await community.adopt_policy(pack(10, name="规则一"), by=by)
    row = await owner.fetchrow(
        "SELECT * FROM audit_event WHERE area_id = $1 AND act = 'policy.adopt'", home.id
    )
    assert row is not None
    assert (row["actor"], row["subject_id"], str(row["address"])) == (
        by.member_id, adopted.id, "192.0.2.7",
    )  # fmt: skip
    assert json.loads(row["before"]) == {"visits.steps": 5}
    assert json.loads(row["after"]) == {"visits.steps": 10}
    assert json.loads(row["details"])["name"] == "规则一"


async def test_a_refused_pack_leaves_no_trace(
    home: community.Community, owner: asyncpg.Connection
) -> None:
    with pytest.raises(community.InvalidPack):
        await community.adopt_policy(
            Pack(" ", "s", None, dict.fromkeys(SETTINGS, 0), ""), by=administrator(home)
        )
    events = "SELECT count(*) FROM audit_event WHERE area_id = $1 AND act = 'policy.adopt'"
    assert await owner.fetchval(events, home.id) == 0
    with pytest.raises(community.UnknownCommunity):
        await community.adopt_policy(pack(10), by=community.system(UUID(int=7)))


async def test_a_pack_is_never_edited(home: community.Community, owner: asyncpg.Connection) -> None:
    adopted = await community.adopt_policy(pack(10), by=administrator(home))
    for statement in (
        "UPDATE policy_pack SET name = 'x' WHERE id = $1",
        "DELETE FROM policy_pack WHERE id = $1",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only grows"):
            await owner.execute(statement, adopted.id)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only grows"):
        await owner.execute("TRUNCATE policy_pack")
    rights = await owner.fetch(
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = 'policy_pack' AND grantee = 'linli_app'"
    )
    assert {row["privilege_type"] for row in rights} == {"SELECT", "INSERT"}


async def test_the_policy_in_force_is_one_look_up_in_an_index(
    home: community.Community, owner: asyncpg.Connection
) -> None:
    query = IN_FORCE.format("$1", "$2")
    await owner.execute("SET enable_seqscan = off")
    plan = [row[0] for row in await owner.fetch(f"EXPLAIN {query}", home.id, NOON)]
    assert any("one_pack_at_a_moment" in line for line in plan), plan
    assert not any("Sort" in line for line in plan), plan
