"""One projection as somebody asked for it: from the book, the rules in force and their trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import community
from app.forms import Form
from app.i18n import gettext as _
from app.solvency import assumptions, figures
from app.solvency.working import tables, worked_out
from community import Actor, Community
from timebank.solvency import Bands, Inputs, Scenario, Standing, Start, standing


@dataclass(frozen=True, slots=True)
class Tried:
    """A projection, and all that it rests on."""

    home: Community
    now: datetime
    stood: Standing
    inputs: Inputs
    usual: Scenario
    form: Form
    start: Start
    scenario: Scenario
    bands: Bands

    @property
    def first_year(self) -> int:
        """The calendar year with which the first year ends."""
        return self.now.astimezone(ZoneInfo(self.home.time_zone)).year + 1

    @property
    def said(self) -> dict[str, int]:
        """The assumptions that differ from the usual ones, as an address names them."""
        found = {
            name: getattr(self.scenario, name)
            for name in assumptions.EVERY
            if name != assumptions.RESERVE
            and getattr(self.scenario, name) != getattr(self.usual, name)
        }
        if self.start.reserve != self.stood.start.reserve:
            found[assumptions.RESERVE] = round(self.start.reserve)
        return found


async def tried(by: Actor, asked: Mapping[str, Any]) -> Tried:
    """Work out the projection of an actor's community under the assumptions that were asked for."""
    now = datetime.now(UTC)
    home = await community.community(by.community_id)
    stood = await standing(home.id, now)
    inputs = await tables()
    usual = assumptions.usual(stood, await community.policy_in_force(home.id, now), inputs)
    turn = str(asked.get("turn", ""))
    if turn in assumptions.TURNS:
        form = Form()
        scenario, start = assumptions.turned(usual, turn), stood.start
    else:
        form = Form.of({name: asked.get(name, "") for name in assumptions.EVERY})
        scenario, start = assumptions.tried(form, usual, stood.start)
    if form.ok:
        form = assumptions.form_of(scenario, start)
    found = await worked_out(start, scenario, inputs)
    return Tried(home, now, stood, inputs, usual, form, start, scenario, found)


def context(tried: Tried) -> dict[str, Any]:
    """Return what the page shows."""
    asked = urlencode(tried.said)
    return {
        "home": tried.home,
        "seen_at": tried.now,
        "form": tried.form,
        "groups": assumptions.GROUPS,
        "units": assumptions.unit_words,
        "turns": [
            (_(words), f"/time-bank/solvency?turn={code}")
            for code, (words, _changes) in assumptions.TURNS.items()
        ],
        "other": bool(tried.said),
        "answer": figures.answer(tried.bands, tried.start),
        "standing": tried.stood,
        "start": tried.start,
        "bands": tried.bands,
        "pictures": figures.pictures(tried.bands, tried.start, tried.first_year),
        "rows": figures.rows(tried.bands, tried.first_year),
        "bands_of": figures.bands_of(tried.bands, tried.first_year),
        "with_reserve": figures.has_reserve(tried.bands),
        "assumed": figures.assumed(tried.scenario, tried.start, tried.usual, tried.stood),
        "tables": figures.tables(tried.inputs),
        "workbook": f"/time-bank/solvency.xlsx?{asked}" if asked else "/time-bank/solvency.xlsx",
    }
