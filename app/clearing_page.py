"""The net-settlement report as its page and its files show it: with names, in words, by period."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

import community
from app.i18n import gettext as _
from app.passbook_file import Cell, csv_row, workbook_pieces
from app.passbook_period import ChosenPeriod
from timebank.moving import NetSettlement, Pair

_WIDTHS: Final = (22, 22, 16, 16, 16, 16, 16, 16, 16, 16)


@dataclass(frozen=True, slots=True)
class Report:
    """The report with the names of all communities in it."""

    found: NetSettlement
    names: dict[UUID, str]
    period: ChosenPeriod

    def name(self, community_id: UUID) -> str:
        """Return a community's name."""
        return self.names.get(community_id, "–")

    @property
    def pairs(self) -> list[Pair]:
        """Every pair: those within the area first."""
        return [*self.found.pairs, *self.found.outside]


async def report_of(found: NetSettlement, period: ChosenPeriod) -> Report:
    """Return the report with names."""
    ids = {one for pair in (*found.pairs, *found.outside) for one in (pair.one, pair.two)}
    names = {one: (await community.community(one)).name for one in ids}
    return Report(found, names, period)


def trouble(pair: Pair, report: Report) -> str:
    """Return in words what does not agree in a pair; empty where all does."""
    if pair.difference:
        return _(
            "The two books do not mirror each other: %(one)s says %(here)s min, %(two)s says "
            "%(there)s min; they differ by %(difference)s min."
        ) % {
            "one": report.name(pair.one),
            "two": report.name(pair.two),
            "here": pair.closing,
            "there": -pair.mirror,
            "difference": abs(pair.difference),
        }
    if pair.unexplained:
        return _("The moves do not explain the balance: %(minutes)s min are left over.") % {
            "minutes": pair.unexplained
        }
    return "" if pair.sound else _("The lines of this period do not lead to its closing balance.")


def rows(report: Report) -> list[list[Cell]]:
    """Return the report as rows: the pairs, where each community stands, how to be even."""
    found = report.found
    made: list[list[Cell]] = [
        [_("Hours between communities"), report.period.days or report.period.title],
        [],
        [
            _("Community"), _("Other community"), _("Limit in minutes"), _("Opening: owes"),
            _("Moves there"), _("Minutes there"), _("Moves back"), _("Minutes back"),
            _("Closing: owes"), _("Check"),
        ],
    ]  # fmt: skip
    made += [
        [
            report.name(pair.one), report.name(pair.two), pair.limit, pair.opening, pair.went,
            pair.went_minutes, pair.came, pair.came_minutes, pair.closing,
            trouble(pair, report) or _("agrees"),
        ]
        for pair in report.pairs
    ]  # fmt: skip
    made += [[], [_("Community"), _("Owes"), _("Is owed"), _("Net")]]
    made += [
        [report.name(one.community_id), one.owes, one.is_owed, one.net] for one in found.positions
    ]
    made += [[], [_("Gives"), _("Receives"), _("Minutes")]]
    made += [
        [report.name(one.giver), report.name(one.receiver), one.minutes] for one in found.payments
    ]
    return made


async def as_csv(made: Sequence[Sequence[Cell]]) -> AsyncIterator[bytes]:
    """Yield rows as CSV with a mark that says that it is UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    for row in made:
        yield csv_row(row)


async def as_workbook(title: str, made: Sequence[Sequence[Cell]]) -> AsyncIterator[bytes]:
    """Yield rows as a workbook."""

    async def one_by_one() -> AsyncIterator[Sequence[Cell]]:
        for row in made:
            yield row

    async for piece in workbook_pieces(title, _WIDTHS, one_by_one()):
        yield piece


def as_object(report: Report) -> dict[str, Any]:
    """Return the report for programs: minutes as whole numbers, communities with id and name."""
    found = report.found
    plain: dict[str, Any] = json.loads(
        json.dumps(
            {
                "period": report.period.name or "all",
                "unit": "MINUTE",
                "sound": found.sound,
                "pairs": [
                    {**asdict(pair), "difference": pair.difference, "sound": pair.sound}
                    for pair in report.pairs
                ],
                "positions": [{**asdict(one), "net": one.net} for one in found.positions],
                "payments": [asdict(one) for one in found.payments],
                "communities": {str(one): name for one, name in report.names.items()},
            },
            default=str,
        )
    )
    return plain
