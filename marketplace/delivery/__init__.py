"""Delivery: the work on a chosen project, its milestones and news, and what it is paid for.

Who undertakes it begins, reports and asks for money; two people who are not tied to them approve
each request; the last part waits until residents have judged what was delivered.
"""

from marketplace.delivery.moving import locked, move
from marketplace.delivery.reading import (
    deliveries,
    delivery_moves,
    disbursement,
    disbursements,
    find_delivery,
    milestone,
    milestones,
    overdue,
    photo,
    photos,
    purse,
    read_delivery,
    updates,
    waiting_disbursements,
)
from marketplace.delivery.undertaking import tie, undertaking_of, who_undertakes
from marketplace.delivery.values import (
    Decision,
    Delivery,
    DeliveryMove,
    DeliveryPolicy,
    DeliveryState,
    Disbursement,
    DisbursementDraft,
    DisbursementId,
    DisbursementState,
    Milestone,
    MilestoneReport,
    Photo,
    PhotoId,
    Purse,
    Receipt,
    ReceiptDraft,
    ReceiptId,
    Tie,
    Undertaking,
    Update,
    UpdateId,
    Verdict,
)

__all__ = [
    "Decision", "Delivery", "DeliveryMove", "DeliveryPolicy", "DeliveryState", "Disbursement",
    "DisbursementDraft", "DisbursementId", "DisbursementState", "Milestone", "MilestoneReport",
    "Photo", "PhotoId", "Purse", "Receipt", "ReceiptDraft", "ReceiptId", "Tie", "Undertaking",
    "Update", "UpdateId", "Verdict", "deliveries", "delivery_moves", "disbursement",
    "disbursements", "find_delivery", "locked", "milestone", "milestones", "move", "overdue",
    "photo", "photos", "purse", "read_delivery", "tie", "undertaking_of", "updates",
    "waiting_disbursements", "who_undertakes",
]  # fmt: skip
