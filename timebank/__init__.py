"""How hours are earned and redeemed: an elder asks for a visit, a volunteer gives it.

A visit's minutes are held when it is asked for and pass to the volunteer when the elder confirms;
what was not used returns. Verbs, each one transaction: `ask`, `accept`, `withdraw`, `check_in`,
`check_out`, `confirm`, `cancel`; to set a community up, `open_time_bank` and `opening_grant`.
`reading` answers pages; `rules` holds every policy.
"""

from timebank.accounts import member_account, opening_grant
from timebank.attention import Wanting, visits_acted_for, wanting_attention
from timebank.catalogue import care_services, open_time_bank
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
    TimebankError,
    TooEarly,
    TooLate,
    TooManyStated,
    UnknownCareService,
    UnknownVisit,
    WrongCode,
    WrongState,
)
from timebank.merging import (
    Tally,
    open_visits,
    refuse_open_visits,
    take_over_minutes,
    tally,
)
from timebank.personal import KEPT, forget, refuse_unfinished
from timebank.policy import visit_policy_at
from timebank.reading import (
    OpenRequest,
    Passbook,
    PassbookLine,
    Seen,
    Step,
    given_and_waiting,
    given_by,
    last_place,
    my_balance,
    my_visits,
    open_requests,
    passbook,
    visit_page,
)
from timebank.values import CareService, Request, Settlement, State, Visit, VisitPolicy
from timebank.visits import accept, ask, cancel, check_in, check_out, confirm, withdraw

__all__ = [
    "KEPT", "AlreadyAsked", "AlreadyTaken", "BusyThen", "CareService", "InvalidRequest",
    "NeedsWord", "NotEnoughMinutes", "NotYours", "OpenRequest", "OpenVisits", "OutOfRange",
    "OwnHours", "OwnVisit", "Passbook", "PassbookLine", "Request", "Seen", "Settlement",
    "State", "Step", "Tally", "TimebankError", "TooEarly", "TooLate", "TooManyStated",
    "UnknownCareService", "UnknownVisit", "Visit", "VisitPolicy", "Wanting", "WrongCode",
    "WrongState",
    "accept", "ask", "cancel", "care_services", "check_in", "check_out", "confirm", "forget",
    "given_and_waiting", "given_by", "last_place", "member_account", "my_balance", "my_visits",
    "open_requests", "open_time_bank", "open_visits", "opening_grant", "passbook",
    "refuse_open_visits", "refuse_unfinished", "take_over_minutes", "tally", "visit_page",
    "visit_policy_at", "visits_acted_for", "wanting_attention", "withdraw",
]  # fmt: skip
