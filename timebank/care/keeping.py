"""The verbs by which a community keeps its catalogue: what is added, changed, retired.

A coordinator or an administrator does. Nothing is ever deleted: visits of before keep the name of
what was given. Each change is in the trail with what was before and after.
"""

import dataclasses
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

import community
import ledger
from community import Actor, Role
from timebank.care import rules
from timebank.care.errors import (
    ChangedMeanwhile,
    EnglishNameTaken,
    NameTaken,
    NotAllowed,
    UnknownKind,
)
from timebank.care.tables import CertificateKindRow
from timebank.catalogue import care_service_by_id
from timebank.errors import UnknownCareService
from timebank.tables import CareServiceRow
from timebank.values import CareService

KEEPERS: Final = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})

_KEPT: Final = (
    "name_zh", "name_en", "words_zh", "words_en", "usual_minutes", "low_risk", "minors",
    "credit_per_hour", "group", "place_in_list",
)  # fmt: skip

_ADD = """
INSERT INTO care_service (id, community_id, code, name_zh, name_en, usual_minutes, words_zh,
    words_en, certificate_kind_id, low_risk, minors, credit_per_hour, for_group, place_in_list)
SELECT {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, coalesce(max(place_in_list) + 1, 0)
FROM care_service WHERE community_id = {}
ON CONFLICT ON CONSTRAINT care_service_pkey DO NOTHING RETURNING id
"""

_CHANGE = """
UPDATE care_service SET name_zh = {}, name_en = {}, usual_minutes = {}, words_zh = {},
    words_en = {}, certificate_kind_id = {}, low_risk = {}, minors = {}, credit_per_hour = {},
    for_group = {}, place_in_list = {}, version = version + 1
WHERE community_id = {} AND id = {}
"""


@asynccontextmanager
async def naming() -> AsyncIterator[None]:
    """Open the verb's transaction; a name that another has is refused as that."""
    refusals: dict[str, type[NameTaken]] = {
        "care_service_name_zh_once": NameTaken,
        "care_service_name_en_once": EnglishNameTaken,
        "certificate_kind_name_zh_once": NameTaken,
        "certificate_kind_name_en_once": EnglishNameTaken,
    }
    try:
        async with ledger.transaction():
            yield
    except asyncpg.UniqueViolationError as broken:
        refusal = refusals.get(broken.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from broken


async def add_care_service(draft: CareService, *, by: Actor) -> CareService:
    """Offer a new care service, at the end of the list; its id is that of the form.

    The same form again changes nothing. Raises `NotAllowed`, `InvalidCareService`, `NameTaken`,
    `UnknownKind`.
    """
    refuse_others(by, "keep the catalogue")
    draft = _tidy(draft)
    async with naming():
        await _refuse_unknown_kind(draft, by)
        made = await CareServiceRow.raw(
            _ADD,
            draft.id,
            by.community_id,
            _code(draft),
            draft.name_zh,
            draft.name_en,
            draft.usual_minutes,
            draft.words_zh,
            draft.words_en,
            draft.certificate,
            draft.low_risk,
            draft.minors,
            draft.credit_per_hour,
            draft.group,
            by.community_id,
        )
        found = await care_service_by_id(draft.id, community_id=by.community_id)
        if made:
            await _record("care_service.add", found, by, after=_told(found))
        return found


async def change_care_service(draft: CareService, *, version: int, by: Actor) -> CareService:
    """Change what a care service is; visits that are booked keep what was agreed.

    `version` is the one that the form was made from. Its code stays. Raises `NotAllowed`,
    `InvalidCareService`, `NameTaken`, `UnknownKind`, `UnknownCareService`, `ChangedMeanwhile`.
    """
    refuse_others(by, "keep the catalogue")
    draft = _tidy(draft)
    async with naming():
        before, known = await _locked(draft.id, by)
        draft = dataclasses.replace(
            draft, community_id=by.community_id, code=before.code, retired=before.retired
        )
        if draft == before:
            return before
        if version != known:
            raise ChangedMeanwhile
        if draft.certificate != before.certificate:
            await _refuse_unknown_kind(draft, by)
        await CareServiceRow.raw(
            _CHANGE,
            draft.name_zh,
            draft.name_en,
            draft.usual_minutes,
            draft.words_zh,
            draft.words_en,
            draft.certificate,
            draft.low_risk,
            draft.minors,
            draft.credit_per_hour,
            draft.group,
            draft.place_in_list,
            by.community_id,
            draft.id,
        )
        was, now = _told(before), _told(draft)
        changed = {name for name in now if was[name] != now[name]}
        await _record(
            "care_service.change",
            draft,
            by,
            before={name: was[name] for name in changed},
            after={name: now[name] for name in changed},
        )
        return draft


async def retire_care_service(care_service_id: UUID, *, by: Actor) -> None:
    """Offer a care service no more; open requests for it stay. Doing it again changes nothing.

    Raises `NotAllowed`, `UnknownCareService`.
    """
    await _switch(care_service_id, retired=True, act="care_service.retire", by=by)


async def resume_care_service(care_service_id: UUID, *, by: Actor) -> None:
    """Offer a retired care service again. Raises `NotAllowed`, `UnknownCareService`."""
    await _switch(care_service_id, retired=False, act="care_service.resume", by=by)


async def care_service_version(care_service_id: UUID, *, community_id: UUID) -> int:
    """Return how often a care service was changed, for the form. Raises `UnknownCareService`."""
    rows = await CareServiceRow.raw(
        "SELECT version FROM care_service WHERE community_id = {} AND id = {}",
        community_id,
        care_service_id,
    )
    if not rows:
        raise UnknownCareService(str(care_service_id))
    return int(rows[0]["version"])


async def _switch(care_service_id: UUID, *, retired: bool, act: str, by: Actor) -> None:
    refuse_others(by, "keep the catalogue")
    async with ledger.transaction():
        found, _version = await _locked(care_service_id, by)
        if found.retired is retired:
            return
        if not retired:
            await _refuse_unknown_kind(found, by)
        moment = "clock_timestamp()" if retired else "NULL"
        await CareServiceRow.raw(
            f"UPDATE care_service SET retired_at = {moment}, version = version + 1"  # noqa: S608 (one of two words)
            " WHERE community_id = {} AND id = {}",
            by.community_id,
            care_service_id,
        )
        await _record(act, found, by)


async def _locked(care_service_id: UUID, by: Actor) -> tuple[CareService, int]:
    rows = await CareServiceRow.raw(
        "SELECT version FROM care_service WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        by.community_id,
        care_service_id,
    )
    if not rows:
        raise UnknownCareService(str(care_service_id))
    return await care_service_by_id(care_service_id, community_id=by.community_id), rows[0][
        "version"
    ]


async def _refuse_unknown_kind(draft: CareService, by: Actor) -> None:
    """Lock the kind that is needed against being retired, and refuse one that is not in use."""
    if draft.certificate is None:
        return
    rows = await CertificateKindRow.raw(
        "SELECT FROM certificate_kind WHERE community_id = {} AND id = {} AND retired_at IS NULL"
        " FOR SHARE",
        by.community_id,
        draft.certificate,
    )
    if not rows:
        raise UnknownKind(draft.certificate)


def refuse_others(by: Actor, act: str) -> None:
    """Raise `NotAllowed` for whoever does not keep the catalogue, or acts for another."""
    if KEEPERS.isdisjoint(by.roles) or by.on_behalf_of is not None:
        raise NotAllowed(act)


def _tidy(draft: CareService) -> CareService:
    draft = dataclasses.replace(
        draft,
        name_zh=draft.name_zh.strip(),
        name_en=draft.name_en.strip(),
        words_zh=draft.words_zh.strip(),
        words_en=draft.words_en.strip(),
    )
    rules.check_care_service(draft)
    return draft


def _code(draft: CareService) -> str:
    """Make a code that programs can read and no other care service has."""
    words = re.sub(r"[^a-z0-9]+", "-", draft.name_en.lower()).strip("-")
    return f"{words[:30] or 'care'}-{draft.id.hex[-6:]}"


def _told(one: CareService) -> dict[str, Any]:
    kept: dict[str, Any] = {name: getattr(one, name) for name in _KEPT}
    return {**kept, "certificate": str(one.certificate) if one.certificate else None}


async def _record(act: str, one: CareService, by: Actor, **changes: Any) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="care_service",
        subject_id=one.id,
        details={"name_zh": one.name_zh},
        **changes,
    )
