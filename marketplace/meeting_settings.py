"""What a community decides about its meetings: settings alone, which every reader may load."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number, switch

NOTICE: Final[Mapping[str, Setting[int]]] = {
    "open_talk": number(
        "meetings.notice_open_talk_days",
        3,
        Unit.DAYS,
        least=0,
        most=60,
        words="An open talk is announced at least %(value)s before its day.",
        otherwise="An open talk can be announced on its own day.",
    ),
    "hearing": number(
        "meetings.notice_hearing_days",
        10,
        Unit.DAYS,
        least=0,
        most=60,
        words="A hearing is announced at least %(value)s before its day.",
        otherwise="A hearing can be announced on its own day.",
    ),
    "council": number(
        "meetings.notice_council_days",
        5,
        Unit.DAYS,
        least=0,
        most=60,
        words="A council meeting is announced at least %(value)s before its day.",
        otherwise="A council meeting can be announced on its own day.",
    ),
    "delegates": number(
        "meetings.notice_delegates_days",
        7,
        Unit.DAYS,
        least=0,
        most=60,
        words="A delegates' meeting is announced at least %(value)s before its day.",
        otherwise="A delegates' meeting can be announced on its own day.",
    ),
}
WORKING_DAYS: Final = switch(
    "meetings.notice_working_days",
    default=True,
    words="Only working days count in the notice of a meeting.",
    otherwise="Every day counts in the notice of a meeting, weekends and holidays too.",
)
CHANGE_NOTICE_DAYS: Final = number(
    "meetings.change_notice_days",
    2,
    Unit.DAYS,
    least=0,
    most=30,
    words="A meeting's new time is announced at least %(value)s before its day.",
    otherwise="A meeting's new time can be announced on the same day.",
)
ITEM_DAYS: Final = number(
    "meetings.item_days",
    2,
    Unit.DAYS,
    least=0,
    most=30,
    words="Residents may propose an item until %(value)s before a meeting.",
    otherwise="Residents may propose an item until a meeting begins.",
)
EARLY_MINUTES: Final = number(
    "meetings.early_minutes",
    30,
    Unit.MINUTES,
    least=0,
    most=240,
    words="Whoever comes to a meeting can say so from %(value)s before it begins.",
    otherwise="Whoever comes to a meeting can say so once it begins.",
)
LATE_MINUTES: Final = number(
    "meetings.late_minutes",
    60,
    Unit.MINUTES,
    least=0,
    most=480,
    words="Whoever came to a meeting can still say so until %(value)s after its planned end.",
    otherwise="Whoever came to a meeting can say so until its planned end.",
)
QUORUM_PERCENT: Final = number(
    "meetings.quorum_percent",
    50,
    Unit.COUNT,
    least=0,
    most=100,
    words="A council decides when more than %(value)s in 100 of its members are there.",
    otherwise="A council decides whoever is there.",
)
OPEN_QUORUM: Final = number(
    "meetings.open_quorum",
    5,
    Unit.COUNT,
    least=1,
    most=5000,
    words="A meeting without a council decides when at least %(value)s residents are there.",
)
OBJECTION_DAYS: Final = number(
    "meetings.objection_days",
    7,
    Unit.DAYS,
    least=1,
    most=60,
    words="Those who were there have %(value)s to object to the minutes; then they are published.",
)
MINUTES_DAYS: Final = number(
    "meetings.minutes_days",
    7,
    Unit.DAYS,
    least=1,
    most=90,
    words="Minutes are shared within %(value)s; after that, who chaired is told.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    *NOTICE.values(),
    WORKING_DAYS,
    CHANGE_NOTICE_DAYS,
    ITEM_DAYS,
    EARLY_MINUTES,
    LATE_MINUTES,
    QUORUM_PERCENT,
    OPEN_QUORUM,
    OBJECTION_DAYS,
    MINUTES_DAYS,
)
"""Every setting of meetings, in the order in which the policy page tells them."""
