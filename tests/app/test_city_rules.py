"""The rules of the time bank in short, and the packs of other cities beside those that hold."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app import packs, policies, time_bank_rules
from app.ask_form import lengths
from app.i18n import speaking
from app.main import create_app, running
from app.policies import SETTINGS, Rule
from app.settings import settings
from community import Community, Member, Policy, Role
from community.policy import read_pack
from tests.app.walking import walker
from timebank import VisitPolicy
from timebank.policy import BY_HAND, CAP_MINUTES, DAY_CAP_MINUTES, TOPICS


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made


@pytest.fixture(autouse=True)
def demo(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (built before)
    monkeypatch.setattr(
        "app.routes.signin.settings", lambda: settings().model_copy(update={"demo": True})
    )


async def founded(pack: str = "") -> tuple[Community, Member]:
    """Return a community that goes by a pack, if one is named, and its administrator."""
    home = await community.add_community(code=f"p-{uuid4().hex[:12]}", name="梧桐社区")
    chief = await community.add_member(
        community_id=home.id, name="Mei", roles=(Role.ADMINISTRATOR,)
    )
    if pack:
        found = read_pack(pack.encode(), settings=SETTINGS, zone=ZoneInfo(home.time_zone))
        await community.adopt_policy(found, by=community.system(home.id))
    return home, chief


def text_of(code: str) -> str:
    found = packs.example(code)
    assert found
    return found.text


# --- packs that come along -----------------------------------------------------------------------


def test_every_pack_in_the_folder_is_offered_and_in_order() -> None:
    assert {path.stem for path in packs.FOLDER.glob("*.toml")} == set(packs.CITIES)
    assert [one.code for one in packs.examples()] == list(packs.CITIES)
    assert packs.example("../default") is None
    assert packs.example("atlantis") is None


def test_a_pack_brings_its_rules_of_the_time_bank_and_leaves_the_rest() -> None:
    here = Policy({"sign_in.code_tries": 9, CAP_MINUTES.key: 60, DAY_CAP_MINUTES.key: 60})
    changning = packs.example("changning-pilot")
    assert changning
    after = changning.on(here)
    assert (after[CAP_MINUTES], after[DAY_CAP_MINUTES]) == (36_000, 120)
    assert after.settings["sign_in.code_tries"] == 9


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_topic_has_its_heading_and_every_rule_its_topic(language: str) -> None:
    assert set(time_bank_rules.HEADINGS) == set(TOPICS)
    rules = [Rule(one, one.default, None) for one in SETTINGS if one.group == "time_bank"]
    with speaking("zh" if language == "zh" else "en"):
        every = time_bank_rules.topics(rules)
        short = time_bank_rules.topics(rules, short=True)
        assert all(rule.words for topic in every for rule in topic.rules)
    assert sum(len(topic.rules) for topic in every) == len(rules)
    assert sum(len(topic.rules) for topic in short) < len(rules)


def test_the_short_rules_keep_what_a_community_took_away() -> None:
    star = next(one for one in SETTINGS if one.key == "time_bank.honour_2_minutes")
    [topic] = time_bank_rules.topics([Rule(star, 0, None)], short=True)
    with speaking("en"):
        assert topic.rules[0].words == "There is no second star."
    assert time_bank_rules.topics([Rule(CAP_MINUTES, 0, None)], short=True) == []


# --- for members ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", packs.CITIES)
async def test_members_read_the_rules_of_every_city(
    app: Litestar, code: str, language: str
) -> None:
    _home, chief = await founded(text_of(code))
    async with walker(app, language) as one:
        await one.sign_in(chief.id)
        assert (await one.open("/time-bank/rules")).status_code == 200
        found = packs.example(code)
        assert found
        with speaking("zh" if language == "zh" else "en"):
            rules = [Rule(setting, value, None) for setting, value in found.stated.items()]
            for topic in time_bank_rules.topics(rules, short=True):
                assert topic.heading in one.words
                for rule in topic.rules:
                    assert rule.words in one.words, rule.setting.key


async def test_what_people_see_to_is_not_told_as_the_computer_s_own(app: Litestar) -> None:
    two = 'name = "N"\nsource = "S"\n[time_bank]\ndeposit_reviewers = 2\nwhole_hours = true\n'
    _home, chief = await founded(two)
    by_people = " People see to this one; the computer does not check it."
    async with walker(app, "en") as one:
        await one.sign_in(chief.id)
        await one.open("/time-bank/rules")
        assert f"where there are two, the other works for the community.{by_people}" in one.words
        assert "Help is asked for in whole hours." in one.words
        assert f"Help is asked for in whole hours.{by_people}" not in one.words
    assert [setting.key for setting in BY_HAND] == ["time_bank.deposit_reviewers"]
    assert [minutes for minutes, _ in lengths(VisitPolicy(whole_hours=True))] == [60, 120, 180, 240]


async def test_the_page_says_what_the_rules_mean_for_whoever_reads(app: Litestar) -> None:
    home, _chief = await founded(text_of("shanghai-2026"))
    now = datetime.now(UTC)
    for years, told in [(66, "You are old enough"), (61, f"your birthday in {now.year + 4} on")]:
        elder = await community.add_member(
            community_id=home.id,
            name=f"M{years}",
            roles=(Role.ELDER,),
            birth_date=date(now.year - years, 1, 1),
        )
        async with walker(app, "en") as one:
            await one.sign_in(elder.id)
            await one.open("/time-bank/rules")
            assert told in one.words


# --- for who decides -----------------------------------------------------------------------------


async def test_the_cities_stand_side_by_side_with_what_holds_here(app: Litestar) -> None:
    _home, chief = await founded('name = "N"\nsource = "S"\n[time_bank]\ncap_minutes = 60\n')
    async with walker(app, "en") as one:
        await one.sign_in(chief.id)
        assert (await one.open("/policy/examples")).status_code == 200
        assert "Nobody saves more than …." in one.words
        assert "1,500 h" in one.words
        assert "600 h" in one.words
        assert "1 h Here" in one.words
        for found in packs.examples():
            with speaking("en"):
                assert found.name in one.words
            assert f"/policy/examples/{found.code}" in one.page


async def test_an_administrator_sees_what_would_change_and_begins_with_it(app: Litestar) -> None:
    home, chief = await founded('name = "N"\nsource = "S"\n[sign_in]\ncode_tries = 9\n')
    async with walker(app, "en") as one:
        await one.sign_in(chief.id)
        await one.open("/policy/examples/nanjing-2019")
        nanjing = packs.example("nanjing-2019")
        assert nanjing
        changed = policies.changed(Policy(), nanjing.on(Policy()))
        assert f"{len(changed)} rules would change here" in one.words
        assert "not the decree; an authority's text wins" in one.words
        await one.open("/policy/new?begin=nanjing-2019")
        assert "cap_minutes = 90000" in one.page
        assert "code_tries = 9" in one.page, "the rules of other matters stay"
        text = policies.as_file(
            nanjing.on(await community.policy_in_force(home.id)), name="N2", source="S2"
        )
        assert (await one.send("/policy/new", text=text)).status_code == 200
        assert f"{len(changed)} rules change" in one.words
        await one.send_and_follow("/policy", pack=one.hidden("pack"), basis=one.hidden("basis"))
        after = await community.policy_in_force(home.id)
        assert after[CAP_MINUTES] == 90_000
        await one.open("/policy/examples/nanjing-2019")
        assert "These are the rules as they are here already." in one.words


async def test_a_pack_is_downloaded_and_an_unknown_one_is_not_there(app: Litestar) -> None:
    home, chief = await founded()
    resident = await community.add_member(community_id=home.id, name="Hua", roles=(Role.RESIDENT,))
    async with walker(app, "en") as one:
        await one.sign_in(resident.id)
        answer = await one.client.get("/policy/examples/beijing-2022/pack.toml")
        assert answer.text == text_of("beijing-2022")
        assert 'filename="beijing-2022.toml"' in answer.headers["content-disposition"]
        for path in ("/policy/examples/atlantis", "/policy/examples/atlantis/pack.toml"):
            assert (await one.client.get(path)).status_code == 404
        await one.open("/policy/examples/beijing-2022")
        assert "/policy/new" not in one.page, "a resident has nothing to begin"
    async with walker(app, "en") as one:
        await one.sign_in(chief.id)
        await one.open("/policy/new?begin=atlantis")
        assert "cap_minutes = 0" in one.page, "what nobody knows begins with what holds"
