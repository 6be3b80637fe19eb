"""The values of a need: what residents say is missing, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

NeedId = NewType("NeedId", UUID)


class NeedState(StrEnum):
    """How far a need has come; each move is a row of its history.

    `seconded` has reached the threshold and waits for screening, `accepted` has passed it and
    wants a plan, `planned` has one and is talked over, `entered` stands in a round.
    """

    RAISED = "raised"
    SECONDED = "seconded"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PLANNED = "planned"
    ENTERED = "entered"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    HIDDEN = "hidden"

    @property
    def step(self) -> int:
        """Which of the eight steps this is, counted from 1; 0 where it stands outside them."""
        return _STEPS.get(self.value, 0)


_STEPS = {"raised": 1, "seconded": 2, "refused": 2, "accepted": 3, "planned": 4, "entered": 4}


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """What somebody says of a need; `area_id` is a grid or the whole community, if any."""

    title: str
    story: str
    category: str
    place: str = ""
    area_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A need as it stands. `category` is a key that `needs.categories` knows.

    `entered_by` is the operator who wrote it down for `raised_by`, None where they did it
    themselves. `merged_into` is the need in which this one goes on, while it is merged.
    """

    id: NeedId
    community_id: UUID
    area_id: UUID | None
    category: str
    title: str
    story: str
    place: str
    raised_by: UUID
    entered_by: UUID | None
    raised_at: datetime
    state: NeedState
    version: int
    merged_into: NeedId | None = None


@dataclass(frozen=True, slots=True)
class NeedMove:
    """A step that a need took: what it became, who moved it, when and why."""

    state: NeedState
    by: UUID
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class NeedVersion:
    """What a need said at one time; the first is what was raised."""

    number: int
    category: str
    title: str
    story: str
    place: str
    area_id: UUID | None
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class NeedCategory:
    """A kind of need in one community; one that is retired can be read but not chosen."""

    key: str
    name_zh: str
    name_en: str
    icon: str
    position: int
    retired: bool = False

    def name(self, language: str) -> str:
        """Return its name in a language, Chinese unless English is asked for."""
        return self.name_en if language == "en" else self.name_zh


@dataclass(frozen=True, slots=True)
class NeedReport:
    """A resident's report that a need breaks the rules, and how a coordinator settled it."""

    id: UUID
    need_id: NeedId
    member_id: UUID
    reason: str
    reported_at: datetime
    settled_at: datetime | None = None
