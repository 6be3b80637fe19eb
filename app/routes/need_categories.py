"""The categories of needs: a coordinator names, orders, adds and retires them."""

from typing import Any

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.need_words import ICONS, refusal_words, wrong_field
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from community import Actor
from marketplace import needs
from marketplace.errors import MarketplaceError
from marketplace.needs import NeedCategory

AnyRequest = Request[Any, Any, Any]
HERE = "/needs/categories"
REFUSED = 422


@get(HERE, name="need.categories", opt=act("need.category"))
async def categories(request: AnyRequest) -> Template:
    """List a community's categories, those that are retired last."""
    by = await acting(request)
    context = {"categories": await needs.categories(by.community_id, retired=True)}
    return Template("marketplace/needs/categories.html", context=context)


@get(f"{HERE}/new", name="need.category.new", opt=act("need.category"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that adds a category."""
    by = await acting(request)
    known = await needs.categories(by.community_id)
    following = max((one.position for one in known), default=0) + 1
    return _form(Form.of({"position": str(following)}), "")


@post(f"{HERE}/new", name="need.category.add", opt=act("need.category"))
async def add(request: AnyRequest) -> Template | Redirect:
    """Add a category."""
    return await _saved(request, "")


@get(f"{HERE}/{{key:str}}", name="need.category.form", opt=act("need.category"))
async def change_form(request: AnyRequest, key: FromPath[str]) -> Template:
    """Show the form that changes a category."""
    found = await _found(key, await acting(request))
    values = {
        "name_zh": found.name_zh,
        "name_en": found.name_en,
        "icon": found.icon,
        "position": str(found.position),
        "retired": "yes" if found.retired else "no",
    }
    return _form(Form.of(values), key)


@post(f"{HERE}/{{key:str}}", name="need.category.change", opt=act("need.category"))
async def change(request: AnyRequest, key: FromPath[str]) -> Template | Redirect:
    """Change a category."""
    await _found(key, await acting(request))
    return await _saved(request, key)


async def _saved(request: AnyRequest, key: str) -> Template | Redirect:
    by, form = await acting(request), await typed(request)
    position = form.value("position")
    said = NeedCategory(
        key,
        form.value("name_zh"),
        form.value("name_en"),
        form.value("icon"),
        int(position) if position.isascii() and position.isdigit() and len(position) < 6 else -1,  # noqa: PLR2004 (digits that any position has)
        form.value("retired") == "yes",
    )
    try:
        await needs.save_category(said, by=by)
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("name_zh", refusal_words(refusal))))
        return _form(form, key)
    return noticed(Redirect(HERE, status_code=303), _("The categories are changed."))


async def _found(key: str, by: Actor) -> NeedCategory:
    for one in await needs.categories(by.community_id, retired=True):
        if one.key == key:
            return one
    raise NotFoundException


def _form(form: Form, key: str) -> Template:
    context = {
        "form": form,
        "key": key,
        "icons": [(one, _(ICONS[one]), "", one) for one in needs.ICONS],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/needs/category.html", context=context, status_code=status)


handlers = [categories, new_form, add, change_form, change]
