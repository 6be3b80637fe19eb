"""The keys of the card processor: whether they are for tests or for real money, and fit together.

Stripe marks each key with its mode. A test key moves no money, a live one does: one of each would
take a card for play and pay for real, or the other way round, so the two never start together.
"""

from enum import StrEnum
from typing import Final

SECRET, PUBLIC, WEBHOOK = (
    "LINLI_STRIPE_SECRET_KEY",
    "LINLI_STRIPE_PUBLIC_KEY",
    "LINLI_STRIPE_WEBHOOK_SECRET",
)
STRIPE_API: Final = "https://api.stripe.com"
METHODS: Final = ("card", "alipay", "wechat_pay")


class Mode(StrEnum):
    """Whether a key is for play or for real money."""

    TEST = "test"
    LIVE = "live"


def mode_of(key: str) -> Mode:
    """Return the mode that a secret, restricted or public key says of itself.

    Raises `ValueError` for what is no key of Stripe's.
    """
    parts = key.split("_", 2)
    if len(parts) < 3 or parts[0] not in {"sk", "rk", "pk"} or not parts[2]:  # noqa: PLR2004
        raise ValueError("not a key of Stripe's")
    return Mode(parts[1])


def secret_key(key: str) -> None:
    """Raise `ValueError` for what is not a secret key."""
    mode_of(key)
    if key.startswith("pk_"):
        raise ValueError("a public key")


def public_key(key: str) -> None:
    """Raise `ValueError` for what is not a public key."""
    mode_of(key)
    if not key.startswith("pk_"):
        raise ValueError("not a public key")


def methods(written: str) -> tuple[str, ...]:
    """Return the ways to pay that a setting names, in our order.

    Raises `ValueError` for an unknown one, or none.
    """
    named = {one.strip() for one in written.split(",") if one.strip()}
    if not named or named - set(METHODS):
        raise ValueError("unknown ways to pay")
    return tuple(one for one in METHODS if one in named)


def mistakes(
    secret: str | None, public: str | None, webhook: str | None, address: str | None
) -> list[str]:
    """Return one line for everything about the keys that keeps the program from starting."""
    given = {SECRET: secret, PUBLIC: public, WEBHOOK: webhook}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return []
    if missing:
        there = " and ".join(name for name in given if name not in missing)
        return [f"{name}: it is needed with {there}, and only with it." for name in missing]
    lines = []
    modes = {SECRET: mode_of(secret or ""), PUBLIC: mode_of(public or "")}
    if modes[SECRET] is not modes[PUBLIC]:
        lines.append(
            f"{SECRET} is a {modes[SECRET]} key and {PUBLIC} is a {modes[PUBLIC]} key; "
            "give both from the same mode, or a card is taken for play and paid for real."
        )
    if address not in {None, STRIPE_API} and Mode.LIVE in modes.values():
        name = next(name for name, mode in modes.items() if mode is Mode.LIVE)
        lines.append(
            f"{name} is a live key and LINLI_STRIPE_API is {address}; "
            f"live keys are sent to {STRIPE_API} alone. Take LINLI_STRIPE_API away."
        )
    return lines


def nowhere_to_come_back(public: str | None, named: str, address: str | None) -> list[str]:
    """Return what is wrong where givers are sent to another app and have no way back from it."""
    elsewhere = [one for one in methods(named) if one != "card"]
    if public is None or address is not None or not elsewhere or mode_of(public) is Mode.TEST:
        return []
    apps = " and ".join(elsewhere)
    line = (
        f"LINLI_STRIPE_METHODS names {apps} and LINLI_PUBLIC_ADDRESS is not set: "
        "givers come back to it from the other app. Set it, or name card alone."
    )
    return [line]
