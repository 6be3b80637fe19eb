"""Identity numbers (居民身份证, GB 11643): checked, sealed, opened, and found by exact match.

They are kept only where `LINLI_IDENTITY_KEYS` holds keys: Fernet keys, of which the first seals and
all open. A number is found through HMAC-SHA256 under a key that HKDF-SHA256 (RFC 5869) derives from
a Fernet key, so that a copy of the database without the keys tells no number, not even by trying
all that there are. Every look-up asks under all keys at once: while keys are being changed, a
number is found whether its member was reached already or not.
"""

import hmac
import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Any, Final

import community
from app.settings import settings
from community import SealedIdentity

_LOOKUP_PURPOSE: Final = b"linli identity number look-up"


def kept() -> bool:
    """Say whether identity numbers are kept here at all."""
    return settings().identity_keys is not None


def compact(written: str) -> str | None:
    """Return an identity number in its one form, `11010519491231002X`; None for what is none.

    Its date, its place of registration and its last character are checked. Full-width characters,
    spaces and hyphens do not matter.
    """
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", written))
    from stdnum.cn import ric  # noqa: PLC0415 (slow to import, and few requests need it)
    from stdnum.exceptions import ValidationError  # noqa: PLC0415 (the same)

    try:
        return str(ric.validate(number))
    except ValidationError:
        return None


def birth_date_in(number: str) -> date:
    """Return the birth date that a valid identity number names."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def seal(number: str) -> SealedIdentity:
    """Seal a valid identity number with the first key. Raises `LookupError` without keys."""
    keys = _keys()
    return SealedIdentity(
        sealed=_fernet(keys[:1]).encrypt(number.encode()).decode(),
        lookup=_lookup(keys[0], number),
        lookups=lookups(number),
        shown=community.mask_identity(number),
    )


def lookups(number: str) -> frozenset[bytes]:
    """Return a number's look-ups under every key. Raises `LookupError` without keys."""
    return frozenset(_lookup(key, number) for key in _keys())


def opened(sealed: str) -> str:
    """Return the number that was sealed. Raises `ValueError` where no key opens it."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 (few requests need it)

    try:
        return str(_fernet(_keys()).decrypt(sealed.encode()).decode())
    except InvalidToken as error:
        raise ValueError("none of the keys opens this seal") from error


def resealed(sealed: str, lookup: bytes) -> tuple[str, bytes] | None:
    """Return seal and look-up under the first key, None where they are so already.

    Raises `ValueError` where no key opens it.
    """
    number = opened(sealed)
    fresh = _lookup(_keys()[0], number)
    if hmac.compare_digest(fresh, lookup) and _opens_with_first(sealed):
        return None
    renewed = seal(number)
    return renewed.sealed, renewed.lookup


def _opens_with_first(sealed: str) -> bool:
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 (few requests need it)

    try:
        _fernet(_keys()[:1]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _keys() -> tuple[str, ...]:
    given = settings().identity_keys
    if given is None:
        raise LookupError("identity numbers are not kept here: LINLI_IDENTITY_KEYS is not set")
    return tuple(key.strip() for key in given.get_secret_value().split(","))


def _lookup(key: str, number: str) -> bytes:
    return hmac.digest(_lookup_key(key), number.encode(), "sha256")


@lru_cache(maxsize=16)
def _lookup_key(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 (few need it)
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 (the same)

    return HKDF(SHA256(), 32, salt=None, info=_LOOKUP_PURPOSE).derive(key.encode())


@lru_cache(maxsize=16)
def _fernet(keys: tuple[str, ...]) -> Any:
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 (few requests need it)

    return MultiFernet([Fernet(key) for key in keys])
