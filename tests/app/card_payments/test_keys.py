"""Keys that fit together, and those that keep the program from starting."""

import os
import subprocess
import sys

import pytest

from app import card_keys
from app.card_keys import Mode, methods, mode_of
from app.card_payments.keys import Keys, keys, offered, why_none
from app.exits import Exit
from app.i18n import speaking
from app.settings import mistakes, settings
from app.watching import CONTENT_POLICY, with_sources

ALL = {
    "LINLI_STRIPE_SECRET_KEY": "sk_test_1",
    "LINLI_STRIPE_PUBLIC_KEY": "pk_test_1",
    "LINLI_STRIPE_WEBHOOK_SECRET": "whsec_1",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings.cache_clear()
    return monkeypatch


def three(mode: str, public: str = "") -> dict[str, str]:
    return {
        "secret_key": f"sk_{mode}_x",
        "public_key": f"pk_{public or mode}_x",
        "webhook_secret": "whsec_x",
    }


def given(environment: pytest.MonkeyPatch, **values: str) -> list[str]:
    named = {f"LINLI_STRIPE_{name.upper()}": value for name, value in values.items()}
    for name, value in named.items():
        environment.setenv(name, value)
    settings.cache_clear()
    return mistakes(named)


def test_keys_of_two_modes_do_not_start_and_both_are_named(
    environment: pytest.MonkeyPatch,
) -> None:
    (line,) = given(environment, **three("live", "test"))
    assert "LINLI_STRIPE_SECRET_KEY is a live key" in line
    assert "LINLI_STRIPE_PUBLIC_KEY is a test key" in line
    assert "sk_live_x" not in line


def test_one_key_asks_for_the_others(environment: pytest.MonkeyPatch) -> None:
    lines = given(environment, secret_key="sk_test_x")  # noqa: S106 (opens nothing)
    assert [line.split(":")[0] for line in lines] == [
        "LINLI_STRIPE_PUBLIC_KEY",
        "LINLI_STRIPE_WEBHOOK_SECRET",
    ]


def test_live_keys_go_to_stripe_alone(environment: pytest.MonkeyPatch) -> None:
    (line,) = given(
        environment,
        **three("live"),
        api="http://127.0.0.1:1",
    )
    assert "LINLI_STRIPE_API is http://127.0.0.1:1" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", "pk_test_x"),
        ("secret_key", "sk_play_x"),
        ("secret_key", "sk_test_"),
        ("public_key", "sk_test_secret"),
        ("webhook_secret", "sk_test_x"),
        ("methods", "cash"),
        ("methods", ""),
        ("api", "ftp://stripe"),
    ],
)
def test_what_is_no_key_is_refused_and_a_secret_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    lines = given(environment, **{name: value})
    assert any(line.startswith(f"LINLI_STRIPE_{name.upper()}") for line in lines)
    if name in {"secret_key", "webhook_secret"} and value.endswith("x"):
        assert not any(value in line for line in lines)


def test_other_apps_need_a_way_back_where_money_is_real(environment: pytest.MonkeyPatch) -> None:
    (line,) = given(environment, **three("live"), methods="card,alipay,wechat_pay")
    assert "names alipay and wechat_pay and LINLI_PUBLIC_ADDRESS is not set" in line
    assert given(environment, **three("live"), methods="card") == []
    assert given(environment, **three("test"), methods="alipay") == []


def test_modes_and_methods_are_read() -> None:
    assert mode_of("rk_live_abc") is Mode.LIVE
    assert methods("wechat_pay, card") == ("card", "wechat_pay")
    assert card_keys.mistakes("sk_test_1", "pk_test_1", "whsec_1", card_keys.STRIPE_API) == []


def test_without_keys_no_card_is_offered_and_it_says_why_in_both_languages() -> None:
    assert keys() is None
    assert offered() == ()
    with speaking("en"):
        assert "no card processor set up" in (why_none() or "")
    with speaking("zh"):
        assert "现金" in (why_none() or "")


def test_a_mixed_pair_keeps_the_program_from_starting() -> None:
    """The program itself, as it is started: it ends at once and says both modes."""
    named = {f"LINLI_STRIPE_{name.upper()}": value for name, value in three("live", "test").items()}
    ran = subprocess.run(
        [sys.executable, "-c", "from app.commands import main; main()", "serve"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **named},
    )
    assert ran.returncode == Exit.MISUSED
    assert "LINLI_STRIPE_SECRET_KEY is a live key" in ran.stderr
    assert "LINLI_STRIPE_PUBLIC_KEY is a test key" in ran.stderr
    assert "sk_live_x" not in ran.stdout + ran.stderr


def test_with_keys_what_the_settings_name_is_offered(environment: pytest.MonkeyPatch) -> None:
    assert given(environment, **{
        name.removeprefix("LINLI_STRIPE_").lower(): value for name, value in ALL.items()
    }, methods="alipay,card") == []  # fmt: skip
    assert offered() == ("card", "alipay")
    assert why_none() is None
    found = keys()
    assert found is not None
    assert not found.stands_in
    assert "sk_test_1" not in repr(found)
    assert "whsec_1" not in repr(found)


def test_only_the_page_with_the_field_names_the_processor() -> None:
    assert "stripe" not in CONTENT_POLICY
    policy = with_sources(Keys("sk_test_1", "pk_test_1", "whsec_1").sources)
    assert "script-src 'self' https://js.stripe.com" in policy
    assert "connect-src 'self' https://api.stripe.com" in policy
    assert "unsafe" not in policy
    stand_in = Keys("sk_test_1", "pk_test_1", "whsec_1", api="http://127.0.0.1:1")
    assert "stripe.com" not in with_sources(stand_in.sources)
