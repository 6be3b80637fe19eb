"""Counts of real elections against winners that other engines found, in the same order.

The files stand outside the project: LINLI_DATA names the folder, `../shared/data` by default.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from marketplace.counting import (
    Completion,
    CountRules,
    Rule,
    Satisfaction,
    compared,
    count,
    official_rules,
)
from marketplace.election import Election
from marketplace.errors import BadRules
from marketplace.pabulib import read_election, write_election

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LINLI_DATA", ROOT.parent / "shared" / "data")) / "pabulib"
FILES = sorted(path.name for path in FOLDER.glob("*.pb"))
LONG = {
    "France_Toulouse_2024.pb",
    "Netherlands_Assen_2024.pb",
    "Poland_Czestochowa_2024.pb",
    "Poland_Czestochowa_2024_Lisiniec.pb",
    "Poland_Katowice_2020.pb",
    "Poland_Katowice_2023_Ligota_-_Panewniki.pb",
    "Poland_Krakow_2018.pb",
    "Poland_Krakow_2024.pb",
    "Poland_Lodz_2020.pb",
    "Poland_Lodz_2022.pb",
    "Poland_Swiecie_2023.pb",
    "Poland_Warszawa_2020_Praga-Poludnie.pb",
    "Poland_Warszawa_2023_Wesola.pb",
    "Poland_Warszawa_2026.pb",
    "Poland_Wieliczka_2023_Green_Budget.pb",
}
"""Files whose raised counts are left to `make bench-count`, or to LINLI_EVERY_COUNT=1."""
EVERY_COUNT = bool(os.environ.get("LINLI_EVERY_COUNT"))

NO_FILES = pytest.param("", marks=pytest.mark.skip(reason=f"no .pb files in {FOLDER}: LINLI_DATA"))


@pytest.fixture(scope="module", params=FILES or [NO_FILES])
def file(request: pytest.FixtureRequest) -> tuple[str, Election]:
    """Read each file once for all tests here."""
    return request.param, read_election((FOLDER / request.param).read_bytes())


@cache
def expected() -> dict[str, Any]:
    """Return what other engines and the cities themselves found, by file."""
    found: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    return found


def rules_for(key: str) -> CountRules:
    """Turn a key of expected.json (`mes_add1|card|completed`) into rules."""
    method, satisfaction, *completed = key.split("|")
    completion = {
        "greedy": "",
        "mes": "",
        "mes_add1": "add1",
        "mes_add1_stop_on_overspend_only": "add1-overspend",
    }[method]
    parts = [part for part in [completion, "greedy" if completed else ""] if part]
    return CountRules(
        rule=Rule.GREEDY if method == "greedy" else Rule.MES,
        satisfaction=Satisfaction({"card": "cardinality"}.get(satisfaction, satisfaction)),
        completion=Completion("-".join(parts) or "none"),
    )


def test_winners_are_those_that_other_engines_found(file: tuple[str, Election]) -> None:
    name, election = file
    results = expected()[name]["results"]
    assert {"greedy|cost", "mes|cost"} <= set(results)
    for key, other in results.items():
        if name in LONG and key.startswith("mes_add1") and not EVERY_COUNT:
            continue
        result = count(election, rules_for(key))
        assert list(result.winners) == other["winners"], key
        if other.get("total_cost") is not None:
            assert result.total_cost == int(other["total_cost"]), key
        if "iterations" in other and "stop_on_overspend_only" not in key:
            # (Under the key left out stand the iterations of the variant that stops earlier.)
            assert result.passes == other["iterations"], key
        if "exhaustive" in other:
            assert result.exhaustive == other["exhaustive"], key


def test_a_real_file_comes_back_from_writing(file: tuple[str, Election]) -> None:
    _, election = file
    assert read_election(write_election(election).encode()) == election


NOT_FOLLOWED = {
    "Hungary_Budapest_2024.pb": "it is not known by which rule .* approximately 10% .* offline",
    "Hungary_Budapest_2025_VIII_Jozsefvaros.pb": "not known .* about half the votes are cast on",
    "Poland_Lodz_2020.pb": "made for this one vote.* not strictly following the typical greedy",
}
"""Files that record winners by a rule which nobody can follow, and what is said of it."""


def test_the_city_itself_declared_the_same_winners(file: tuple[str, Election]) -> None:
    name, election = file
    stated = expected()[name]["official_winners"]
    if name in NOT_FOLLOWED or election.fact("rule") == "unknown":
        with pytest.raises(BadRules, match=NOT_FOLLOWED.get(name, "not known by which rule")):
            official_rules(election)
        return
    result = count(election, official_rules(election))
    found = compared(result, election)
    if stated is None:
        assert found.same is None
    else:
        assert sorted(result.winners) == sorted(stated)
        assert found.same
        assert sorted(found.recorded or ()) == sorted(stated)
