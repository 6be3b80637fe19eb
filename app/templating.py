"""The pages' engine: Jinja with the catalog, the macros' globals and one convention for fragments.

Whatever renders a template (a route, an error handler, a test) gets the language, the text size
and the anti-forgery field from the request in its context, also inside imported macros.
"""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template as TemplateResponse
from litestar.template import TemplateConfig
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from app import doorstep, forgery, wording
from app.doors import Doors, doors
from app.guards import roles_of
from app.i18n import (
    HTML_LANG,
    LANGUAGES,
    OWN_NAMES,
    current_language,
    gettext,
    ngettext,
    pgettext,
    speaking,
)
from app.notices import waiting_notice
from app.preferences import Preferences, here, preferences_of
from app.sessions import on_own_device
from app.settings import settings

HOUSE: Final = Path(__file__).parent.parent
TEMPLATES: Final = HOUSE / "templates"
STATIC: Final = Path(__file__).parent / "static"
DEFAULT_ZONE: Final = ZoneInfo("Asia/Shanghai")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What every part of the page being rendered may know about its request."""

    preferences: Preferences = field(default_factory=lambda: Preferences("zh", "normal"))
    request: AnyRequest | None = None
    zone: ZoneInfo = DEFAULT_ZONE
    now: datetime | None = None


_page: ContextVar[Page | None] = ContextVar("page", default=None)


def _current_page() -> Page:
    return _page.get() or Page(Preferences(current_language(), "normal"))


class PageTemplate(Template):
    """A template that speaks the language of the request it is rendered for."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Render in the visitor's language; without a request, in the language being spoken."""
        context = dict(*args, **kwargs)
        request = context.setdefault("request", None)
        if request is None and (outer := _page.get()) is not None:
            page = outer
        else:
            page = Page(
                preferences=preferences_of(request) if request else _current_page().preferences,
                request=request,
                zone=context.get("zone", DEFAULT_ZONE),
                now=context.get("now"),
            )
        token = _page.set(page)
        try:
            with speaking(page.preferences.language):
                return super().render(context)
        finally:
            _page.reset(token)


def anti_forgery_token() -> str:
    """Return the token that the next form must send back.

    An address that no route answers never meets the middleware that makes the token; there the
    session's own token follows from its cookie, and a visitor's cookie holds theirs, or a new one.
    """
    request = _current_page().request
    if request is None:
        return ""
    token = ScopeState.from_scope(request.scope).csrf_token
    if isinstance(token, str):
        return token
    held = forgery.bound_token(request) or request.cookies.get(forgery.forms_cookie())
    return held or forgery.fresh_token(request)


def csrf_field() -> Markup:
    """Return the hidden field that every form carries."""
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(
        anti_forgery_token()
    )


@cache
def static(path: str) -> str:
    """Return the address of a file of ours, which changes with its content.

    Raises:
        FileNotFoundError: there is no such file under `app/static`.
    """
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def when(moment: datetime) -> Markup:
    """Return a `<time>` that says the moment as a person does, in the page's time zone."""
    page = _current_page()
    return Markup('<time datetime="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        wording.spoken_time(moment, page.zone, page.now),
    )


def when_span(start: datetime, end: datetime) -> Markup:
    """Return a `<time>` for a stretch of time, without repeating the day."""
    page = _current_page()
    return Markup('<time datetime="{}">{}</time>').format(
        start.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        wording.spoken_span(start, end, page.zone, page.now),
    )


def when_day(day: date) -> Markup:
    """Return a `<time>` for a whole day."""
    page = _current_page()
    today = (page.now or datetime.now(UTC)).astimezone(page.zone).date()
    return Markup('<time datetime="{}">{}</time>').format(
        day.isoformat(), wording.spoken_day(day, today)
    )


def signed_in() -> Any:
    """Return the member who is signed in, or None; `guards` looked them up before the page."""
    request = _current_page().request
    return request.scope.get("user") if request is not None else None


def kept_for() -> str:
    """Return the id of the volunteer whose own device this is, who may keep today's visits on it.

    Empty for everybody else, which makes the device forget the visits that it has.
    """
    request = _current_page().request
    member = signed_in()
    if request is None or member is None:
        return ""
    own = on_own_device(request.auth, member.roles)  # also roles that rest
    return str(member.id) if own else ""


def door_qr(visit: Any) -> str:
    """Return the QR of a visit, which brings its volunteer to it with the number filled in."""
    request = _current_page().request
    site = str(request.base_url).rstrip("/") if request is not None else ""
    return doorstep.picture(doorstep.visit_address(settings().public_address or site, visit))


def unread_messages() -> int:
    """Return how many messages wait for whoever is signed in; counted before the page is made."""
    request = _current_page().request
    return int(request.scope["state"].get("linli.unread", 0)) if request is not None else 0


def house_doors() -> Doors:
    """Return the doors of the house for whoever looks at this page."""
    request = _current_page().request
    return doors(roles_of(request) if request is not None else None, _path())


def works_elsewhere() -> bool:
    """Say whether the session works in another community than the member's own."""
    request = _current_page().request
    session = request.scope.get("auth") if request is not None else None
    return getattr(session, "working_at", None) is not None


def _address() -> str:
    request = _current_page().request
    return here(request) if request is not None else "/"


def _path() -> str:
    request = _current_page().request
    return request.url.path if request is not None else "/"


def _notice() -> Any:
    request = _current_page().request
    return waiting_notice(request) if request is not None else None


def _text_size() -> str:
    return _current_page().preferences.text_size


def make_environment(*templates: Path) -> Environment:
    """Return the Jinja environment: escaping always, and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(templates or (TEMPLATES,)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.template_class = PageTemplate
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        gettext, ngettext, newstyle=True, pgettext=pgettext
    )
    environment.globals.update(
        address=_address,
        anti_forgery_token=anti_forgery_token,
        csrf_field=csrf_field,
        door_qr=door_qr,
        doors=house_doors,
        html_lang=lambda: HTML_LANG[current_language()],
        language=current_language,
        kept_for=kept_for,
        languages=LANGUAGES,
        language_names=OWN_NAMES,
        notice=_notice,
        path=_path,
        signed_in=signed_in,
        works_elsewhere=works_elsewhere,
        static=static,
        text_size=_text_size,
        unread_messages=unread_messages,
        when=when,
        when_day=when_day,
        when_span=when_span,
        amount=wording.amount,
        duration=wording.duration,
        money=wording.money,
        number=wording.number,
        percent=wording.percent,
        printed_day=wording.printed_day,
        spoken_period=wording.spoken_period,
    )
    return environment


environment: Final = make_environment()
template_config: Final = TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def wants_fragment(request: AnyRequest) -> bool:
    """Say whether htmx asks for a part of the page rather than the whole.

    htmx names `full` the requests that replace the body, and those that restore a page from the
    history need the whole page as well.
    """
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-request-type") != "full"
        and headers.get("hx-history-restore-request") != "true"
    )


def page_or_fragment(
    request: AnyRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status_code: int = 200,
) -> TemplateResponse:
    """Return the page, or only its fragment where htmx asks for that.

    `visits/ask.html` includes `visits/_ask.html`: the fragment is the same name with an
    underscore, in the same folder, and takes the same context.
    """
    folder, _, name = template.rpartition("/")
    fragment = f"{folder}/_{name}" if folder else f"_{name}"
    return TemplateResponse(
        fragment if wants_fragment(request) else template,
        context=dict(context or {}),
        status_code=status_code,
        headers={"Vary": "HX-Request, HX-Request-Type, Cookie, Accept-Language"},
    )
