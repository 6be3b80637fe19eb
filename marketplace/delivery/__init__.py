"""Delivery: the work on a chosen project, its milestones and news, and what it is paid for.

Who undertakes it begins, reports and asks for money; two people who are not tied to them approve
each request; the last part waits until residents have judged what was delivered.
"""

from marketplace.delivery.approving import Watch, approve, refuse
from marketplace.delivery.asking import ask, lines_of, unplanned_fen, withdraw
from marketplace.delivery.beginning import begin
from marketplace.delivery.ending import stop
from marketplace.delivery.files import receipt_file, receipts_for
from marketplace.delivery.moving import locked, move
from marketplace.delivery.personal import forget_deliveries, take_over_deliveries
from marketplace.delivery.policy import delivery_policy_at
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
from marketplace.delivery.reminding import remind_of_milestones
from marketplace.delivery.reporting import declare_delivered, report, write_update
from marketplace.delivery.undertaking import tie, ties, undertaking_of, who_undertakes
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
    "Update", "UpdateId", "Verdict", "Watch", "approve", "ask", "begin",
    "declare_delivered", "deliveries",
    "delivery_moves", "delivery_policy_at", "disbursement", "disbursements", "find_delivery",
    "forget_deliveries", "lines_of", "locked", "milestone", "milestones", "move", "overdue",
    "photo", "photos", "purse", "read_delivery", "receipt_file", "receipts_for", "refuse",
    "remind_of_milestones", "report", "stop", "take_over_deliveries", "tie", "ties",
    "undertaking_of", "unplanned_fen",
    "updates", "waiting_disbursements", "who_undertakes", "withdraw", "write_update",
]  # fmt: skip
