"""The whole app over HTTP: its guards, answers to mistakes, headers, log lines and figures."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.routes import HTTPRoute

import community
from app import sessions
from app.acts import ACTS, act
from app.addresses import address_of
from app.database import Engine
from app.main import create_app, running
from app.migrations import known_migrations

GRANTED = set(community.Role) - {community.Role.DELEGATE}
HTML = {"accept": "text/html"}
Client = httpx.AsyncClient


@get("/test/fault", opt=act("home.read"))
async def fault() -> None:
    raise RuntimeError("Grandmother Li, telephone 13800000000")


@get("/test/members/{name:str}", opt=act("visit.read"))
async def members_only(name: FromPath[str]) -> str:
    return name


@get("/test/desk", opt=act("round.open"))
async def desk() -> str:
    return "the desk"


@get("/test/sign-in/{member:uuid}", opt=act("home.read"))
async def sign_in(request: Request[Any, Any, Any], member: FromPath[UUID]) -> Response[str]:
    found = await community.member(member)
    begun = await sessions.begin(found, sessions.How.DEMO, address=address_of(request))
    return Response("in", cookies=[sessions.cookie(begun)])


@post("/test/write", opt=act("home.read"))
async def write() -> str:
    return "written"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app([fault, members_only, desk, sign_in, write])
    async with running(made):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar) -> AsyncIterator[Client]:
    async with calling(app) as client:
        yield client


def calling(app: Litestar, host: str = "127.0.0.1") -> Client:
    """Return a client at this address; the app answers in the test's own event loop."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(host, 1))  # type: ignore[arg-type]  # ASGI, described in other words
    return httpx.AsyncClient(transport=transport, base_url="http://site.test")


def handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    found = {}
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path}: only HTTP routes are known here"
        for handler in route.route_handlers:
            for method in handler.http_methods:
                if method != "OPTIONS":  # Litestar's own: it tells the methods, nothing else
                    found[str(method), route.path] = handler
    return found


def test_every_route_names_an_act_of_the_table() -> None:
    app = create_app()
    found = handlers(app)
    assert len(found) > 5
    undecided = [
        f"{method} {path}"
        for (method, path), handler in found.items()
        if handler.opt.get("act") not in ACTS
    ]
    assert undecided == []


async def test_reading_a_page_writes_nothing(
    app: Litestar, database: Engine, owner: asyncpg.Connection
) -> None:
    """Every GET route answers the same where the database refuses to write."""
    made = await community.add_community(code=f"read-{uuid4().hex[:8]}", name="Read")
    member = await community.add_member(
        community_id=made.id,
        name="Reader",
        roles=tuple(GRANTED),
    )
    assert database.pool is not None
    name = await owner.fetchval("SELECT current_database()")
    async with calling(app) as visitor, calling(app) as reader:
        assert (await reader.get(f"/test/sign-in/{member.id}")).status_code < 400
        await owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        await database.pool.expire_connections()
        try:
            for client in (visitor, reader):
                for method, path in handlers(app):
                    if method == "GET" and not path.startswith("/test/"):
                        filled = example(path)
                        answer = await client.get(filled, headers=HTML)
                        assert answer.status_code < 500, f"{filled}: {answer.text[:500]}"
            assert (await reader.get("/me", headers=HTML)).status_code == 200, "still signed in"
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                async with database.transaction() as transaction:
                    await transaction.connection.execute("DELETE FROM migration")
        finally:
            await owner.execute("SET default_transaction_read_only = off")
            await owner.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            await database.pool.expire_connections()


def example(path: str) -> str:
    """Fill a route's parameters with values of their types that name nothing."""
    values = {"uuid": str(uuid4()), "int": "1", "str": "nothing", "path": "nothing.css"}
    parts = []
    for part in path.split("/"):
        kind = part.strip("{}").partition(":")[2] or "path"
        parts.append(values[kind] if part.startswith("{") else part)
    return "/".join(parts)


async def test_a_visitor_is_refused_and_a_member_let_in(site: Client) -> None:
    assert (await site.get("/test/members/a")).status_code == 401
    made = await community.add_community(code=f"site-{uuid4().hex[:8]}", name="Site")
    member = await community.add_member(
        community_id=made.id, name="Wang", roles=(community.Role.RESIDENT,)
    )
    await site.get(f"/test/sign-in/{member.id}")
    assert (await site.get("/test/members/a")).text == "a"
    assert (await site.get("/test/desk")).status_code == 403
    await community.grant_role(member.id, community.Role.COORDINATOR, at=made.id)
    assert (await site.get("/test/desk")).text == "the desk"


async def test_a_visitor_who_opens_a_page_is_led_past_the_sign_in(site: Client) -> None:
    answer = await site.get("/test/members/a?b=c&d=//e", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/test/members/a%3Fb%3Dc%26d%3D//e"
    fragment = await site.get("/test/members/a", headers={"hx-request": "true"})
    assert fragment.status_code == 401


@pytest.mark.parametrize("cookie", ["null", "x", "AAAA" * 20, "ä", "YXNzb2NpYXRlZD0="])
async def test_a_forged_session_is_a_visitor(site: Client, cookie: str) -> None:
    header = f"session={cookie}".encode()
    answer = await site.get("/test/members/a", headers={b"cookie": header})
    assert answer.status_code == 401


async def test_a_form_without_its_token_is_refused(site: Client) -> None:
    assert (await site.post("/test/write", data={"a": "b"})).status_code == 403
    await site.get("/test/fault")
    token = site.cookies["csrftoken"]
    answer = await site.post("/test/write", data={"_csrf_token": token})
    assert answer.text == "written"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/test/write", 405),
        ("POST", "/test/write", 403),
        ("GET", "/test/fault", 500),
    ],
)
async def test_a_mistake_is_answered_in_the_reader_s_way(
    site: Client, method: str, path: str, status: int
) -> None:
    page = await site.request(method, path, headers=HTML)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-request-id"] in page.text
    assert "Traceback" not in page.text
    assert "13800000000" not in page.text
    problem = await site.request(method, path)
    assert problem.headers["content-type"].startswith("application/problem+json")
    assert problem.json()["status"] == status
    assert problem.json()["request_id"] == problem.headers["x-request-id"]
    assert "13800000000" not in problem.text


async def test_every_answer_is_fenced_in(site: Client) -> None:
    for path in ("/", "/nowhere", "/health/live", "/test/fault"):
        headers = (await site.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


async def test_a_sane_request_id_is_taken_over(site: Client) -> None:
    for given, taken in {"abcdef-12345": True, "short": False, "x" * 65: False}.items():
        answer = await site.get("/health/live", headers={"x-request-id": given})
        assert (answer.headers["x-request-id"] == given) is taken


async def test_the_log_names_the_route_and_nobody(site: Client) -> None:
    lines = await logged(site, "/test/members/WangXiuying?phone=13800000000")
    [line] = [line for line in lines if line.get("event") == "answered"]
    assert line["route"] == "/test/members/{name}"
    assert line["status"] == 401
    assert line["method"] == "GET"
    assert line["milliseconds"] >= 0
    assert "WangXiuying" not in json.dumps(lines)
    lines = await logged(site, "/test/fault")
    [line] = [line for line in lines if line.get("event") == "request failed"]
    assert line["error"] == "RuntimeError"
    assert any("fault" in place for place in line["at"])
    assert "Li" not in json.dumps(lines)
    assert "13800000000" not in json.dumps(lines)


async def logged(site: Client, path: str) -> list[dict[str, Any]]:
    """Return what is written down while this address is asked for."""
    written: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name != "httpx":  # the client's own line, not the site's
                written.append(self.format(record))

    root = logging.getLogger()
    keeping = Keeping()
    keeping.setFormatter(root.handlers[0].formatter)
    root.addHandler(keeping)
    try:
        await site.get(path)
    finally:
        root.removeHandler(keeping)
    return [json.loads(line) for line in written if line.startswith("{")]


async def test_figures_are_for_the_machine_itself(app: Litestar) -> None:
    for host, headers, status in (
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.9", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.9"}, 404),
    ):
        async with calling(app, host) as client:
            answer = await client.get("/metrics", headers=headers)
            assert answer.status_code == status, (host, headers)
            if status == 200:
                assert "linli_requests_total" in answer.text
                assert "linli_database_connections_open" in answer.text


async def test_ready_says_why_not(app: Litestar, site: Client, owner: asyncpg.Connection) -> None:
    assert (await site.get("/health/ready")).text == "ready\n"
    first = known_migrations()[0].split(" ")[1]
    hide = "UPDATE migration SET name = $2 WHERE name = $1"
    await owner.execute(hide, first, "2999")
    try:
        answer = await site.get("/health/ready")
        assert answer.status_code == 503
        assert "tables" in answer.text
    finally:
        await owner.execute(hide, "2999", first)
    app.state.stopping = True
    assert (await site.get("/health/ready")).text == "stopping\n"
    app.state.stopping = False


async def test_static_files_are_kept_by_the_browser_while_they_do_not_change(site: Client) -> None:
    answer = await site.get("/static/linli.css?v=0123456789")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert "immutable" not in (await site.get("/static/linli.css")).headers["cache-control"]
    missing = await site.get("/static/missing.css?v=1")
    assert missing.status_code == 404
    assert "immutable" not in missing.headers["cache-control"]
    assert (await site.get("/static/..%2f..%2fpyproject.toml")).status_code == 404
