"""Every mistake in a setting is named, all at once, and no secret is shown."""

import re
from pathlib import Path

import pytest

from app.exits import Exit, StopError
from app.settings import Settings, mistakes, settings, variable

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    return monkeypatch


def wrong(environment: pytest.MonkeyPatch, **given: str) -> list[str]:
    for name, value in given.items():
        environment.setenv(name, value)
    return mistakes(given)


def test_defaults_are_in_order(environment: pytest.MonkeyPatch) -> None:
    assert wrong(environment) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINLI_PORT", "eighty"),
        ("LINLI_PORT", "0"),
        ("LINLI_PORT", "65536"),
        ("LINLI_HOST", ""),
        ("LINLI_WORKERS", "1.5"),
        ("LINLI_DEMO", "perhaps"),
        ("LINLI_LOG_LEVEL", "loud"),
        ("LINLI_LOG_FORMAT", "xml"),
        ("LINLI_METRICS", "friends"),
        ("LINLI_PROXIES", "127.0.0.1,proxy.example"),
        ("LINLI_PUBLIC_ADDRESS", "linli.example"),
        ("LINLI_PUBLIC_ADDRESS", "https://linli.example/app"),
        ("LINLI_POOL_MIN", "11"),
        ("LINLI_STOP_SECONDS_MAX", "-1"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    [line] = wrong(environment, **{name: value})
    assert line.startswith("LINLI_POOL_MAX" if name == "LINLI_POOL_MIN" else f"{name}: ")
    assert "allowed: " in line
    if name != "LINLI_POOL_MIN":
        assert repr(value) in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINLI_SECRET", "hunter2"),
        ("DATABASE_URL", "mysql://linli:hunter2@db/linli"),
        ("DATABASE_URL", "postgresql://linli:hunter2@db"),
        ("LINLI_OWNER_DATABASE_URL", "hunter2"),
    ],
)
def test_a_secret_is_never_shown(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    [line] = wrong(environment, **{name: value})
    assert line.startswith(f"{name}: got a hidden value of {len(value)} characters")
    assert "hunter2" not in line


def test_all_mistakes_are_reported_at_once(environment: pytest.MonkeyPatch) -> None:
    lines = wrong(
        environment, LINLI_PORT="x", LINLI_WORKERS="0", LINLI_PROT="1", LINLI_QQQQQQQQQQQQ="1"
    )
    assert len(lines) == 4
    assert "LINLI_PROT: there is no such setting; did you mean LINLI_PORT?" in lines
    assert (
        "LINLI_QQQQQQQQQQQQ: there is no such setting; see docs/settings.md for all settings."
        in lines
    )


def test_workers_may_not_ask_for_more_connections_than_the_embedded_server_has(
    environment: pytest.MonkeyPatch,
) -> None:
    [line] = wrong(environment, LINLI_WORKERS="19")
    assert line.startswith("LINLI_POOL_MAX: got 10 for each of 19 workers")
    environment.setenv("DATABASE_URL", "postgresql://linli@db/linli")
    assert wrong(environment, LINLI_WORKERS="19") == []


def test_a_mistake_ends_the_start_with_its_exit_code(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LINLI_PORT", "x")
    settings.cache_clear()
    try:
        with pytest.raises(StopError) as refused:
            settings()
        assert refused.value.exit_code == Exit.MISUSED
    finally:
        environment.undo()
        settings.cache_clear()
        settings()


def test_the_page_of_settings_lists_each_one() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .+? \| (.+ \| .+) \|$", DOCS.read_text(), re.MULTILINE))
    expected = {
        variable(name): f"{field.description} | {field.json_schema_extra['allowed']}"  # type: ignore[index,call-overload]  # each is made by _setting
        for name, field in Settings.model_fields.items()
    }
    assert rows == expected
