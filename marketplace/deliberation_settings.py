"""The settings of deliberation, apart from its package: the list of all needs no verbs."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

AMEND_MINUTES: Final = number(
    "deliberation.amend_minutes",
    15,
    Unit.MINUTES,
    least=0,
    most=1440,
    words="Everybody can put right what they said for %(value)s; later they can only add to it.",
    otherwise="What was said is not changed any more; one can only add to it.",
)
EACH_HOUR: Final = number(
    "deliberation.each_hour",
    10,
    Unit.TIMES,
    least=1,
    most=100,
    words="Within an hour everybody can speak %(value)s.",
)
WORDS_MAX: Final = number(
    "deliberation.words_max",
    600,
    Unit.COUNT,
    least=100,
    most=2000,
    words="The most characters that an argument, a question or an answer may have: %(value)s.",
)
SUMMARY_MAX: Final = number(
    "deliberation.summary_max",
    400,
    Unit.COUNT,
    least=100,
    most=1000,
    words="The most characters that each of the two sides gets in the summary: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (AMEND_MINUTES, EACH_HOUR, WORDS_MAX, SUMMARY_MAX)
"""Every setting of deliberation, in the order in which the policy page tells them."""
