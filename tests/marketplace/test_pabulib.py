"""Reading and writing `.pb` files: what is refused, what is warned of, what comes back."""

import os
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.election import Ballot, BallotKind, Election, Project, Voter
from marketplace.errors import BadElectionFile
from marketplace.pabulib import read_election, write_election
from marketplace.pabulib.amounts import as_text, decimals, in_smallest_unit
from tests.marketplace import oracle

GOOD = """META
key;value
description;A street
budget;100.50
vote_type;approval
num_projects;2
num_votes;3
PROJECTS
project_id;cost;votes;name;selected
7;60.0;2;Park;1
8;40.25;1;"Well; deep";0
VOTES
voter_id;vote;age
a;7;61
b;7,8;34
c;;70
"""
"""Line 4 states the budget, line 10 project 7, line 14 the first vote."""

POINTS = """META
key;value
budget;10
vote_type;cumulative
PROJECTS
project_id;cost
p;5
q;5
VOTES
voter_id;vote;points
a;p,q;3,1
"""


def texts(election: Election) -> list[str]:
    return [str(warning) for warning in election.warnings]


def test_a_file_is_read_exactly() -> None:
    election = read_election(GOOD)
    assert (election.kind, election.budget, election.scale) == (BallotKind.APPROVAL, 10050, 2)
    assert election.projects == (
        Project("7", 6000, "Park", selected="1"),
        Project("8", 4025, "Well; deep", selected="0"),
    )
    assert election.ballots == (Ballot(("7",), (), 1), Ballot(("7", "8"), (), 1), Ballot((), (), 1))
    assert election.voters[1] == Voter("b", 1, ("34",))
    assert (election.voter_columns, election.votes) == (("age",), 3)
    assert election.meta == (("description", "A street"),)
    assert texts(election) == [
        "1 ballots are blank; they count as votes, and in Equal Shares have a share",
        "amounts have decimals; all were counted in units of 10^-2, exactly",
    ]


def test_identical_ballots_are_one_however_they_are_spelt() -> None:
    spaced = GOOD.replace("c;;70", "c; 7 , 8 ;70")
    assert read_election(spaced).ballots[1] == Ballot(("7", "8"), (), 2)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("META\n", "", 1, "does not begin with a section"),
        ("key;value", "clef;value", 2, "no column 'key'"),
        ("budget;100.50\n", "", 1, "does not state 'budget'"),
        ("budget;100.50", "budget;1,000", 4, "'1,000' is not an amount"),
        ("budget;100.50", "budget;-5", 4, "'-5' is not an amount"),
        ("budget;100.50", "budget;1e6", 4, "'1e6' is not an amount"),
        ("budget;100.50", "budget;٣", 4, "is not an amount"),
        ("budget;100.50", "budget;0.0", 4, "the budget is 0"),
        ("budget;100.50", "budget;100.50\nbudget;99", 5, "'budget' is stated twice"),
        ("vote_type;approval", "vote_type;scoring", 5, "the type 'scoring' cannot be counted"),
        ("project_id;cost", "project_id;price", 9, "no column 'cost'"),
        ("project_id;cost;votes", "project_id;cost;cost", 9, "names a column twice"),
        ("7;60.0", "7;", 10, "'' is not an amount"),
        ("7;60.0", ";60.0", 10, "'' cannot be a project's id"),
        ("7;60.0", '"7,8";60.0', 10, "'7,8' cannot be a project's id"),
        ("8;40.25", "7;40.25", 11, "project '7' stands on line 10 already"),
        ('"Well; deep"', "Well; deep", 11, "the row has 6 cells, its header 5"),
        ('"Well; deep"', '"Well; deep', 11, "the quotes do not close"),
        ('"Well; deep"', '"Well" deep', 11, "the quotes do not close"),
        ("voter_id;vote", "voter_id;mark", 13, "no column 'vote'"),
        ("b;7,8;34", "b;7,9;34", 15, "project '9', which PROJECTS does not list"),
        ("b;7,8;34", "b;7,,8;34", 15, "project '', which PROJECTS does not list"),
        ("c;;70", "c;;70\nMETA", 17, "the section META begins a second time"),
        ("vote_type;approval", "vote_type;choose-1", 15, "names 2 projects where one may"),
        ("vote_type;approval", "vote_type;cumulative", 13, "no column 'points'"),
    ],
)
def test_what_could_change_a_result_is_refused_with_its_line(
    old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    with pytest.raises(BadElectionFile, match=words) as refusal:
        read_election(GOOD.replace(old, new, 1))
    assert refusal.value.line == line
    assert refusal.value.advice
    assert str(refusal.value).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("vote", "words"),
    [
        ("a;p,q;3", "names 2 projects but gives 1 numbers of points"),
        ("a;p,q;3,1,1", "names 2 projects but gives 3 numbers of points"),
        ("a;p,q;3,", "'' is not a whole number of points"),
        ("a;p,q;3,0.5", "'0.5' is not a whole number of points"),
        ("a;p,q;3,-1", "'-1' is not a whole number of points"),
        ("a;p,p;3,1", "names a project twice"),
        ("a;p,q;3,1000000001", "1000000001 points are more than can be counted"),
    ],
)
def test_points_that_could_be_read_in_two_ways_are_refused(vote: str, words: str) -> None:
    with pytest.raises(BadElectionFile, match=words) as refusal:
        read_election(POINTS.replace("a;p,q;3,1", vote))
    assert refusal.value.line == 11


def test_a_rank_given_twice_is_refused() -> None:
    ordinal = GOOD.replace("vote_type;approval", "vote_type;ordinal").replace("b;7,8", "b;7,7")
    with pytest.raises(BadElectionFile, match="names a project twice") as refusal:
        read_election(ordinal)
    assert refusal.value.line == 15


@pytest.mark.parametrize("missing", ["PROJECTS", "VOTES"])
def test_a_missing_section_is_named(missing: str) -> None:
    with pytest.raises(BadElectionFile, match=f"the section {missing} is missing"):
        read_election(GOOD[: GOOD.index(missing)])
    with pytest.raises(BadElectionFile, match="the section META is missing"):
        read_election("")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    broken = GOOD.replace("Park", "Parć").encode("iso-8859-2")
    with pytest.raises(BadElectionFile, match="byte 0xe6 is not UTF-8") as refusal:
        read_election(broken)
    assert refusal.value.line == 10


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("META", "\ufeffMETA", "line 1: the file begins with a byte-order mark; it was skipped"),
        ("num_votes;3", "num_votes;4", "line 7: num_votes says 4, the file holds 3"),
        ("num_projects;2", "num_projects;1", "line 6: num_projects says 1, the file holds 2"),
        ("7;60.0;2", "7;60.0;9", "line 10: project 7: the column votes says 9, the ballots give 2"),
        ("c;;70", "a;;70", "1 voter ids stand on more than one line ('a' on 2)"),
        ("b;7,8;34", "b;7,8,7;34", "line 15: the vote names a project twice; it counts once"),
        ("b;7,8;34", "b;7,8", "line 15: the row ends early; read as empty: age"),
        ("7;60.0", "7;0", "line 10: project 7 costs nothing"),
        ("7;60.0", "7;600", "line 10: project 7 costs 600.00: more than the budget"),
        ("num_votes;3", "num_votes;3\nmax_length;1", "line 8: 1 ballots break max_length 1"),
        ("num_votes;3", "num_votes;3\nmin_length;1", "line 8: 1 ballots break min_length 1"),
        ("num_votes;3", "num_votes;3\nmax_sum_cost;100.2", "line 8: 1 ballots break max_sum_cost"),
        ("num_votes;3", "num_votes;3\nmax_length;x", "line 8: max_length is 'x': not a limit"),
        (
            "num_votes;3",
            "num_votes;3\nmin_project_score_threshold;1.5",
            "line 8: the threshold '1.5' is not a whole number; not applied",
        ),
        (
            "num_votes;3",
            "num_votes;3\nbudget_per_category;[1, 2]",
            "line 8: budget_per_category is not applied",
        ),
        ("num_votes;3", "num_votes;3\nfully_funded;1", "line 8: fully_funded"),
        ("num_votes;3", "num_votes;3\nleftover_budget;later", "line 8: leftover_budget is not"),
        ("A street", "A street\ndescription;A street", "line 4: 'description' is stated twice"),
        ("a;7;61\nb;7,8;34\nc;;70\n", "", "the file holds no votes"),
    ],
)
def test_nothing_is_ignored_in_silence(old: str, new: str, warning: str) -> None:
    assert old in GOOD
    assert not [text for text in texts(read_election(GOOD)) if text.startswith(warning)]
    found = texts(read_election(GOOD.replace(old, new, 1).encode()))
    assert [text for text in found if text.startswith(warning)], found


def test_points_are_checked_against_limits_and_totals() -> None:
    stated = POINTS.replace("vote_type", "max_sum_points;3\nvote_type")
    scored = stated.replace("project_id;cost", "project_id;cost;score").replace("p;5", "p;5;3")
    election = read_election(scored.replace("q;5", "q;5;2").replace("a;p,q;3,1", "a;p,q;4,0"))
    assert texts(election) == [
        "1 ballots name a project and give it 0 points",
        "line 4: 1 ballots break max_sum_points 3; they count as they stand",
        "line 8: project p: the column score says 3, the ballots give 4: the ballots were counted",
        "line 9: project q: the column score says 2, the ballots give 0: the ballots were counted",
    ]


BOUNDED = GOOD.replace("num_votes;3\n", "num_votes;3\n{}\n").replace(
    "cost;votes;name;selected", "cost;votes;name;selected;category;neighborhood"
)


@pytest.mark.parametrize(
    ("stated", "ceilings"),
    [
        (
            "categories;green, youth\nbudget_per_category;[50, 60.125]",
            (("category", "green", 50000), ("category", "youth", 60125)),
        ),
        (
            "categories;['green, old', 'youth']\nbudget_per_category;50,60",
            (("category", "green, old", 5000), ("category", "youth", 6000)),
        ),
        (
            "neighborhoods;north\nbudget_per_neighborhood;[7]",
            (("neighbourhood", "north", 700),),
        ),
    ],
)
def test_ceilings_are_read_and_come_back(
    stated: str, ceilings: tuple[tuple[str, str, int], ...]
) -> None:
    election = read_election(BOUNDED.format(stated))
    assert tuple((c.grouping.value, c.name, c.amount) for c in election.ceilings) == ceilings
    assert not [text for text in texts(election) if "not applied" in text]
    assert read_election(write_election(election)).ceilings == election.ceilings


def test_exclusions_are_read_and_come_back() -> None:
    election = read_election(BOUNDED.format('incompatible;"[[""7"", ""8""]]"'))
    assert election.incompatible == (("7", "8"),)
    assert read_election(write_election(election)).incompatible == election.incompatible


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("categories;a,b\nbudget_per_category;5,x", "'x' is not an amount of money"),
        ("incompatible;7,8", "not a list of lists of project ids"),
        ("incompatible;[[7, 8]]", "not a list of lists of project ids"),
        ('incompatible;"[[""7"", ""9""]]"', "incompatible names project '9'"),
    ],
)
def test_bounds_that_could_be_read_in_two_ways_are_refused(stated: str, words: str) -> None:
    with pytest.raises(BadElectionFile, match=words) as refusal:
        read_election(BOUNDED.format(stated))
    assert refusal.value.line == 8 + stated.count("\n")


def test_sections_stand_in_their_order() -> None:
    meta, rest = GOOD.split("PROJECTS")
    projects, votes = rest.split("VOTES")
    with pytest.raises(BadElectionFile, match="PROJECTS is missing before VOTES") as refusal:
        read_election(f"{meta}VOTES{votes}PROJECTS{projects}")
    assert refusal.value.line == 8


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_blank_lines_and_empty_cells_do_no_harm(newline: str) -> None:
    padded = GOOD.replace("PROJECTS\n", "\nPROJECTS;;;\n").replace("a;7;61", "a;7;61;;")
    assert read_election(padded.replace("\n", newline)) == read_election(GOOD)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12
).filter(lambda text: text.upper().strip() not in {"META", "PROJECTS", "VOTES"})
KEYS = TEXT.map(str.strip).filter(
    lambda key: (
        key not in {"", "num_projects", "num_votes", "budget", "vote_type"}
        and not key.startswith("\ufeff")
    )
)


@st.composite
def written(draw: st.DrawFn) -> Election:
    """Draw elections with texts of every kind, decimals and voters with columns."""
    election = draw(oracle.elections())
    places = [place for place, ballot in enumerate(election.ballots) for _ in range(ballot.votes)]
    columns = draw(
        st.lists(
            KEYS.filter(lambda k: k not in {"voter_id", "vote", "points"}), max_size=2, unique=True
        )
    )
    voters = tuple(Voter(draw(TEXT), place, tuple(draw(TEXT) for _ in columns)) for place in places)
    known = {"project_id", "cost", "votes", "score", "name", "category", "target", "selected"}
    more = draw(st.lists(KEYS.filter(lambda k: k not in known), max_size=2, unique=True))
    return replace(
        election,
        scale=draw(st.sampled_from([0, 2, 5])),
        meta=tuple(draw(st.dictionaries(KEYS, TEXT, max_size=3)).items()),
        projects=tuple(
            replace(
                p, name=draw(TEXT), category=draw(TEXT), more=tuple((k, draw(TEXT)) for k in more)
            )
            for p in election.projects
        ),
        voter_columns=tuple(columns),
        voters=voters,
    )


@settings(max_examples=int(os.environ.get("LINLI_EXAMPLES", "60")), deadline=None)
@given(written())
def test_what_is_written_reads_back_equal(election: Election) -> None:
    back = read_election(write_election(election).encode())
    ten = 10 ** (election.scale - back.scale)
    assert back.budget * ten == election.budget
    assert [p.cost * ten for p in back.projects] == [p.cost for p in election.projects]
    assert replace(back, budget=0, scale=0, projects=()) == replace(
        election, budget=0, scale=0, projects=()
    )
    assert [replace(p, cost=0) for p in back.projects] == [
        replace(p, cost=0) for p in election.projects
    ]
    assert read_election(write_election(back)) == back


def test_ballots_without_voters_are_written_one_line_each() -> None:
    election = replace(read_election(GOOD), voters=(), voter_columns=())
    election = replace(election, ballots=(Ballot(("7", "8"), (), 2), Ballot(("8",), (), 1)))
    lines = write_election(election).splitlines()
    assert lines[lines.index("VOTES") + 1 :] == ["voter_id;vote", "1;7,8", "2;7,8", "3;8"]
    assert "7;60.00;2;Park;1" in lines
    assert "num_votes;3" in lines


@given(st.integers(0, 10**30), st.integers(0, 8))
def test_amounts_keep_every_digit(amount: int, scale: int) -> None:
    text = as_text(amount, scale)
    needed = decimals(text)
    assert needed is not None
    assert needed <= scale
    assert in_smallest_unit(text, scale) == amount
    assert as_text(-5, 2) == "-0.05"


def test_a_large_file_is_read_in_under_two_seconds() -> None:
    """131,778 votes over 197 projects, 4 MB: the size of the largest real file at hand."""
    votes = 131_778
    projects = "\n".join(f"{number};1000;Project number {number}" for number in range(197))
    lines = "\n".join(f"{v};{v * 7919 % 197};{v % 90};M;internet;district" for v in range(votes))
    text = (
        "META\nkey;value\nbudget;100000\nvote_type;choose-1\nPROJECTS\nproject_id;cost;name\n"
        f"{projects}\nVOTES\nvoter_id;vote;age;sex;voting_method;district\n{lines}\n"
    )
    begun = process_time()
    election = read_election(text.encode())
    assert process_time() - begun < 2
    assert (election.votes, len(election.ballots)) == (votes, 197)


def test_no_election_of_others_is_kept_here() -> None:
    """Real files are read from a folder outside the project, never copied into it."""
    root = Path(__file__).parents[2]
    kept = [path for path in root.rglob("*.pb") if ".venv" not in path.parts]
    assert [path for path in kept if "var" not in path.parts] == []
