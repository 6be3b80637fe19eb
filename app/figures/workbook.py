"""A month's report as a workbook: every figure as a number, and that it agrees with the book."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.figures import words
from app.i18n import Language, speaking
from app.i18n import gettext as _
from app.passbook_file import workbook_pieces
from timebank.figures import MonthReport

WIDTHS = (40, 26, 26, 16, 16, 16)
Cells = list[str | int | float]


def pieces(
    report: MonthReport, home: str, services: dict[UUID, str], language: Language
) -> AsyncIterator[bytes]:
    """Yield the workbook's bytes; written off the event loop."""
    with speaking(language):
        title, rows = f"{report.month:%Y-%m}", _rows(report, home, services)
    return workbook_pieces(title, WIDTHS, _each(rows))


async def _each(rows: list[Cells]) -> AsyncIterator[Cells]:
    for row in rows:
        yield row


def _rows(report: MonthReport, home: str, services: dict[UUID, str]) -> list[Cells]:
    agrees = _("agrees with the book") if report.balanced else _("differs from the book")
    said: list[Cells] = [
        [_("Report of the time bank"), home, f"{report.month:%Y-%m}"],
        [_("Version"), report.version, f"{report.made_at:%Y-%m-%d %H:%M} UTC", agrees],
        [],
        [_("Kind of account"), _("Before, minutes"), _("Change, minutes"), _("After, minutes")],
    ]
    kinds = sorted(report.opening.keys() | report.closing.keys())
    said += [
        [
            words.account(kind),
            report.opening.get(kind, 0),
            report.change(kind),
            report.closing.get(kind, 0),
        ]
        for kind in kinds
    ]
    said.append(
        [
            _("All together"),
            sum(report.opening.values()),
            sum(report.change(kind) for kind in kinds),
            sum(report.closing.values()),
        ]
    )
    said += [[], [_("What happened"), _("From"), _("To"), _("Minutes"), _("Entries")]]
    said += [
        [
            words.event(one.event_kind),
            words.account(one.debit_kind),
            words.account(one.credit_kind),
            one.amount,
            one.transfers,
        ]
        for one in report.flows
    ]
    said += [
        [],
        [
            _("Kind of help"),
            _("Asked for"),
            _("Given"),
            _("Minutes given"),
            _("Called off"),
            _("Nobody came"),
        ],
    ]
    said += [
        [
            services.get(one.care_service_id, ""),
            one.asked,
            one.given,
            one.minutes,
            one.cancelled,
            one.expired + one.missed,
        ]
        for one in report.visits
    ]
    said += [[], [_("Members who received"), report.received]]
    said.append([_("Volunteers who gave"), report.gave])
    return said
