"""What must not be told: no secret stands in a log line, an answer about a fault, or a setting."""

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import pytest
import pytest_asyncio
import structlog
from cryptography.fernet import Fernet
from litestar import Request, post

import community
from app.acts import act
from app.database import Engine
from app.joining import invitation_digest, new_invitation_code
from app.routes.typed import typed
from app.settings import Settings, mistakes, settings
from app.sign_in.cards import Issued, issue_card
from app.sign_in.weak_secrets import Person
from community import Role
from community.invitations import Guest, invite
from tests.app.attacking import Site, open_site
from tests.app.sign_in.neighbours import PHRASE, Neighbour, neighbour, told
from tests.app.walking import HTML, TOKEN

WRONG = "wrong umbrellas everywhere"
NEW = "nineteen calm tractors"
PIN = "7391"


class Fault(Exception):
    """A fault whose message quotes what was typed, as a database's would."""


@post("/test/fault", opt=act("sign_in"))
async def broken(request: Request[Any, Any, Any]) -> None:
    form = await typed(request)
    raise Fault(str(dict(form.values)))


@pytest_asyncio.fixture(loop_scope="session")
async def site(database: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setenv("LINLI_LOG_LEVEL", "debug")
    settings.cache_clear()
    yield await open_site(database, more_routes=[broken])
    monkeypatch.undo()
    settings.cache_clear()


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Give every line of every logger while this lasts, as it would be written."""
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore")):  # the client's, not the site's
                lines.append(self.format(record))
                lines.append(str(record.__dict__.get("msg")))

    root = logging.getLogger()
    keeping = Keeping()
    keeping.setFormatter(root.handlers[0].formatter)
    before = root.level
    root.addHandler(keeping)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keeping)
        root.setLevel(before)


class Browser:
    """Somebody who walks, and remembers every secret that passes by."""

    def __init__(self, site: Site, address: str) -> None:
        transport = httpx.ASGITransport(  # the app's own faults come back as answers
            site.app,  # type: ignore[arg-type]  # ASGI, described in other words
            client=(address, 1),
            raise_app_exceptions=False,
        )
        self.client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
        self.secrets: set[str] = set()
        self.token = ""

    async def go(self, path: str, **fields: str) -> httpx.Response:
        headers = {**HTML, "accept-language": "en"}
        if fields:
            fields["_csrf_token"] = self.token
            answer = await self.client.post(path, data=fields, headers=headers)
        else:
            answer = await self.client.get(path, headers=headers)
        if found := TOKEN.search(answer.text):
            self.token = found[1]
            self.secrets.add(self.token)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if name not in {"language", "text-size"} and len(value) > 8:
                self.secrets.add(value)
        return answer


async def at_work(
    site: Site, keeper: Neighbour, issued: Issued, *, second_step: str, elder: Neighbour
) -> tuple[Browser, list[str]]:
    """Sign in as staff, and make for others what they come in with; return the code read out."""
    staff = Browser(site, keeper.address)
    await staff.go("/sign-in")
    await staff.go("/sign-in", phone=keeper.phone, password=WRONG)
    await staff.go("/sign-in", phone=keeper.phone, password=PHRASE)
    await staff.go("/sign-in/second-step")
    await staff.go("/sign-in/second-step", code="000000")
    await staff.go("/sign-in/second-step", code=second_step)
    help_page = f"/members/{elder.member.id}/sign-in-help"
    await staff.go(help_page)
    page = await staff.go(f"{help_page}/code", checked="known_voice")
    read_out = re.search(r"\b(\d{4}) (\d{4})\b", re.sub(r"<[^>]+>", " ", page.text))
    assert read_out
    await staff.go("/members")
    await staff.go("/members/find", whole=elder.phone)
    await staff.go("/desk")
    await staff.go("/desk/open", x="")
    await staff.go("/desk")
    await staff.go("/desk/card", card=issued.card.number, pin="0000")
    await staff.go("/desk/card", card=issued.qr, pin=PIN)
    return staff, [*read_out.groups(), "".join(read_out.groups()), " ".join(read_out.groups())]


async def test_no_secret_of_a_long_journey_stands_in_any_log_line(site: Site, owner: Any) -> None:
    keeper = await neighbour(Role.COORDINATOR, password=PHRASE)
    elder = await neighbour(Role.ELDER, home=keeper.home)
    begun = await keeper.signed_in()
    totp, recovery, _begun = await keeper.set_up_second_step(begun.session)
    slip = new_invitation_code()
    guest = Guest("客人", None, (Role.RESIDENT,), community.Verified.HOME_VISIT)
    await invite(uuid4(), guest, code_digest=invitation_digest(slip), days=7, by=keeper.actor)
    issued = await issue_card(elder.member.id, PIN, person=Person(), by=keeper.actor)
    later = datetime.now(UTC) + timedelta(seconds=30)
    with everything_logged() as lines:
        # An elder by code, with a wrong one first; the code and the number are in no line.
        by_code = Browser(site, elder.address)
        await by_code.go("/sign-in/code?next=/me/security")
        await by_code.go("/sign-in/code", phone=elder.phone, next="/me/security")
        code = str((await told(owner, elder, "sign_in.code"))["code"])
        await by_code.go("/sign-in/code/enter")
        await by_code.go("/sign-in/code/enter", code="000000" if code != "000000" else "111111")
        assert (await by_code.go("/sign-in/code/enter", code=code)).status_code == 303
        await by_code.go("/me/security/password")
        await by_code.go("/me/security/password", new=NEW, again=NEW)
        staff, read_out = await at_work(
            site, keeper, issued, second_step=pyotp.TOTP(totp).at(later), elder=elder
        )
        # A slip of paper, whose code stands in the address; a query nobody meant; a fault.
        visitor = Browser(site, "10.77.1.2")
        await visitor.go(f"/join/invited?code={slip}&phone={elder.phone}&password={PHRASE}")
        await visitor.go("/nowhere/" + elder.phone)
        await visitor.go("/sign-in")
        fault = await visitor.go("/test/fault", phone=elder.phone, password=PHRASE, pin=PIN)
        assert fault.status_code == 500
    secrets = {
        PHRASE, WRONG, NEW, totp, slip, slip.replace("-", ""), code, issued.qr, issued.card.number,
        elder.phone, elder.phone[3:], keeper.phone[3:], *read_out[2:], *recovery,
        *(one.replace("-", "") for one in recovery),
        *by_code.secrets, *staff.secrets, *visitor.secrets,
    }  # fmt: skip
    assert len(lines) > 40
    assert len(secrets) > 40
    written = "\n".join(lines)
    assert [one for one in secrets if one in written] == []
    assert f'"pin": "{PIN}"' not in written
    for shown in (PHRASE, elder.phone, PIN, "Fault", "Traceback", "test_secrets"):
        assert shown not in fault.text, "nor in the answer about a fault"


async def test_a_secret_in_a_line_would_be_found(site: Site) -> None:
    """Of our own loggers and of others', at every level."""
    with everything_logged() as lines:
        structlog.get_logger("linli.test").debug("said", phone="13800138000")
        logging.getLogger("asyncpg.test").debug("with %s", PHRASE)
        await Browser(site, "10.77.1.4").go("/nowhere")
    written = "\n".join(lines)
    assert "13800138000" in written
    assert PHRASE in written


async def test_refusals_do_not_echo_the_insides(site: Site) -> None:
    """Neither to a person nor to a program: no path, no table, no library."""
    insides = re.compile(
        r"Traceback|site-packages|\.py\b|asyncpg|litestar|piccolo|psycopg|SELECT |INSERT |pg_"
        r"|postgres|uvloop|granian|Exception\b|0x[0-9a-f]{6}", re.IGNORECASE
    )  # fmt: skip
    browser = Browser(site, "10.77.1.3")
    for path in ("/nowhere", "/members/x", "/members", "/me/data", "/health/x", "/static/none.css",
                 "/book/nobody", f"/rounds/{uuid4()}", "/metrics"):  # fmt: skip
        for accept in ("text/html", "application/json", "*/*"):
            for method in ("GET", "POST", "PUT"):
                answer = await browser.client.request(method, path, headers={"accept": accept})
                if answer.status_code >= 400:
                    found = insides.search(answer.text)
                    assert not found, f"{method} {path} {accept}: {found}"
                    assert not {"server", "x-powered-by", "via"} & set(answer.headers)


SECRETS = {
    "LINLI_SECRET": "one-secret-" + "x" * 40,
    "DATABASE_URL": "postgresql://linli:hidden-word@db.example/linli",
    "LINLI_OWNER_DATABASE_URL": "postgresql://owner:other-word@db.example/linli",
    "LINLI_MAIL_URL": "smtp://post:mail-word@mail.example:25",
    "LINLI_MESSAGE_WAYS": "json://gate:gate-word@gate.example/{number}",
    "LINLI_IDENTITY_KEYS": Fernet.generate_key().decode(),
}


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LINLI_MAIL_FROM", "Linli <linli@example.org>")
    given = Settings()
    shown = f"{given!r} {given} {given.model_dump()} {given.model_dump_json()} {vars(given)}"
    for name, value in SECRETS.items():
        hidden = re.search(r":([\w-]+)@", value)
        assert (hidden[1] if hidden else value) not in shown, name
    assert json.loads(given.model_dump_json())["secret"] == "**********"  # noqa: S105 (that it is hidden)


def test_a_wrong_secret_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {name: f"hidden-{name.lower()}" for name in SECRETS}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    lines = "\n".join(mistakes(wrong))
    for name, value in wrong.items():
        assert name in lines
        assert value not in lines
