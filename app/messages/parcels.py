"""What a worker hands to a carrier, and the two ways in which carrying can fail."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from app.i18n import Language
from app.messages.rules import Way
from app.messages.words import Spoken

SECONDS_MAX = 20  # for each word with another server


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that a member lets show messages; the keys are base64url, as the browser says."""

    id: UUID
    endpoint: str
    public_key: str
    auth: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in the words of its reader, and the full address of the page it is about."""

    spoken: Spoken
    link: str | None
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one member on one way at once: one message, or several that waited together.

    `id` is the same for each try of the same letters, so that whoever gets it twice can tell.
    """

    id: UUID
    way: Way
    name: str
    language: Language
    zone: ZoneInfo
    community: str
    letters: tuple[Letter, ...]
    expires_at: datetime
    urgent: bool = False
    phone: str | None = None
    email: str | None = None
    devices: tuple[Device, ...] = field(default_factory=tuple)


class CarrierError(Exception):
    """A parcel was not carried. `trouble` is one of the words that `message_delivery` knows."""

    def __init__(self, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(trouble)


class Refused(CarrierError):
    """Whoever should take it says that it never will: there is no use in trying again."""


class Later(CarrierError):
    """It could not be carried now; it is worth another try."""


class Carrier(Protocol):
    """Carries parcels on one way."""

    async def carry(self, parcel: Parcel) -> None:
        """Hand a parcel over. Raises `Refused` or `Later`."""
