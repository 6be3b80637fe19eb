"""The form that opens a drive, and how amounts and shares are read in the forms of funding."""

import unicodedata
from datetime import UTC
from typing import Final
from zoneinfo import ZoneInfo

from app.amounts import fen_of_yuan
from app.days import last_moment
from app.forms import Form
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from marketplace.funding.values import Draft, FundId, Matching, MatchingKind

HOURS_DIGITS_MAX: Final = 6
PERCENT_DIGITS_MAX: Final = 4
WHOLE: Final = "whole"
PART: Final = "part"
NONE: Final = "none"


def yuan(form: Form, name: str) -> int | None:
    """Return an amount in fen; 0 for an empty field; None with the field refused."""
    text = form.value(name)
    fen = fen_of_yuan(text) if text else 0
    if fen is None:
        form.refuse(name, _("Write an amount in yuan, such as 1200 or 1200.50."))
    return fen


def whole(form: Form, name: str, digits: int) -> int | None:
    """Return a whole number; 0 for an empty field; None with the field refused."""
    text = unicodedata.normalize("NFKC", form.value(name)).strip()  # full-width digits too
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        form.refuse(name, _("Write a whole number."))
        return None
    return int(text)


def draft(form: Form, zone: ZoneInfo) -> Draft | None:
    """Return the drive that a form asks for; None with what is wrong refused."""
    goal, hours = yuan(form, "goal"), whole(form, "hours", HOURS_DIGITS_MAX)
    deadline = last_moment(form, "deadline", zone)
    if deadline is None:
        form.refuse("deadline", _("Choose the last day."))
    percent: int | None = 100
    if form.value("part") == PART:
        percent = whole(form, "part_percent", PERCENT_DIGITS_MAX)
    elif form.value("part") != WHOLE:
        form.refuse("part", _("Choose one of these."))
    matching = _matching(form)
    if goal is None or hours is None or deadline is None or percent is None or not form.ok:
        return None
    return Draft(
        goal_fen=goal,
        goal_minutes=hours * 60,
        deadline=deadline.astimezone(UTC),
        words=form.value("words"),
        part_goal_percent=percent,
        matching=matching,
    )


def _matching(form: Form) -> Matching | None:
    """Return the matching that a form asks for; None for none, or with a field refused."""
    kind = form.value("matching")
    if kind in {"", NONE}:
        return None
    if kind not in set(MatchingKind):
        form.refuse("matching", _("Choose one of these."))
        return None
    fund, cap = uuid_or_none(form.value("fund")), yuan(form, "cap")
    percent: int | None = 0
    if kind == MatchingKind.RATIO:
        percent = whole(form, "ratio", PERCENT_DIGITS_MAX)
    if fund is None:
        form.refuse("fund", _("Choose the fund."))
    if fund is None or cap is None or percent is None:
        return None
    return Matching(FundId(fund), MatchingKind(kind), cap, percent)
