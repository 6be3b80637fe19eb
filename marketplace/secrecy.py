"""Keeps ballots secret: the key of a round, and what is sealed and told apart with it.

While a round's ballot is open its key lives outside the database, where its owner, its write-ahead
log and its backups never see it. With the key a ballot is sealed, so that the database holds
nothing but random bytes under a mark that names nobody. At closing the ballots are opened once,
written anew in random order, and the key is destroyed. From then on the sealed ballots, wherever a
copy of them is left, cannot be opened by anybody, whatever is known of when and by whom they came.
"""

import hmac
import secrets
import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from marketplace import rules
from marketplace.errors import BallotDamaged
from marketplace.values import Marks, RoundId

NONCE_BYTES: Final = 12
MARK_BYTES: Final = 32
RECEIPT_LETTERS: Final = 12
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that are not mistaken for each other: no I, L, O and U."""
_PAIRS: Final = tuple(first + second for first in CROCKFORD for second in CROCKFORD)

Thing = TypeVar("Thing")

_COUNT: Final = struct.Struct(">H")
_SLOT: Final = struct.Struct(">HI")  # a project's number and its points


class RoundKeys(Protocol):
    """Where the keys of rounds are kept: anywhere but in the database."""

    def make(self, round_id: RoundId) -> bytes:
        """Make a key that is still there after a crash, and return it.

        What an opening that failed has left for the same round is destroyed first.
        """

    def read(self, round_id: RoundId) -> bytes:
        """Return a round's key. Raises `KeyMissing`."""

    def destroy(self, round_id: RoundId) -> None:
        """Destroy a round's key for good; nothing happens where there is none."""

    def held(self) -> Collection[RoundId]:
        """Return the rounds that a key is kept for."""


_kept: list[RoundKeys] = []


def keep_keys_in(place: RoundKeys) -> None:
    """Say where this process keeps the keys of rounds: once, where the database is named too."""
    _kept[:] = [place]


def round_keys() -> RoundKeys:
    """Return where the keys of rounds are kept. Raises RuntimeError where nobody has said."""
    if not _kept:
        raise RuntimeError("keep_keys_in was not called in this process")
    return _kept[0]


@dataclass(frozen=True)
class BallotSeal:
    """What a round's key does. Its secret is shown by no `repr`."""

    round_id: RoundId
    key: bytes = field(repr=False)

    @cached_property
    def _box(self) -> AESGCM:
        return AESGCM(hmac.digest(self.key, b"seal", "sha256"))

    def mark(self, resident: UUID) -> bytes:
        """Return under which mark a resident's ballot is kept."""
        return rules.voter_mark(self.key, resident)

    def receipt(self, mark: bytes) -> str:
        """Return the code of the ballot under a mark: the same however often it is changed."""
        digest = hmac.digest(self.key, b"receipt" + mark, "sha256")
        return letters(int.from_bytes(digest[:8], "big") >> 4)

    def seal(self, marks: Marks, mark: bytes, *, room: int) -> bytes:
        """Seal what a ballot says, for this round and this mark alone.

        All ballots of a round have the same length: `room` is how many projects are on the ballot.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, packed(marks, room), self.round_id.bytes + mark)

    def open(self, sealed: bytes, mark: bytes) -> Marks:
        """Return what a sealed ballot says. Raises `BallotDamaged` where it was tampered with."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return unpacked(self._box.decrypt(nonce, rest, self.round_id.bytes + mark))
        except (InvalidTag, ValueError) as error:
            raise BallotDamaged from error


def seal_of(round_id: RoundId) -> BallotSeal:
    """Return the seal of a round whose ballot is open. Raises `KeyMissing`."""
    return BallotSeal(round_id, round_keys().read(round_id))


def packed(marks: Marks, room: int) -> bytes:
    """Return a ballot as bytes whose number depends on `room` alone."""
    if len(marks.choices) > room:
        raise ValueError("a ballot names more projects than there are")
    points = marks.points or (0,) * len(marks.choices)
    slots = [*zip(marks.choices, points, strict=True)]
    slots += [(0, 0)] * (room - len(slots))
    told = b"".join(_SLOT.pack(number, many) for number, many in slots)
    return _COUNT.pack(len(marks.choices)) + told


def unpacked(told: bytes) -> Marks:
    """Return the ballot that `packed` made these bytes of."""
    (count,) = _COUNT.unpack_from(told)
    slots = struct.unpack_from(">" + "HI" * count, told, _COUNT.size)
    points = slots[1::2]
    return Marks(slots[::2], points if any(points) else ())


def letters(number: int) -> str:
    """Return 60 bits as a receipt: three groups of four letters."""
    one, two, three, four, five, six = (
        _PAIRS[number >> place & 1023] for place in (50, 40, 30, 20, 10, 0)
    )
    return f"{one}{two}-{three}{four}-{five}{six}"


_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def as_receipt(typed: str) -> str | None:
    """Return the receipt that somebody typed or read aloud, in its one form; None if it is none.

    Small letters, gaps and the letters that look like digits are understood.
    """
    bare = "".join(one for one in typed.upper() if one.isalnum()).translate(_READ_AS)
    if len(bare) != RECEIPT_LETTERS or not set(bare) <= set(CROCKFORD):
        return None
    return "-".join(bare[start : start + 4] for start in range(0, RECEIPT_LETTERS, 4))


def shuffled(things: Iterable[Thing]) -> list[Thing]:
    """Return the same things in an order that nobody can foretell or find again."""
    mixed = list(things)
    secrets.SystemRandom().shuffle(mixed)
    return mixed
