"""The stand-in for Stripe answers this machine alone, and keeps its state where it is told."""

import asyncio
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web

from app.card_payments.standing_in import SETTINGS, StandIn, standing_in
from tests.app.card_payments.front import Front

SHARED = Path("/tmp/localstripe.pickle")  # noqa: S108 (where it keeps its state by itself)
KEY = {"Authorization": f"Bearer {SETTINGS['LINLI_STRIPE_SECRET_KEY']}"}


def asked(at: StandIn) -> httpx.Client:
    return httpx.Client(base_url=f"{at.address}/v1", headers=KEY)


def payments(at: StandIn) -> set[str]:
    with asked(at) as client:
        listed = client.get("/payment_intents", params={"limit": 100}).json()
    return {one["id"] for one in listed["data"]}


def a_payment(at: StandIn) -> str:
    with asked(at) as client:
        answer = client.post("/payment_intents", data={"amount": "100", "currency": "cny"})
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("family", "elsewhere"),
    [(socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")],
    ids=["another address", "IPv6"],
)
def test_it_listens_on_the_loopback_alone(
    stand_in: StandIn, family: socket.AddressFamily, elsewhere: str
) -> None:
    port = urlsplit(stand_in.address).port
    assert payments(stand_in) is not None
    if family is socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    # Whatever listens on every address answers on these two as well.
    with socket.socket(family) as door, pytest.raises(OSError, match=r"refused|Cannot assign"):
        door.connect((elsewhere, port))


def test_it_knows_again_what_it_kept_and_leaves_the_shared_folder_alone(tmp_path: Path) -> None:
    file = tmp_path / "kept.pickle"
    with standing_in(file) as first:
        made = a_payment(first)
    assert [one.name for one in tmp_path.iterdir()] == ["kept.pickle"]
    assert file.stat().st_mode & 0o077 == 0
    with standing_in(file) as again:
        assert made in payments(again)
        second = a_payment(again)
        assert payments(again) == {made, second}
    with standing_in() as forgetful:
        assert payments(forgetful) == set()
        unkept = a_payment(forgetful)
    if SHARED.exists():
        found = SHARED.read_bytes()
        assert not [one for one in (made, second, unkept) if one.encode() in found]


def test_killed_it_still_knows_what_it_was_told(tmp_path: Path) -> None:
    file = tmp_path / "kept.pickle"
    with standing_in(file) as first:
        made = a_payment(first)
        os.kill(first.process.pid, 9)
        first.process.wait()
    with standing_in(file) as again:
        assert made in payments(again)


async def test_it_tells_of_a_refund_as_of_a_payment(front: Front, stand_in: StandIn) -> None:
    told: list[str] = []
    came = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        told.append((await request.json())["type"])
        if len(told) == 2:
            came.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await asyncio.to_thread(stand_in.tell, f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    made = await front.post("payment_intents", amount="100", currency="cny")
    await front.post(f"payment_intents/{made['id']}", payment_method=await front.card())
    await front.post(f"payment_intents/{made['id']}/confirm")
    await front.post("refunds", payment_intent=made["id"], amount="100")
    async with asyncio.timeout(20):
        await came.wait()
    await runner.cleanup()
    assert sorted(told) == ["payment_intent.succeeded", "refund.created"]
