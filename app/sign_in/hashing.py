"""Slow hashes of passwords and PINs: argon2id, off the event loop, few at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2  # each takes a core and 46 MiB for some 50 ms
IN_LINE_MAX: Final = 64

# OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
hasher: Final = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)

T = TypeVar("T")

_threads: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")
_in_line = 0


class TooBusy(Exception):
    """So many passwords are being checked that one more would wait too long."""


async def hashed(secret: str) -> str:
    """Return the hash to keep."""
    return await _off_the_loop(hasher.hash, secret)


async def fits(kept: str | None, secret: str) -> bool:
    """Say whether the secret is the one that was hashed.

    Where nothing is kept it does the same work and says no, so that the time an answer takes does
    not tell whether there was anything to compare with. Raises `TooBusy`.
    """
    fitting = await _off_the_loop(_verify, kept or _nobodys(), secret)
    return fitting and kept is not None


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(kept)


def _verify(kept: str, secret: str) -> bool:
    try:
        return hasher.verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False


def _nobodys() -> str:
    """Return a hash in today's parameters that no secret fits: zeros for salt and hash."""
    return (
        f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
        f"${'A' * 22}${'A' * 43}"
    )


async def _off_the_loop(work: Callable[..., T], *given: str) -> T:
    global _in_line  # noqa: PLW0603 (how many stand in line in this process)
    if _in_line >= IN_LINE_MAX:
        raise TooBusy
    _in_line += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work, *given)
    finally:
        _in_line -= 1
