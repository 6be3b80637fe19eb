"""Figures for those who look after the time bank: supply and demand, hours, answers, reports.

Sums in which nobody is named, but for `unspent` (who could use their hours) and the requests that
nobody took. Everything is read from visits and from the book as they stand, in a few statements;
`report` holds a month's figures against the book before they are kept. `prompts` reminds members
of hours that they could use.
"""

from timebank.figures.answering import Answering, answering
from timebank.figures.prompts import choose_prompts, prompt_members, wants_prompts
from timebank.figures.reports import (
    MonthReport,
    ReportTooEarly,
    UnknownReport,
    make_due_reports,
    make_report,
    month_report,
    month_reports,
)
from timebank.figures.supply import DemandLine, NotTaken, Supply, demand, not_taken, supply
from timebank.figures.unspent import Unspent, unspent
from timebank.figures.waiting import Waiting, waiting_confirmations

__all__ = [
    "Answering", "DemandLine", "MonthReport", "NotTaken", "ReportTooEarly", "Supply",
    "UnknownReport", "Unspent", "Waiting", "answering", "choose_prompts", "demand",
    "make_due_reports", "make_report", "month_report", "month_reports", "not_taken",
    "prompt_members", "supply", "unspent", "waiting_confirmations", "wants_prompts",
]  # fmt: skip
