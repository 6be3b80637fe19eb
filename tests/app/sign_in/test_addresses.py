"""Whose address a request has, whatever it claims; and what a browser is called."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.addresses import is_local, shown, site_of, visitor
from app.devices import device_of
from app.phones import e164

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32")]


def seen(peer: str, *told: str, trusted: bool = True) -> str:
    hops = [hop for line in told for hop in line.split(",")]
    return str(visitor(ipaddress.ip_address(peer), hops, PROXIES if trusted else []))


def test_nobody_is_believed_unless_named() -> None:
    assert seen("10.0.0.1", "203.0.113.7", trusted=False) == "10.0.0.1"
    assert seen("198.51.100.1", "203.0.113.7") == "198.51.100.1"


def test_a_named_proxy_tells_who_stands_behind_it() -> None:
    assert seen("10.0.0.1", "203.0.113.7") == "203.0.113.7"
    assert seen("10.0.0.1", "203.0.113.7, 10.0.0.2") == "203.0.113.7"
    assert seen("10.0.0.1", "203.0.113.7", "2001:db8::5") == "203.0.113.7"
    assert seen("10.0.0.1") == "10.0.0.1"


def test_what_the_visitor_wrote_before_the_proxy_is_not_believed() -> None:
    assert seen("10.0.0.1", "127.0.0.1, 203.0.113.7") == "203.0.113.7"
    assert seen("10.0.0.1", "127.0.0.1", "203.0.113.7, 10.0.0.2") == "203.0.113.7"


@pytest.mark.parametrize("garbage", ["", "unknown", "203.0.113.7:80", "1.2.3", "<script>", "é"])
def test_what_is_no_address_ends_the_chain(garbage: str) -> None:
    assert seen("10.0.0.1", f"127.0.0.1, {garbage}") == "10.0.0.1"


@given(st.lists(st.text(max_size=40), max_size=6), st.ip_addresses())
def test_an_address_comes_of_whatever_is_told(told: list[str], peer: ipaddress.IPv4Address) -> None:
    assert visitor(peer, told, PROXIES)


def test_a_place_is_an_address_or_an_ipv6_site() -> None:
    assert site_of("203.0.113.7") == "203.0.113.7"
    assert site_of("2001:db8:1:2::9") == site_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert site_of("2001:db8:1:3::9") != site_of("2001:db8:1:2::9")
    assert site_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert site_of(None) == site_of("nothing") == "nowhere"


def test_an_address_is_shown_without_its_last_part() -> None:
    assert shown("203.0.113.7") == "203.0.113.0"
    assert shown("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::"
    assert shown(None) == ""
    assert is_local("192.168.1.5")
    assert is_local("::1")
    assert not is_local("8.8.8.8")


WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; V2230A) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.43 WeChat/arm64"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"
)
HUAWEI = "Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114 Mobile HuaweiBrowser/5.0"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WECHAT, "wechat/android"),
        (IPHONE, "safari/iphone"),
        (EDGE, "edge/windows"),
        (HUAWEI, "huawei/harmony"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "firefox/linux"),
        ("curl/8.0", "other/other"),
        ("", "other/other"),
        ("\x00" * 5000, "other/other"),
    ],
)
def test_a_browser_is_named_in_two_words(agent: str, device: str) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 1234 5678", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
        ("０１２３", None),
        ("0512-6700 1234", "+8651267001234"),
        ("+44 7911 123456", "+447911123456"),
        ("12", None),
        ("abc", None),
        ("", None),
        ("1" * 500, None),
    ],
)
def test_a_number_is_kept_in_one_form(written: str, kept: str | None) -> None:
    assert e164(written) == kept
