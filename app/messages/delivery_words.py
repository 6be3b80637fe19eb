"""The words of the messages about a project's work and money, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

DELIVERY: Final[Mapping[str, Words]] = {
    "delivery.begun": Words(
        mark("The work has begun"),
        mark("The work on “%(title)s” has begun. Its page shows what is done by when."),
        {"title": Gap.TEXT},
    ),
    "delivery.milestone_done": Words(
        mark("A milestone is reached"),
        mark("“%(title)s” is further: %(milestone)s is done."),
        {"title": Gap.TEXT, "milestone": Gap.TEXT},
    ),
    "delivery.milestone_soon": Words(
        mark("A milestone comes near"),
        mark("“%(title)s”: %(milestone)s is due %(day)s. Report it when it is done."),
        {"title": Gap.TEXT, "milestone": Gap.TEXT, "day": Gap.DAY},
    ),
    "delivery.milestone_late": Words(
        mark("A milestone is late"),
        mark(
            "“%(title)s”: %(milestone)s was due %(day)s and is not reported. Report it, or ask for "
            "another day."
        ),
        {"title": Gap.TEXT, "milestone": Gap.TEXT, "day": Gap.DAY},
    ),
    "delivery.news": Words(
        mark("News of a project"),
        mark("There is news of “%(title)s”."),
        {"title": Gap.TEXT},
    ),
    "delivery.delivered": Words(
        mark("A project is finished"),
        mark("“%(title)s” is finished. Now the residents judge it."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "delivery.sent_back": Words(
        mark("A project goes on"),
        mark("“%(title)s” is not finished yet. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "delivery.judged": Words(
        mark("A project was judged"),
        mark("The residents have judged “%(title)s”. Its page shows how."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "delivery.closed": Words(
        mark("A project is closed"),
        mark("“%(title)s” is closed. Its page sums it up."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "delivery.stopped": Words(
        mark("A project was stopped"),
        mark("“%(title)s” was stopped. What is left goes back. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "disbursement.asked": Words(
        mark("Money is asked for"),
        mark("“%(title)s” asks for %(fen)s: %(purpose)s. Please look at it."),
        {"title": Gap.TEXT, "fen": Gap.FEN, "purpose": Gap.TEXT},
    ),
    "disbursement.paid": Words(
        mark("Two people approved"),
        mark("“%(title)s” is paid %(fen)s: %(purpose)s."),
        {"title": Gap.TEXT, "fen": Gap.FEN, "purpose": Gap.TEXT},
    ),
    "disbursement.refused": Words(
        mark("A request was refused"),
        mark("The request of “%(title)s” for %(fen)s was refused. The reason: %(why)s"),
        {"title": Gap.TEXT, "fen": Gap.FEN, "why": Gap.TEXT},
    ),
}
