"""The verbs by which a community keeps the kinds of certificate that it knows.

A coordinator or an administrator does. A kind is never deleted: volunteers have certificates of it.
"""

from uuid import UUID

import community
import ledger
from community import Actor
from timebank.care import rules
from timebank.care.errors import KindNeeded, UnknownKind
from timebank.care.keeping import naming, refuse_others
from timebank.care.tables import CertificateKindRow
from timebank.care.values import CertificateKind
from timebank.tables import CareServiceRow


async def add_certificate_kind(kind: CertificateKind, *, by: Actor) -> None:
    """Know a new kind of certificate; its id is that of the form, the same again changes nothing.

    Raises `NotAllowed`, `InvalidCareService` for its names, `NameTaken`.
    """
    refuse_others(by, "keep the kinds of certificate")
    name_zh, name_en = kind.name_zh.strip(), kind.name_en.strip()
    rules.check_names(name_zh, name_en)
    async with naming():
        made = await CertificateKindRow.raw(
            "INSERT INTO certificate_kind (id, community_id, code, name_zh, name_en,"
            " place_in_list) SELECT {}, {}, {}, {}, {}, coalesce(max(place_in_list) + 1, 0)"
            " FROM certificate_kind WHERE community_id = {}"
            " ON CONFLICT ON CONSTRAINT certificate_kind_pkey DO NOTHING RETURNING id",
            kind.id,
            by.community_id,
            f"k-{kind.id.hex[-12:]}",
            name_zh,
            name_en,
            by.community_id,
        )
        if made:
            await community.record(
                "certificate_kind.add",
                by=by,
                subject_kind="certificate_kind",
                subject_id=kind.id,
                after={"name_zh": name_zh, "name_en": name_en},
            )


async def retire_certificate_kind(kind_id: UUID, *, by: Actor) -> None:
    """Ask for a kind of certificate no more; those that volunteers have stay in their place.

    Doing it again changes nothing. Raises `NotAllowed`, `UnknownKind`, and `KindNeeded` while a
    care service on offer needs it.
    """
    refuse_others(by, "keep the kinds of certificate")
    async with ledger.transaction():
        rows = await CertificateKindRow.raw(
            "SELECT retired_at FROM certificate_kind WHERE community_id = {} AND id = {}"
            " FOR NO KEY UPDATE",
            by.community_id,
            kind_id,
        )
        if not rows:
            raise UnknownKind(kind_id)
        if rows[0]["retired_at"] is not None:
            return
        needing = await CareServiceRow.raw(
            "SELECT name_zh FROM care_service WHERE community_id = {}"
            " AND certificate_kind_id = {} AND retired_at IS NULL ORDER BY place_in_list",
            by.community_id,
            kind_id,
        )
        if needing:
            raise KindNeeded(tuple(row["name_zh"] for row in needing))
        await CertificateKindRow.raw(
            "UPDATE certificate_kind SET retired_at = clock_timestamp() WHERE id = {}", kind_id
        )
        await community.record(
            "certificate_kind.retire",
            by=by,
            subject_kind="certificate_kind",
            subject_id=kind_id,
        )


async def certificate_kinds(community_id: UUID, *, retired: bool = False) -> list[CertificateKind]:
    """Return the kinds of certificate that a community knows; with `retired`, also former ones."""
    in_use = "" if retired else " AND retired_at IS NULL"
    rows = await CertificateKindRow.raw(
        "SELECT id, community_id, code, name_zh, name_en, retired_at IS NOT NULL AS retired"  # noqa: S608 (pieces of our own)
        f" FROM certificate_kind WHERE community_id = {{}}{in_use} ORDER BY place_in_list, id",
        community_id,
    )
    return [CertificateKind(**row) for row in rows]
