"""What a request may carry: a form is read within limits, and one that nobody can read is a 400.

No database takes the character NUL, and no person types it: its stand-in (U+FFFD) comes instead,
in forms and addresses.

Litestar reads forms as well, but keeps the last thousand bodies in memory (passwords among them),
takes any number of fields, and fails where a part names a character set that there is not.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Empty, Scope
from litestar.utils.scope.state import ScopeState
from multipart import (  # type: ignore[import-untyped]  # it comes without types
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from app.acts import ACTS

FORM_BYTES_MAX: Final = 512 * 1024
"""How large a form may be where its route does not say otherwise; several times the longest."""
FIELDS_MAX: Final = 1000
Field = str | UploadFile
STAND_IN: Final = "\N{REPLACEMENT CHARACTER}"
TOKEN_FIELD: Final = "_csrf_token"  # noqa: S105 (the name of a field, no token)


def readable(scope: Scope) -> None:
    """Put the stand-in for NUL into a request's address."""
    scope["path"] = _without_nul(scope["path"])
    scope["query_string"] = scope["query_string"].replace(b"%00", quote(STAND_IN).encode())


class FormRequest(Request[Any, Any, Any]):
    """A request whose form is read with care; the app makes all of its requests of this class."""

    async def form(self) -> FormMultiDict:
        """Return the form; empty where the request carries none.

        Raises 413 for one that is too large or has too many fields, 400 for one that cannot be
        read, and 401 for a file from a visitor where none is asked for.
        """
        if self._form is Empty and self._connection_state.form is Empty:
            self._connection_state.form = await _kept(_gathered(await self._fields()))
        return await super().form()

    async def _fields(self) -> list[tuple[str, Field]]:
        kind, options = self.content_type
        try:
            if kind == RequestEncodingType.URL_ENCODED:
                body = await self.body()
                if body.count(b"&") >= FIELDS_MAX:
                    raise RequestEntityTooLarge
                return [*parse_qsl(body.decode(), keep_blank_values=True, errors="strict")]
            if kind == RequestEncodingType.MULTI_PART:
                self._refuse_strangers_files()
                return await _parts(self.stream(), options.get("boundary", ""))
        except UnicodeError as error:
            raise ClientException("This form is not written in UTF-8.") from error
        return []

    def _refuse_strangers_files(self) -> None:
        """Read no file of a visitor whom the route will refuse anyway: it may be a large one."""
        act = ACTS.get(self.route_handler.opt.get("act", ""))
        if self.scope.get("user") is None and (act is None or not act.public):
            raise NotAuthorizedException("Sign in first.")


async def close_files(scope: Scope) -> None:
    """Close the files of a request's form once it is answered, also where it was refused."""
    form = ScopeState.from_scope(scope).form
    for given in () if form is Empty else form.values():
        await _close(given if isinstance(given, list) else [given])


async def _parts(stream: AsyncIterator[bytes], boundary: str) -> list[tuple[str, Field]]:
    """Return the fields and files of a multipart form; where it cannot be read, nothing stays open.

    Text is UTF-8, as our pages are, whatever a part says of itself.
    """
    found: list[tuple[str, Field]] = []
    name, value = "", _Value(None)
    try:
        with PushMultipartParser(boundary, max_segment_count=FIELDS_MAX) as parser:
            async for piece in stream:
                for event in () if parser.closed else parser.parse(piece):
                    if isinstance(event, MultipartSegment):
                        name, value = event.name, _Value(event)
                    elif event is None:
                        found.append((name, await value.whole()))
                    else:
                        await value.add(event)
    except BaseException as error:
        await _close([value.file, *(given for _name, given in found)])
        if isinstance(error, ParserLimitReached):
            raise RequestEntityTooLarge from error
        if isinstance(error, MultipartError):
            raise ClientException("This form cannot be read.") from error
        raise
    return found


class _Value:
    """What one part of a multipart form holds, while it comes in: a text, or a file."""

    def __init__(self, part: MultipartSegment | None) -> None:
        self.text = bytearray()
        self.file: UploadFile | None = None
        if part is not None and part.filename:
            self.file = UploadFile(part.content_type or "", _without_nul(part.filename))

    async def add(self, piece: bytes) -> None:
        if self.file is None:
            self.text.extend(piece)
        else:
            await self.file.write(piece)

    async def whole(self) -> Field:
        if self.file is None:
            return self.text.decode()
        await self.file.seek(0)
        return self.file


async def _close(values: Iterable[object]) -> None:
    for one in values:
        if isinstance(one, UploadFile):
            await one.close()


def _gathered(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values by name; a list where a name came several times."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


async def _kept(read: dict[str, Any]) -> dict[str, Any]:
    """Return what can be kept. A token that is no plain text is none: comparing it would fail."""
    found = {_without_nul(name): _each_without_nul(given) for name, given in read.items()}
    token = found.get(TOKEN_FIELD, "")
    if not (isinstance(token, str) and token.isascii()):
        await _close(token if isinstance(token, list) else [token])
        del found[TOKEN_FIELD]
    return found


def _each_without_nul(given: Any) -> Any:
    if isinstance(given, list):
        return [_each_without_nul(one) for one in given]
    return _without_nul(given) if isinstance(given, str) else given


def _without_nul(text: str) -> str:
    return text.replace("\0", STAND_IN)
