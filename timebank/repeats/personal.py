"""What repeating requests keep of a member, and what becomes of it when they are erased."""

from collections.abc import Sequence
from typing import Final

from community import Kept

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "repeats",
        ("repeating_request.elder_id",),
        """
        SELECT starts_at, name_zh, name_en, rule, skip_holidays, last_day, place, wishes, minutes,
            preferred.name AS preferred, same_person, asked_at, ended_at
        FROM me JOIN repeating_request ON elder_id = me.id
        JOIN care_service ON care_service.id = care_service_id
        LEFT JOIN member AS preferred ON preferred.id = preferred_id ORDER BY asked_at
        """,
    ),
    # Where the elder lives and what they wished is the elder's.
    Kept(
        "repeats_of_others",
        (
            "repeating_request.preferred_id",
            "repeating_request.asked_by",
            "repeating_request.ended_by",
        ),
        """
        SELECT starts_at, name_zh, name_en, rule, elder.name AS elder, asked_at, ended_at
        FROM me JOIN repeating_request ON me.id IN (preferred_id, asked_by, ended_by)
            AND elder_id <> me.id
        JOIN care_service ON care_service.id = care_service_id
        JOIN member AS elder ON elder.id = elder_id ORDER BY asked_at
        """,
    ),
)
"""What they asked for regularly, and what they asked for or ended for others or are wished for."""
