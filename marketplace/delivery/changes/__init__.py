"""Changes of what was promised: asked for and decided in public; the plan itself is never edited.

Who undertakes a project asks for another day, money under another line, or another scope, and says
why; residents object; a coordinator decides with a reason, on their own or as a council decided. An
accepted change stands beside the plan: pages show what was promised and what holds now.
"""

from marketplace.delivery.changes.asking import (
    ask_change,
    ask_for_decisions,
    decide_change,
    end_changes_of,
    object_to,
    withdraw_change,
)
from marketplace.delivery.changes.errors import (
    AskedAlready,
    ChangeDecided,
    InvalidChange,
    NotAResidentHere,
    ObjectionsClosed,
    ObjectionsOpen,
    UnknownChange,
)
from marketplace.delivery.changes.personal import forget_changes, take_over_changes
from marketplace.delivery.changes.reading import (
    accepted,
    change_of,
    changes_of,
    lines_now,
    milestones_now,
    standing,
    still_open,
    waiting_changes,
)
from marketplace.delivery.changes.values import (
    Change,
    ChangeId,
    ChangeKind,
    ChangeState,
    LineNow,
    MilestoneNow,
    MoveMoney,
    NewDate,
    NewScope,
    Objection,
    Standing,
    What,
)
from marketplace.work_settings import OBJECTION_DAYS

__all__ = [
    "OBJECTION_DAYS",
    "AskedAlready",
    "Change",
    "ChangeDecided",
    "ChangeId",
    "ChangeKind",
    "ChangeState",
    "InvalidChange",
    "LineNow",
    "MilestoneNow",
    "MoveMoney",
    "NewDate",
    "NewScope",
    "NotAResidentHere",
    "Objection",
    "ObjectionsClosed",
    "ObjectionsOpen",
    "Standing",
    "UnknownChange",
    "What",
    "accepted",
    "ask_change",
    "ask_for_decisions",
    "change_of",
    "changes_of",
    "decide_change",
    "end_changes_of",
    "forget_changes",
    "lines_now",
    "milestones_now",
    "object_to",
    "standing",
    "still_open",
    "take_over_changes",
    "waiting_changes",
    "withdraw_change",
]  # fmt: skip
