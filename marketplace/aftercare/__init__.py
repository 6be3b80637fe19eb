"""Aftercare: what residents do with a finished project, and how it begins anew.

They agree on a covenant and sign it; custodians look after it and check it on days that the plan
named; what is broken is said, answered and mended; and what is worn out, or was not chosen, becomes
a need again, with its story.
"""

from marketplace.aftercare.again import (
    origin_of_need,
    origins_of_project,
    raise_again,
    why_again,
)
from marketplace.aftercare.attention import (
    answer_attention,
    hide_attention,
    join_attention,
    moves_of,
    part_attention,
    raise_attention,
)
from marketplace.aftercare.beginning import FINISHED, begin_aftercare
from marketplace.aftercare.checks import (
    assign_check,
    miss_checks,
    remind_of_checks,
    report_check,
)
from marketplace.aftercare.covenants import (
    enter_signature,
    sign_covenant,
    take_back_signature,
    write_covenant,
)
from marketplace.aftercare.custodians import (
    answer_custodian,
    end_terms,
    name_custodian,
    step_back,
    volunteer,
)
from marketplace.aftercare.personal import (
    forget_aftercare,
    leave_aftercare,
    take_over_aftercare,
)
from marketplace.aftercare.photos import aftercare_photo
from marketplace.aftercare.policy import aftercare_policy_at
from marketplace.aftercare.reading import (
    aftercare,
    asked_to_serve,
    attention,
    attentions,
    attentions_of_call,
    check,
    checks,
    checks_of_member,
    checks_to_do,
    covenant_versions,
    custodian_offers,
    custodians,
    in_force,
    looked_after,
    open_attentions,
    sees_words,
    serves,
    signatures,
)
from marketplace.aftercare.rules import LENGTHS_MAX, PHOTOS_MAX, STANDING
from marketplace.aftercare.story import story_of_need, story_of_project
from marketplace.aftercare.values import (
    Aftercare,
    AftercarePolicy,
    Again,
    Attention,
    AttentionId,
    AttentionMove,
    AttentionState,
    Chapter,
    Check,
    CheckId,
    CheckState,
    CovenantVersion,
    Custodian,
    CustodianId,
    CustodianState,
    Origin,
    Outcome,
    Signature,
    Way,
)

__all__ = [
    "FINISHED", "LENGTHS_MAX", "PHOTOS_MAX", "STANDING", "Aftercare", "AftercarePolicy", "Again",
    "Attention", "AttentionId", "AttentionMove", "AttentionState", "Chapter", "Check", "CheckId",
    "CheckState", "CovenantVersion", "Custodian", "CustodianId", "CustodianState", "Origin",
    "Outcome", "Signature", "Way", "aftercare", "aftercare_photo", "aftercare_policy_at",
    "answer_attention", "answer_custodian", "asked_to_serve", "assign_check", "attention",
    "attentions", "attentions_of_call", "begin_aftercare", "check", "checks", "checks_of_member",
    "checks_to_do", "covenant_versions", "custodian_offers", "custodians", "end_terms",
    "enter_signature", "forget_aftercare", "hide_attention", "in_force", "join_attention",
    "leave_aftercare", "looked_after", "miss_checks", "moves_of", "name_custodian",
    "open_attentions", "origin_of_need", "origins_of_project", "part_attention",
    "raise_again", "raise_attention", "remind_of_checks", "report_check", "sees_words", "serves",
    "sign_covenant", "signatures", "step_back", "story_of_need", "story_of_project",
    "take_back_signature", "take_over_aftercare", "volunteer", "why_again", "write_covenant",
]  # fmt: skip
