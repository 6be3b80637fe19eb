"""The form in which a plan is written or amended: read without losing a word, and filled."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Final

from app.amounts import fen_of_yuan, yuan_of_fen
from app.forms import Form
from app.i18n import gettext as _
from app.member_form import day, uuid_or_none
from app.uploads import safe_name
from marketplace.plans import Attachment, BudgetLine, Maintenance, Milestone, PlanContent

SPARE_ROWS: Final = 2
ROWS_READ: Final = 60
DIGITS_MAX: Final = 6
ALL: Final = (
    "title", "summary", "place", "lines", "milestones", "maintenance", "attachments",
)  # fmt: skip
LINE: Final = ("label", "yuan", "hours", "minutes")
MILESTONE: Final = ("title", "day")


def filled(content: PlanContent) -> Form:
    """Return the form of a content, with empty rows to go on in."""
    values: dict[str, object] = {
        "title": content.title,
        "summary": content.summary,
        "place": content.place,
        "area": str(content.area_id or ""),
        "who": content.maintenance.who,
        "months": str(content.maintenance.months or ""),
        "yearly": yuan_of_fen(content.maintenance.yearly_fen)
        if content.maintenance.yearly_fen
        else "",
        "file": [one.sha256 for one in content.attachments],
        "keep": [one.sha256 for one in content.attachments],
    }
    for place, line in enumerate(content.lines, start=1):
        hours, minutes = divmod(line.minutes, 60)
        values |= {
            f"line-{place}-label": line.label,
            f"line-{place}-yuan": yuan_of_fen(line.amount_fen) if line.amount_fen else "",
            f"line-{place}-hours": str(hours or ""),
            f"line-{place}-minutes": str(minutes or ""),
        }
    for place, milestone in enumerate(content.milestones, start=1):
        values |= {
            f"milestone-{place}-title": milestone.title,
            f"milestone-{place}-day": milestone.due_on.isoformat(),
        }
    for one in content.attachments:
        values[f"name-{one.sha256}"] = one.name
    return with_rows(values, len(content.lines) + SPARE_ROWS, len(content.milestones) + SPARE_ROWS)


def with_rows(values: Mapping[str, object], lines: int, milestones: int) -> Form:
    """Return a form with these values and so many rows."""
    return Form.of({**values, "lines": str(max(lines, 3)), "milestones": str(max(milestones, 2))})


def tidied(form: Form) -> Form:
    """Return the form with its rows moved up where some were left empty, and as many to go on in.

    So the number of a row on the page is that of the line which it becomes.
    """
    rest = {
        name: list(given)
        for name, given in form.values.items()
        if not name.startswith(("line-", "milestone-"))
    }
    lines = _rows(form, "line", LINE)
    milestones = _rows(form, "milestone", MILESTONE)
    values: dict[str, object] = dict(rest)
    for stem, rows in (("line", lines), ("milestone", milestones)):
        for place, row in enumerate(rows, start=1):
            values |= {f"{stem}-{place}-{name}": value for name, value in row.items()}
    asked = 3 if form.value("more") else 0
    return with_rows(values, len(lines) + SPARE_ROWS + asked, len(milestones) + SPARE_ROWS + asked)


def _rows(form: Form, stem: str, names: Collection[str]) -> list[dict[str, str]]:
    """Return the rows that are not empty."""
    found = []
    for place in range(1, ROWS_READ + 1):
        row = {name: form.value(f"{stem}-{place}-{name}") for name in names}
        if any(row.values()):
            found.append(row)
    return found


def read(form: Form, base: PlanContent, parts: Collection[str] = ALL) -> PlanContent | None:
    """Return `base` with what was typed for these parts; None with every wrong field refused.

    Of a `tidied` form. What the words may be, the verb says.
    """
    content = base
    if "title" in parts:
        content = dataclasses.replace(content, title=form.value("title"))
    if "summary" in parts:
        content = dataclasses.replace(content, summary=form.value("summary"))
    if "place" in parts:
        area = uuid_or_none(form.value("area"))
        if form.value("area") and area is None:
            form.refuse("area", _("Choose one of the places shown."))
        content = dataclasses.replace(content, place=form.value("place"), area_id=area)
    if "lines" in parts:
        content = dataclasses.replace(content, lines=_lines(form))
    if "milestones" in parts:
        content = dataclasses.replace(content, milestones=_milestones(form))
    if "maintenance" in parts:
        content = dataclasses.replace(content, maintenance=_maintenance(form))
    if "attachments" in parts:
        content = dataclasses.replace(content, attachments=attachments(form, kept=True))
    return content if form.ok else None


def _lines(form: Form) -> tuple[BudgetLine, ...]:
    lines = []
    for place, row in enumerate(_rows(form, "line", LINE), start=1):
        fen = fen_of_yuan(row["yuan"]) if row["yuan"] else 0
        if fen is None:
            words = _("Write an amount in yuan, such as 1200 or 1200.50.")
            form.refuse(f"line-{place}-yuan", words)
        lines.append(BudgetLine(row["label"], fen or 0, _minutes(form, f"line-{place}")))
    return tuple(lines)


def _minutes(form: Form, stem: str) -> int:
    """Return an amount of help typed as hours and minutes, in minutes."""
    hours = whole(form, f"{stem}-hours")
    return hours * 60 + whole(form, f"{stem}-minutes")


def whole(form: Form, name: str) -> int:
    """Return a whole number that was typed, 0 for none; a wrong one is refused."""
    typed = form.value(name)
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX):
        form.refuse(name, _("Write a whole number, such as 3."))
        return 0
    return int(typed)


def _milestones(form: Form) -> tuple[Milestone, ...]:
    found = []
    for place, row in enumerate(_rows(form, "milestone", MILESTONE), start=1):
        due_on = day(row["day"])
        if due_on is None:
            words = _("Write year, month and day, as 2027-05-06.")
            form.refuse(f"milestone-{place}-day", words)
        else:
            found.append(Milestone(row["title"], due_on))
    return tuple(found)


def _maintenance(form: Form) -> Maintenance:
    yearly = fen_of_yuan(form.value("yearly")) if form.value("yearly") else 0
    if yearly is None:
        form.refuse("yearly", _("Write an amount in yuan, such as 1200 or 1200.50."))
    return Maintenance(form.value("who"), whole(form, "months"), yearly or 0)


def attachments(form: Form, *, kept: bool) -> tuple[Attachment, ...]:
    """Return the files that the form knows; with `kept`, those alone that stay ticked."""
    chosen = form.values.get("keep", ())
    return tuple(
        Attachment(sha256, safe_name(form.value(f"name-{sha256}")))
        for sha256 in dict.fromkeys(form.values.get("file", ()))
        if not kept or sha256 in chosen
    )


def with_files(form: Form, added: Collection[Attachment]) -> Form:
    """Return the form with files that were handed in just now, ticked."""
    values: dict[str, object] = {name: list(given) for name, given in form.values.items()}
    for field in ("file", "keep"):
        known = list(form.values.get(field, ()))
        values[field] = known + [one.sha256 for one in added if one.sha256 not in known]
    for one in added:
        values.setdefault(f"name-{one.sha256}", one.name)
    return Form(Form.of(values).values, dict(form.errors))
