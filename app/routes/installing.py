"""What makes the site an app on a telephone: its manifest, its service worker, its offline page."""

import hashlib
import json
from functools import cache
from typing import Any, Final

from litestar import MediaType, Request, Response, get
from litestar.response import Template

from app.acts import act
from app.arriving import desk_phone
from app.i18n import HTML_LANG, LANGUAGES, current_language, is_language, speaking
from app.i18n import gettext as _
from app.templating import STATIC, TEMPLATES, static

AnyRequest = Request[Any, Any, Any]

OFFLINE: Final = "/offline"
PAPER: Final = "#faf5ea"
"""The page's colour in linli.css, for the app's start and its frame."""
# The files that the page without a network needs; each has an address of its own by its content.
KEPT: Final = (
    "linli.css",
    "mark.svg",
    "vendor/lucide.svg",
    "vendor/htmx.min.js",
    "kept.js",
    "offline.js",
    "offline-page.js",
    "read-aloud.js",
)


@get("/manifest.webmanifest", name="manifest", opt=act("app.install"), media_type=MediaType.JSON)
async def manifest(request: AnyRequest) -> Response[bytes]:
    """Tell a browser how the site looks as an app, in the language that the address names.

    Browsers ask for it without cookies, so the page's language is in the address.
    """
    wanted = request.query_params.get("language", "")
    with speaking(wanted if is_language(wanted) else LANGUAGES[0]):
        told = {
            "id": "/",
            "name": _("Linli"),
            "short_name": _("Linli"),
            "description": _("Neighbours for one another"),
            "lang": HTML_LANG[current_language()],
            "dir": "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": PAPER,
            "icons": _icons(),
            "shortcuts": [
                {"name": _("My visits"), "url": "/time-bank/visits"},
                {"name": _("My hours"), "url": "/time-bank/passbook"},
            ],
        }
    body = json.dumps(told, ensure_ascii=False).encode()
    return Response(body, media_type="application/manifest+json; charset=utf-8")


def _icons() -> list[dict[str, str]]:
    drawn = [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]
    names = ("icons/linli-192.png", "icons/linli-512.png", "icons/linli-maskable-512.png")
    icons = [
        {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, (sizes, purpose) in zip(names, drawn, strict=True)
    ]
    mark = {"src": static("mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return [*icons, mark]


@get("/worker.js", name="worker", opt=act("app.install"))
async def worker() -> Response[bytes]:
    """Give the service worker, for the whole site; browsers ask each time whether it is new."""
    return Response(
        _worker().encode(),
        media_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": "/"},
    )


@cache
def _worker() -> str:
    """Return the worker, with what belongs to it named in its first line.

    Whatever changes one of these changes the line, and so makes it a new worker.
    """
    text = (STATIC / "worker.js").read_text(encoding="utf-8")
    files = [static(name) for name in KEPT]
    page = "".join(
        (TEMPLATES / name).read_text(encoding="utf-8")
        for name in ("offline.html", "_kept.html", "base.html")
    )
    version = hashlib.sha256("\n".join([text, page, *files]).encode()).hexdigest()[:10]
    known = {
        "version": version,
        "page": OFFLINE,
        "files": files,
        "kept": static("kept.js"),
        "icon": static("icons/linli-192.png"),
    }
    return f"const LINLI = {json.dumps(known)};\n{text}"


@get(OFFLINE, name="offline", opt=act("app.install"))
async def offline(request: AnyRequest) -> Template:
    """Show the page for when there is no network: the same for everybody who reads alike."""
    return Template("offline.html", context={"desk_phone": await desk_phone(request)})


handlers = [manifest, worker, offline]
