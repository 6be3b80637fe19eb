"""The words of the messages about finished projects, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

_TITLE: Final = {"title": Gap.TEXT}

AFTERCARE: Final[Mapping[str, Words]] = {
    "covenant.written": Words(
        mark("A covenant has new words"),
        mark("The covenant of “%(title)s” was written anew. Please read it and sign if you agree."),
        _TITLE,
    ),
    "covenant.in_force": Words(
        mark("A covenant is in force"),
        mark("Enough neighbours have signed: the covenant of “%(title)s” holds now."),
        _TITLE,
    ),
    "covenant.entered": Words(
        mark("Your signature was written down"),
        mark(
            "You signed the covenant of “%(title)s” on paper, and the desk wrote it down. Is that"
            " not so? Take it back on its page."
        ),
        _TITLE,
    ),
    "custodian.named": Words(
        mark("Would you look after it?"),
        mark("Somebody asks whether you would look after “%(title)s”. Please say yes or no."),
        _TITLE,
    ),
    "custodian.volunteered": Words(
        mark("Somebody would look after a project"),
        mark("A neighbour offers to look after “%(title)s”. Please say yes or no."),
        _TITLE,
    ),
    "custodian.accepted": Words(
        mark("You look after a project now"),
        mark("Thank you! You now look after “%(title)s”. Its page says when it is checked."),
        _TITLE,
    ),
    "custodian.declined": Words(
        mark("Thank you for your offer"),
        mark("“%(title)s” is looked after by others for now. Thank you for your offer!"),
        _TITLE,
    ),
    "custodian.said_yes": Words(
        mark("They said yes"),
        mark("The neighbour whom you asked looks after “%(title)s” now."),
        _TITLE,
    ),
    "custodian.said_no": Words(
        mark("They said no"),
        mark("The neighbour whom you asked does not look after “%(title)s”."),
        _TITLE,
    ),
    "custodian.stepped_back": Words(
        mark("Somebody no longer looks after a project"),
        mark("“%(title)s” has lost somebody who looked after it. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "custodian.term_over": Words(
        mark("A term has ended"),
        mark("A term of looking after “%(title)s” has ended. Thank you! It can begin anew."),
        _TITLE,
    ),
    "check.assigned": Words(
        mark("Checks are yours"),
        mark("Checks of “%(title)s” are yours: %(count)s. Its page says on which days."),
        {"title": Gap.TEXT, "count": Gap.NUMBER},
    ),
    "check.due": Words(
        mark("A check is near"),
        mark("Please look on %(day)s whether all is well with “%(title)s”, and write it down."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "check.missed": Words(
        mark("A check was missed"),
        mark("Nobody has written down how “%(title)s” was on %(day)s. It can still be done."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "attention.raised": Words(
        mark("Something needs attention"),
        mark("“%(title)s”: %(words)s"),
        {"title": Gap.TEXT, "words": Gap.TEXT},
    ),
    "attention.answered": Words(
        mark("You have an answer"),
        mark("About what you said of “%(title)s”: %(words)s"),
        {"title": Gap.TEXT, "words": Gap.TEXT},
    ),
    "attention.mended": Words(
        mark("It is mended"),
        mark("What you said of “%(title)s” is mended: %(words)s"),
        {"title": Gap.TEXT, "words": Gap.TEXT},
    ),
    "attention.joined": Words(
        mark("Somebody had said the same"),
        mark("What you said of “%(title)s” goes on together with the same from somebody else."),
        _TITLE,
    ),
    "attention.hidden": Words(
        mark("Your words were hidden"),
        mark("A coordinator hid what you said of “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "attention.shown": Words(
        mark("Your words can be read again"),
        mark("A coordinator shows again what you said of “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
