"""The parts of a home for those who watch over the house: its money, its trail, its places."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import community
import ledger
from app import open_book, trail_page
from app.audit_words import SENTENCES
from app.i18n import gettext as _
from app.place_words import ROLES
from community import Actor, Community, TrailSearch
from marketplace import RoundSummary, round_summaries

ACTS_SHOWN: Final = 5
ROUNDS_SHOWN: Final = 6
COMINGS_AND_GOINGS: Final = {"session", "sign_in"}


async def book(home: Community) -> dict[str, Any]:
    """Return whether the book balances at this moment, and its units."""
    found = await ledger.trial_balance(ledger.CommunityId(home.id))
    return {"balanced": found.balanced, "units": open_book.units(found)}


async def money(home: Community) -> list[RoundSummary]:
    """Return for a treasurer what each round was given, and what its chosen projects cost."""
    return await round_summaries(home.id, most=ROUNDS_SHOWN)


async def trail(by: Actor, zone: ZoneInfo) -> list[trail_page.Line]:
    """Return for an auditor what was done last, where the auditor's role holds.

    Signing in and out is left to the trail's own page: there is much of it, and it says little.
    """
    areas = await community.watched_areas(by)
    acts = tuple(name for name in SENTENCES if name.partition(".")[0] not in COMINGS_AND_GOINGS)
    latest = await community.search_trail(areas, TrailSearch(acts=acts), size=ACTS_SHOWN)
    return await trail_page.lines_of(latest, zone)


async def house(by: Actor, home: Community, now: datetime) -> dict[str, Any]:
    """Return for an administrator who works here, how many live here, and which rules hold."""
    counts = (await community.area_counts([home.id]))[home.id]
    packs = await community.adopted_packs(home.id)
    staff: dict[str, list[str]] = {}
    for one in await community.staff_at(home.id):
        staff.setdefault(_(ROLES[one.role]), []).append(one.member_name)
    return {
        "counts": counts,
        "staff": staff,
        "pack": next((one for one in packs if one.holds_from <= now), None),
        "workplaces": len(await community.workplaces(by.member_id)),
    }
