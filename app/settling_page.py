"""The pages on which a coordinator decides what a visit counts: what they show and read."""

from typing import Any, Final

from app.forms import Form
from app.i18n import gettext as _
from app.visit_words import payer_words
from app.wording import duration
from timebank import Hold, NotEnoughMinutes, State, Visit, credit, rules

OTHER: Final = "other"
MINUTES_LENGTH: Final = len("1440")


def most(visit: Visit) -> int:
    """Return how many minutes of help may count at most: the clock's, or those booked."""
    return max(visit.minutes_measured or 0, visit.minutes_booked)


def read(form: Form, visit: Visit) -> int | None:
    """Return the minutes that the form decides on; None with its fields refused."""
    chosen = form.value("how")
    text = form.value("minutes") if chosen == OTHER else chosen
    plain = text.replace(" ", "")
    if not chosen:
        form.refuse("how", _("Choose how much counts."))
    elif not (plain.isascii() and plain.isdigit() and len(plain) <= MINUTES_LENGTH):
        form.refuse("minutes", _("Type the minutes as a whole number, such as 95."))
    elif int(plain) > most(visit):
        words = _("It can be %(most)s minutes at most.")
        form.refuse("minutes", words % {"most": most(visit)})
    reason = form.value("reason")
    if not reason:
        form.refuse("reason", _("Say in a few words why."))
    elif len(reason) > rules.REASON_LENGTH_MAX:
        form.refuse("reason", _("Say it in at most 500 characters."))
    return int(plain) if form.ok else None


def context(page: dict[str, Any], form: Form, minutes: int | None) -> dict[str, Any]:
    """Return what the page shows besides the visit: choices, both sides' words, a preview."""
    visit: Visit = page["visit"]
    choices = [("0", _("Nothing"), _("Everything goes back to who paid."))]
    measured = visit.minutes_due
    if measured and measured != visit.minutes_booked:
        hint = _("What the clock or the volunteer said, at most what was booked.")
        choices.append((str(measured), duration(measured), hint))
    choices.append((str(visit.minutes_booked), duration(visit.minutes_booked), _("All booked.")))
    choices.append((OTHER, _("Another figure"), _("Type it below.")))
    said = [
        (step.for_name or step.actor_name, note, step.at)
        for step, _words, note in page["history"]
        if note and step.state in {State.FINISHED, State.DISPUTED, State.BOOKED}
    ]
    shown: dict[str, Any] = {
        "choices_of": choices,
        "said": said,
        "most": most(visit),
        "preview": None,
    }
    if minutes is not None and form.ok:
        shown["preview"] = _preview(visit, minutes, page["paid"])
        shown["minutes"] = minutes
    return shown


def _preview(visit: Visit, minutes: int, paid: list[Hold]) -> dict[str, Any]:
    """Return what mending books: what goes back to whom, then what passes from whom."""
    split = rules.settle(minutes, visit.credit_per_hour, paid)
    before = [(payer_words(one.payer), one.passed or 0) for one in paid]
    beyond = credit(visit.minutes_confirmed or 0, visit.credit_per_hour) - sum(
        part for _payer, part in before
    )
    after = [
        (payer_words(one.payer), part) for one, part in zip(paid, split.from_holds, strict=True)
    ]
    return {
        "back": [*((who, part) for who, part in before if part), *_over(beyond)],
        "passes": [*((who, part) for who, part in after if part), *_over(split.beyond)],
        "was": sum(part for _payer, part in before) + max(beyond, 0),
        "will": split.passed,
    }


def _over(beyond: int) -> list[tuple[str, int]]:
    return [(_("the elder's hours, beyond what was set aside"), beyond)] if beyond > 0 else []


def short_words(short: NotEnoughMinutes, what: str) -> str:
    """Return what to do where the book cannot move so many minutes."""
    told = _(
        "%(asked)s would have to pass, and only %(available)s are there: the elder's hours do not "
        "suffice. Nothing was changed; decide on fewer."
    )
    if what == "correct":
        told = _(
            "%(asked)s would have to move, and only %(available)s are there: hours have been used "
            "meanwhile. Nothing was changed; speak with both sides first."
        )
    return told % {"asked": duration(short.asked), "available": duration(short.available)}
