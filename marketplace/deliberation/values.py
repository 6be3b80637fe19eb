"""The values of a deliberation: arguments with their words, threads, rulings, both sides."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Side(StrEnum):
    """What an argument is: for the need, against it, a question, or an answer to another."""

    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"
    ANSWER = "answer"


class Channel(StrEnum):
    """How something was said: typed by whoever says it, or at a meeting or by telephone."""

    ONLINE = "online"
    MEETING = "meeting"
    PHONE = "phone"


class ReportReason(StrEnum):
    """Why somebody reports words."""

    INSULT = "insult"
    PRIVATE = "private"
    ADVERTISING = "advertising"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an argument: `kind` is said, amended or added; empty once their author is erased."""

    number: int
    kind: str
    words: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Argument:
    """Something that was said about a need.

    `said_by` is None for a neighbour who spoke at a meeting or by telephone and gave no name;
    `entered_by` then, and whenever `channel` is not online, is who wrote it down. `versions` are
    all its words, oldest first. `hidden_reason` is why a coordinator hid it.
    """

    id: UUID
    need_id: UUID
    community_id: UUID
    parent_id: UUID | None
    side: Side
    channel: Channel
    said_by: UUID | None
    entered_by: UUID
    said_at: datetime
    taken_back_at: datetime | None
    hidden: bool
    hidden_reason: str
    marks: int
    versions: tuple[Words, ...]

    @property
    def speaker(self) -> UUID:
        """Whose words they are to change: who said them, or who wrote them down for the unnamed."""
        return self.said_by or self.entered_by

    @property
    def words(self) -> str:
        """What it says now, without what was added."""
        return next((one.words for one in reversed(self.versions) if one.kind != "added"), "")

    @property
    def added(self) -> tuple[Words, ...]:
        """What was added since, oldest first."""
        return tuple(one for one in self.versions if one.kind == "added")

    @property
    def earlier(self) -> tuple[Words, ...]:
        """What it said before it was amended, oldest first."""
        return tuple(one for one in self.versions if one.kind != "added")[:-1]

    @property
    def shown(self) -> bool:
        """Whether its words can be read and answered."""
        return not self.hidden and self.taken_back_at is None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, with the answers that lie deeper below it, oldest first."""

    argument: Argument
    deeper: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """An argument or a question with its answers, oldest first."""

    argument: Argument
    replies: tuple[Reply, ...]

    @property
    def answered(self) -> bool:
        """Whether anybody has answered it in words that can be read."""
        return any(one.argument.shown for one in self.replies)


@dataclass(frozen=True, slots=True)
class Talk:
    """All that was said about a need, in the order in which it is read."""

    open_questions: tuple[Thread, ...]
    sides: tuple[Thread, ...]
    answered_questions: tuple[Thread, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How much was said on each side, as it can be read; counted, never typed."""

    in_favour: int
    against: int
    questions: int
    answered: int


@dataclass(frozen=True, slots=True)
class TwoSides:
    """Both sides in equal space, as written by a coordinator, with the figures of that moment."""

    need_id: UUID
    number: int
    in_favour: str
    against: str
    figures: Figures
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class NeighbourlyRules:
    """How neighbours speak with each other here; `number` is 0 for the usual rules."""

    number: int
    words: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report of words: why, in which words, by whom and when."""

    reported_by: UUID
    reason: ReportReason
    words: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a coordinator decided about words: hidden or kept, and why."""

    number: int
    hidden: bool
    reason: str
    ruled_by: UUID
    ruled_at: datetime


@dataclass(frozen=True, slots=True)
class SecondLook:
    """That the author of hidden words wishes another coordinator to look again."""

    asked_by: UUID
    words: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Words that wait for a coordinator: what was reported, decided and asked so far."""

    argument: Argument
    reports: tuple[Report, ...]
    rulings: tuple[Ruling, ...]
    second_look: SecondLook | None

    @property
    def again(self) -> bool:
        """Whether it is the second look that waits."""
        last = self.rulings[-1].ruled_at if self.rulings else None
        return self.second_look is not None and (last is None or self.second_look.asked_at > last)

    @property
    def since(self) -> datetime | None:
        """Since when something waits here; None where nothing does."""
        last = self.rulings[-1].ruled_at if self.rulings else None
        waiting = [
            one.reported_at for one in self.reports if last is None or one.reported_at > last
        ]
        if self.again and self.second_look is not None:
            waiting.append(self.second_look.asked_at)
        return min(waiting, default=None)


@dataclass(frozen=True, slots=True)
class DeliberationPolicy:
    """What a community has decided about deliberation; lengths in characters."""

    amend_minutes: int
    each_hour: int
    words_max: int
    summary_max: int
