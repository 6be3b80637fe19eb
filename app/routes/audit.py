"""The audit trail for those who watch over it: search it, read it, take a copy of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream, Template

import community
from app import audit_words, field_words, trail_page
from app.acts import act
from app.forms import Form
from app.neighbourhood import acting
from app.routes.typed import typed
from community import Actor

AnyRequest = Request[Any, Any, Any]
LARGEST_PAGE = 2**63 - 1


@get("/audit", name="audit", opt=act("audit.read"))
async def trail(request: AnyRequest) -> Template:
    """Show the trail of the watcher's area and below, newest first, as far as the form narrows it.

    Answers 422 where the form asks for what cannot be.
    """
    by = await acting(request)
    return await _page(by, Form.of(dict(request.query_params)), request.query_params)


@post("/audit/export", name="audit.export", opt=act("audit.export"))
async def export(request: AnyRequest) -> Template | Stream:
    """Send what the form asks for as a file, and write down that a copy was taken."""
    by = await acting(request)
    form = await typed(request)
    areas = await community.watched_areas(by)
    zone = await _zone(by)
    search = await trail_page.search_of(form, areas, zone)
    if not form.ok:
        return await _page(by, form, {})
    await community.note_trail_export(search, by=by)
    day = datetime.now(UTC).astimezone(zone).date().isoformat()
    return Stream(
        trail_page.as_csv(areas, search, zone),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="linli-audit-{day}.csv"'},
        status_code=200,
    )


@get("/audit/consents/{consent_id:uuid}", name="audit.consent", opt=act("audit.read"))
async def consent(request: AnyRequest, consent_id: FromPath[UUID]) -> Template:
    """Show what a member agreed to, as the trail leads to it. Raises 404 out of reach."""
    by = await acting(request)
    seen = await community.seen_consent(consent_id, await community.watched_areas(by))
    if seen is None:
        raise NotFoundException
    zone = await _zone(by)
    channel = field_words.told("channel", seen.channel, zone)
    return Template(
        "community/audit_consent.html", context={"seen": seen, "zone": zone, "channel": channel}
    )


async def _page(by: Actor, form: Form, query: Mapping[str, str]) -> Template:
    areas, zone = await community.watched_areas(by), await _zone(by)
    search = await trail_page.search_of(form, areas, zone)
    wanted = query.get("before", "")
    before = min(int(wanted), LARGEST_PAGE) if wanted.isascii() and wanted.isdigit() else None
    size = trail_page.LINES_ON_A_PAGE
    found = await community.search_trail(areas, search, before=before, size=size + 1)
    shown = found[:size] if form.ok else []
    kept = {name: form.value(name) for name in trail_page.FILTERS if form.value(name)}
    older = {**kept, "before": shown[-1].seq} if len(found) > size and shown else None
    return Template(
        "community/audit.html",
        context={
            "form": form,
            "lines": await trail_page.lines_of(shown, zone),
            "acts": list(audit_words.families()),
            "kept": kept,
            "several_places": len(areas) > 1,
            "newest": before is None,
            "newest_href": f"/audit?{urlencode(kept)}" if kept else "/audit",
            "older_href": f"/audit?{urlencode(older)}" if older else "",
            "lines_max": trail_page.LINES_IN_A_FILE_MAX,
            "zone": zone,
        },
        status_code=200 if form.ok else 422,
    )


async def _zone(by: Actor) -> ZoneInfo:
    return ZoneInfo((await community.community(by.community_id)).time_zone)


handlers = [trail, export, consent]
