"""A projection as a workbook: what it says, what it rests on, and every figure as a number."""

from collections.abc import AsyncIterator

from app.i18n import Language, speaking
from app.i18n import gettext as _
from app.passbook_file import workbook_pieces
from app.solvency import figures
from app.solvency.trying import Tried
from timebank.solvency import MEASURES, PERCENTILES

WIDTHS = (44, 20, 20, *[16] * 40)
Cells = list[str | int | float]


def pieces(tried: Tried, language: Language) -> AsyncIterator[bytes]:
    """Yield the workbook's bytes; written off the event loop."""
    with speaking(language):
        title, rows = _("Projection"), _rows(tried)
    return workbook_pieces(title, WIDTHS, _each(rows))


async def _each(rows: list[Cells]) -> AsyncIterator[Cells]:
    for row in rows:
        yield row


def _rows(tried: Tried) -> list[Cells]:
    sentence, _look = figures.answer(tried.bands, tried.start)
    said: list[Cells] = [
        [_("Can the saved hours be honoured?"), tried.home.name, f"{tried.now:%Y-%m-%d %H:%M} UTC"],
        [sentence],
        [figures.used_up_words(tried.bands, tried.first_year)],
        [],
        [_("Assumption"), _("Value"), _("Where it comes from")],
    ]
    said += [
        list(row) for row in figures.assumed(tried.scenario, tried.start, tried.usual, tried.stood)
    ]
    said += [[], *_of_years(tried), []]
    for caption, about, rows in figures.tables(tried.inputs):
        said += [[caption], [about]]
        said += [[ages, float(rate)] for ages, rate in rows]
        said.append([])
    return said


def _of_years(tried: Tried) -> list[Cells]:
    """Return a block for each measure: years across, a row for each percentile."""
    names = {
        "owed": _("Hours that are owed"),
        "demanded": _("Hours that are asked for in a year"),
        "supplied": _("Hours that volunteers could give"),
        "honoured": _("Hours that volunteers give"),
        "shortfall": _("Hours that nobody gives or pays for"),
        "reserve": _("Money in the reserve (yuan)"),
    }
    years: Cells = [tried.first_year + index for index in range(tried.bands.years)]
    found: list[Cells] = []
    for name in MEASURES:
        found.append([names[name], *years])
        for one in PERCENTILES:
            label = _("%(share)s of 100 trials are at or below") % {"share": one}
            row = [round(value, 2) for value in tried.bands.measures[name][one]]
            found.append([label, *row])
        found.append([])
    kept = [round(value, 1) for value in tried.bands.kept]
    found.append([_("Of 100 trials, none missed so far"), *kept])
    return found
