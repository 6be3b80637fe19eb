"""Work for projects: slots that people sign up for, and the minutes that pass to who came.

What a project may promise are the minutes on its account: those pledged to it and those that the
community granted. They are held when somebody signs up and pass on when somebody else says that
they came, for the real minutes.
"""

from marketplace.work.correcting import correct
from marketplace.work.errors import (
    BusyThen,
    GrantRefused,
    InvalidSlot,
    NoMinutesLeft,
    NothingToCorrect,
    NotSignedUp,
    NotYourWork,
    NoWorkNow,
    OwnHours,
    PlacesSettled,
    SettledOtherwise,
    SlotFull,
    SlotNotBegun,
    SlotOver,
    SpentAlready,
    TooLongStated,
    UnknownSlot,
)
from marketplace.work.holding import WORK, Beyond
from marketplace.work.offering import cancel_slot, grant_minutes, offer_slot
from marketplace.work.personal import leave_work, take_over_work
from marketplace.work.policy import work_policy_at
from marketplace.work.reading import (
    Board,
    SeenSlot,
    board,
    busy_then,
    corrections_in,
    hours_of,
    own_turns,
    slot_page,
    slots_to_join,
    titles_of_slots,
    waiting_slots,
)
from marketplace.work.reminding import ask_who_came, end_stopped_work, end_work_of, remind_of_work
from marketplace.work.returning import return_late_hours
from marketplace.work.settling import confirm, not_there
from marketplace.work.signing import Elsewhere, sign_up, step_back
from marketplace.work.values import (
    Correction,
    Grant,
    Hours,
    Slot,
    SlotDraft,
    SlotState,
    Turn,
    TurnState,
    WorkPolicy,
)

__all__ = [
    "WORK", "Beyond", "Board", "BusyThen", "Correction", "Elsewhere", "Grant", "GrantRefused",
    "Hours", "InvalidSlot", "NoMinutesLeft", "NoWorkNow", "NotSignedUp", "NotYourWork",
    "NothingToCorrect", "OwnHours", "PlacesSettled", "SeenSlot", "SettledOtherwise", "Slot",
    "SlotDraft", "SlotFull", "SlotNotBegun", "SlotOver", "SlotState", "SpentAlready",
    "TooLongStated", "Turn", "TurnState", "UnknownSlot", "WorkPolicy", "ask_who_came", "board",
    "busy_then", "cancel_slot", "confirm", "correct", "corrections_in", "end_stopped_work",
    "end_work_of", "grant_minutes", "hours_of", "leave_work", "not_there", "offer_slot",
    "own_turns", "remind_of_work", "return_late_hours", "sign_up", "slot_page", "slots_to_join",
    "step_back", "take_over_work", "titles_of_slots", "waiting_slots", "work_policy_at",
]  # fmt: skip
