"""The rules of a community on the site and in the terminal: read, checked, adopted, explained."""

import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app import policies
from app.i18n import speaking
from app.main import create_app, running
from app.policies import SETTINGS
from app.policy_words import GROUPS, allowed_words, rule_words
from app.settings import settings
from community import Community, Member, Policy, Role
from community.policy import Kind, Setting, read_pack
from community.policy.declared import REGISTRATION
from community.policy.declared import SETTINGS as REGISTER
from marketplace.policy import SETTINGS as MARKETPLACE
from tests.app.walking import Walker, walker
from timebank.policy import ROUND_UP_MINUTES
from timebank.policy import SETTINGS as TIME_BANK

DOCS = Path(__file__).parents[2] / "docs"
ABOUT = 'name = "Rules of spring"\nsource = "Assembly of 3 March"\n'


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


async def founded() -> tuple[Community, Member, Member]:
    """Return a fresh community, an administrator and a resident."""
    home = await community.add_community(code=f"r-{uuid4().hex[:12]}", name="梧桐社区")
    chief = await community.add_member(
        community_id=home.id, name="Mei", roles=(Role.ADMINISTRATOR,)
    )
    resident = await community.add_member(
        community_id=home.id, name="Hua", roles=(Role.RESIDENT, Role.COORDINATOR)
    )
    return home, chief, resident


async def adopt(home: Community, text: str, at: datetime | None = None) -> community.AdoptedPack:
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo(home.time_zone))
    return await community.adopt_policy(pack, by=community.system(home.id), at=at)


async def hand_in(one: Walker, text: str, **more: str) -> httpx.Response:
    await one.open("/policy/new")
    return await one.send("/policy/new", text=text, **more)


# --- every setting is explained ------------------------------------------------------------------


def test_every_setting_belongs_to_a_group_and_no_key_stands_twice() -> None:
    declared = [one.key for one in (*REGISTER, *MARKETPLACE, *TIME_BANK)]
    assert sorted(declared) == sorted(one.key for one in SETTINGS)
    assert len(set(declared)) == len(declared)
    assert {one.group for one in SETTINGS} == set(GROUPS)


def test_the_page_of_rules_explains_every_setting_as_it_is() -> None:
    with speaking("en"):
        reference = policies.reference().strip()
    told = (DOCS / "policy.md").read_text(encoding="utf-8")
    assert told.strip().endswith(reference)


def test_the_default_pack_states_every_setting_as_it_is() -> None:
    content = (DOCS / "policy" / "default.toml").read_bytes()
    pack = read_pack(content, settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    assert pack.settings == {one.key: one.default for one in SETTINGS}
    for one in SETTINGS:
        assert re.search(rf"^{one.path[1]} = ", content.decode(), re.MULTILINE), one.key
    preface = re.match(r"(?:#.*\n)+", content.decode())
    assert preface
    with speaking("en"):
        made = policies.as_file(
            Policy(),
            name=pack.name,
            source=pack.source,
            preface="\n".join(line[2:] for line in preface[0].splitlines()),
        )
    assert made == content.decode()


def test_no_setting_is_left_out_for_want_of_a_heading() -> None:
    declared = {one.key for one in (*TIME_BANK, *MARKETPLACE, *REGISTER)}
    assert {one.key for one in SETTINGS} == declared


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.key)
def test_a_rule_is_said_in_both_languages_with_its_value(setting: Setting[int]) -> None:
    values = {
        Kind.NUMBER: [setting.least, setting.default, setting.most],
        Kind.SWITCH: [True, False],
        Kind.CHOICE: list(setting.choices),
    }[setting.kind]
    for value in values:
        said = {}
        for language in ("zh", "en"):
            with speaking(language):
                said[language] = rule_words(setting, value)
                assert allowed_words(setting)
        assert said["zh"] != said["en"]
        assert re.search(r"[\u4e00-\u9fff]", said["zh"])
        assert not re.search(r"[\u4e00-\u9fff]|%\(", said["en"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_policy_s_own_file_reads_back_as_that_policy(language: str) -> None:
    policy = Policy({REGISTRATION.key: "invitation", ROUND_UP_MINUTES.key: 15})
    with speaking("zh" if language == "zh" else "en"):
        text = policies.as_file(policy, name='A "name" \\ \x7f 规则', source="S\n2", preface="x\ny")
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("UTC"))
    assert (pack.name, pack.source) == ('A "name" \\ \x7f 规则', "S\n2")
    assert pack.settings == {one.key: policy[one] for one in SETTINGS}


# --- reading the rules ---------------------------------------------------------------------------


async def test_a_community_without_a_pack_tells_the_usual_rules(app: Litestar) -> None:
    _home, _chief, resident = await founded()
    async with walker(app) as one:
        await one.sign_in(resident.id)
        assert (await one.open("/policy")).status_code == 200
        assert "has not adopted rules of its own yet" in one.words
        assert "The time that a visit took is rounded up to the next full 5 min." in one.words
        assert "/policy/new" not in one.page, "a resident has nothing to change here"
        assert "Nothing yet." in one.words


async def test_the_rules_say_since_when_by_whom_and_what_will_change(app: Litestar) -> None:
    home, chief, _resident = await founded()
    now = datetime.now(UTC)
    for days, steps, name in [(-60, 10, "First"), (-30, 10, "Second"), (+30, 20, "Third")]:
        day = (now + timedelta(days=days)).date().isoformat()
        text = f'name = "{name}"\nsource = "Decision {name}"\nholds_from = {day}\n'
        at = now - timedelta(days=90)
        await adopt(home, f"{text}[time_bank]\nround_up_minutes = {steps}\n", at)
    async with walker(app) as one:
        await one.sign_in(chief.id)
        await one.open("/policy")
        assert "/policy/new" in one.page
        since = re.search(r"next full 10 min\.\s*(.*?)\s*When a visit", one.words)
        assert since, one.words
        assert "Decision First" in since[1], "Second left this rule as it was"
        ahead = re.search(r"What will change: (.*?) Visits and hours", one.words)
        assert ahead
        assert "Third · Decision Third" in ahead[1]
        assert "10 min → 20 min" in ahead[1]
        assert one.words.index("File of Third") < one.words.index("File of First")


async def test_a_pack_is_downloaded_as_it_was_handed_in(app: Litestar) -> None:
    home, chief, _resident = await founded()
    text = "\ufeff" + ABOUT.replace("\n", "\r\n") + "# 说明\r\n"
    adopted = await adopt(home, text)
    other, _, _ = await founded()
    foreign = await adopt(other, ABOUT)
    async with walker(app) as one:
        await one.sign_in(chief.id)
        answer = await one.client.get(f"/policy/packs/{adopted.id}/pack.toml")
        assert answer.content == text.encode()
        assert answer.headers["content-type"].startswith("application/toml")
        assert "attachment" in answer.headers["content-disposition"]
        for unknown in (foreign.id, uuid4()):
            gone = await one.client.get(f"/policy/packs/{unknown}/pack.toml")
            assert gone.status_code == 404
        draft = await one.client.get("/policy/draft.toml")
        assert "round_up_minutes = 5" in draft.text


# --- changing the rules --------------------------------------------------------------------------


async def test_an_administrator_looks_first_and_then_adopts(app: Litestar) -> None:
    home, chief, _resident = await founded()
    async with walker(app) as one:
        await one.sign_in(chief.id)
        text = (
            f"{ABOUT}[time_bank]\nround_up_minutes = 15\n[joining]\nregistration = 'invitation'\n"
        )
        assert (await hand_in(one, text)).status_code == 200
        assert "2 rules change" in one.words
        assert "5 min → 15 min" in one.words
        assert "As soon as you confirm" in one.words
        assert await community.adopted_packs(home.id) == [], "looking adopts nothing"
        pack, basis = one.hidden("pack"), one.hidden("basis")
        await one.send_and_follow("/policy", pack=pack, basis=basis)
        assert "Rules of spring is adopted." in one.words
        [adopted] = await community.adopted_packs(home.id)
        assert (adopted.adopted_by, adopted.file) == (chief.id, text)
        await one.send_and_follow("/policy", pack=pack, basis=basis)
        assert "is adopted" in one.words, "the same form sent twice is answered alike"
        assert len(await community.adopted_packs(home.id)) == 1


async def test_a_chosen_file_goes_before_what_is_written(app: Litestar) -> None:
    home, chief, _resident = await founded()
    content = f"{ABOUT}# 规则\r\n[time_bank]\r\nround_up_minutes = 20\r\n".encode()
    async with walker(app) as one:
        await one.sign_in(chief.id)
        await one.open("/policy/new")
        token = re.search(r'name="_csrf_token" value="([^"]+)"', one.page)
        assert token
        answer = await one.client.post(
            "/policy/new",
            data={"_csrf_token": token[1], "text": "nonsense"},
            files={"file": ("pack.toml", content)},
            headers={"accept": "text/html"},
        )
        one.page = answer.text
        assert "5 min → 20 min" in one.words
        assert base64.b64decode(one.hidden("pack")) == content
        await one.send_and_follow("/policy", pack=one.hidden("pack"), basis=one.hidden("basis"))
        [adopted] = await community.adopted_packs(home.id)
        assert adopted.file.encode() == content, "byte for byte"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_fault_of_a_pack_is_named_and_its_text_is_kept(
    app: Litestar, language: str
) -> None:
    home, chief, _resident = await founded()
    text = (
        'name = "&<x>"\nsource = ""\nholds_from = 2001-01-01\n[sign_in]\ncode_minutes = 999\n'
        "code_minuts = 5\ncode_tries = '5'\nname = 'x'\nx\n[joining]\nregistration = 'no'\n"
        "[joining]\n[joinin]\n[zzz]\nzz = 1\n"
    )
    await adopt(home, ABOUT)
    async with walker(app, language) as one:
        await one.sign_in(chief.id)
        answer = await hand_in(one, text)
        assert answer.status_code == 422
        lines = [int(n) for n in re.findall(r"<strong>(?:Line|第) (\d+)", one.page)]
        assert lines == [2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14]
        assert "code_minutes = 999" in one.words, "the line itself is shown"
        assert "%(" not in one.words
        assert 'autofocus=""' in one.page
        kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", one.page, re.DOTALL)
        assert kept
        assert kept[1].startswith("name = &#34;&amp;&lt;x&gt;&#34;\nsource")
    assert len(await community.adopted_packs(home.id)) == 1


async def test_nothing_handed_in_is_told_at_its_field(app: Litestar) -> None:
    _home, chief, _resident = await founded()
    async with walker(app) as one:
        await one.sign_in(chief.id)
        assert (await hand_in(one, "  \n ")).status_code == 422
        assert "Choose a file, or write the rules below." in one.words
        assert (await hand_in(one, "\x00")).status_code == 422
        assert "Line 1" in one.words
        assert (await one.send("/policy", pack="%%%")).status_code == 422
        assert (await hand_in(one, "#" * 70_000)).status_code == 422
        assert "at most 64 kilobytes" in one.words


async def test_whoever_confirms_late_looks_again_first(app: Litestar) -> None:
    home, chief, _resident = await founded()
    async with walker(app) as one:
        await one.sign_in(chief.id)
        await hand_in(one, f"{ABOUT}[time_bank]\nround_up_minutes = 15\n")
        pack, basis = one.hidden("pack"), one.hidden("basis")
        await adopt(home, f"{ABOUT}[time_bank]\nround_up_minutes = 30\n")
        assert (await one.send("/policy", pack=pack, basis=basis)).status_code == 200
        assert "The rules have changed since you looked" in one.words
        assert "30 min → 15 min" in one.words
        await one.send_and_follow("/policy", pack=pack, basis=one.hidden("basis"))
        assert len(await community.adopted_packs(home.id)) == 2


async def test_two_packs_for_one_moment_and_a_moment_that_is_over(app: Litestar) -> None:
    home, chief, _resident = await founded()
    moment = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)
    text = f"{ABOUT}holds_from = {moment.isoformat()}\n"
    await adopt(home, text)
    async with walker(app) as one:
        await one.sign_in(chief.id)
        assert (await hand_in(one, f"{text}# other")).status_code == 422
        assert "Another pack holds from that moment" in one.words
        assert (await hand_in(one, text)).status_code == 200
        assert "This very pack was adopted before." in one.words
        over = (datetime.now(UTC) - timedelta(days=1)).replace(microsecond=0).isoformat()
        assert (await hand_in(one, f"{ABOUT}holds_from = {over}")).status_code == 422
        assert "Rules never change what was done before" in one.words
    assert len(await community.adopted_packs(home.id)) == 1


async def test_only_an_administrator_comes_to_change_the_rules(app: Litestar) -> None:
    home, _chief, resident = await founded()
    async with walker(app) as one:
        await one.open("/policy/new")
        assert "/sign-in" in str((await one.open("/policy/new")).headers.get("location"))
        await one.sign_in(resident.id)
        assert (await one.open("/policy/new")).status_code == 403
        await one.open("/policy")
        for path in ("/policy/new", "/policy"):
            assert (await one.send(path, text=ABOUT, pack="")).status_code == 403
            await one.open("/policy")
    assert await community.adopted_packs(home.id) == []
