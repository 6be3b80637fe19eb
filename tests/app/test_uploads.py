"""Files and multipart forms as attackers send them: size, kind, name, and forms that are none."""

import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from litestar.datastructures import FormMultiDict, UploadFile

import app as app_package
from app.bodies import FIELDS_MAX, FORM_BYTES_MAX
from app.database import Engine
from app.i18n import speaking
from app.roster.reading import FILE_BYTES_MAX
from app.uploads import AROUND_BYTES, Kind, Unfit, chosen, kind_of, safe_name, taken
from community import Role
from tests.app.attacking import Door, Site, open_site
from tests.walks import signed_in_client

MARK = "xYzMARK"
MULTIPART = {"content-type": f"multipart/form-data; boundary={MARK}"}
ROSTER = "姓名,电话\n陈桂芳,13800138000\n"


@pytest.mark.parametrize(
    "start",
    [
        ROSTER.encode(),
        ROSTER.encode("utf-8-sig"),
        ROSTER.encode("gb18030"),
        ROSTER.encode("utf-16"),
        b'name = "Rules"\n# a comment\n[sign_in]\ncode_minutes = 5\n',
        b"BM,1\nMZ,2\n",
        b"Name;Phone\r\n\x1a",
    ],
)
def test_text_is_text_in_whatever_letters(start: bytes) -> None:
    assert kind_of(start) is Kind.TEXT


@pytest.mark.parametrize(
    "start",
    [
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"%PDF-1.7\n1 0 obj",
        b"MZ\x90\x00\x03" + b"\0" * 60,
        b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"GIF89a,1",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"<!doctype html><script>alert(1)</script>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"{\\rtf1 x}",
        b"%!PS-Adobe-3.0",
        b"name,\0phone",
        b"\xff\xfe" + "a\0b".encode("utf-16-le"),
    ],
)
def test_what_is_no_text_is_none_whatever_it_is_called(start: bytes) -> None:
    assert kind_of(start) is Kind.OTHER


def test_workbooks_are_told_apart() -> None:
    assert kind_of(b"PK\x03\x04" + b"\0" * 30) is Kind.WORKBOOK
    assert kind_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") is Kind.OLD_WORKBOOK


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("roster.xlsx", "roster.xlsx"),
        ("名册 2026.xlsx", "名册 2026.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\名册.csv", "名册.csv"),
        ("a\r\nSet-Cookie: b=c.csv", "a Set-Cookie b=c.csv"),
        ('a"; filename="b.exe', "a filename=b.exe"),
        ("fdp\u202exslx.exe", "fdpxslx.exe"),
        ("<script>.csv", "script.csv"),
        ("..", "file"),
        ("", "file"),
        ("\0\0", "file"),
        ("长" * 300 + ".xlsx", "长" * 95 + ".xlsx"),
        (".htaccess", "htaccess"),
    ],
)
def test_a_name_is_kept_without_what_misleads(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text())
def test_any_name_is_safe_and_stays_so(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 100
    assert not set(safe) & set('/\\"<>|:*?;\0\r\n')
    assert not any(unicodedata.category(one)[0] == "C" for one in safe)
    assert not safe.startswith(".")
    assert safe_name(safe) == safe


@contextmanager
def form_with(content: bytes, name: str = "roster.csv") -> Iterator[FormMultiDict]:
    file = UploadFile("image/png", name, content)
    try:
        yield FormMultiDict([("file", file), ("x", "y")])
    finally:
        file.file.close()


def unfit(content: bytes, name: str = "roster.csv") -> str:
    """Return why a file is not taken."""
    with form_with(content, name) as form, pytest.raises(Unfit) as refused:
        taken(form, "file", kinds={Kind.TEXT}, bytes_max=1024)
    return refused.value.why


def test_a_file_is_taken_by_its_content() -> None:
    content = ROSTER.encode()
    with form_with(content, "a/b.exe") as form:
        found = taken(form, "file", kinds={Kind.TEXT}, bytes_max=1024)
        assert (found.name, found.size, found.kind) == ("b.exe", len(content), Kind.TEXT)
        assert found.file.read() == content, "from its beginning"
    with form_with(b"x" * 1024) as form:
        assert taken(form, "file", kinds={Kind.TEXT}, bytes_max=1024).size == 1024


def test_what_does_not_fit_is_told() -> None:
    with speaking("en"):
        assert unfit(b"x" * 1025) == "This file is larger than 1 kilobytes."
        assert unfit(b"") == "This file is empty. Choose another."
        assert unfit(b"%PDF-1.7\n").startswith("This is another kind of file")
        assert unfit(b"x", "") == "Choose the file first."
        with pytest.raises(Unfit):
            taken(FormMultiDict([("file", "text")]), "file", kinds={Kind.TEXT}, bytes_max=1024)
    with form_with(b"x", "") as form:
        assert chosen(form, "file") is None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    return await open_site(database)


def part(name: str, value: str | bytes, *, head: str = "", file: str | None = None) -> bytes:
    shown = f'; filename="{file}"' if file is not None else ""
    raw = value if isinstance(value, bytes) else value.encode()
    start = f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n{head}\r\n'
    return start.encode() + raw + b"\r\n"


END = f"--{MARK}--\r\n".encode()
MALFORMED = {
    "nothing": b"",
    "no boundary in it": b"hello",
    "cut off": part("a", "b")[:-20],
    "no end": part("a", "b"),
    "only the end": END,
    "no name": f"--{MARK}\r\nContent-Disposition: form-data\r\n\r\nx\r\n".encode() + END,
    "no disposition": f"--{MARK}\r\nX: y\r\n\r\nx\r\n".encode() + END,
    "unknown letters": part("a", "b", head="Content-Type: text/plain; charset=no-such\r\n") + END,
    "letters of a codec": part("a", b"x", head="Content-Type: x/y; charset=base64\r\n") + END,
    "not in its letters": part("a", b"\xff\xfe\xff") + END,
    "a token as a file": part("_csrf_token", "x", file="token") + END,
    "a huge header": part("a", "b", head="X: " + "y" * 10_000 + "\r\n") + END,
    "many headers": part("a", "b", head="X: y\r\n" * 100) + END,
    "many parts": part("a", "b") * (FIELDS_MAX + 5) + END,
    "a NUL in a name": part("a\0b", "c") + END,
    "a NUL in a file's name": part("file", "c", file="a\0b.csv") + END,
    "nested": part("a", b"--x\r\n", head="Content-Type: multipart/mixed; boundary=x\r\n") + END,
}
BOUNDARIES = ["", "; boundary=", '; boundary=""', "; boundary=" + "x" * 5000, '; boundary="a\nb"',
              "; boundary*=utf-8''x", "; charset=no-such; boundary=x"]  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_multipart_form_that_is_none_is_refused_everywhere(site: Site, kind: str) -> None:
    """With a right token in the header, and without: the token's check reads the form as well."""
    for door in site.doors("POST"):
        answer, stored = await site.send(door, content=MALFORMED[kind], headers=MULTIPART)
        assert answer.status_code < 500, door
        assert answer.status_code < 400 or not stored, door
    door = Door("POST", "/policy/new", "/policy/new", site.hood.people[Role.ADMINISTRATOR])
    async with site.undone():
        client, _form = await signed_in_client(site.app, door.person)
        answer = await client.post("/policy/new", content=MALFORMED[kind], headers=MULTIPART)
        await client.aclose()
    assert answer.status_code in {400, 403, 413}


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_an_odd_boundary_is_refused(site: Site, boundary: str) -> None:
    person = site.hood.people[Role.ADMINISTRATOR]
    for address in ("/policy/new", "/sign-in"):
        door = Door("POST", address, address, person)
        kind = f"multipart/form-data{boundary}".encode()
        headers: dict[Any, Any] = {"content-type": kind}
        async with site.undone():
            client, _form = await signed_in_client(site.app, door.person)
            answer = await client.post(address, content=part("a", "b") + END, headers=headers)
            await client.aclose()
        assert answer.status_code in {400, 403}


class Pieces:
    """A body that comes piece by piece, of no announced length, and how many were taken."""

    def __init__(self, start: bytes, pieces: int, end: bytes = b"") -> None:
        self.start, self.pieces, self.end, self.taken = start, pieces, end, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.start
        while self.taken < self.pieces:
            self.taken += 1
            yield b"x" * 65536
        yield self.end


async def sent(
    site: Site, role: Role | None, path: str, body: Any, **headers: str
) -> httpx.Response:
    """Send a body as somebody with a right token in the header, and undo what it did."""
    found = []
    async with site.undone():
        client, form = await signed_in_client(site.app, site.hood.people[role] if role else None)
        told = {"x-csrftoken": form["_csrf_token"], "accept": "text/html", **headers}
        found.append(await client.post(path, content=body, headers=told))
        await client.aclose()
    return found[0]


class TestSize:
    @pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/language", "/desk/card"])
    async def test_a_form_ends_where_it_becomes_too_large(self, site: Site, path: str) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        announced = await sent(site, None, path, b"a=" + b"x" * FORM_BYTES_MAX, **form)
        fits = await sent(site, None, path, b"a=" + b"x" * (FORM_BYTES_MAX - 2), **form)
        assert announced.status_code != 413 or path != "/sign-in" or fits.status_code != 413
        if path != "/desk/card":  # without a desk the form is not read beyond its token
            assert announced.status_code == 413

    async def test_it_ends_also_where_no_length_was_announced(self, site: Site) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        endless = Pieces(b"a=", 100_000)
        answer = await sent(site, None, "/sign-in", endless, **form)
        assert answer.status_code == 413
        assert endless.taken <= FORM_BYTES_MAX // 65536 + 1, "read no further than allowed"

    async def test_a_lying_length_helps_nobody(self, site: Site) -> None:
        form = {"content-type": "application/x-www-form-urlencoded"}
        for length in ("10", "-1", "1e9", "x", str(2**70)):
            endless = Pieces(b"a=", 100)
            told = {**form, "content-length": length}
            answer = await sent(site, None, "/sign-in", endless, **told)
            assert answer.status_code in {400, 413}, length

    async def test_a_roster_may_be_large_and_no_larger(self, site: Site) -> None:
        start = part("file", b"", file="a.csv")[:-2]
        endless = Pieces(start, 100_000)
        answer = await sent(site, Role.COORDINATOR, "/roster", endless, **MULTIPART)
        assert answer.status_code == 413
        assert endless.taken <= (FILE_BYTES_MAX + AROUND_BYTES) // 65536 + 1

    @pytest.mark.parametrize("path", ["/roster", "/policy/new"])
    async def test_of_a_stranger_s_file_nothing_is_read(self, site: Site, path: str) -> None:
        large = Pieces(part("file", b"", file="a.csv")[:-2], 500, b"\r\n" + END)
        async with site.undone():
            client, _form = await signed_in_client(site.app, None)
            answer = await client.post(path, content=large, headers=MULTIPART)
            await client.aclose()
        assert answer.status_code == 401
        assert large.taken == 0


class TestRoutes:
    """Every route that takes a file takes it by its content alone."""

    @pytest.mark.parametrize(
        ("role", "path"), [(Role.COORDINATOR, "/roster"), (Role.ADMINISTRATOR, "/policy/new")]
    )
    @pytest.mark.parametrize(
        "content",
        [b"MZ\x90\x00\x03" + b"\0" * 60, b"%PDF-1.7\n1", b"<!doctype html><script></script>", b""],
    )
    async def test_the_wrong_kind_is_told_and_not_kept(
        self, site: Site, role: Role, path: str, content: bytes
    ) -> None:
        door = Door("POST", path, path, site.hood.people[role])
        body = part("file", content, file="名册.csv", head="Content-Type: text/csv\r\n") + END
        headers = {**MULTIPART, "accept": "text/html", "accept-language": "en"}
        answer, stored = await site.send(door, content=body, headers=headers)
        assert (answer.status_code, stored) == (422, False)
        assert "field-error" in answer.text or "error" in answer.text

    def test_every_route_that_reads_a_file_is_among_them(self) -> None:
        """By the source: whoever handles uploaded files does so by `app.uploads`."""
        house = Path(app_package.__file__).parent
        readers = {path.name for path in house.rglob("*.py") if "UploadFile" in path.read_text()}
        # Several files at once, each looked at as one is: tests/app/test_plan_pages.py.
        assert readers == {"uploads.py", "bodies.py", "plan_files.py"}
        assert "from app.uploads import" in (house / "plan_files.py").read_text()

    async def test_a_good_file_comes_in_under_a_safe_name(self, site: Site) -> None:
        door = Door("POST", "/roster", "/roster", site.hood.people[Role.COORDINATOR])
        body = part("file", ROSTER, file="..\\..\\名\u202e册.csv") + END
        answer, _stored = await site.send(door, content=body, headers=MULTIPART)
        assert answer.status_code == 303
