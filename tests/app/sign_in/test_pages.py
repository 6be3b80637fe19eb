"""Signing in over HTTP: the whole way in, each refusal in words, and what nobody gets away with."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx
import pyotp
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.main import create_app, running
from app.settings import settings
from app.sign_in import codes, second_factor
from community import Role
from tests.app.sign_in.neighbours import (
    NEW_PHRASE,
    PHRASE,
    Neighbour,
    fresh_address,
    fresh_phone,
    neighbour,
    neighbourhood,
)
from tests.app.walking import HTML, Walker

SECURITY = "/me/security"
WRONG = "four words of another"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made
    settings.cache_clear()


@dataclass
class Site:
    """The site, and visitors who come from places of their own."""

    app: Litestar
    stack: AsyncExitStack

    async def visitor(self, language: str = "en") -> Walker:
        transport = httpx.ASGITransport(self.app, client=(fresh_address(), 1))  # type: ignore[arg-type]  # ASGI, described in other words
        client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
        await self.stack.enter_async_context(client)
        client.cookies.set("language", language, domain="site.test")
        return Walker(client)

    async def signed_in(self, one: Neighbour, password: str = PHRASE) -> Walker:
        visitor = await self.visitor()
        await visitor.open("/sign-in")
        await visitor.send_and_follow("/sign-in", phone=one.phone, password=password)
        return visitor

    async def staff(self, one: Neighbour) -> Walker:
        """Sign somebody of staff in, both steps, as far as the site sees it."""
        secret, _codes, _begun = await one.set_up_second_step((await one.signed_in()).session)
        visitor = await self.signed_in(one)
        later = datetime.now(UTC) + timedelta(seconds=30)
        await visitor.send_and_follow("/sign-in/second-step", code=pyotp.TOTP(secret).at(later))
        return visitor


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        yield Site(app, stack)


async def refused(visitor: Walker, path: str, status: int = 422, **fields: str) -> str:
    """Send a form that is refused; return what the page then says."""
    answer = await visitor.send(path, **fields)
    assert answer.status_code == status, visitor.words[:400]
    return visitor.words


class TestPassword:
    async def test_the_way_in_and_out(self, site: Site) -> None:
        one, visitor = await neighbour(password=PHRASE), await site.visitor()
        await visitor.open(SECURITY)
        assert (await visitor.open(f"{SECURITY}?a=b")).headers["location"] == (
            f"/sign-in?next={SECURITY}%3Fa%3Db"
        )
        await visitor.open(f"/sign-in?next={SECURITY}%3Fa%3Db")
        assert "Sign out" not in visitor.page
        where = await visitor.send_and_follow(
            "/sign-in",
            phone=f" {one.phone[3:6]} {one.phone[6:]}",
            password=PHRASE,
            next=visitor.hidden("next"),
        )
        assert where == f"{SECURITY}?a=b"
        assert "Sign out, 陈桂芳" in visitor.page
        assert await visitor.send_and_follow("/sign-out") == "/"
        assert (await visitor.open(SECURITY)).status_code == 303

    async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        visitor, thief = await site.signed_in(one), await site.visitor()
        thief.client.cookies.set("session", visitor.client.cookies["session"], domain="site.test")
        assert (await thief.open(SECURITY)).status_code == 200
        await visitor.send_and_follow("/sign-out")
        assert (await thief.open(SECURITY)).status_code == 303

    async def test_a_wrong_password_is_answered_like_an_unknown_number(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        answers = []
        for phone in (one.phone, fresh_phone()):
            visitor = await site.visitor()
            await visitor.open("/sign-in")
            answer = await visitor.send("/sign-in", phone=phone, password=WRONG)
            same = re.sub(r'value="[^"]*"', "", answer.text)
            answers.append((answer.status_code, same, sorted(answer.headers)))
        assert answers[0] == answers[1]
        assert answers[0][0] == 422
        assert "Number and password do not go together" in answers[0][1]

    async def test_what_was_typed_is_kept_but_never_a_password(self, site: Site) -> None:
        visitor, phone = await site.visitor(), fresh_phone()
        await visitor.open("/sign-in")
        await refused(visitor, "/sign-in", phone=phone, password=WRONG)
        assert f'value="{phone}"' in visitor.page
        assert WRONG not in visitor.page
        words = await refused(visitor, "/sign-in", phone="abc", password="")
        assert "Type your telephone number" in words
        assert "Type your password." in words
        assert "<title>Please check: Sign in" in visitor.page

    async def test_the_wait_is_told_with_its_length(self, site: Site) -> None:
        one, visitor = await neighbour(password=PHRASE), await site.visitor()
        await visitor.open("/sign-in")
        for _ in range(6):
            await refused(visitor, "/sign-in", phone=one.phone, password=WRONG)
        answer = await visitor.send("/sign-in", phone=one.phone, password=PHRASE)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
        assert "Please wait 1 second, then try again." in visitor.words

    async def test_a_browser_that_is_known_is_not_slowed_by_strangers(
        self, site: Site, owner: asyncpg.Connection
    ) -> None:
        one = await neighbour(password=PHRASE)
        visitor = await site.signed_in(one)
        await visitor.send_and_follow("/sign-out")
        soon = datetime.now(UTC) + timedelta(minutes=15)
        stranger = await site.visitor()
        await stranger.open("/sign-in")
        await refused(stranger, "/sign-in", phone=one.phone, password=WRONG)
        await owner.execute(
            "UPDATE sign_in_wait SET until = $1 WHERE about IS NOT NULL AND failures > 0", soon
        )
        await refused(stranger, "/sign-in", 429, phone=one.phone, password=PHRASE)
        await visitor.open("/sign-in")
        await visitor.send_and_follow("/sign-in", phone=one.phone, password=PHRASE)
        assert "Sign out" in visitor.page

    async def test_whoever_leaves_is_out_at_the_next_page(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        visitor = await site.signed_in(one)
        assert (await visitor.open(SECURITY)).status_code == 200
        await community.member_left(one.member.id, by=community.system(one.home.id))
        assert (await visitor.open(SECURITY)).status_code == 303

    async def test_nobody_is_led_to_another_site(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        for elsewhere in ("//evil.test", "https://evil.test/x", "/\\evil.test", "javascript:x"):
            visitor = await site.visitor()
            await visitor.open(f"/sign-in?next={elsewhere}")
            assert visitor.hidden("next") == "/"
            where = await visitor.send_and_follow(
                "/sign-in", phone=one.phone, password=PHRASE, next=elsewhere
            )
            assert where == "/"

    async def test_the_trail_keeps_the_visitor_s_address_and_not_the_proxy_s(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for proxies, kept in (("10.0.0.0/8", "203.0.113.7"), ("192.0.2.1", None)):
            monkeypatch.setenv("LINLI_PROXIES", proxies)
            settings.cache_clear()
            one, visitor = await neighbour(password=PHRASE), await site.visitor()
            visitor.client.headers["x-forwarded-for"] = "127.0.0.1, 203.0.113.7"
            await visitor.open("/sign-in")
            await visitor.send_and_follow("/sign-in", phone=one.phone, password=PHRASE)
            event = next(iter(await community.audit_events(one.home.id)))
            assert event.act == "sign_in"
            assert event.address is not None
            assert event.address.startswith("10.") if kept is None else event.address == kept


class TestForgery:
    async def test_the_token_changes_with_the_session(self, site: Site) -> None:
        one, visitor = await neighbour(password=PHRASE), await site.visitor()
        await visitor.open("/sign-in")
        before = visitor.hidden("_csrf_token")
        await visitor.send_and_follow("/sign-in", phone=one.phone, password=PHRASE)
        await visitor.open(f"{SECURITY}/password")
        after = visitor.hidden("_csrf_token")
        assert before != after
        answer = await visitor.client.post("/sign-out", data={"_csrf_token": before}, headers=HTML)
        assert answer.status_code == 403

    async def test_a_planted_cookie_is_of_no_use(self, site: Site) -> None:
        """An attacker's own valid token, planted in the browser and sent by another page."""
        one = await neighbour(password=PHRASE)
        victim, attacker = await site.signed_in(one), await site.visitor()
        await attacker.open("/sign-in")
        token = attacker.client.cookies["csrftoken"]
        victim.client.cookies.set("csrftoken", token, domain="site.test")
        answer = await victim.client.post("/sign-out", data={"_csrf_token": token}, headers=HTML)
        assert answer.status_code == 403
        assert (await victim.open(SECURITY)).status_code == 200

    async def test_a_form_on_a_page_that_is_not_there_works(self, site: Site) -> None:
        visitor = await site.signed_in(await neighbour(password=PHRASE))
        assert (await visitor.open("/nowhere")).status_code == 404
        answer = await visitor.send("/text-size", size="large", next="/")
        assert answer.status_code == 303

    async def test_over_tls_no_other_host_can_plant_anything(
        self, database: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del database
        monkeypatch.setenv("LINLI_PUBLIC_ADDRESS", "https://site.test")
        settings.cache_clear()
        one = await neighbour(password=PHRASE)
        try:
            transport = httpx.ASGITransport(create_app(), client=(fresh_address(), 1))  # type: ignore[arg-type]  # ASGI, described in other words
            async with httpx.AsyncClient(transport=transport, base_url="https://site.test") as web:
                visitor = Walker(web)
                await visitor.open("/sign-in")
                answer = await visitor.send("/sign-in", phone=one.phone, password=PHRASE)
                assert answer.status_code == 303
        finally:
            monkeypatch.undo()
            settings.cache_clear()
        cookies = [
            *(str(one) for one in web.cookies),
            *answer.headers.get_list("set-cookie"),
        ]
        assert cookies
        for cookie in answer.headers.get_list("set-cookie"):
            name = cookie.partition("=")[0]
            assert name.startswith("__Host-") or name in {"language", "text-size"}
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie


class TestCode:
    async def test_a_forgotten_password_is_replaced_by_way_of_a_code(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, visitor = await neighbour(password=PHRASE), await site.visitor()
        monkeypatch.setattr(codes.secrets, "choice", lambda _digits: "7")
        await visitor.open("/sign-in/code?next=/me/security/password")
        assert "Get a new password" in visitor.page
        await visitor.send_and_follow("/sign-in/code", phone=one.phone, next=visitor.hidden("next"))
        assert "If this number is registered, a code is on its way" in visitor.words
        where = await visitor.send_and_follow(
            "/sign-in/code/enter", code="777 777", next=visitor.hidden("next")
        )
        assert where == "/me/security/password"
        assert "Your password of now" not in visitor.words
        await visitor.send_and_follow(where, new=NEW_PHRASE, again=NEW_PHRASE)
        assert "Your new password holds." in visitor.words
        assert "Sign out" in (await site.signed_in(one, NEW_PHRASE)).page

    async def test_an_unknown_number_sees_the_same_pages(self, site: Site) -> None:
        visitor = await site.visitor()
        await visitor.open("/sign-in/code")
        await visitor.send_and_follow("/sign-in/code", phone=fresh_phone())
        assert "If this number is registered" in visitor.words
        words = await refused(visitor, "/sign-in/code/enter", code="123456")
        assert "you can try 4 more times" in words
        assert "123456" not in visitor.page
        for _ in range(4):
            words = await refused(visitor, "/sign-in/code/enter", code="123456")
        assert "Ask for a new one." in words

    async def test_wrong_forms_are_named(self, site: Site) -> None:
        visitor = await site.visitor()
        await visitor.open("/sign-in/code")
        assert "Type your telephone number" in await refused(visitor, "/sign-in/code", phone="12")
        await visitor.open("/sign-in/code/enter")
        words = await refused(visitor, "/sign-in/code/enter", phone="", code="")
        assert "Type the digits of the code." in words
        assert "Type your telephone number" in words

    async def test_too_many_are_refused_in_words(self, site: Site) -> None:
        visitor, phone = await site.visitor(), fresh_phone()
        for _ in range(5):
            await visitor.open("/sign-in/code")
            await visitor.send_and_follow("/sign-in/code", phone=phone)
        await visitor.open("/sign-in/code")
        words = await refused(visitor, "/sign-in/code", 429, phone=phone)
        assert "Several codes were asked for already." in words


class TestSecondStep:
    async def test_staff_are_led_to_set_it_up_and_their_roles_rest_until_then(
        self, site: Site
    ) -> None:
        one = await neighbour(Role.COORDINATOR, Role.RESIDENT, password=PHRASE)
        visitor = await site.visitor()
        await visitor.open("/sign-in?next=/rounds/new")
        where = await visitor.send_and_follow(
            "/sign-in", phone=one.phone, password=PHRASE, next=visitor.hidden("next")
        )
        assert where == "/me/security/second-step?next=/rounds/new"
        help_page = f"/members/{uuid4()}/sign-in-help"
        answer = await visitor.open(help_page)
        assert answer.headers["location"] == f"/sign-in/second-step?next={help_page}"
        await visitor.open(answer.headers["location"])
        await visitor.open(where)
        await visitor.send_and_follow("/me/security/second-step/begin", next=visitor.hidden("next"))
        secret = await second_factor.pending_secret(one.member.id)
        assert secret
        assert secret[:4] in visitor.words
        assert 'src="data:image/svg+xml' in visitor.page
        words = await refused(visitor, "/me/security/second-step", code="000000", next="/x")
        assert "That is not the code." in words
        old = visitor.client.cookies["session"]
        answer = await visitor.send(
            "/me/security/second-step", code=pyotp.TOTP(secret).now(), next=visitor.hidden("next")
        )
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        codes = re.findall(r"<code>(\w{5}-\w{5})</code>", visitor.page)
        assert len(codes) == 10
        assert visitor.client.cookies["session"] != old
        assert (await visitor.open(help_page)).status_code == 404, "now only the member is missing"
        stolen = await site.visitor()
        stolen.client.cookies.set("session", old, domain="site.test")
        assert (await stolen.open(SECURITY)).status_code == 303

    async def test_before_it_the_browser_is_a_visitor_s(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        secret, codes, _begun = await one.set_up_second_step((await one.signed_in()).session)
        visitor = await site.visitor()
        await visitor.open("/sign-in?next=/me/security")
        where = await visitor.send_and_follow(
            "/sign-in", phone=one.phone, password=PHRASE, next="/me/security"
        )
        assert where == "/sign-in/second-step?next=/me/security"
        assert "Sign out" not in visitor.page
        assert (await visitor.open(SECURITY)).status_code == 303
        await visitor.open(where)
        words = await refused(
            visitor, "/sign-in/second-step", code="000000", next=visitor.hidden("next")
        )
        assert "That is not the code." in words
        before = visitor.client.cookies["session"]
        where = await visitor.send_and_follow(
            "/sign-in/second-step", code=codes[0], next=visitor.hidden("next")
        )
        assert where == "/me/security"
        assert "You have 9 unused recovery codes." in visitor.words
        assert visitor.client.cookies["session"] != before
        assert secret not in visitor.page

    async def test_it_is_switched_off_and_renewed_on_a_code(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        _secret, codes, _begun = await one.set_up_second_step((await one.signed_in()).session)
        visitor = await site.signed_in(one)
        await visitor.send_and_follow("/sign-in/second-step", code=codes[0])
        await visitor.open(SECURITY)
        await visitor.send_and_follow("/me/security/second-step/off", code="nonsense")
        assert "Nothing was changed." in visitor.words
        answer = await visitor.send("/me/security/second-step/new-codes", code=codes[1])
        fresh = re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)
        await visitor.open(SECURITY)
        await visitor.send_and_follow("/me/security/second-step/off", code=fresh[0])
        assert "The second step is off." in visitor.words

    async def test_a_visitor_has_no_second_step(self, site: Site) -> None:
        visitor = await site.visitor()
        answer = await visitor.open("/sign-in/second-step?next=/book")
        assert answer.headers["location"] == "/sign-in?next=/book"
        await visitor.open("/sign-in")
        answer = await visitor.send("/sign-in/second-step", code="1", next="/book")
        assert answer.status_code == 303


class TestMySignIn:
    async def test_it_lists_devices_and_ends_them(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        here, there = await site.signed_in(one), await site.signed_in(one)
        await here.open(SECURITY)
        assert here.words.count("with the password") == 2
        assert here.words.count("from the same connection as now") == 1
        (path,) = re.findall(r'action="(/me/security/sessions/[0-9a-f-]{36}/end)"', here.page)
        await here.send_and_follow(path)
        assert "That device is signed out." in here.words
        assert (await there.open(SECURITY)).status_code == 303
        third = await site.signed_in(one)
        await here.open(SECURITY)
        await here.send_and_follow("/me/security/sessions/end-others")
        assert (await third.open(SECURITY)).status_code == 303
        assert (await here.open(SECURITY)).status_code == 200

    async def test_nobody_ends_another_s_session(self, site: Site) -> None:
        one, other = await neighbour(password=PHRASE), await neighbour(password=PHRASE)
        mine, theirs = await site.signed_in(one), await other.signed_in()
        await mine.open(SECURITY)
        await mine.send(f"/me/security/sessions/{theirs.session.id}/end")
        visitor = await site.visitor()
        visitor.client.cookies.set("session", theirs.token, domain="site.test")
        assert (await visitor.open(SECURITY)).status_code == 200

    async def test_the_password_page_says_what_is_wrong(self, site: Site) -> None:
        one = await neighbour(password=PHRASE)
        visitor, path = await site.signed_in(one), "/me/security/password"
        await visitor.open(path)
        wrong = {"old": PHRASE, "new": NEW_PHRASE, "again": "other words"}
        assert "The two are not the same." in await refused(visitor, path, **wrong)
        wrong = {"old": "no", "new": NEW_PHRASE, "again": NEW_PHRASE}
        assert "That is not your password of now." in await refused(visitor, path, **wrong)
        wrong = {"old": PHRASE, "new": "woaini1314", "again": "woaini1314"}
        assert "strangers try it first" in await refused(visitor, path, **wrong)
        assert "woaini1314" not in visitor.page

    async def test_after_a_while_a_first_password_asks_to_sign_in_again(
        self, site: Site, owner: asyncpg.Connection
    ) -> None:
        one = await neighbour()
        begun = await one.signed_in()
        await owner.execute(
            "UPDATE web_session SET begun_at = begun_at - interval '20 minutes' WHERE id = $1",
            begun.session.id,
        )
        visitor = await site.visitor()
        visitor.client.cookies.set("session", begun.token, domain="site.test")
        await visitor.open("/me/security/password")
        assert "sign in once more" in visitor.words
        where = await visitor.send_and_follow("/sign-in/again", next="/me/security/password")
        assert where == "/sign-in?next=/me/security/password"


class TestDesk:
    async def test_a_day_at_the_desk(self, site: Site) -> None:
        home = await neighbourhood()
        keeper = await neighbour(Role.COORDINATOR, home=home, password=PHRASE)
        elder = await neighbour(Role.ELDER, home=home)
        staff = await site.staff(keeper)
        help_page = f"/members/{elder.member.id}/sign-in-help"
        await staff.open(f"{help_page}/card")
        words = await refused(staff, f"{help_page}/card", pin="1234", again="1234")
        assert "Very many people use that one." in words
        words = await refused(staff, f"{help_page}/card", pin="7391", again="7392")
        assert "The two are not the same." in words
        answer = await staff.send(f"{help_page}/card", pin="7391", again="7391")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "7391" not in re.sub(r'src="data:[^"]*"|[0-9a-f-]{36}', "", staff.page)
        number = re.search(r'sign-in-card-number">([\d ]+)<', staff.page)
        assert number
        await staff.open("/desk")
        await staff.send_and_follow("/desk/open")
        assert "You are signed out here." in staff.words
        assert (await staff.open(SECURITY)).status_code == 303
        assert (await staff.open("/sign-in")).headers["location"] == "/desk"
        await staff.open("/desk")
        wrong = await refused(staff, "/desk/card", card=number[1], pin="7392")
        assert "do not go together" in wrong
        slip = number[1][:-1] + str((int(number[1][-1]) + 1) % 10)
        assert "ten digits" in await refused(staff, "/desk/card", card=slip, pin="7391")
        assert "Type the PIN." in await refused(staff, "/desk/card", card=number[1], pin="")
        await staff.send_and_follow("/desk/card", card=number[1], pin="7391")
        assert "Sign out, 陈桂芳" in staff.page
        await staff.open("/me/security/password")
        assert "At a desk no password is chosen." in staff.words
        assert await staff.send_and_follow("/sign-out") == "/desk"
        await staff.send_and_follow("/desk/close")
        assert "no desk any more" in staff.words
        await staff.open("/desk")
        assert "Cards are taken where somebody of staff has opened a desk." in staff.words

    async def test_without_a_desk_no_card_is_taken(self, site: Site) -> None:
        visitor = await site.visitor()
        await visitor.open("/desk")
        answer = await visitor.send("/desk/card", card="1234567890", pin="7391")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert (await visitor.send("/desk/open")).status_code == 401
        resident = await site.signed_in(await neighbour(password=PHRASE))
        await resident.open("/desk")
        assert (await resident.send("/desk/open")).status_code == 403


class TestHelp:
    async def test_the_desk_reads_a_code_out_and_the_caller_comes_in(self, site: Site) -> None:
        home = await neighbourhood()
        operator = await neighbour(Role.PHONE_OPERATOR, home=home, password=PHRASE)
        elder = await neighbour(Role.ELDER, home=home)
        staff, page = await site.staff(operator), f"/members/{elder.member.id}/sign-in-help"
        await staff.open(page)
        assert elder.phone not in staff.page
        words = await refused(staff, f"{page}/code")
        assert "Say how you know that the caller is this member." in words
        answer = await staff.send(f"{page}/code", checked="birth_date")
        assert answer.headers["cache-control"] == "no-store"
        code = re.search(r'class="digits">(\d{4} \d{4})<', staff.page)
        assert code
        caller = await site.visitor()
        await caller.open("/sign-in/code/enter?read-out=yes")
        await caller.send_and_follow(
            "/sign-in/code/enter", phone=elder.phone, code=code[1], read_out="yes"
        )
        assert "Sign out" in caller.page
        for path, said in (
            ("waits", "the next try counts at once"),
            ("sessions", "signed out on every device"),
            ("card/revoke", "This member has no card."),
        ):
            await staff.open(page)
            await staff.send_and_follow(f"{page}/{path}")
            assert said in staff.words
        assert (await caller.open(SECURITY)).status_code == 303

    async def test_only_an_administrator_removes_a_second_step(self, site: Site) -> None:
        home = await neighbourhood()
        operator = await neighbour(Role.PHONE_OPERATOR, home=home, password=PHRASE)
        chief = await neighbour(Role.ADMINISTRATOR, home=home, password=PHRASE)
        one = await neighbour(home=home)
        await one.set_up_second_step((await one.signed_in()).session)
        page = f"/members/{one.member.id}/sign-in-help"
        staff = await site.staff(operator)
        await staff.open(page)
        assert "an administrator can remove the second step" in staff.words
        assert (await staff.send(f"{page}/second-step")).status_code == 403
        chief_page = await site.staff(chief)
        await chief_page.open(page)
        await chief_page.send_and_follow(f"{page}/second-step")
        assert "The second step is removed" in chief_page.words
        assert not await second_factor.is_on(one.member.id)

    async def test_staff_and_oneself_are_out_of_reach(self, site: Site) -> None:
        home = await neighbourhood()
        operator = await neighbour(Role.PHONE_OPERATOR, home=home, password=PHRASE)
        chief = await neighbour(Role.ADMINISTRATOR, home=home)
        staff = await site.staff(operator)
        for member in (operator, chief):
            page = f"/members/{member.member.id}/sign-in-help"
            await staff.open(page)
            for path in ("waits", "sessions"):
                assert (await staff.send(f"{page}/{path}")).status_code == 403
                await staff.open(page)
            assert (await staff.send(f"{page}/code", checked="birth_date")).status_code == 403
            assert (await staff.open(f"{page}/card")).status_code == 403

    async def test_a_member_of_another_community_is_not_there(self, site: Site) -> None:
        operator = await neighbour(Role.PHONE_OPERATOR, password=PHRASE)
        stranger = await neighbour()
        staff, page = await site.staff(operator), f"/members/{stranger.member.id}/sign-in-help"
        for path in (page, f"{page}/card", f"/members/{uuid4()}/sign-in-help"):
            assert (await staff.open(path)).status_code == 404
        await staff.open("/desk")
        for path in ("waits", "code", "sessions", "card", "card/revoke"):
            assert (await staff.send(f"{page}/{path}", checked="birth_date")).status_code == 404
            await staff.open("/desk")
