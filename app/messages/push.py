"""Carries messages to browsers (RFC 8030, 8291, 8292): encrypted for them, signed by this site."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.i18n import gettext, speaking
from app.messages.parcels import SECONDS_MAX, Device, Later, Parcel, Refused
from app.wording import number

log = structlog.get_logger("linli.message")

KEY_BYTES: Final = 65  # an uncompressed point on P-256
AUTH_BYTES: Final = 16
BODY_LENGTH_MAX: Final = 600  # a push service takes 4,096 bytes, sealed
TAKEN: Final = {200, 201, 202}
GONE: Final = {404, 410}
BUSY: Final = 429
ANSWER_FAULT: Final = 500
NO_ANSWER: Final = 0

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Forget = Callable[[UUID], Awaitable[None]]


def site_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key that this site signs with, always the same for the same 32 bytes."""
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Return what a browser must know to take messages from this site alone."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def is_device(endpoint: str, key: str, auth: str, hosts: tuple[str, ...]) -> bool:
    """Return whether a browser could have said this: a push service that we know, and sound keys.

    Only known services: the address comes from outside, and we call it.
    """
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    if parts.scheme != "https" and not _for_trial(parts.hostname, hosts):
        return False
    if not parts.hostname or not any(_fits(parts.hostname, host) for host in hosts):
        return False
    if parts.username or parts.password or not endpoint.isascii():
        return False
    try:
        point = _bytes(key)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return len(point) == KEY_BYTES and len(_bytes(auth)) == AUTH_BYTES
    except ValueError:
        return False


def _fits(name: str, host: str) -> bool:
    return name.endswith(host[1:]) if host.startswith("*.") else name == host


def _for_trial(name: str | None, hosts: tuple[str, ...]) -> bool:
    """Say whether the operator named this very machine: then without TLS, for a trial."""
    return name in {"localhost", "127.0.0.1"} and name in hosts


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class Push:
    """Sends parcels to all devices of a member; forgets a device that is gone."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str, forget: Forget) -> None:
        self._key, self._contact, self._forget = key, contact, forget

    async def carry(self, parcel: Parcel) -> None:
        """Send to each device; done when one took it. Raises `Refused` or `Later`."""
        told = payload(parcel)
        answers = [(device, await self._to(device, told, parcel)) for device in parcel.devices]
        for device, answer in answers:
            if answer in GONE:
                await self._forget(device.id)
        codes = {answer for _device, answer in answers}
        if codes & TAKEN:
            return
        if any(code in {NO_ANSWER, BUSY} or code >= ANSWER_FAULT for code in codes):
            raise Later("unreachable" if codes == {NO_ANSWER} else "busy")
        raise Refused("no_address" if codes <= GONE else "refused")

    async def _to(self, device: Device, told: str, parcel: Parcel) -> int:
        """Return the push service's answer; `NO_ANSWER` for none."""
        seconds = max(60, int((parcel.expires_at - datetime.now(UTC)).total_seconds()))
        try:
            return await asyncio.to_thread(self._post, device, told, parcel, seconds)
        except OSError as error:  # also what `requests` raises
            log.warning("a push service does not answer", why=type(error).__name__)
            return NO_ANSWER

    def _post(self, device: Device, told: str, parcel: Parcel, seconds: int) -> int:
        import requests  # noqa: PLC0415 (slow to import; most starts do not need it)
        from py_vapid import Vapid02  # type: ignore[import-untyped]  # noqa: PLC0415 (has no types)
        from pywebpush import (  # type: ignore[import-untyped]  # noqa: PLC0415 (has no types)
            WebPushException,
            webpush,
        )

        with requests.Session() as session:
            session.max_redirects = 0  # nobody else decides whom we call
            session.trust_env = False
            try:
                answer: Any = webpush(
                    {
                        "endpoint": device.endpoint,
                        "keys": {"p256dh": device.public_key, "auth": device.auth},
                    },
                    told,
                    vapid_private_key=Vapid02(self._key),
                    vapid_claims={"sub": self._contact},
                    ttl=seconds,
                    timeout=SECONDS_MAX,
                    headers={
                        "Urgency": "high" if parcel.urgent else "normal",
                        "Topic": parcel.id.hex,
                    },
                    requests_session=session,
                )
            except WebPushException as error:
                return error.status_code or NO_ANSWER
            return int(answer.status_code)


def payload(parcel: Parcel) -> str:
    """Return what the browser shows, as `worker.js` reads it."""
    with speaking(parcel.language):
        if len(parcel.letters) == 1:
            [letter] = parcel.letters
            title, body, link = letter.spoken.title, letter.spoken.sentence, letter.link
        else:
            title = gettext("%(count)s messages from your neighbourhood") % {
                "count": number(len(parcel.letters))
            }
            body, link = " · ".join(one.spoken.title for one in parcel.letters), None
    shown = {"title": title, "body": body[:BODY_LENGTH_MAX], "tag": parcel.id.hex}
    path = urlsplit(link).path if link else "/messages"
    return json.dumps({**shown, "path": path, "lang": parcel.language}, ensure_ascii=False)
