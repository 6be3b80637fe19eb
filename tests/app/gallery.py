"""A small app around the pages' foundation alone: no database, the real engine and middleware."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Request, get, post
from litestar.config.csrf import CSRFConfig
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig

from app.forgery import forms_cookie
from app.forms import Form
from app.notices import NoticeMiddleware, noticed
from app.preferences import SpeakingMiddleware
from app.routes import preferences
from app.templating import STATIC, TEMPLATES, make_environment, page_or_fragment

PAGES = Path(__file__).parent / "pages"
GALLERY = {
    "start": datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    "end": datetime(2026, 11, 23, 8, 35, tzinfo=UTC),
    "earlier": date(2026, 11, 3),
    "now": datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
}


@get("/", name="home")
async def front() -> Template:
    """Show the visitor's home as it is before there is a community."""
    return Template("home/home.html", context={"live": None})


@get("/gallery")
async def gallery() -> Template:
    """Show every component."""
    return Template("gallery.html", context={"form": Form.of({"service": "meals"}), **GALLERY})


@post("/visits")
async def wrong(
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Template:
    """Refuse two answers and show the page again with everything typed."""
    form = Form.of(data)
    form.refuse("minutes", "最多 240 分钟，请填小一些的数字。")
    form.refuse("grid", "请选择一个网格。")
    return Template("gallery.html", context={"form": form, **GALLERY}, status_code=422)


@post("/done", status_code=303)
async def done() -> Redirect:
    """Do nothing, and say so on the next page."""
    return noticed(Redirect("/", status_code=303), "已确认 <b>95</b> 分钟。")


@get("/part")
async def part(request: Request[Any, Any, Any]) -> Template:
    """Show a page, or its fragment."""
    return page_or_fragment(request, "part.html", {"title": "部分"})


def make_app() -> Litestar:
    """Build the app whose pages the tests look at."""
    environment = make_environment(TEMPLATES, PAGES)
    return Litestar(
        route_handlers=[
            front,
            preferences.choose_language,
            preferences.choose_text_size,
            gallery,
            wrong,
            done,
            part,
            create_static_files_router("/static", directories=[STATIC]),
        ],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        middleware=[SpeakingMiddleware(), NoticeMiddleware()],
        csrf_config=CSRFConfig(secret="x" * 64, cookie_name=forms_cookie()),
        openapi_config=None,
    )
