"""The two switches: they keep the choice, come back to the page, and lead nowhere else."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.preferences import here, safe_return

Client = AsyncTestClient[Litestar]

REFUSED = [
    None,
    "",
    "visits",
    "https://example.org/",
    "//example.org",
    "///example.org",
    "/\\example.org",
    "\\\\example.org",
    "/\t/example.org",
    "/\n/example.org",
    "/a b",
    "/\x00",
    "javascript:alert(1)",
    "http:/example.org",
    "/[",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("target", [t for t in REFUSED if t != "/["])
def test_a_return_to_elsewhere_is_refused(target: str | None) -> None:
    assert safe_return(target) == "/"


@pytest.mark.parametrize("target", ["/", "/visits/1", "/visits?page=2&x=//y", "/微实事", "/["])
def test_a_path_of_ours_is_kept(target: str | None) -> None:
    assert safe_return(target) == target


@given(st.text())
def test_a_return_is_always_one_path_on_this_host(target: str | None) -> None:
    back = safe_return(target)
    assert back.startswith("/")
    assert not back.startswith("//")
    assert not re.search(r"[\\\x00-\x20\x7f]", back)


def connection(method: str, url: str, referrer: str = "") -> SimpleNamespace:
    path, _, query = url.partition("?")
    headers = {"host": "linli.example", **({"referer": referrer} if referrer else {})}
    return SimpleNamespace(
        scope={"method": method}, url=SimpleNamespace(path=path, query=query), headers=headers
    )


@pytest.mark.parametrize(
    ("method", "url", "referrer", "expected"),
    [
        ("GET", "/visits?page=2", "", "/visits?page=2"),
        ("POST", "/visits", "http://linli.example/visits/ask?x=1", "/visits/ask?x=1"),
        ("POST", "/visits", "http://evil.example/visits", "/"),
        ("POST", "/visits", "http://[", "/"),
        ("POST", "/visits", "", "/"),
    ],
)
def test_a_switch_comes_back_to_a_page_that_can_be_opened(
    method: str, url: str, referrer: str, expected: str
) -> None:
    assert here(connection(method, url, referrer)) == expected


async def token(client: Client) -> str:
    page = await client.get("/")
    return re.search(r'name="_csrf_token" value="([^"]+)"', page.text)[1]


async def test_the_language_is_kept_and_the_page_comes_back(client: Client) -> None:
    sent = {"language": "en", "next": "/gallery", "_csrf_token": await token(client)}
    answer = await client.post("/language", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = await client.get("/gallery")
    assert '<html lang="en">' in page.text
    assert "Time bank" in page.text
    assert "时间银行" not in page.text


async def test_the_text_size_is_kept(client: Client) -> None:
    sent = {"size": "large", "next": "/", "_csrf_token": await token(client)}
    answer = await client.post("/text-size", data=sent)
    assert answer.status_code == 303
    assert '<html lang="zh-Hans-CN" class="text-large">' in (await client.get("/")).text


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/language", {"language": "xx"}), ("/text-size", {"size": "9rem"}), ("/language", {})],
)
async def test_an_unknown_choice_changes_nothing(
    client: Client, path: str, sent: dict[str, str]
) -> None:
    sealed = {**sent, "next": "//evil.example", "_csrf_token": await token(client)}
    answer = await client.post(path, data=sealed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers


async def test_a_switch_without_its_token_is_refused(client: Client) -> None:
    assert (await client.post("/language", data={"language": "en"})).status_code == 403


async def test_the_browsers_language_is_taken_where_nothing_was_chosen(client: Client) -> None:
    page = await client.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert '<html lang="en">' in page.text
