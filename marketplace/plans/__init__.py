"""Plans: who carries a need out, what it costs, by when, and how its words came about.

An open call finds an undertaker; they and those who raised the need write versions, none of which
ever changes; residents propose amendments. While a plan stands on an open ballot, it is frozen.
"""

from marketplace.plans.amending import (
    accept_amendment,
    decline_amendment,
    lapse_amendments,
    propose_amendment,
    support_amendment,
    taken_in,
    withdraw_amendment,
)
from marketplace.plans.calling import close_due_calls, end_call, open_call, remind_of_calls
from marketplace.plans.calling import offering as behind
from marketplace.plans.choosing import choose, step_back, withdraw_offer
from marketplace.plans.choosing import offer as offer_to_undertake
from marketplace.plans.files import (
    LOOSE_AT_A_TIME,
    clear_loose_files,
    keep_file,
    kinds_of,
    plan_file,
)
from marketplace.plans.personal import forget_plans, take_over_plans
from marketplace.plans.policy import plan_policy_at
from marketplace.plans.reading import (
    amendment,
    amendments,
    call,
    calls,
    offer,
    offers,
    open_calls,
    plan_of_need,
    plans_by_id,
    plans_written,
    read_plan,
    supported,
    undertakers,
    version,
    versions,
)
from marketplace.plans.telling import hands_of, speaking_for
from marketplace.plans.values import (
    Amendment,
    AmendmentId,
    AmendmentState,
    Attachment,
    BudgetLine,
    Call,
    CallId,
    CallState,
    Maintenance,
    Milestone,
    Offer,
    OfferDraft,
    OfferId,
    Plan,
    PlanContent,
    PlanId,
    PlanPolicy,
    Undertaker,
    Version,
)
from marketplace.plans.writing import write_plan, write_version, writers

__all__ = [
    "LOOSE_AT_A_TIME", "Amendment", "AmendmentId", "AmendmentState", "Attachment",
    "BudgetLine", "Call", "CallId",
    "CallState", "Maintenance", "Milestone", "Offer", "OfferDraft", "OfferId", "Plan",
    "PlanContent", "PlanId", "PlanPolicy", "Undertaker", "Version", "accept_amendment",
    "amendment", "amendments", "behind", "call", "calls", "choose", "clear_loose_files",
    "close_due_calls",
    "decline_amendment", "end_call", "forget_plans", "hands_of", "keep_file", "kinds_of",
    "lapse_amendments", "offer",
    "offer_to_undertake", "offers", "open_call", "open_calls", "plan_file", "plan_of_need",
    "plan_policy_at", "plans_by_id", "plans_written", "propose_amendment", "read_plan",
    "remind_of_calls", "speaking_for",
    "step_back", "support_amendment", "supported",
    "take_over_plans", "taken_in", "undertakers", "version",
    "versions", "withdraw_amendment", "withdraw_offer", "write_plan", "write_version", "writers",
]  # fmt: skip
