"""The public home: what Linli is for, in three doors."""

from litestar import get
from litestar.response import Template

from app.guards import public


@get("/", name="home", opt=public)
async def home() -> Template:
    """Show what Linli is for; anyone may read it."""
    return Template("home/home.html")
