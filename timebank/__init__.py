"""How hours are earned and redeemed: an elder asks for a visit, a volunteer gives it.

A visit's minutes are set aside when a volunteer is booked and pass to the volunteer when the elder
confirms; what was not used returns. Verbs, each one transaction: `ask`, `offer`, `accept`,
`assign`, `decline`, `withdraw`, `check_in`, `check_out`, `running_late`, `no_show`, `confirm`,
`dispute`, `resolve`, `correct`, `cancel`; to set a community up, `open_time_bank` and
`opening_grant`.
`reading` answers pages; `rules` holds every policy.
"""

from timebank.accounts import member_account, opening_grant
from timebank.asking import ask, cancel
from timebank.attending import check_in, check_out, expire_requests, no_show, running_late
from timebank.attention import Wanting, visits_acted_for, wanting_attention
from timebank.booking import accept, assign, decline, lapse_offers, offer, withdraw
from timebank.care import NotFit, Reason, refuse_unfit, volunteers_for_matching
from timebank.catalogue import care_services, open_time_bank
from timebank.closing import confirm, confirm_by_themselves, correct, dispute, resolve
from timebank.continuity import came_before
from timebank.covering import left_to_ask, paid_by, report_uncovered
from timebank.errors import (
    AlreadyAsked,
    AlreadyTaken,
    BusyThen,
    InvalidRequest,
    NeedsWord,
    NotEnoughMinutes,
    NotYours,
    OpenVisits,
    OutOfRange,
    OwnHours,
    OwnVisit,
    Paused,
    TimebankError,
    TooEarly,
    TooLate,
    TooManyStated,
    UnknownCareService,
    UnknownVisit,
    WrongCode,
    WrongState,
)
from timebank.hours import relief_cover
from timebank.merging import (
    Tally,
    open_visits,
    refuse_open_visits,
    take_over_minutes,
    tally,
)
from timebank.passbooks import Passbook, PassbookLine, Period, Purse, passbook, whole_passbook
from timebank.personal import KEPT, forget, refuse_unfinished
from timebank.policy import visit_policy_at
from timebank.reading import (
    OpenRequest,
    Seen,
    Step,
    given_and_waiting,
    given_by,
    last_place,
    my_balance,
    my_visits,
    open_requests,
    visit_page,
)
from timebank.values import (
    CareService,
    Hold,
    Payer,
    Request,
    Settlement,
    Side,
    State,
    Visit,
    VisitPolicy,
    credit,
)

__all__ = [
    "KEPT",
    "AlreadyAsked",
    "AlreadyTaken",
    "BusyThen",
    "CareService",
    "Hold",
    "InvalidRequest",
    "NeedsWord",
    "NotEnoughMinutes",
    "NotFit",
    "NotYours",
    "OpenRequest",
    "OpenVisits",
    "OutOfRange",
    "OwnHours",
    "OwnVisit",
    "Passbook",
    "PassbookLine",
    "Paused",
    "Payer",
    "Period",
    "Purse",
    "Reason",
    "Request",
    "Seen",
    "Settlement",
    "Side",
    "State",
    "Step",
    "Tally",
    "TimebankError",
    "TooEarly",
    "TooLate",
    "TooManyStated",
    "UnknownCareService",
    "UnknownVisit",
    "Visit",
    "VisitPolicy",
    "Wanting",
    "WrongCode",
    "WrongState",
    "accept",
    "ask",
    "assign",
    "came_before",
    "cancel",
    "care_services",
    "check_in",
    "check_out",
    "confirm",
    "confirm_by_themselves",
    "correct",
    "credit",
    "decline",
    "dispute",
    "expire_requests",
    "forget",
    "given_and_waiting",
    "given_by",
    "lapse_offers",
    "last_place",
    "left_to_ask",
    "member_account",
    "my_balance",
    "my_visits",
    "no_show",
    "offer",
    "open_requests",
    "open_time_bank",
    "open_visits",
    "opening_grant",
    "paid_by",
    "passbook",
    "refuse_open_visits",
    "refuse_unfinished",
    "refuse_unfit",
    "relief_cover",
    "report_uncovered",
    "resolve",
    "running_late",
    "take_over_minutes",
    "tally",
    "visit_page",
    "visit_policy_at",
    "visits_acted_for",
    "volunteers_for_matching",
    "wanting_attention",
    "whole_passbook",
    "withdraw",
]  # fmt: skip
