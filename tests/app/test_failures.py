"""What cannot be answered: each refusal and fault as a page in both languages, and as a problem."""

import html
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.params import FromPath

import community
from app.acts import act
from app.failures import _wait_words
from app.i18n import speaking
from app.main import create_app, running
from app.settings import settings
from community import Role
from tests.app.walking import HTML, Walker, walker

STATUSES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503, 418, 502)
DESK = "0512-6700 4321"


@get("/test/trouble/{status:int}", opt=act("home.read"))
async def trouble(status: FromPath[int]) -> None:
    headers = {"Retry-After": "90"} if status in {429, 503} else None
    raise HTTPException("a detail", status_code=status, headers=headers)


@post("/test/trouble/{status:int}/sent", opt=act("home.read"))
async def sent(status: FromPath[int]) -> None:
    raise HTTPException("a detail", status_code=status)


@get("/test/told", opt=act("home.read"))
async def told() -> None:
    raise PermissionDeniedException("no", extra={"happened": "你不是 <b>居民</b>。"})


@get("/test/database/{name:str}", opt=act("home.read"))
async def database_trouble(name: FromPath[str]) -> None:
    raise {
        "gone": asyncpg.ConnectionDoesNotExistError("13800000000"),
        "starting": asyncpg.CannotConnectNowError("13800000000"),
        "full": asyncpg.TooManyConnectionsError("13800000000"),
        "slow": asyncpg.QueryCanceledError("13800000000"),
        "deadlock": asyncpg.DeadlockDetectedError("13800000000"),
        "refused": ConnectionRefusedError("13800000000"),
        "waiting": TimeoutError("13800000000"),
    }[name]


@get("/test/page", opt=act("home.read"))
async def page() -> str:
    return "a page"


@post("/test/page/form", opt=act("home.read"))
async def form() -> str:
    return "sent"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app([trouble, sent, told, database_trouble, page, form])
    async with running(made):
        yield made


@pytest.fixture(autouse=True)
def demo(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (built before)
    monkeypatch.setattr(
        "app.routes.signin.settings", lambda: settings().model_copy(update={"demo": True})
    )


async def member(**more: str) -> community.Member:
    home = await community.add_community(
        code=f"f-{uuid4().hex[:12]}", name="梧桐社区", desk_phone=DESK
    )
    return await community.add_member(
        community_id=home.id, name="陈桂芳", roles=(Role.RESIDENT,), **more
    )


def token(text: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]*)"', text)
    assert found
    return found[1]


# --- pages and problems --------------------------------------------------------------------------


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_person_reads_what_happened_what_was_kept_and_what_to_do(
    app: Litestar, status: int, language: str
) -> None:
    path = f"/test/trouble/{status}"
    async with walker(app, language) as one:
        for headers in ({**HTML}, {"hx-request": "true"}):
            if status == 401 and "accept" in headers:
                continue  # whoever opens a page is led past the sign-in
            answer = await one.client.get(path, headers=headers)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            text = answer.text
            assert re.search(r"<html lang=\"(.+?)\"", text)[1].startswith(language)
            assert len(re.findall(r"<h1>.+</h1>", text)) == 1
            parts = re.findall(r"<dd>(.+?)</dd>", text)
            assert len(parts) == 3
            for part in parts:
                assert bool(re.search(r"[\u4e00-\u9fff]", part)) is (language == "zh"), part
            main = html.unescape(re.sub(r"<[^>]+>", " ", text[text.index("<main") :]))
            assert answer.headers["x-request-id"] in main
            assert str(status) not in main.replace(answer.headers["x-request-id"], "")
            assert "a detail" not in main
            assert text.count('class="button button-primary') == 1


@pytest.mark.parametrize("status", STATUSES)
async def test_a_program_gets_a_problem(app: Litestar, status: int) -> None:
    async with walker(app) as one:
        answer = await one.client.get(f"/test/trouble/{status}")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert problem.get("detail") == ("a detail" if status < 500 else None)


async def test_a_fragment_s_refusal_takes_the_place_of_the_page_s_main_part(app: Litestar) -> None:
    async with walker(app) as one:
        for headers, into in (({**HTML}, None), ({"hx-request": "true"}, "#main")):
            answer = await one.client.get("/test/trouble/409", headers=headers)
            assert answer.headers.get("hx-retarget") == into
            assert answer.headers.get("hx-reselect") == into
            assert 'id="main"' in answer.text


async def test_a_route_s_own_words_are_told_to_a_person(app: Litestar) -> None:
    async with walker(app) as one:
        answer = await one.open("/test/told")
        assert answer.status_code == 403
        assert "你不是 &lt;b&gt;居民&lt;/b&gt;。" in one.page


# --- the next step -------------------------------------------------------------------------------


async def test_the_next_step_fits_what_happened(app: Litestar) -> None:
    origin = {**HTML, "referer": "http://site.test/policy?x=1"}
    steps = {
        403: [("/", "To the home page")],
        404: [("/", "To the home page")],
        400: [("/policy?x=1", "Back to the page"), ("/", "To the home page")],
        409: [("/policy?x=1", "Back to the page"), ("/", "To the home page")],
        422: [("/policy?x=1", "Back to the page"), ("/", "To the home page")],
        429: [("/test/trouble/429?y=2", "Try again"), ("/", "To the home page")],
        500: [("/test/trouble/500?y=2", "Try again"), ("/", "To the home page")],
        503: [("/test/trouble/503?y=2", "Try again"), ("/", "To the home page")],
    }
    async with walker(app) as one:
        for status, expected in steps.items():
            answer = await one.client.get(f"/test/trouble/{status}?y=2", headers=origin)
            main = answer.text[answer.text.index("<main") :]
            found = re.findall(r'<a class="button[^>]*href="([^"]+)">.*?<span>(.+?)</span>', main)
            assert [(html.unescape(href), words) for href, words in found] == expected
        fragment = await one.client.get(
            "/test/trouble/401", headers={"hx-request": "true", "referer": origin["referer"]}
        )
        assert 'href="/sign-in?next=/policy%3Fx%3D1"' in fragment.text
        elsewhere = {**HTML, "referer": "http://evil.test/"}
        answer = await one.client.get("/test/trouble/409", headers=elsewhere)
        assert "evil" not in answer.text


async def test_the_page_says_when_to_try_again(app: Litestar) -> None:
    async with walker(app) as one:
        for status in (429, 503):
            answer = await one.open(f"/test/trouble/{status}")
            assert answer.headers["retry-after"] == "90"
            assert "Wait 2 min and try again." in one.words
        await one.open("/test/trouble/500")
        assert "Try again in a minute." in one.words


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("0", "1 second"), ("1", "1 second"), ("59", "59 seconds"), ("60", "1 min"),
        ("3601", "1 h 1 min"), ("", ""), ("-5", ""), ("٣", ""),
        ("Wed, 21 Oct 2026 07:28:00 GMT", ""),
    ],
)  # fmt: skip
def test_a_wait_is_said_in_words(header: str, words: str) -> None:
    with speaking("en"):
        assert _wait_words(header) == words


async def test_a_member_reads_whom_to_call(app: Litestar) -> None:
    someone = await member()
    async with walker(app) as one:
        await one.sign_in(someone.id)
        for path in ("/nowhere", "/test/trouble/500", "/policy/new"):
            await one.open(path)
            assert f"Or call your community desk: {DESK}" in one.words, path
            assert 'href="tel:0512-67004321"' in one.page


@pytest.mark.parametrize(
    "name", ["gone", "starting", "full", "slow", "deadlock", "refused", "waiting"]
)
async def test_a_database_that_is_not_there_is_no_fault_of_the_request(
    app: Litestar, name: str
) -> None:
    async with walker(app) as one:
        answer = await one.open(f"/test/database/{name}")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        assert "Wait 10 seconds and try again." in one.words
        assert "13800000000" not in one.page


async def test_a_page_about_a_fault_stands_although_the_desk_cannot_be_looked_up(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_request: object) -> str:
        raise asyncpg.ConnectionDoesNotExistError("gone")

    monkeypatch.setattr("app.failures.desk_phone", broken)
    async with walker(app) as one:
        assert (await one.open("/nowhere")).status_code == 404
        assert "There is no such page" in one.words


# --- addresses without a route -------------------------------------------------------------------


async def test_the_switches_work_on_whatever_page_comes_first(app: Litestar) -> None:
    """A visitor's first page may be one that no route answers: its forms have their token."""
    for path in ("/nowhere", "/test/trouble/404", "/test/trouble/500"):
        async with walker(app) as one:
            answer = await one.open(path)
            assert "csrftoken" in answer.cookies, path
            assert token(one.page)
            chosen = await one.send("/text-size", size="large", next="/policy")
            assert (chosen.status_code, chosen.headers["location"]) == (303, "/policy")


async def test_the_page_about_a_refused_form_has_forms_that_are_not(app: Litestar) -> None:
    async with walker(app) as one:
        refused = await one.client.post(
            "/language",
            data={"language": "en"},
            headers={**HTML, "referer": "http://site.test/policy"},
        )
        assert refused.status_code == 403
        one.page = refused.text
        assert "This form was open for too long" in one.words
        assert 'href="/policy"' in one.page
        assert (await one.send("/language", language="en", next="/")).status_code == 303


@pytest.mark.parametrize("cookie", ["x", "", "ab", "0" * 128])
async def test_a_token_that_is_not_ours_is_replaced(app: Litestar, cookie: str) -> None:
    async with walker(app) as one:
        one.client.cookies.set("csrftoken", cookie, domain="site.test")
        answer = await one.open("/policy")
        given = answer.cookies.get("csrftoken")
        assert given == token(one.page)
        assert given != cookie
        one.client.cookies.delete("csrftoken", domain="site.test")
        one.client.cookies.set("csrftoken", given, domain="site.test")
        assert (await one.send("/text-size", size="large", next="/")).status_code == 303


async def test_a_member_stays_signed_in_where_nothing_is(app: Litestar) -> None:
    someone = await member()
    async with walker(app) as one:
        await one.sign_in(someone.id)
        assert (await one.open("/nowhere")).status_code == 404
        assert "Sign out, 陈桂芳" in html.unescape(one.page)
        chosen = await one.send("/text-size", size="large", next="/policy")
        assert chosen.status_code == 303, "the page's token is the session's own"


async def test_whoever_opens_a_form_s_address_finds_its_page(app: Litestar) -> None:
    addresses = {
        "/test/page/form": "/test/page",
        "/language": "/",
        "/sign-out": "/",
        "/rounds": "/projects",
        f"/rounds/{uuid4()}/open-ballot": None,
    }
    async with walker(app) as one:
        for path, above in addresses.items():
            answer = await one.open(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"] == (above or path.rpartition("/")[0])
        problem = await one.client.get("/test/page/form")
        assert problem.status_code == 405
        assert problem.headers["allow"]
        fragment = await one.client.get("/test/page/form", headers={"hx-request": "true"})
        assert fragment.status_code == 405


async def test_head_is_get_without_its_body(app: Litestar) -> None:
    async with walker(app) as one:
        for path in ("/", "/policy", "/nowhere", "/test/trouble/500", "/policy/draft.toml"):
            got = await one.client.get(path, headers=HTML)
            head = await one.client.head(path, headers=HTML)
            assert head.status_code == got.status_code, path
            assert head.content == b""
            assert head.headers["content-type"] == got.headers["content-type"]
        assert (await one.client.head("/language")).status_code == 405
        assert (await one.client.head("/static/linli.css")).status_code == 200


async def test_options_tells_the_methods(app: Litestar) -> None:
    async with walker(app) as one:
        for path, methods in {
            "/": "GET, HEAD, OPTIONS",
            "/language": "OPTIONS, POST",
            "/policy": "GET, HEAD, OPTIONS, POST",
            "/policy/new": "GET, HEAD, OPTIONS, POST",
        }.items():
            answer = await one.client.options(path)
            assert (answer.status_code, answer.headers["allow"]) == (204, methods), path
            assert answer.content == b""
        assert (await one.client.options("/nowhere")).status_code == 404


async def test_other_methods_are_refused_with_those_that_are_taken(app: Litestar) -> None:
    async with walker(app) as one:
        for method in ("PUT", "DELETE", "PATCH", "BREW"):
            answer = await one.client.request(method, "/policy", headers=HTML)
            assert answer.status_code == 405
            assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
            assert "This address cannot be used like that" in answer.text


async def test_a_notice_is_shown_also_where_nothing_is(app: Litestar) -> None:
    someone = await member()
    async with walker(app) as one:
        await one.sign_in(someone.id)
        await one.send("/sign-out")
        await one.open("/nowhere")
        assert "You are signed out." in one.words
        await one.open("/nowhere")
        assert "You are signed out." not in one.words


# --- how one likes to read -----------------------------------------------------------------------


async def test_a_choice_is_there_on_the_next_device_and_a_device_s_own_goes_first(
    app: Litestar,
) -> None:
    someone = await member()
    async with walker(app) as one:
        await one.sign_in(someone.id)
        await one.send_and_follow("/text-size", size="large", next="/policy")
        await one.open("/policy")
        await one.send_and_follow("/language", language="en", next="/policy")
    found = await community.member(someone.id)
    assert (found.language, found.text_size) == ("en", "large")
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # ASGI, described in other words
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as fresh:
        other = Walker(fresh)
        await other.sign_in(someone.id)
        await other.open("/policy")
        assert '<html lang="en" class="text-large">' in other.page
    async with walker(app, "zh") as own:
        await own.sign_in(someone.id)
        await own.open("/policy")
        assert '<html lang="zh-Hans-CN" class="text-large">' in own.page
    assert (await community.member(someone.id)).language == "en", "reading chooses nothing"


async def test_a_visitor_s_choice_is_nobody_s(app: Litestar) -> None:
    someone = await member()
    async with walker(app) as one:
        await one.open("/")
        assert (await one.send("/text-size", size="large", next="/")).status_code == 303
    assert (await community.member(someone.id)).text_size == "normal"
