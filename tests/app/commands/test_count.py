"""`linli count` as an operator meets it: results, warnings, refusals and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ELECTION = """META
key;value
budget;100.50
vote_type;approval
num_votes;9
min_project_score_threshold;2
currency;EUR
PROJECTS
project_id;cost;name
9;50;Park [bold]near[/bold] the well
10;50.5;Ramp
8;40;Bench
VOTES
voter_id;vote
a;9,10
b;9,10
c;8
"""


def linli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed."""
    call = [sys.executable, "-c", "from app.commands import main; main()", *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "street.pb"
    path.write_text(ELECTION, encoding="utf-8")
    return path


def test_json_has_the_winners_in_order_and_only_json_on_standard_output(file: Path) -> None:
    ran = linli("count", str(file), "--json")
    assert ran.returncode == 0
    result = json.loads(ran.stdout)
    assert result["winners"] == ["10", "9"]  # a tie at 2 votes: "10" is before "9" as text
    assert (result["total_cost"], result["budget"], result["scale"]) == (1005, 1005, 1)
    assert result["votes"] == 3
    assert result["seconds"] >= 0
    assert result["rules"]["rule"] == "greedy"
    assert len(result["rules_sha256"]) == 64
    lost = [outcome for outcome in result["outcomes"] if not outcome["won"]]
    assert [(o["project"], o["reason"], o["money_short"]) for o in lost] == [("8", "no-money", 400)]
    for text in ("num_votes says 9", "least score of 2"):
        assert text in ran.stderr
        assert [warning for warning in result["warnings"] if text in warning]


def test_a_table_shows_winners_reasons_and_the_budget(file: Path) -> None:
    ran = linli("count", str(file))
    assert ran.returncode == 0
    first, second, third = [
        line.split()
        for line in ran.stdout.splitlines()
        if line.endswith(("won", "vote", "votes")) or "won " in line or "lost" in line
    ][:3]
    assert (first[:2], second[:2]) == (["1", "10"], ["2", "9"])
    assert "[bold]near[/bold]" in second
    assert third[0] == "8"
    assert "lost, short by 40.0 or 1 vote" in ran.stdout
    assert "2 of 3 projects won with 3 votes. They cost 100.5 of 100.5 EUR; 0.0 is left." in (
        ran.stdout
    )
    assert "num_votes says 9" in ran.stderr


def test_rules_are_taken_from_the_options(file: Path, tmp_path: Path) -> None:
    order = tmp_path / "order.txt"
    order.write_text("9\n10\n8\n", encoding="utf-8")
    options = ["--rule", "mes", "--satisfaction", "cardinality", "--completion", "add1-greedy"]
    ran = linli("count", str(file), *options, "--ties", str(order), "--threshold", "file", "--json")
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    # Each has 33.50: a and b pay 25 each for 9, and keep 8.50 each; 50.50 for 10 needs 16.75 more.
    # Raised by 17 to 50.50, they buy 10 too: all is spent.
    assert result["winners"] == ["9", "10"]
    assert (result["share"], result["passes"]) == ("505", 18)
    assert result["rules"] == {
        "completion": "add1-greedy",
        "rule": "mes",
        "satisfaction": "cardinality",
        "step": 1,
        "threshold": 2,
        "ties": ["9", "10", "8"],
        "version": 1,
    }
    assert "least score" not in ran.stderr


def test_a_bad_file_has_its_own_exit_code_and_names_the_line(file: Path) -> None:
    file.write_text(ELECTION.replace("c;8", "c;7"), encoding="utf-8")
    ran = linli("count", str(file), "--json")
    assert ran.returncode == 6
    assert ran.stdout == ""
    assert "line 17: the vote names project '7', which PROJECTS does not list" in ran.stderr
    assert "Nothing was counted." in ran.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule", "lottery"], "'lottery' is not one of"),
        (["--satisfaction", "points"], "needs cumulative ballots, these are approval"),
        (["--completion", "add1"], "belongs to Equal Shares"),
        (["--ties", "nowhere.txt"], "neither id-text nor a text file"),
        (["--threshold", "some"], "give a whole number, or `file`"),
        (["--quorum", "file"], "the file states no quorum"),
        (["--official", "--rule", "mes", "--step", "2"], "leave out --rule, --step"),
        (["--official"], "the file's own rule '' cannot be followed: the file names none"),
        (["--step", "0"], "0 is not in the range"),
    ],
)
def test_wrong_arguments_are_refused(file: Path, options: list[str], words: str) -> None:
    ran = linli("count", str(file), *options)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert words in ran.stderr


OFFICIAL = ELECTION.replace("currency;EUR", "currency;EUR\nrule;greedy-threshold").replace(
    "project_id;cost;name", "project_id;cost;name;selected"
)


@pytest.mark.parametrize(
    ("selected", "code", "words"),
    [
        ("1 1 0", 0, "The file records the same 2 winners."),
        (
            "1 0 1",
            1,
            "The file records other winners. Only this count chose: 10. Only the file names: 8.",
        ),
        ("1 1 2", 0, "same 2 winners. It marks neither as chosen nor as not: 8."),
        ("; ; ;", 0, "The file records no winners to compare with."),
    ],
)
def test_the_official_rule_is_followed_and_winners_compared(
    file: Path, selected: str, code: int, words: str
) -> None:
    marks = iter(mark.strip(";") for mark in selected.split())
    lines = OFFICIAL.splitlines()
    begin = lines.index("PROJECTS") + 2
    lines[begin : begin + 3] = [f"{line};{next(marks)}" for line in lines[begin : begin + 3]]
    file.write_text("\n".join(lines), encoding="utf-8")
    ran = linli("count", str(file), "--official")
    assert ran.returncode == code, ran.stderr
    assert words in ran.stdout
    assert '"threshold":2' in ran.stdout
    told = json.loads(linli("count", str(file), "--official", "--json").stdout)
    assert (told["recorded"] or {}).get("same") == {0: True, 1: False}[
        code
    ] or "no winners" in words


def test_ceilings_exclusions_and_a_quorum_are_told(file: Path) -> None:
    stated = (
        "currency;EUR\nquorum;3\ncategories;shade\nbudget_per_category;[30.5]\n"
        'incompatible;"[[""9"", ""10""]]"'
    )
    text = ELECTION.replace("currency;EUR", stated)
    text = text.replace("project_id;cost;name", "project_id;cost;name;category")
    text = text.replace("8;40;Bench", "8;40;Bench;shade")
    file.write_text(text, encoding="utf-8")
    ran = linli("count", str(file))
    assert ran.returncode == 0, ran.stderr
    assert "cannot win beside 10" in ran.stdout
    assert "lost, no room left for shade, short by 9.5" in ran.stdout
    assert "the file states a quorum of 3 votes; this count asked for 0" in ran.stderr
    assert "is not applied" not in ran.stderr
    few = linli("count", str(file), "--quorum", "5")
    assert "0 of 3 projects won" in few.stdout
    assert few.stdout.count("too few voted, short by 2 votes") == 3


def test_a_file_that_is_not_there_is_a_wrong_argument(tmp_path: Path) -> None:
    ran = linli("count", str(tmp_path / "none.pb"))
    assert ran.returncode == 2
    assert "does not exist" in ran.stderr


def test_help_teaches_with_examples() -> None:
    ran = linli("count", "--help")
    assert ran.returncode == 0
    assert "linli count district.pb --rule mes --completion add1" in ran.stdout
    assert "Exit codes: 0 counted; 1 with --official" in ran.stdout


def test_counting_does_not_load_the_web_framework() -> None:
    check = (
        "import sys; from app.commands.count import count; "
        "print([name for name in ('litestar', 'granian', 'jinja2') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "[]"
