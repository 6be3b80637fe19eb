"""The care services that a community offers, and the verb that opens its time bank with them."""

from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from timebank.accounts import open_accounts
from timebank.catalogue_usual import KINDS, SERVICES
from timebank.errors import UnknownCareService
from timebank.tables import CareServiceRow
from timebank.values import CareService

COLUMNS: Final = """
care_service.id, care_service.community_id, care_service.code, care_service.name_zh,
care_service.name_en, usual_minutes, words_zh, words_en, certificate_kind_id AS certificate,
low_risk, minors, care_service.credit_per_hour, for_group AS "group",
care_service.retired_at IS NOT NULL AS retired, care_service.place_in_list
"""
"""The columns of a `CareService`, under the names of its fields."""

_SELECT = f"SELECT {COLUMNS} FROM care_service WHERE community_id = {{}}"  # noqa: S608 (a piece of our own)

_ADD = """
INSERT INTO care_service (id, community_id, code, name_zh, name_en, usual_minutes, place_in_list,
    words_zh, words_en, low_risk, minors, for_group, certificate_kind_id)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
    (SELECT id FROM certificate_kind WHERE community_id = {} AND code = {}))
ON CONFLICT DO NOTHING
"""

_ADD_KIND = """
INSERT INTO certificate_kind (id, community_id, code, name_zh, name_en, place_in_list)
VALUES ({}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING
"""


async def open_time_bank(community_id: UUID, *, by: Actor | None = None) -> None:
    """Open a community's time bank: its accounts, kinds of certificate, and usual care services.

    Opening it again adds what is missing and changes nothing else.
    """
    async with ledger.transaction():
        for place, kind in enumerate(KINDS):
            named = (kind.code, kind.name_zh, kind.name_en)
            await CareServiceRow.raw(_ADD_KIND, ledger.new_id(), community_id, *named, place)
        for place, one in enumerate(SERVICES):
            await CareServiceRow.raw(
                _ADD,
                ledger.new_id(),
                community_id,
                one.code,
                one.name_zh,
                one.name_en,
                one.minutes,
                place,
                one.words_zh,
                one.words_en,
                one.low_risk,
                one.minors,
                one.group,
                community_id,
                one.certificate,
            )
        await community.record(
            "time_bank.open",
            by=by or community.system(community_id),
            subject_kind="community",
            subject_id=community_id,
        )
        await open_accounts(community_id)


async def care_services(community_id: UUID, *, retired: bool = False) -> list[CareService]:
    """Return a community's catalogue in its order; with `retired`, also what it offers no more."""
    in_use = "" if retired else " AND care_service.retired_at IS NULL"
    rows = await CareServiceRow.raw(f"{_SELECT}{in_use} ORDER BY place_in_list, id", community_id)
    return [CareService(**row) for row in rows]


async def care_service(code: str, *, community_id: UUID) -> CareService:
    """Return the care service on offer with this code. Raises `UnknownCareService`."""
    rows = await CareServiceRow.raw(
        f"{_SELECT} AND code = {{}} AND care_service.retired_at IS NULL",
        community_id,
        code,
    )
    if not rows:
        raise UnknownCareService(code)
    return CareService(**rows[0])


async def care_service_by_id(care_service_id: UUID, *, community_id: UUID) -> CareService:
    """Return a care service of a community, on offer or retired. Raises `UnknownCareService`."""
    rows = await CareServiceRow.raw(f"{_SELECT} AND id = {{}}", community_id, care_service_id)
    if not rows:
        raise UnknownCareService(str(care_service_id))
    return CareService(**rows[0])
