"""The values of a merge: that one need go on in another, and what its authors say to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from marketplace.needs.values import NeedId

MergeId = NewType("MergeId", UUID)


class MergeState(StrEnum):
    """How far a merge has come. `overtaken`: one of the two needs moved on before all agreed."""

    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"
    UNDONE = "undone"


class Silence(StrEnum):
    """What it means when an author has said nothing by the deadline."""

    STAYS = "stays"
    AGREES = "agrees"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an author of one of the two says; `agreed` is None until they do."""

    member_id: UUID
    need_id: NeedId
    agreed: bool | None = None
    reason: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge of `need_id` into `into_id`, as it stands."""

    id: MergeId
    community_id: UUID
    need_id: NeedId
    into_id: NeedId
    state: MergeState
    why: str
    asked_by: UUID
    asked_at: datetime
    due_at: datetime
    silence: Silence
    settled_at: datetime | None
    undone_by: UUID | None
    undone_at: datetime | None
    undone_why: str
    answers: tuple[Answer, ...]
