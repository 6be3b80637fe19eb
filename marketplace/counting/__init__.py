"""Counting: utilitarian greedy and the Method of Equal Shares, exact, repeatable, explained."""

from marketplace.counting.counting import count
from marketplace.counting.file import FileCount, count_file
from marketplace.counting.official import Comparison, compared, official_rules
from marketplace.counting.result import Count, Outcome, Pick, Purchase, Reason
from marketplace.counting.rules import Completion, CountRules, Rule, Satisfaction
from marketplace.counting.spreading import (
    FINE,
    Given,
    Spread,
    contributions,
    given,
    paid_for,
    payments,
    spread,
)

__all__ = [
    "FINE",
    "Comparison",
    "Completion",
    "Count",
    "CountRules",
    "FileCount",
    "Given",
    "Outcome",
    "Pick",
    "Purchase",
    "Reason",
    "Rule",
    "Satisfaction",
    "Spread",
    "compared",
    "contributions",
    "count",
    "count_file",
    "given",
    "official_rules",
    "paid_for",
    "payments",
    "spread",
]
