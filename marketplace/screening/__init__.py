"""Screening: whether a need is one that residents may decide about, by a checklist, in public."""

from marketplace.screening.appeals import appeal, decide_appeal
from marketplace.screening.errors import (
    AgainstTheChecklist,
    AppealDecided,
    AppealedAlready,
    AppealOver,
    BandOutside,
    ChangedMeanwhile,
    InvalidBand,
    InvalidList,
    InvalidPoint,
    NoAppeal,
    NotAlike,
    NotItsAuthor,
    NotRefused,
    NotWaiting,
    OwnNeed,
    PointsOpen,
    SameScreener,
    UnknownScreening,
)
from marketplace.screening.personal import KEPT, forget_screening, take_over_appeals
from marketplace.screening.policy import screening_policy
from marketplace.screening.reading import (
    appeal_of,
    list_of,
    screening_list,
    screening_of,
    waiting_screenings,
)
from marketplace.screening.rules import complete, may_be
from marketplace.screening.telling import coordinators, remind_of_screenings, tell_coordinators
from marketplace.screening.values import (
    POINTS,
    Answer,
    Appeal,
    Band,
    CouncilWord,
    Draft,
    Outcome,
    Question,
    Screening,
    ScreeningList,
    ScreeningPolicy,
    Verdict,
    Waiting,
)
from marketplace.screening.verbs import change_list, decide_screening, save_screening

__all__ = [
    "KEPT", "POINTS", "AgainstTheChecklist", "Answer", "Appeal", "AppealDecided", "AppealOver",
    "AppealedAlready", "Band", "BandOutside", "ChangedMeanwhile", "CouncilWord", "Draft",
    "InvalidBand", "InvalidList", "InvalidPoint", "NoAppeal", "NotAlike", "NotItsAuthor",
    "NotRefused", "NotWaiting", "Outcome", "OwnNeed", "PointsOpen", "Question", "SameScreener",
    "Screening", "ScreeningList", "ScreeningPolicy", "UnknownScreening", "Verdict", "Waiting",
    "appeal", "appeal_of", "change_list", "complete", "coordinators", "decide_appeal",
    "decide_screening", "forget_screening", "list_of", "may_be", "remind_of_screenings",
    "save_screening", "screening_list", "screening_of", "screening_policy", "take_over_appeals",
    "tell_coordinators", "waiting_screenings",
]  # fmt: skip
