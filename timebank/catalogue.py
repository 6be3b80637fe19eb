"""The care services that a community offers, and the verb that opens its time bank with them."""

from uuid import UUID

import community
import ledger
from community import Actor
from timebank.accounts import open_accounts
from timebank.errors import UnknownCareService
from timebank.tables import CareServiceRow
from timebank.values import CareService

# Code, Chinese name, English name, usual minutes; in the order in which a page lists them.
USUAL = (
    ("meals", "助餐", "Meals", 60),
    ("cleaning", "助洁", "Cleaning", 120),
    ("bathing", "助浴", "Bathing", 60),
    ("hospital", "助医", "Hospital escort", 180),
    ("urgent", "助急", "Urgent help", 60),
    ("companionship", "陪伴", "Companionship", 60),
    ("outings", "陪同出行", "Outings", 120),
    ("culture", "文体", "Culture and sport", 90),
    ("health", "健康教育", "Health talks", 60),
    ("legal", "法律援助", "Legal help", 60),
    ("fraud", "防诈骗", "Fraud prevention", 60),
    ("digital", "数字助老", "Phone and internet help", 60),
)

_SELECT = """
SELECT id, community_id, code, name_zh, name_en, usual_minutes FROM care_service
WHERE community_id = {}"""

_ADD = """
INSERT INTO care_service (id, community_id, code, name_zh, name_en, usual_minutes, place_in_list)
VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT care_service_code_once DO NOTHING
"""


async def open_time_bank(community_id: UUID, *, by: Actor | None = None) -> None:
    """Open a community's time bank: its accounts and the twelve usual care services.

    Opening it again adds what is missing and changes nothing else.
    """
    async with ledger.transaction():
        for place, (code, name_zh, name_en, minutes) in enumerate(USUAL):
            await CareServiceRow.raw(
                _ADD, ledger.new_id(), community_id, code, name_zh, name_en, minutes, place
            )
        await community.record(
            "time_bank.open",
            by=by or community.system(community_id),
            subject_kind="community",
            subject_id=community_id,
        )
        await open_accounts(community_id)


async def care_services(community_id: UUID) -> list[CareService]:
    """Return a community's catalogue in its order."""
    rows = await CareServiceRow.raw(f"{_SELECT} ORDER BY place_in_list, id", community_id)
    return [CareService(**row) for row in rows]


async def care_service(code: str, *, community_id: UUID) -> CareService:
    """Return the care service with this code. Raises `UnknownCareService`."""
    rows = await CareServiceRow.raw(
        f"{_SELECT} AND code = {{}}",
        community_id,
        code,
    )
    if not rows:
        raise UnknownCareService(code)
    return CareService(**rows[0])
