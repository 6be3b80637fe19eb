"""Deliberation: arguments for and against a need, questions, and both sides in equal space."""

from marketplace.deliberation.errors import (
    AmendOver,
    AskedAlready,
    GoneWords,
    Lopsided,
    NotAgreed,
    NotAMember,
    NotHidden,
    NothingToRule,
    NotImpartial,
    NotOpen,
    NotYourWords,
    OwnWords,
    ReportedAlready,
    RulesChanged,
    SameModerator,
    SummaryChanged,
    TooFast,
    TooManyAdded,
    UnknownArgument,
)
from marketplace.deliberation.moderating import (
    ask_second_look,
    case_of,
    may_rule,
    report,
    rule_on,
    waiting_cases,
)
from marketplace.deliberation.neighbourly import change_rules, has_agreed, neighbourly_rules
from marketplace.deliberation.personal import KEPT, forget_words, take_over_words
from marketplace.deliberation.policy import deliberation_policy
from marketplace.deliberation.reading import (
    Deliberation,
    argument,
    closed_because,
    deliberation_of,
)
from marketplace.deliberation.summing import figures_of, sum_up, summaries, two_sides
from marketplace.deliberation.talking import (
    add_to,
    amend,
    argue,
    enter_spoken,
    find_helpful,
    take_back,
)
from marketplace.deliberation.values import (
    Argument,
    Case,
    Channel,
    DeliberationPolicy,
    Figures,
    NeighbourlyRules,
    Reply,
    ReportReason,
    Side,
    Talk,
    Thread,
    TwoSides,
    Words,
)

__all__ = [
    "KEPT", "AmendOver", "Argument", "AskedAlready", "Case", "Channel", "Deliberation",
    "DeliberationPolicy", "Figures", "GoneWords", "Lopsided", "NeighbourlyRules", "NotAMember",
    "NotAgreed", "NotHidden", "NotImpartial", "NotOpen", "NotYourWords", "NothingToRule",
    "OwnWords", "Reply", "ReportReason", "ReportedAlready", "RulesChanged", "SameModerator", "Side",
    "SummaryChanged", "Talk", "Thread", "TooFast", "TooManyAdded", "TwoSides", "UnknownArgument",
    "Words", "add_to", "amend", "argue", "argument", "ask_second_look", "case_of", "change_rules",
    "closed_because", "deliberation_of", "deliberation_policy", "enter_spoken", "figures_of",
    "find_helpful", "forget_words", "has_agreed", "may_rule", "neighbourly_rules", "report",
    "rule_on", "sum_up", "summaries", "take_back", "take_over_words", "two_sides",
    "waiting_cases",
]  # fmt: skip
