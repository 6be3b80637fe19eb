"""The words of the messages about judging projects, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

EVALUATION: Final[Mapping[str, Words]] = {
    "evaluation.invited": Words(
        mark("How do you find it?"),
        mark(
            "“%(title)s” is finished. Please rate it until %(until)s; it takes two minutes, and "
            "nobody sees your name."
        ),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "evaluation.reminder": Words(
        mark("A project can still be rated"),
        mark("“%(title)s” can be rated until %(until)s. Your voice is still missing."),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "evaluation.inspect": Words(
        mark("A project waits for its inspection"),
        mark("“%(title)s” is delivered. Please look at it and sign what you find."),
        {"title": Gap.TEXT},
    ),
    "evaluation.named": Words(
        mark("You are named as an inspector"),
        mark("You are asked to look at “%(title)s” and to sign what you find."),
        {"title": Gap.TEXT},
    ),
    "evaluation.unsigned": Words(
        mark("An inspection is missing"),
        mark("Residents have rated “%(title)s”. It counts as judged once it is signed."),
        {"title": Gap.TEXT},
    ),
    "evaluation.sent_back": Words(
        mark("Your project goes back"),
        mark("An inspector found something in “%(title)s”: %(why)s Please mend it until %(day)s."),
        {"title": Gap.TEXT, "why": Gap.TEXT, "day": Gap.DAY},
    ),
    "evaluation.closed": Words(
        mark("The score is there"),
        mark("You rated “%(title)s”. Now everybody can read how residents judged it."),
        {"title": Gap.TEXT},
    ),
    "evaluation.judged": Words(
        mark("Residents have judged your project"),
        mark(
            "The score of “%(title)s” is published. You can reply to it once, and ask for the last "
            "part of the money."
        ),
        {"title": Gap.TEXT},
    ),
    "evaluation.sum_up": Words(
        mark("A project can be summed up"),
        mark("“%(title)s” is judged. Sum it up; what is left returns to its sources then."),
        {"title": Gap.TEXT},
    ),
    "evaluation.comment_hidden": Words(
        mark("Your words were hidden"),
        mark("A coordinator hid what you said about “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "evaluation.comment_kept": Words(
        mark("Your words can be read again"),
        mark("A coordinator looked again at what you said about “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
}
