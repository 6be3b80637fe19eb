"""A policy pack's file: read as it stands, with every fault named by its line."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import Pack
from community.policy import BadPackFile, Problem, Unit, choice, number, read_pack, switch

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)

STEPS = number("visits.steps", 5, Unit.MINUTES, least=1, most=60, words="Steps of %(value)s.")
LENGTH = number("visits.length", 30, Unit.MINUTES, least=15, most=90, step=15, words="%(value)s.")
PAPER = switch("letters.paper", default=False, words="On paper.", otherwise="Not on paper.")
DOOR = choice("letters.door", "open", {"open": "anybody", "shut": "nobody"}, "In: %(value)s.")
SETTINGS = (STEPS, LENGTH, PAPER, DOOR)


def read(text: str, *, not_before: datetime | None = None) -> Pack:
    return read_pack(text.encode(), settings=SETTINGS, zone=SHANGHAI, not_before=not_before)


def faults(text: str, *, not_before: datetime | None = None) -> list[str]:
    """Return the faults of a file, each as its line and its problem."""
    with pytest.raises(BadPackFile) as refused:
        read(text, not_before=not_before)
    return [f"{fault.line} {fault.problem}" for fault in refused.value.faults]


ABOUT = 'name = "Rules"\nsource = "The assembly"\n'


def test_a_pack_has_every_setting_and_keeps_its_text() -> None:
    text = "\ufeff" + (
        ABOUT + "holds_from = 2027-01-01\n[visits]\nsteps = 10\n[letters]\ndoor = 'shut'"
    ).replace("\n", "\r\n")
    pack = read(text)
    assert (pack.name, pack.source, pack.file) == ("Rules", "The assembly", text)
    assert pack.holds_from == datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "midnight in the zone"
    assert pack.settings == {
        "visits.steps": 10, "visits.length": 30, "letters.paper": False, "letters.door": "shut",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2027-01-01T08:30:00", datetime(2027, 1, 1, 0, 30, tzinfo=UTC)),
        ("2027-01-01T08:30:00Z", datetime(2027, 1, 1, 8, 30, tzinfo=UTC)),
        ("2027-01-01 08:30:00+02:00", datetime(2027, 1, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_one_of_the_community_s_unless_it_says_otherwise(
    written: str, moment: datetime
) -> None:
    assert read(f"{ABOUT}holds_from = {written}\n").holds_from == moment


def test_a_pack_without_its_moment_holds_at_once() -> None:
    assert read(ABOUT).holds_from is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1 missing", "1 missing"]),
        ('name = ""\nsource = 3', ["1 wrong_text", "2 wrong_text"]),
        (f'name = "{"x" * 81}"\nsource = "s"', ["1 wrong_text"]),
        (f"{ABOUT}holds_from = 08:00:00", ["3 wrong_moment"]),
        (f'{ABOUT}holds_from = "2027-01-01"', ["3 wrong_moment"]),
        (f"{ABOUT}holds_from = 0001-01-01", ["3 wrong_moment"]),
        (f"{ABOUT}holds_from = 2026-12-01", ["3 past"]),
        (f"{ABOUT}[vists]\nsteps = 900\n", ["3 unknown_table"]),
        (f"{ABOUT}[[visits]]\nsteps = 5", ["3 unknown_table"]),
        (f"{ABOUT}[visits.steps]\nx = 5", ["3 unknown_table"]),
        (f"{ABOUT}visits = 5", ["3 unknown_key"]),
        (f'{ABOUT}"visits.steps" = 5', ["3 unknown_key"]),
        (f"{ABOUT}[visits]\n\nstep = 5", ["5 unknown_key"]),
        (f"{ABOUT}[visits]\nsteps = '5'\nlength = true", ["4 wrong_kind", "5 wrong_kind"]),
        (f"{ABOUT}[visits]\nsteps = 5.0", ["4 wrong_kind"]),
        (f"{ABOUT}[visits]\nsteps = 61\nlength = 20", ["4 out_of_bounds", "5 out_of_bounds"]),
        (f"{ABOUT}[letters]\npaper = 1\ndoor = 'ajar'", ["4 wrong_kind", "5 out_of_bounds"]),
        (f"{ABOUT}[visits]\nsteps = 5\nsteps = 99", ["5 twice"]),
        (f"{ABOUT}[visits]\nsteps = 5\n[visits]\nsteps = 99", ["5 twice"]),
        (f"{ABOUT}visits.steps = 5\n[visits]\n", ["4 unreadable"]),
        (f"{ABOUT}visits = {{ steps = 99, length = 30 }}", ["3 out_of_bounds"]),
        ('name = "a\nsource = "b"\n[visits]\nsteps = 99', ["1 unreadable", "4 out_of_bounds"]),
        (f"{ABOUT}[visits\nsteps = 99\n[letters]\npaper = 1", ["3 unreadable", "6 wrong_kind"]),
        (f"{ABOUT}[visits]\nsteps = [\n 1,\n\nlength = 99", ["4 unclosed", "7 out_of_bounds"]),
        (f"{ABOUT}[visits]\nsteps=[\n1,\n2 3\n]\nlength = 9", ["6 unreadable", "8 out_of_bounds"]),
        (f'{ABOUT}[visits]\nsteps = """\nlength = 99', ["4 unclosed", "5 out_of_bounds"]),
        (f"{ABOUT}x = {'9' * 5000}", ["3 unreadable"]),
        (f"{ABOUT}[visits]\nsteps = 0x{'f' * 5000}", ["4 out_of_bounds"]),
        (f"{ABOUT}x = {'[' * 5000}", ["3 unreadable"]),
        (f"{ABOUT}x = 1\x00", ["3 unreadable"]),
    ],
)  # fmt: skip
def test_every_fault_is_named_by_its_line(text: str, expected: list[str]) -> None:
    assert faults(text, not_before=NOON) == expected


def test_a_fault_says_what_was_given_and_what_was_probably_meant() -> None:
    with pytest.raises(BadPackFile) as refused:
        read(f"{ABOUT}[visits]\nstep = 5\nlenth = 30\nsteps = 500\nname = 'x'\nwidth = 3\n")
    found = refused.value.faults
    assert [fault.near for fault in found] == ["visits.steps", "visits.length", "", "name", ""]
    assert (found[2].setting, found[2].given) == (STEPS, "500")
    with pytest.raises(BadPackFile) as refused:
        read(f"{ABOUT}[vistis]\n")
    assert refused.value.faults[0].near == "visits"


def test_a_file_that_is_no_text_or_too_large() -> None:
    for content, expected in [
        (ABOUT.encode() + b"x = '\xff'", (3, Problem.NOT_UTF8)),
        ("name = '规则'".encode("gb18030"), (1, Problem.NOT_UTF8)),
        (b"#" * 65537, (1, Problem.TOO_LARGE)),
    ]:
        with pytest.raises(BadPackFile) as refused:
            read_pack(content, settings=SETTINGS, zone=SHANGHAI)
        assert [(one.line, one.problem) for one in refused.value.faults] == [expected]


@pytest.mark.parametrize("line", ["a", "= 3", 'a = "', 'a = """', "a = [", "[a", "a = 1\nb.c = 2"])
def test_a_file_of_nothing_but_faults_ends_soon_and_says_that_there_are_more(line: str) -> None:
    text = f"{line}\n" * (65_000 // (len(line) + 1))
    with pytest.raises(BadPackFile) as refused:
        read(text)
    assert len(refused.value.faults) <= 102
    assert refused.value.faults


@dataclass(frozen=True)
class Written:
    """A piece of a file: its text, which may go on over several lines, and the key it states."""

    text: str
    key: str = ""
    at: int = 0
    """Where in the text the key stands, in lines."""


FILLING = st.sampled_from(
    [
        Written("# steps = 99"),
        Written(""),
        Written("  \t"),
    ]
)
NAMES = st.sampled_from(["unknown", "step", "stepss", '"a b"', "'steps.more'", "x-1"])
VALUES = st.sampled_from(
    [
        "1", "-7", "'x'", '"x # [visits]"', '"""\n\nsteps = 1\n[letters]\n"""',
        "'''\nlength = 5\n'''", "[\n  1,\n  # steps = 5\n  2,\n]", "[[1], ['''a\nb''']]",
        "2027-01-01", "true", "0.5", "[ ]", "'''x'''  # more",
    ]
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[int]]:
    """Draw a file whose every key is unknown, and the lines on which they stand."""
    lines: list[str] = ['name = """Rules"""', "source = '''The\nassembly'''"]
    expected: list[int] = []
    tables = iter(["visits", "letters"])

    def row() -> int:
        return sum(text.count("\n") + 1 for text in lines)

    stated = 0
    for _step in range(draw(st.integers(1, 12))):
        what = draw(st.integers(0, 5))
        if what == 0:
            lines.append(draw(FILLING).text)
        elif what == 1 and (table := next(tables, None)):
            lines.append(
                draw(st.sampled_from([f"[{table}]", f"  [ {table} ] # x", f'["{table}"]']))
            )
        else:
            stated += 1
            name, value = draw(NAMES), draw(VALUES)
            expected.append(row() + 1)
            lines.append(f"{draw(st.sampled_from(['', '  ']))}k{stated}.{name} = {value}")
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines), expected


@given(files())
def test_the_named_line_is_the_key_s_own_whatever_surrounds_it(
    drawn: tuple[str, list[int]],
) -> None:
    text, expected = drawn
    if not expected:
        assert read(text).name == "Rules"
        return
    assert faults(text) == [f"{line} unknown_key" for line in expected]
    lines = text.replace("\r\n", "\n").split("\n")
    assert all(lines[line - 1].lstrip().startswith("k") for line in expected)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "visits.steps": st.integers(1, 60),
            "visits.length": st.sampled_from([15, 30, 45, 60, 75, 90]),
            "letters.paper": st.booleans(),
            "letters.door": st.sampled_from(["open", "shut"]),
        },
    ),
    st.sampled_from(["dotted", "tables", "inline"]),
)
def test_what_is_stated_is_what_is_read(stated: dict[str, object], way: str) -> None:
    lines = [ABOUT.strip()]
    written = {key: json.dumps(value) for key, value in stated.items()}
    if way == "dotted":
        lines += [f"{key} = {value}" for key, value in written.items()]
    for table in ("visits", "letters"):
        own = [(k.split(".")[1], v) for k, v in written.items() if k.startswith(table)]
        if way == "tables":
            lines += [f"[{table}]", *(f"{name} = {value}" for name, value in own)]
        elif way == "inline" and own:
            lines.append(f"{table} = {{ {', '.join(f'{n} = {v}' for n, v in own)} }}")
    usual = {setting.key: setting.default for setting in SETTINGS}
    if way == "inline" and not all(
        any(k.startswith(t) for k in stated) for t in ("visits", "letters")
    ):
        return  # an empty inline table states nothing, and is refused as a value
    assert read("\n".join(lines)).settings == {**usual, **stated}
