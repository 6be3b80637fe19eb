"""The public register of undertakers: who carried out what, and how it went."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

import community
from app.acts import act
from app.delivery_words import STATES
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.routes.typed import whole_number
from community import Community, named_members
from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import Score
from marketplace.open_books import register
from marketplace.open_books.register import Entry

AnyRequest = Request[Any, Any, Any]
PAGES_MAX: Final = 10_000


def state_words(state: DeliveryState | None) -> str:
    """Return how far a project is; None where its work has not begun."""
    return _(STATES[state][0]) if state else _("Work not begun")


def score_words(score: Score | None) -> str:
    """Return a score to one decimal, rounded half up; empty where none may be told."""
    if score is None or not score.raters:
        return ""
    tenths = (20 * score.total + score.raters) // (2 * score.raters)
    return f"{tenths // 10}.{tenths % 10}"


async def _names(home: Community, members: set[UUID]) -> dict[UUID, str]:
    """Return the names of members and of every organisation; erased members have none."""
    found = await named_members(members, community_id=home.id)
    return found | {one.id: one.name for one in await community.organisations_of(home.id)}


@get("/undertakers", name="undertakers", opt=act("undertaker.read"))
async def all_undertakers(request: AnyRequest) -> Template:
    """List everybody who carried out a project that residents chose, the latest first."""
    home = await community_shown(request)
    page = max(1, min(whole_number(request.query_params.get("page", ""), 1), PAGES_MAX))
    found, more = await register.undertakers(home.id, page=page)
    names = await _names(home, {one.id for one in found if not one.is_group})
    context = {
        "undertakers": [
            (one, names.get(one.id, _("a former member")), score_words(one.score)) for one in found
        ],
        "page": page,
        "more": more,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/undertakers.html", context=context)


@get("/undertakers/{undertaker_id:uuid}", name="undertaker", opt=act("undertaker.read"))
async def one_undertaker(request: AnyRequest, undertaker_id: FromPath[UUID]) -> Template:
    """Show what a member or an organisation carried out: planned, spent, late, judged, replied."""
    home = await community_shown(request)
    entries = await _record(home, undertaker_id)
    names = await _names(home, {one.member_id for one in entries} | {undertaker_id})
    context = {
        "name": names.get(undertaker_id, _("a former member")),
        "is_group": entries[0].organisation_id is not None,
        "entries": [
            (
                one,
                state_words(one.state),
                score_words(one.judged.result.overall if one.judged else None),
            )
            for one in entries
        ],
        "names": names,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/undertaker.html", context=context)


async def _record(home: Community, undertaker_id: UUID) -> list[Entry]:
    today = datetime.now(ZoneInfo(home.time_zone)).date()
    entries = await register.entries_of(undertaker_id, community_id=home.id, today=today)
    if not entries:
        raise NotFoundException
    return entries


@get("/api/undertakers/{undertaker_id:uuid}", name="undertaker.data", opt=act("undertaker.read"))
async def undertaker_data(request: AnyRequest, undertaker_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer an undertaker's record: money in fen, help in minutes, marks counted from 1 to 5."""
    home = await community_shown(request)
    entries = await _record(home, undertaker_id)
    names = await _names(home, {undertaker_id})
    return {
        "id": str(undertaker_id),
        "name": names.get(undertaker_id),
        "seen_at": datetime.now(UTC).isoformat(),
        "projects": [_as_data(one) for one in entries],
    }


def _as_data(one: Entry) -> dict[str, Any]:
    judged = one.judged
    overall = judged.result.overall if judged else None
    return {
        "project": str(one.project_id),
        "title": one.title,
        "state": one.state.value if one.state else None,
        "stepped_back_at": one.ended_at.isoformat() if one.ended_at else None,
        "planned_fen": one.planned_fen,
        "spent_fen": one.spent_fen,
        "planned_minutes": one.planned_minutes,
        "spent_minutes": one.spent_minutes,
        "milestones": one.milestones,
        "milestones_reported": one.reported,
        "days_late": one.days_late,
        "raters": judged.result.raters if judged else None,
        "marks": list(overall.counts) if overall else None,
        "reply": judged.evaluation.reply or None if judged else None,
    }


handlers = [all_undertakers, one_undertaker, undertaker_data]
