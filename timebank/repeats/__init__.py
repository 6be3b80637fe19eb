"""What an elder asks for regularly: every Tuesday at ten, say, for ten weeks or until they stop it.

A repeating request is a rule (RRULE) and what is asked for. Its visits are asked for some days
ahead, each moment once; one that cannot be is left out, and the elder is told. `rules` holds the
policy in words.
"""

from timebank.repeats.asking import ask_repeating, begin_repeating
from timebank.repeats.ending import end_repeating, end_repeats_of, tell_survivor, waiting_of
from timebank.repeats.errors import InvalidRepeat, UnknownRepeat
from timebank.repeats.planning import ask_ahead, ask_coming
from timebank.repeats.reading import first_visit, repeat_of_visit, repeat_seen, repeats_of
from timebank.repeats.values import (
    Coming,
    Every,
    Missed,
    Repeat,
    RepeatDraft,
    RepeatSeen,
    Stopped,
)

__all__ = [
    "Coming",
    "Every",
    "InvalidRepeat",
    "Missed",
    "Repeat",
    "RepeatDraft",
    "RepeatSeen",
    "Stopped",
    "UnknownRepeat",
    "ask_ahead",
    "ask_coming",
    "ask_repeating",
    "begin_repeating",
    "end_repeating",
    "end_repeats_of",
    "first_visit",
    "repeat_of_visit",
    "repeat_seen",
    "repeats_of",
    "tell_survivor",
    "waiting_of",
]
