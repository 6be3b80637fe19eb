"""What was typed into a form, read from its request."""

from typing import Any
from uuid import UUID

from litestar import Request

from app.forms import Form


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
