"""What every page has in common, seen in the page of all components."""

import base64
import json
import re
import time

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.forms import Form
from app.i18n import speaking
from app.templating import STATIC, environment, static

Client = AsyncTestClient[Litestar]


def hidden_token(page: Response) -> str:
    return re.search(r'name="_csrf_token" value="([^"]+)"', page.text)[1]


async def test_a_page_has_its_landmarks_and_one_heading(client: Client) -> None:
    text = (await client.get("/gallery")).text
    for landmark in ("<header", "<nav", "<main", "<footer", "<h1"):
        assert len(re.findall(rf"{landmark}[\s>]", text)) >= 1, landmark
    assert len(re.findall(r"<h1[\s>]", text)) == 1
    assert len(re.findall(r"<main[\s>]", text)) == 1
    assert text.index('class="skip"') < text.index("<header")
    assert 'role="status" aria-live="polite"' in text
    assert 'href="/book"' in text


async def test_a_refused_form_keeps_what_was_typed_and_names_the_fields(client: Client) -> None:
    sent = {
        "minutes": " 500 ",
        "words": "<script>敲门</script>",
        "service": "clean",
        "_csrf_token": hidden_token(await client.get("/gallery")),
    }
    answer = await client.post("/visits", data=sent)
    text = answer.text
    assert answer.status_code == 422
    assert 'value="500"' in text
    assert "&lt;script&gt;敲门&lt;/script&gt;" in text
    assert re.search(r'value="clean"[^>]* checked', text)
    field = re.search(r'<input class="box" id="field-minutes"[^>]*>', text)[0]
    assert 'aria-describedby="field-minutes-hint field-minutes-error"' in field
    assert 'aria-invalid="true"' in field
    assert text.count("autofocus") == 1
    assert "autofocus" in field
    assert '<a href="#field-minutes">' in text
    assert '<a href="#field-grid">' in text
    assert "有 2 处需要再看一下" in text
    assert "请核对：" in re.search(r"<title>(.*)</title>", text)[1]


async def test_a_notice_is_shown_once_and_escaped(client: Client) -> None:
    page = await client.get("/")
    await client.post("/done", data={"_csrf_token": hidden_token(page)})
    first = await client.get("/")
    assert "已确认 &lt;b&gt;95&lt;/b&gt; 分钟。" in first.text
    assert "已确认" not in (await client.get("/")).text


# The last two: words that are not ours, as they once were written and with a signature made up.
@pytest.mark.parametrize(
    "cookie",
    [
        "x",
        "bm90IGpzb24=",
        "e30=",
        "5Yqg",
        base64.urlsafe_b64encode(json.dumps(["wrong", "Call 13800000000"]).encode()).decode(),
        base64.urlsafe_b64encode(
            bytes(32) + json.dumps(["wrong", "Call 13800000000", int(time.time())]).encode()
        ).decode(),
    ],
    ids=["a letter", "no json", "no list", "no text", "as once written", "a signature made up"],
)
async def test_a_strange_notice_is_no_notice(client: Client, cookie: str) -> None:
    answer = await client.get("/", headers={"cookie": f"notice={cookie}"})
    assert answer.status_code == 200
    assert 'class="notice ' not in answer.text
    assert "13800000000" not in answer.text


async def test_a_notice_counts_for_two_minutes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await client.get("/")
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert token
    said = await client.post("/done", data={"_csrf_token": token[1]})
    kept = said.cookies["notice"]
    now = time.time()
    for later, shown in ((121, False), (119, True)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        answer = await client.get("/", headers={"cookie": f"notice={kept}"})
        assert ("已确认" in answer.text) is shown


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, False),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
async def test_htmx_gets_the_fragment_and_everybody_else_the_page(
    client: Client, headers: dict[str, str], *, whole: bool
) -> None:
    answer = await client.get("/part", headers=headers)
    assert '<p id="part">部分</p>' in answer.text
    assert ("<html" in answer.text) is whole
    assert "HX-Request" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("given", "links"),
    [
        ("", []),
        ("onward='/a?before=7'", [("next", "/a?before=7", "Older ones")]),
        ("first='/a'", [("first", "/a", "To the newest")]),
        (
            "first='/a', onward='/a?after=7&x=1', newest_first=false",
            [("first", "/a", "To the beginning"), ("next", "/a?after=7&amp;x=1", "Next page")],
        ),
    ],
)
def test_the_pages_of_a_long_list_are_turned_with_words(
    given: str, links: list[tuple[str, str, str]]
) -> None:
    macro = '{% from "components/pages.html" import turn %}{{ turn("Hours", ' + given + ") }}"
    with speaking("en"):
        text = environment.from_string(macro).render()
    found = re.findall(r'rel="(\w+)" href="([^"]+)">.*?<span>(.+?)</span>', text)
    assert found == links
    assert ('<nav class="pager" aria-label="Pages: Hours">' in text) is bool(links)


def test_a_files_address_changes_with_its_content() -> None:
    assert re.fullmatch(r"/static/linli\.css\?v=[0-9a-f]{10}", static("linli.css"))
    with pytest.raises(FileNotFoundError):
        static("none.css")


async def test_every_file_a_page_asks_for_is_there(client: Client) -> None:
    text = (await client.get("/gallery")).text
    wanted = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))
    assert len(wanted) >= 4
    for address in wanted:
        assert (await client.get(address)).status_code == 200, address


def test_the_sprite_carries_no_script() -> None:
    sprite = (STATIC / "vendor" / "lucide.svg").read_text()
    assert "<script" not in sprite
    assert re.search(r'\son\w+="', sprite) is None


def test_a_form_keeps_several_answers_under_one_name() -> None:
    form = Form.of({"project": ["2", "7"], "file": object(), "words": "  a b "})
    assert [form.chosen("project", n) for n in (2, 3, 7)] == [True, False, True]
    assert form.value("words") == "a b"
    assert form.value("file") == form.value("nothing") == ""


def test_the_first_refusal_of_a_field_stands_and_the_first_field_is_focused() -> None:
    form = Form()
    assert form.ok
    assert not form.focused("a")
    form.refuse("a", "one")
    form.refuse("b", "two")
    form.refuse("a", "three")
    assert list(form) == [("a", "one"), ("b", "two")]
    assert form.focused("a")
    assert not form.focused("b")
    assert not form.ok
