"""The words of messages about work for projects and changes of what they promised, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

WORK: Final[Mapping[str, Words]] = {
    "work.soon": Words(
        mark("You help soon"),
        mark("%(title)s begins %(at)s at %(place)s. Thank you for helping!"),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "work.over": Words(
        mark("Please write down who came"),
        mark(
            "%(title)s is over. %(people)s wait to be written down, so that they get their hours."
        ),
        {"title": Gap.TEXT, "people": Gap.NUMBER},
    ),
    "work.confirmed": Words(
        mark("Your help is written down"),
        mark("You helped with %(title)s: %(minutes)s are in your passbook. Thank you!"),
        {"title": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "work.missed": Words(
        mark("You were not there"),
        mark(
            "For %(title)s, %(at)s, it was written down that you did not come. If that is not so, "
            "please tell the desk."
        ),
        {"title": Gap.TEXT, "at": Gap.MOMENT},
    ),
    "work.corrected": Words(
        mark("What was written down of your help was corrected"),
        mark("For %(title)s, %(minutes)s are yours now. The reason: %(why)s"),
        {"title": Gap.TEXT, "minutes": Gap.MINUTES, "why": Gap.TEXT},
    ),
    "work.lapsed": Words(
        mark("Your help was not written down"),
        mark(
            "The project of %(title)s has ended, and nobody wrote down in time who came. If you "
            "helped, please tell the desk."
        ),
        {"title": Gap.TEXT},
    ),
    "work.cancelled": Words(
        mark("Your help is not needed then"),
        mark("%(title)s, %(at)s, does not take place. The reason: %(why)s"),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "why": Gap.TEXT},
    ),
    "work.stopped": Words(
        mark("Your help is not needed then"),
        mark("%(title)s, %(at)s, does not take place: the project has ended."),
        {"title": Gap.TEXT, "at": Gap.MOMENT},
    ),
    "change.asked": Words(
        mark("Something is to be done otherwise"),
        mark(
            "For “%(title)s” a change is asked for. Read it, and say what you have against it "
            "until %(until)s."
        ),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "change.objected": Words(
        mark("Somebody objects to your change"),
        mark("A resident has something against the change that you asked for “%(title)s”."),
        {"title": Gap.TEXT},
    ),
    "change.due": Words(
        mark("A change waits for your decision"),
        mark("For “%(title)s” a change is asked for, and the time for objections is over."),
        {"title": Gap.TEXT},
    ),
    "change.accepted": Words(
        mark("A change was accepted"),
        mark("For “%(title)s” a change holds from now on. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "change.refused": Words(
        mark("A change was not accepted"),
        mark("“%(title)s” is done as it was promised. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
