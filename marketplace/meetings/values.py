"""The values of meetings: a meeting with its agenda, answers, votes and decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """恳谈会, 听证会, 议事会, 居民代表会议."""

    OPEN_TALK = "open_talk"
    HEARING = "hearing"
    COUNCIL = "council"
    DELEGATES = "delegates"

    @property
    def of_council(self) -> bool:
        """Whether a council meets, and its members decide."""
        return self in {Kind.COUNCIL, Kind.DELEGATES}


class MeetingState(StrEnum):
    """How far a meeting has come: announced, then held or cancelled."""

    ANNOUNCED = "announced"
    HELD = "held"
    CANCELLED = "cancelled"


class MinutesState(StrEnum):
    """How far its minutes have come: written, shared for objections, published for good."""

    OPEN = "open"
    SHARED = "shared"
    PUBLISHED = "published"


class Audience(StrEnum):
    """Who is told of a meeting. Whoever is not may come all the same."""

    EVERYONE = "everyone"
    AREA = "area"
    FOLLOWERS = "followers"
    COUNCIL = "council"


class Access(StrEnum):
    """What makes it easier to come and to follow."""

    STEP_FREE = "step_free"
    LIFT = "lift"
    HEARING_LOOP = "hearing_loop"
    DIALECT = "dialect"
    LARGE_PRINT = "large_print"
    TELEPHONE = "telephone"


class Answer(StrEnum):
    """Whether somebody comes."""

    YES = "yes"
    NO = "no"
    ONLINE = "online"


class Way(StrEnum):
    """How somebody is present."""

    ROOM = "room"
    ONLINE = "online"


class How(StrEnum):
    """How it was written down that somebody is present."""

    CODE = "code"
    LIST = "list"
    ONLINE = "online"


class ItemState(StrEnum):
    """What became of an item that was brought in."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Choice(StrEnum):
    """What somebody says to a motion."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class MeetingPolicy:
    """What a community decided about its meetings; here are the values where it decided nothing.

    `notice` is days by kind, counted as working days with `working_days`.
    """

    notice: Mapping[Kind, int]
    working_days: bool = True
    change_notice_days: int = 2
    item_days: int = 2
    early_minutes: int = 30
    late_minutes: int = 60
    quorum_percent: int = 50
    open_quorum: int = 5
    objection_days: int = 7
    minutes_days: int = 7


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What somebody brings in; it may be about a need."""

    title: str
    about: str = ""
    need_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """What a notice says. `length` is in minutes; `seats` None sets no limit in the room."""

    kind: Kind
    title: str
    starts_at: datetime
    length: int
    place: str
    chair_id: UUID
    clerk_id: UUID
    items: tuple[ItemDraft, ...]
    about: str = ""
    link: str = ""
    phone: str = ""
    access: frozenset[Access] = frozenset()
    access_words: str = ""
    seats: int | None = None
    audience: Audience = Audience.EVERYONE
    area_id: UUID | None = None
    council_id: UUID | None = None
    needs: tuple[UUID, ...] = ()
    rounds: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A new time or place, and why."""

    starts_at: datetime
    length: int
    place: str
    why: str
    link: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting. `coming`, `waiting`, `online` are answers; `guests` came without a name."""

    id: UUID
    community_id: UUID
    kind: Kind
    council_id: UUID | None
    title: str
    about: str
    starts_at: datetime
    length: int
    place: str
    link: str
    phone: str
    access: frozenset[Access]
    access_words: str
    seats: int | None
    audience: Audience
    area_id: UUID | None
    chair_id: UUID
    clerk_id: UUID
    state: MeetingState
    reason: str
    secret: bytes
    guests: int
    called_at: datetime
    held_at: datetime | None
    minutes_state: MinutesState
    objections_until: datetime | None
    published_at: datetime | None
    coming: int
    waiting: int
    online: int
    notices: int

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.length)

    @property
    def free(self) -> bool:
        """Whether there is a place in the room for one more."""
        return self.seats is None or self.coming < self.seats


@dataclass(frozen=True, slots=True)
class Notice:
    """What was announced of time and place, when and why; the first is the meeting's notice."""

    starts_at: datetime
    length: int
    place: str
    link: str
    phone: str
    why: str
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the agenda, or one that was proposed; `number` is its place once accepted."""

    id: UUID
    meeting_id: UUID
    number: int | None
    title: str
    about: str
    need_id: UUID | None
    brought_by: UUID
    brought_at: datetime
    state: ItemState
    reason: str
    minutes: str


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a member answered; `place` is their place among those who wait, 0 for nobody else."""

    answer: Answer
    placed: bool
    place: int


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody who is, or was, there."""

    member_id: UUID
    way: Way
    how: How
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes for and against, and abstentions."""

    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def all(self) -> int:
        """How many voted."""
        return self.yes + self.no + self.abstain

    def __add__(self, other: "Votes") -> "Votes":
        """Return both together."""
        return Votes(self.yes + other.yes, self.no + other.no, self.abstain + other.abstain)


@dataclass(frozen=True, slots=True)
class Motion:
    """What is put to the vote; `online` is counted so far, names stand apart where `by_name`."""

    id: UUID
    meeting_id: UUID
    item_id: UUID
    words: str
    replaces_id: UUID | None
    by_name: bool
    open: bool
    online: Votes


@dataclass(frozen=True, slots=True)
class Voice:
    """That somebody voted; how, where votes are by name."""

    member_id: UUID
    way: Way
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, with the votes; `replaced_by` is the decision that took its place."""

    id: UUID
    meeting_id: UUID
    item_id: UUID
    motion_id: UUID
    year: int
    number: int
    words: str
    room: Votes
    online: Votes
    present: int
    needed: int
    carried: bool
    replaces_id: UUID | None
    replaced_by: UUID | None
    decided_at: datetime

    @property
    def votes(self) -> Votes:
        """Both together, as counted in the room and online."""
        return self.room + self.online


@dataclass(frozen=True, slots=True)
class MinutesNote:
    """An objection before publication, or an addition after it."""

    id: UUID
    kind: str
    words: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many of those who may vote are there, how many are needed, and of how many."""

    present: int
    needed: int
    of: int

    @property
    def reached(self) -> bool:
        """Whether enough are there to decide."""
        return self.present >= self.needed
