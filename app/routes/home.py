"""The public home: what Linli is for, in three doors."""

from litestar import get
from litestar.response import Template

from app.acts import act


@get("/", name="home", opt=act("home.read"))
async def home() -> Template:
    """Show what Linli is for; anyone may read it."""
    return Template("home/home.html")
