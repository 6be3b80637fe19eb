"""The forms of screening: what they read, and how they are filled from what was saved."""

from uuid import UUID

from app.amounts import fen_of_yuan, yuan_of_fen
from app.forms import Form
from app.i18n import gettext as _
from marketplace.screening import (
    Answer,
    Band,
    CouncilWord,
    Draft,
    Question,
    Screening,
    ScreeningList,
    Verdict,
)

NEW_QUESTIONS = 3
"""How many empty lines the form has for further questions."""


def filled(found: Screening) -> Form:
    """Return the checklist's form with what was saved."""
    values: dict[str, object] = {"revision": str(found.revision)}
    for point, answer in found.draft.answers.items():
        values |= {f"point_{point}": answer.verdict.value, f"note_{point}": answer.note}
    if found.draft.band is not None:
        values["least"] = yuan_of_fen(found.draft.band.least_fen)
        values["most"] = yuan_of_fen(found.draft.band.most_fen)
    values["alike"] = [str(one) for one in found.draft.alike]
    return Form.of(values)


def read_draft(form: Form, asked: ScreeningList) -> Draft | None:
    """Return what was answered so far, or None with each field refused that cannot be read."""
    answers = {}
    for point in asked.points:
        given, note = form.value(f"point_{point}"), form.value(f"note_{point}")
        if given in set(Verdict):
            answers[point] = Answer(Verdict(given), note)
        elif note:
            form.refuse(f"point_{point}", _("Choose an answer to go with your note."))
    band = _band(form)
    alike = _ids(form, "alike")
    return Draft(answers, band, alike) if form.ok else None


def _band(form: Form) -> Band | None:
    typed = [form.value(name) for name in ("least", "most")]
    if not any(typed):
        return None
    amounts = [fen_of_yuan(one) for one in typed]
    for name, fen in zip(("least", "most"), amounts, strict=True):
        if fen is None:
            form.refuse(name, _("Write an amount in yuan, such as 50000 or 1200.50."))
    least, most = amounts
    return Band(least, most) if least is not None and most is not None else None


def _ids(form: Form, name: str) -> tuple[UUID, ...]:
    found = []
    for given in form.values.get(name, ()):
        try:
            found.append(UUID(given))
        except ValueError:
            form.refuse(name, _("Choose one of the needs shown."))
    return tuple(found)


def revision(form: Form, name: str = "revision") -> int:
    """Return the version that the form was filled from; -1 where that is no number."""
    given = form.value(name)
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1  # noqa: PLR2004 (fits an integer)


def read_council(form: Form) -> CouncilWord | None:
    """Return that a council decided, where the form says so; a bad id is refused."""
    given, words = form.value("council_id"), form.value("council")
    if not given and not words:
        return None
    try:
        return CouncilWord(UUID(given), words)
    except ValueError:
        form.refuse("council_id", _("Copy the decision's number from the minutes."))
        return None


def list_filled(now: ScreeningList) -> Form:
    """Return the form of a community's list with what holds now."""
    values = {"duties": "\n".join(now.duties), "number": str(now.number)}
    return Form.of(values | {f"question_{one.key}": one.words for one in now.questions})


def read_list(form: Form, now: ScreeningList) -> tuple[list[str], list[Question]]:
    """Return the duties, a line each, and the questions: those there were, then new ones."""
    keys = [one.key for one in now.questions] + new_keys(now)
    questions = [Question(key, form.value(f"question_{key}")) for key in keys]
    return form.value("duties").splitlines(), questions


def new_keys(now: ScreeningList) -> list[str]:
    """Return keys for further questions, such as no version of the list has had."""
    return [f"q{now.number + 1}_{place}" for place in range(1, NEW_QUESTIONS + 1)]
