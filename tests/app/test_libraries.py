"""The list of libraries in the documentation is the list in pyproject.toml."""

import re
import tomllib
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent


def _wanted() -> list[str]:
    """Return the names of the libraries, without the bound that one or another has."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    return [re.split("[<>=!~]", one)[0] for one in project["dependencies"]]


def test_every_library_is_listed_with_its_licence() -> None:
    wanted = _wanted()
    lines = (HOUSE / "docs" / "libraries.md").read_text().splitlines()
    listed = [re.fullmatch(r"\| ([a-z0-9-]+) \| (.+) \| (.+) \|", line) for line in lines]
    rows = [row.groups() for row in listed if row and row[1] not in {"library", "---"}]
    assert [name for name, _licence, _what in rows] == wanted
    assert all(licence.strip("? ") and what.strip("? ") for _name, licence, what in rows)


def test_every_library_is_locked_and_no_lock_names_an_address() -> None:
    wanted = _wanted()
    lock = (HOUSE / "requirements.lock").read_text()
    locked = {line.split("==")[0].lower().replace("_", "-") for line in lock.splitlines()}
    assert {one.replace("_", "-") for one in wanted} <= locked
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (HOUSE / name).read_text()
