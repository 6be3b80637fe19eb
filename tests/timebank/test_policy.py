"""A community's own numbers are what its visits go by, each at the moment of the event."""

import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import community
import timebank
from community.policy import read_pack
from tests.timebank.street import NOON, Street
from timebank import rules
from timebank.policy import BY_HAND, SETTINGS, visit_policy
from timebank.values import VisitPolicy

DAY = timedelta(days=1)


async def adopt(place: UUID, from_day: int, **settings: int) -> None:
    """Adopt a pack that holds from so many days after noon."""
    lines = [f"{name} = {value}" for name, value in settings.items()]
    moment = (NOON + from_day * DAY).isoformat()
    text = f'name = "N"\nsource = "S"\nholds_from = {moment}\n[time_bank]\n' + "\n".join(lines)
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(place), at=NOON - 30 * DAY)


def test_what_a_community_did_not_decide_is_what_the_rules_take_for_usual() -> None:
    assert visit_policy(community.Policy()) == VisitPolicy()


def test_whatever_is_allowed_makes_a_policy_that_visits_can_be_booked_by() -> None:
    ends = [
        visit_policy(community.Policy({one.key: getattr(one, end) for one in SETTINGS}))
        for end in ("least", "most")
    ]
    for policy in ends:
        assert policy.minutes_min <= 60 <= policy.minutes_max
        assert rules.round_up(1, policy) == policy.round_up_minutes


async def test_the_clock_rounds_as_the_community_decided_for_that_day(street: Street) -> None:
    await adopt(street.id, -2, round_up_minutes=15)
    await adopt(street.id, 1, round_up_minutes=60)
    today = await street.finished(120, taken=92)
    assert today.minutes_measured == 105
    tomorrow = await street.booked(120, starts_at=NOON + DAY + timedelta(hours=1))
    code = (await timebank.visit_page(tomorrow.id, street.elder))[0].visit.code
    start = tomorrow.starts_at
    await timebank.check_in(tomorrow.id, by=street.volunteer, code=code, at=start)
    done = await timebank.check_out(
        tomorrow.id, by=street.volunteer, at=start + timedelta(minutes=61)
    )
    assert done.minutes_measured == 120
    for visit, minutes in ((today, 105), (done, 120)):
        await timebank.confirm(visit.id, by=street.elder, minutes=minutes, at=start + DAY)
    assert await street.minutes(street.volunteer) == [(225, 0)]


async def test_checking_in_opens_when_the_community_says(street: Street) -> None:
    await adopt(street.id, -2, check_in_early_minutes=5)
    visit = await street.booked()
    code = (await timebank.visit_page(visit.id, street.elder))[0].visit.code
    opens = visit.starts_at - timedelta(minutes=5)
    early = opens - timedelta(seconds=1)
    with pytest.raises(timebank.TooEarly) as refused:
        await timebank.check_in(visit.id, by=street.volunteer, code=code, at=early)
    assert refused.value.opens_at == opens
    await timebank.check_in(visit.id, by=street.volunteer, code=code, at=opens)


async def test_how_far_ahead_and_how_long_is_the_community_s_to_say(street: Street) -> None:
    await adopt(street.id, -2, days_ahead_max=7, visit_minutes_max=90, visit_minutes_min=45)
    with pytest.raises(timebank.InvalidRequest) as refused:
        await street.asked(60, starts_at=NOON + 8 * DAY)
    assert (refused.value.field, refused.value.most) == ("starts_at", 7)
    for minutes in (30, 105):
        with pytest.raises(timebank.InvalidRequest) as refused:
            await street.asked(minutes)
        assert refused.value.field == "minutes"
    await street.asked(90, starts_at=NOON + 7 * DAY)
    (visit,) = await timebank.my_visits(street.elder)
    assert visit.visit.minutes_booked == 90


def test_the_page_proposes_no_more_over_than_the_community_allows() -> None:
    usual, strict = VisitPolicy(), VisitPolicy(overrun_minutes=0)
    assert rules.proposals(60, 150, usual) == [60, 90, 150]
    assert rules.proposals(60, 150, strict) == [60, 150]


def test_each_rule_is_asked_for_somewhere_or_said_to_be_kept_by_people() -> None:
    """A page must not tell a rule as the program's that nothing in the program goes by.

    Whoever teaches the program one of `BY_HAND` takes it out there; whoever adds a setting uses it.
    """
    house = Path(timebank.__file__).parents[1]
    declared = {
        name: value
        for module in (house / "timebank" / "policy").glob("*.py")
        for name, value in vars(import_module(f"timebank.policy.{module.stem}")).items()
        if isinstance(value, community.Setting) and value in SETTINGS
    }
    assert set(declared.values()) == set(SETTINGS)
    asked = {name for name in declared if _asked_for(name, house)}
    by_hand = {name for name, setting in declared.items() if setting in BY_HAND}
    assert set(declared) - asked == by_hand


def _asked_for(name: str, house: Path) -> bool:
    """Whether code reads a setting: `policy[NAME]`, or in a list of them outside `policy`."""
    told = re.compile(rf"(\[|^\s+){name}(\]|,$|\)$)", re.MULTILINE)
    imports = re.compile(r"^from timebank\.policy\S* import (\([^)]*\)|.*)$", re.MULTILINE)
    for path in [*(house / "timebank").rglob("*.py"), *(house / "app").rglob("*.py")]:
        text = imports.sub("", path.read_text(encoding="utf-8"))
        if path.parent.name == "policy":
            text = "".join(re.findall(rf"policy\[{name}\]", text))
        if told.search(text):
            return True
    return False
