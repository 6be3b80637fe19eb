"""Plans: who carries a need out, what it costs, by when, and how its words came about.

An open call finds an undertaker; they and those who raised the need write versions, none of which
ever changes; residents propose amendments. While a plan stands on an open ballot, it is frozen.
"""

from marketplace.plans.files import clear_loose_files, keep_file, kinds_of, plan_file
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
    plans_written,
    read_plan,
    supported,
    undertakers,
    version,
    versions,
)
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
    "Amendment", "AmendmentId", "AmendmentState", "Attachment", "BudgetLine", "Call", "CallId",
    "CallState", "Maintenance", "Milestone", "Offer", "OfferDraft", "OfferId", "Plan",
    "PlanContent", "PlanId", "PlanPolicy", "Undertaker", "Version", "amendment", "amendments",
    "call", "calls", "clear_loose_files", "keep_file", "kinds_of", "offer", "offers", "open_calls",
    "plan_file", "plan_of_need", "plan_policy_at", "plans_written", "read_plan", "supported",
    "undertakers", "version", "versions", "write_plan", "write_version", "writers",
]  # fmt: skip
