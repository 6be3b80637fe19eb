"""Needs: what residents say is missing, who stands behind it, and how far it has come."""

from marketplace.needs.categories import ICONS, categories, require_category, save_category
from marketplace.needs.errors import (
    BadCategory,
    BadPhoto,
    FormReused,
    NeedChanged,
    NeedError,
    NeedMoved,
    NoPhotoOfNeed,
    NotAnAuthor,
    NotForAnother,
    NothingReported,
    NotImpartial,
    NotYourDesk,
    NoWordGiven,
    OwnNeed,
    ReportedAlready,
    UnknownCategory,
    UnknownNeed,
    UnknownPlace,
)
from marketplace.needs.listing import (
    PAGE,
    NeedCard,
    Order,
    Search,
    count_needs,
    need_cards,
    needs_of_call,
    own_needs,
)
from marketplace.needs.moderating import (
    dismiss_reports,
    hide_need,
    may_judge,
    report_need,
    reported_by,
    reports_of,
    show_need,
    waiting_reports,
)
from marketplace.needs.moving import locked, move
from marketplace.needs.personal import forget_needs, take_over_needs
from marketplace.needs.photos import has_photo, photo_of_need, sees_words
from marketplace.needs.raising import edit_need, raise_need, withdraw_need
from marketplace.needs.reading import (
    authors,
    count_seconds,
    followers,
    moves,
    read_need,
    seconders,
    state_before,
    titles_of,
    versions,
    was_raised,
)
from marketplace.needs.rules import EDITABLE, LENGTHS_MAX, MOVES
from marketplace.needs.seconding import (
    move_on_if_enough,
    second_need,
    seconded_by,
    take_back_second,
)
from marketplace.needs.values import (
    Need,
    NeedCategory,
    NeedDraft,
    NeedId,
    NeedMove,
    NeedReport,
    NeedState,
    NeedVersion,
)

__all__ = [
    "EDITABLE", "ICONS", "LENGTHS_MAX", "MOVES", "PAGE", "BadCategory", "BadPhoto", "FormReused",
    "Need", "NeedCard", "NeedCategory", "NeedChanged", "NeedDraft", "NeedError", "NeedId",
    "NeedMove", "NeedMoved", "NeedReport", "NeedState", "NeedVersion", "NoPhotoOfNeed",
    "NoWordGiven", "NotAnAuthor", "NotForAnother", "NotImpartial", "NotYourDesk", "NothingReported",
    "Order", "OwnNeed", "ReportedAlready", "Search", "UnknownCategory", "UnknownNeed",
    "UnknownPlace", "authors", "categories", "count_needs", "count_seconds", "dismiss_reports",
    "edit_need", "followers", "forget_needs", "has_photo", "hide_need", "locked", "may_judge",
    "move", "move_on_if_enough", "moves", "need_cards", "needs_of_call", "own_needs",
    "photo_of_need", "raise_need", "read_need", "report_need", "reported_by", "reports_of",
    "require_category", "save_category", "second_need", "seconded_by", "seconders", "sees_words",
    "show_need", "state_before", "take_back_second", "take_over_needs", "titles_of", "versions",
    "waiting_reports", "was_raised", "withdraw_need",
]  # fmt: skip
