"""What a request may carry: a form is read within limits, and one that nobody can read is a 400.

No database takes the character NUL, and no person types it: its stand-in (U+FFFD) comes instead,
in forms and addresses.

Litestar reads forms as well, but keeps the last thousand bodies in memory (passwords among them),
takes any number of fields, and fails where a part names a character set that there is not.
"""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Empty, Scope

from app.acts import ACTS

FORM_BYTES_MAX: Final = 512 * 1024
"""How large a form may be where its route does not say otherwise; several times the longest."""
FIELDS_MAX: Final = 1000
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
            self._connection_state.form = await self._read_form()
        return await super().form()

    async def _read_form(self) -> dict[str, Any]:
        kind, _options = self.content_type
        try:
            if kind == RequestEncodingType.MULTI_PART:
                self._refuse_strangers_files()
                read = _gathered((await super().form()).multi_items())
                self._form = Empty
            elif kind == RequestEncodingType.URL_ENCODED:
                read = _gathered(
                    parse_qsl(
                        (await self.body()).decode(),
                        keep_blank_values=True,
                        errors="strict",
                        max_num_fields=FIELDS_MAX,
                    )
                )
            else:
                return {}
        except UnicodeError as error:
            raise ClientException("This form is not written in UTF-8.") from error
        except (LookupError, TypeError, ValueError) as error:
            if "fields" in str(error):  # parse_qsl says so, and nothing else does
                raise RequestEntityTooLarge from error
            raise ClientException("This form cannot be read.") from error
        return _kept(read)

    def _refuse_strangers_files(self) -> None:
        """Read no file of a visitor whom the route will refuse anyway: it may be a large one."""
        act = ACTS.get(self.route_handler.opt.get("act", ""))
        if self.scope.get("user") is None and (act is None or not act.public):
            raise NotAuthorizedException("Sign in first.")


def _gathered(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values by name; a list where a name came several times."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _kept(read: dict[str, Any]) -> dict[str, Any]:
    """Return what can be kept. A token that is no plain text is none: comparing it would fail."""
    found = {_without_nul(name): _each_without_nul(given) for name, given in read.items()}
    token = found.get(TOKEN_FIELD)
    if token is not None and not (isinstance(token, str) and token.isascii()):
        del found[TOKEN_FIELD]
    return found


def _each_without_nul(given: Any) -> Any:
    if isinstance(given, list):
        return [_each_without_nul(one) for one in given]
    return _without_nul(given) if isinstance(given, str) else given


def _without_nul(text: str) -> str:
    return text.replace("\0", STAND_IN)
