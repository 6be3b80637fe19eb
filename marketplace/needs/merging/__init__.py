"""Merging needs by consent: the authors of both agree, everybody who stands behind them is kept."""

from marketplace.needs.merging.asking import answer_merge, ask_merge, take_back_merge
from marketplace.needs.merging.due import look_after_merges
from marketplace.needs.merging.errors import (
    IntoItself,
    MergeAskedAlready,
    MergeSettled,
    NobodyToAsk,
    NotAsked,
    NotMerged,
    NotYoursToMerge,
    UnknownMerge,
)
from marketplace.needs.merging.joining import undo_merge
from marketplace.needs.merging.reading import (
    awaiting,
    joined_into,
    merges_of,
    open_merges_of,
    read_merge,
)
from marketplace.needs.merging.rules import JOINABLE
from marketplace.needs.merging.values import Answer, Merge, MergeId, MergeState, Silence

__all__ = [
    "JOINABLE", "Answer", "IntoItself", "Merge", "MergeAskedAlready", "MergeId", "MergeSettled",
    "MergeState", "NobodyToAsk", "NotAsked", "NotMerged", "NotYoursToMerge", "Silence",
    "UnknownMerge", "answer_merge", "ask_merge", "awaiting", "joined_into", "look_after_merges",
    "merges_of", "open_merges_of", "read_merge", "take_back_merge", "undo_merge",
]  # fmt: skip
