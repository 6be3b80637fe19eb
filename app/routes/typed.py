"""What was typed into a form, read from its request."""

from typing import Any, Final
from uuid import UUID

from litestar import Request

from app.forms import Form

DIGITS_MAX: Final = 9
"""Numbers of rows, pages and versions fit the database's integers."""


async def typed(request: Request[Any, Any, Any]) -> Form:
    """Return the submitted form; a field that came several times keeps all of its values."""
    submitted = await request.form()
    return Form.of({name: submitted.getall(name) for name in submitted})


def key_of(form: Form) -> UUID | None:
    """Return the id that the form was given when it was shown, so that sending twice acts once."""
    try:
        return UUID(form.value("key"))
    except ValueError:
        return None


def whole_number(text: str, usual: int) -> int:
    """Return the whole number that an address or a hidden field says; `usual` for anything else."""
    plain = text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
    return int(text) if plain else usual
