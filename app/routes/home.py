"""The public home: what Linli is for, in three doors."""

from typing import Any

from litestar import Request, get
from litestar.response import Template


@get("/", name="home", public=True)
async def home(request: Request[Any, Any, Any]) -> Template:
    """Show what Linli is for; anyone may read it."""
    return Template("home/home.html")
