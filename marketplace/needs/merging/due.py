"""Reminds authors of a merge that waits for them, and ends it when its time is over."""

from datetime import UTC, datetime, timedelta
from typing import Final

import community
from marketplace.needs.merging.asking import decide, unanswered
from marketplace.needs.merging.reading import find
from marketplace.needs.merging.tables import NeedMergeRow
from marketplace.needs.merging.telling import tell_each
from marketplace.needs.union import one_at_a_time
from marketplace.refusals import verb

REMINDED_BEFORE: Final = timedelta(days=3)
AT_A_TIME: Final = 100

_TO_REMIND: Final = """
SELECT id FROM need_merge
WHERE state = 'asked' AND reminded_at IS NULL AND due_at <= {} AND due_at > {}
ORDER BY due_at LIMIT {} FOR NO KEY UPDATE SKIP LOCKED
"""


async def look_after_merges(now: datetime | None = None) -> None:
    """Remind once, and settle what is due; may be repeated and run by two workers at once."""
    moment = now or datetime.now(UTC)
    await _remind(moment)
    due = await NeedMergeRow.raw(
        "SELECT id, community_id FROM need_merge WHERE state = 'asked' AND due_at <= {}"
        " ORDER BY due_at, id LIMIT {}",
        moment,
        AT_A_TIME,
    )
    for row in due:
        async with verb():
            await one_at_a_time(row["community_id"])
            for merge in await find("id = {} AND state = 'asked'", row["id"]):
                by = community.system(merge.community_id)
                await decide(merge, by=by, silence=merge.silence)


async def _remind(moment: datetime) -> None:
    async with verb():
        rows = await NeedMergeRow.raw(_TO_REMIND, moment + REMINDED_BEFORE, moment, AT_A_TIME)
        ids = [row["id"] for row in rows]
        for merge in await find("id = ANY({})", ids):
            await tell_each(merge, "need.merge_reminded", unanswered(merge))
            await NeedMergeRow.raw(
                "UPDATE need_merge SET reminded_at = {} WHERE id = {}", moment, merge.id
            )
            await community.record(
                "need.merge_remind",
                by=community.system(merge.community_id),
                subject_kind="need",
                subject_id=merge.need_id,
                details={"merge": merge.id},
            )
