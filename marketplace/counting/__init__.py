"""Counting: utilitarian greedy and the Method of Equal Shares, exact, repeatable, explained."""

from marketplace.counting.counting import count
from marketplace.counting.file import FileCount, count_file
from marketplace.counting.result import Count, Outcome, Pick, Purchase, Reason
from marketplace.counting.rules import Completion, CountRules, Rule, Satisfaction
from marketplace.counting.spreading import payments

__all__ = [
    "Completion",
    "Count",
    "CountRules",
    "FileCount",
    "Outcome",
    "Pick",
    "Purchase",
    "Reason",
    "Rule",
    "Satisfaction",
    "count",
    "count_file",
    "payments",
]
