"""Keys for one purpose each, all derived from the installation's one secret."""

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.folder import Folder
from app.settings import Settings, settings

_NONCE_BYTES = 12


class Unreadable(Exception):
    """Something was sealed with another secret, or for another purpose or owner."""


def key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose, so that no two uses share a key."""
    return hashlib.sha256(f"linli {purpose} {_secret(settings())}".encode()).digest()


def mac(purpose: str, text: str) -> bytes:
    """Return a keyed hash of a text: the same for the same text, and not to be turned back.

    For what must be found again but not be read from a copy of the database: a telephone number,
    a code of few digits.
    """
    return hmac.digest(key(purpose), text.encode(), "sha256")


def seal(purpose: str, text: str, *, owner: str) -> bytes:
    """Encrypt a text so that it opens for the same purpose and owner alone (AES-256-GCM)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key(purpose)).encrypt(nonce, text.encode(), owner.encode())


def unseal(purpose: str, sealed: bytes, *, owner: str) -> str:
    """Return what was sealed. Raises `Unreadable`, for instance after the secret was changed."""
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key(purpose)).decrypt(nonce, rest, owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(purpose) from error


@lru_cache(maxsize=4)
def _secret(given: Settings) -> str:
    if given.secret is not None:
        return given.secret.get_secret_value()
    return Folder(given.var).secret()
