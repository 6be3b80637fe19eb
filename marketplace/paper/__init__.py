"""Voting on paper: ballots with serial numbers, keyed in by two people, a sample looked at again.

`print_ballots`, `hand_out` and `spoil` are the desk's; `key_in` and `decide` turn papers into
readings; `draw_sample` and `check` are the audit. `want_finished` and `paper_ballots` are what a
closing asks. What a resident marked is never beside who they are, on paper as on a screen.
"""

from marketplace.paper.auditing import check, draw_sample, want_finished
from marketplace.paper.handing import hand_out, print_ballots, spoil, take_over_paper
from marketplace.paper.keying import decide, key_in
from marketplace.paper.reading import (
    batches,
    differences,
    paper_ballots,
    papers_of,
    report,
    trace,
    votes_on_paper,
)

__all__ = [
    "batches",
    "check",
    "decide",
    "differences",
    "draw_sample",
    "hand_out",
    "key_in",
    "paper_ballots",
    "papers_of",
    "print_ballots",
    "report",
    "spoil",
    "take_over_paper",
    "trace",
    "votes_on_paper",
    "want_finished",
]
