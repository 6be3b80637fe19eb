"""The kinds of need in a community: the usual five, and what it made of them.

A community that changed nothing has the five of Suzhou Gusu. A row takes the place of a usual one
with its key, or adds another. None is ever deleted: old needs and projects keep theirs.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace import rules as shared
from marketplace.needs.errors import BadCategory, UnknownCategory
from marketplace.needs.standing import oneself
from marketplace.needs.tables import NeedCategoryRow
from marketplace.needs.values import NeedCategory
from marketplace.refusals import verb
from marketplace.values import Category

USUAL: Final = (
    NeedCategory(Category.ELDER_CARE.value, "为老服务", "Care for elders", "hand-heart", 1),
    NeedCategory(Category.CULTURE.value, "文化服务", "Culture", "music", 2),
    NeedCategory(Category.ENVIRONMENT.value, "环境卫生", "Environment and hygiene", "sprout", 3),
    NeedCategory(
        Category.SELF_MANAGEMENT.value,
        "自治管理",
        "Neighbours running things themselves",
        "users",
        4,
    ),
    NeedCategory(Category.YOUTH.value, "青少年服务", "Children and teenagers", "graduation-cap", 5),
)

ICONS: Final = (
    "hand-heart", "music", "sprout", "users", "graduation-cap", "house", "heart-pulse", "book-open",
    "footprints", "brush-cleaning", "utensils", "hammer", "shield-check", "megaphone", "coffee",
    "flag",
)  # fmt: skip
"""What a category may be shown with; all stand in the sprite."""

LENGTHS_MAX: Final[Mapping[str, int]] = {"name_zh": 40, "name_en": 60}
POSITION_MAX: Final = 999
_NO_KEY: Final = re.compile(r"[^a-z0-9]+")

_SAVE: Final = """
INSERT INTO need_category (community_id, key, name_zh, name_en, icon, position, retired_at)
VALUES ({}, {}, {}, {}, {}, {}, CASE WHEN {} THEN clock_timestamp() END)
ON CONFLICT ON CONSTRAINT one_need_category_each DO UPDATE SET name_zh = excluded.name_zh,
    name_en = excluded.name_en, icon = excluded.icon, position = excluded.position,
    retired_at = CASE WHEN excluded.retired_at IS NULL THEN NULL
        ELSE coalesce(need_category.retired_at, excluded.retired_at) END
"""


async def categories(community_id: UUID, *, retired: bool = False) -> list[NeedCategory]:
    """Return a community's categories in their order; also those retired where asked for."""
    rows = await NeedCategoryRow.raw(
        "SELECT key, name_zh, name_en, icon, position, retired_at IS NOT NULL AS retired"
        " FROM need_category WHERE community_id = {}",
        community_id,
    )
    found = {one.key: one for one in USUAL} | {row["key"]: NeedCategory(**row) for row in rows}
    shown = [one for one in found.values() if retired or not one.retired]
    return sorted(shown, key=lambda one: (one.retired, one.position, one.key))


async def require_category(key: str, *, community_id: UUID, kept: str = "") -> None:
    """Refuse a category that cannot be chosen, but for `kept`, which was. Raises `UnknownCategory`.

    A need that is edited keeps a category that was retired meanwhile.
    """
    if key != kept and key not in {one.key for one in await categories(community_id)}:
        raise UnknownCategory(key)


async def save_category(said: NeedCategory, *, by: Actor) -> NeedCategory:
    """Add a category or change one; `said.key` is empty for a new one.

    Two of a community that are not retired never have the same name. Raises `NotACoordinator`,
    `BadCategory`, `UnknownCategory`.
    """
    oneself(by)
    shared.coordinates(by.roles)
    names = {"name_zh": said.name_zh.strip(), "name_en": said.name_en.strip()}
    _check(said, names)
    async with verb():
        # One at a time in a community, so that a name is looked up and kept as one.
        await NeedCategoryRow.raw(
            "SELECT pg_advisory_xact_lock(hashtextextended('need_category' || {}::text, 0))",
            str(by.community_id),
        )
        known = await categories(by.community_id, retired=True)
        others = [one for one in known if one.key != said.key and not one.retired]
        for field, name in names.items():
            if not said.retired and name in {getattr(one, field) for one in others}:
                raise BadCategory(field, "taken")
        if said.retired and not others:
            raise BadCategory("retired", "last")
        key = said.key or _new_key(names["name_en"], {one.key for one in known})
        if said.key and said.key not in {one.key for one in known}:
            raise UnknownCategory(said.key)
        kept = NeedCategory(
            key, names["name_zh"], names["name_en"], said.icon, said.position, said.retired
        )
        await NeedCategoryRow.raw(
            _SAVE,
            by.community_id,
            kept.key,
            kept.name_zh,
            kept.name_en,
            kept.icon,
            kept.position,
            kept.retired,
        )
        await community.record(
            "need.category",
            by=by,
            subject_kind="community",
            subject_id=by.community_id,
            details={"category": kept.key, "retired": kept.retired},
        )
    return kept


def _check(said: NeedCategory, names: Mapping[str, str]) -> None:
    for field, name in names.items():
        if not name:
            raise BadCategory(field, "missing")
        if len(name) > LENGTHS_MAX[field]:
            raise BadCategory(field, "too long")
    if said.icon not in ICONS:
        raise BadCategory("icon", "unknown")
    if not 0 <= said.position <= POSITION_MAX:
        raise BadCategory("position", "out of bounds")


def _new_key(name: str, taken: set[str]) -> str:
    """Return a key for a name, readable in exports: `Street lamps` is `street_lamps`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _NO_KEY.sub("_", plain).strip("_")[:30].strip("_") or "category"
    return next(
        key
        for key in (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3)))
        if key not in taken
    )
