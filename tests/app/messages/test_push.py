"""Web push, as a browser's push service sees it: signed by this site, readable by one browser."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.messages.parcels import Device, Later, Letter, Parcel, Refused
from app.messages.push import Push, is_device, public_key, site_key
from app.messages.rules import Way
from app.messages.words import Spoken
from community.values import new_id
from tests.app.messages.test_gateway import HttpServer, http_server

SITE_KEY = site_key(b"7" * 32)
CONTACT = "mailto:desk@linli.test"
AUTH = b"sixteen bytes, x"


@dataclass
class Browser:
    """Has the private half of the key that it told the site."""

    key: ec.EllipticCurvePrivateKey
    device: Device

    def read(self, sealed: bytes) -> dict[str, Any]:
        opened = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=AUTH, version="aes128gcm"
        )
        found: dict[str, Any] = json.loads(opened)
        return found


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def browser(server: HttpServer) -> Browser:
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    endpoint = f"http://127.0.0.1:{server.port}/wpush/{new_id()}"
    return Browser(key, Device(new_id(), endpoint, b64(point), b64(AUTH)))


def parcel(*browsers: Browser, titles: tuple[str, ...] = ("有人来帮您了",)) -> Parcel:
    now = datetime.now(UTC)
    letters = tuple(
        Letter(Spoken(one, f"{one}。" * 300), "https://linli.test/time-bank/visits/1", now)
        for one in titles
    )
    devices = tuple(one.device for one in browsers)
    return Parcel(
        new_id(), Way.PUSH, "陈桂芳", "zh", ZoneInfo("Asia/Shanghai"), "八里", letters,
        now + timedelta(hours=2), devices=devices,
    )  # fmt: skip


class Forgetting:
    def __init__(self) -> None:
        self.ids: list[UUID] = []

    async def __call__(self, device_id: UUID) -> None:
        self.ids.append(device_id)


def signed_claims(headers: dict[str, str], key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """Verify the signature (RFC 8292) by the key that browsers were told; return its claims."""
    scheme, _space, given = headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(one.strip().split("=", 1) for one in given.split(","))
    assert parts["k"] == public_key(key)
    head, claims, signature = parts["t"].split(".")
    raw = unb64(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    key.public_key().verify(
        encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    found: dict[str, Any] = json.loads(unb64(claims))
    return found


async def test_signed_by_the_site_and_readable_by_the_browser() -> None:
    async with http_server(201) as server:
        reader = browser(server)
        sent = parcel(reader)
        await Push(SITE_KEY, CONTACT, Forgetting()).carry(sent)
    [(_path, headers, body)] = server.got
    claims = signed_claims(headers, SITE_KEY)
    assert (claims["aud"], claims["sub"]) == (f"http://127.0.0.1:{server.port}", CONTACT)
    assert datetime.now(UTC).timestamp() < claims["exp"]
    assert (headers["topic"], headers["urgency"]) == (sent.id.hex, "normal")
    assert 7000 < int(headers["ttl"]) <= 7200
    told = reader.read(body)
    assert (told["title"], told["path"]) == ("有人来帮您了", "/time-bank/visits/1")
    assert (told["tag"], told["lang"], len(told["body"])) == (sent.id.hex, "zh", 600)
    assert len(body) < 4096


async def test_several_messages_lead_to_the_inbox() -> None:
    async with http_server(201) as server:
        reader = browser(server)
        await Push(SITE_KEY, CONTACT, Forgetting()).carry(parcel(reader, titles=("一", "二")))
    told = reader.read(server.got[0][2])
    assert (told["title"], told["path"]) == ("邻里有 2 条消息给您", "/messages")
    assert told["body"] == "一 · 二"


@pytest.mark.parametrize("gone", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(gone: int) -> None:
    forgetting = Forgetting()
    async with http_server(gone) as old, http_server(201) as new:
        lost, kept = browser(old), browser(new)
        await Push(SITE_KEY, CONTACT, forgetting).carry(parcel(lost, kept))
        assert forgetting.ids == [lost.device.id]
        with pytest.raises(Refused):
            await Push(SITE_KEY, CONTACT, forgetting).carry(parcel(lost))


@pytest.mark.parametrize(
    ("status", "ends"), [(429, Later), (500, Later), (503, Later), (403, Refused), (400, Refused)]
)
async def test_what_a_push_service_answers(status: int, ends: type[Exception]) -> None:
    forgetting = Forgetting()
    async with http_server(status) as server:
        with pytest.raises(ends):
            await Push(SITE_KEY, CONTACT, forgetting).carry(parcel(browser(server)))
    assert forgetting.ids == []


async def test_a_redirect_is_not_followed() -> None:
    async with http_server(307) as server:
        with pytest.raises((Later, Refused)):
            await Push(SITE_KEY, CONTACT, Forgetting()).carry(parcel(browser(server)))
    assert len(server.got) == 1


async def test_a_push_service_that_is_away() -> None:
    async with http_server() as server:
        reader = browser(server)
    with pytest.raises(Later) as later:
        await Push(SITE_KEY, CONTACT, Forgetting()).carry(parcel(reader))
    assert later.value.trouble == "unreachable"


def test_the_sites_key_is_the_same_every_time() -> None:
    assert public_key(site_key(b"7" * 32)) == public_key(SITE_KEY)
    assert public_key(site_key(b"8" * 32)) != public_key(SITE_KEY)
    assert len(unb64(public_key(site_key(b"\xff" * 32)))) == 65


HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com")
POINT = public_key(SITE_KEY)


@pytest.mark.parametrize(
    ("endpoint", "key", "auth", "right"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", POINT, b64(AUTH), True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", POINT, b64(AUTH), True),
        ("http://fcm.googleapis.com/x", POINT, b64(AUTH), False),
        ("https://evilpush.services.mozilla.com/x", POINT, b64(AUTH), False),
        ("https://fcm.googleapis.com.evil.test/x", POINT, b64(AUTH), False),
        ("https://a:b@fcm.googleapis.com/x", POINT, b64(AUTH), False),
        ("https://127.0.0.1/x", POINT, b64(AUTH), False),
        ("https://169.254.169.254/latest", POINT, b64(AUTH), False),
        ("https://fcm.googleapis.com/x", POINT[:-4], b64(AUTH), False),
        ("https://fcm.googleapis.com/x", b64(b"\x04" + b"1" * 64), b64(AUTH), False),
        ("https://fcm.googleapis.com/x", POINT, b64(AUTH[:8]), False),
        ("https://fcm.googleapis.com/x", "é", b64(AUTH), False),
        ("https://[::1/x", POINT, b64(AUTH), False),
        ("", "", "", False),
    ],
)
def test_what_a_browser_may_say(endpoint: str, key: str, auth: str, *, right: bool) -> None:
    assert is_device(endpoint, key, auth, HOSTS) is right
