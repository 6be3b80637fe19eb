"""The words of the marketplace's messages, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

MARKETPLACE: Final[Mapping[str, Words]] = {
    "need.seconded": Words(
        mark("A need has enough support"),
        mark("Enough neighbours stand behind “%(title)s”. Now it is screened."),
        {"title": Gap.TEXT},
    ),
    "need.accepted": Words(
        mark("A need has passed the screening"),
        mark("“%(title)s” has passed the screening. Next somebody makes a plan for it."),
        {"title": Gap.TEXT},
    ),
    "need.refused": Words(
        mark("A need was refused"),
        mark("“%(title)s” was refused: %(why)s. Its page says what can be done."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "need.planned": Words(
        mark("A need has a plan"),
        mark("There is a plan for “%(title)s”. Read it and say what you think."),
        {"title": Gap.TEXT},
    ),
    "need.plan_gone": Words(
        mark("A need wants a new plan"),
        mark("The plan for “%(title)s” has fallen away. Another one is wanted."),
        {"title": Gap.TEXT},
    ),
    "need.entered": Words(
        mark("A need stands in a round"),
        mark("“%(title)s” is a project of a round now. The residents will vote."),
        {"title": Gap.TEXT},
    ),
    "need.back": Words(
        mark("A need goes on after the round"),
        mark("“%(title)s” did not win this time. It can enter the next round."),
        {"title": Gap.TEXT},
    ),
    "need.withdrawn": Words(
        mark("A need was withdrawn"),
        mark("“%(title)s” was withdrawn. The reason stands on its page."),
        {"title": Gap.TEXT},
    ),
    "need.merged": Words(
        mark("A need was joined with another"),
        mark("“%(title)s” goes on together with a need like it. Your support counts there."),
        {"title": Gap.TEXT},
    ),
    "need.unmerged": Words(
        mark("A need stands on its own again"),
        mark("“%(title)s” was taken apart from the other need and goes on by itself."),
        {"title": Gap.TEXT},
    ),
    "need.hidden": Words(
        mark("A need was hidden"),
        mark("A coordinator hid a need that you raised or support. Its page says why."),
    ),
    "need.shown": Words(
        mark("A need can be seen again"),
        mark("“%(title)s” is shown again and goes on where it stood."),
        {"title": Gap.TEXT},
    ),
    "need.edited": Words(
        mark("A need has new words"),
        mark("“%(title)s”, which you support, was changed. See whether you still do."),
        {"title": Gap.TEXT},
    ),
    "need.report_right": Words(
        mark("What you reported was hidden"),
        mark("A coordinator looked at the need that you reported and hid it. Thank you."),
    ),
    "need.report_kept": Words(
        mark("What you reported stays"),
        mark("A coordinator looked at the need that you reported. It breaks no rule and stays."),
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
