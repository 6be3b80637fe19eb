"""Every kind of message that the code tells has words in both languages, and fills their gaps."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.i18n import LANGUAGES, Language
from app.messages.gaps import Gap
from app.messages.gateway import sms_text
from app.messages.parcels import Letter, Parcel
from app.messages.rules import Way
from app.messages.words import KINDS, speak
from community.values import new_id
from tests.acts_in_code import written_acts

HOUSE = Path(__file__).parents[3]
PACKAGES = ("app", "community", "timebank", "marketplace")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EXAMPLES = {
    Gap.TEXT: "欧阳建国",
    Gap.NUMBER: 3,
    Gap.MINUTES: 95,
    Gap.FEN: 1_234_567,
    Gap.MOMENT: "2026-11-23T15:30:00+08:00",
    Gap.DAY: "2026-12-31",
    Gap.ROLE: "phone_operator",
    Gap.ACTS: "confirm,passbook,request",
}
SMS_LENGTH = 70  # characters that one SMS holds in Chinese


@dataclass(frozen=True)
class Telling:
    """A call that tells: where, of which kind, with which names in its fill; None: not written."""

    place: str
    kinds: tuple[str, ...]
    fill: frozenset[str] | None


def tellings() -> Iterator[Telling]:
    for package in PACKAGES:
        for path in sorted((HOUSE / package).rglob("*.py")):
            tree = ast.parse(path.read_text())
            constants = _constants(tree)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and _tells(call):
                    place = f"{path.relative_to(HOUSE)}:{call.lineno}"
                    fill = next((k.value for k in call.keywords if k.arg == "fill"), None)
                    yield Telling(place, _kinds(call.args[1], constants), _names(fill))


def _tells(call: ast.Call) -> bool:
    """Say whether this is `community.tell(...)`, or `tell(...)` with its community."""
    return _name(call) == "tell" and any(keyword.arg == "community_id" for keyword in call.keywords)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _kinds(written: ast.expr, constants: dict[str, str]) -> tuple[str, ...]:
    if isinstance(written, ast.Constant):
        return (str(written.value),)
    if isinstance(written, ast.IfExp):
        return _kinds(written.body, constants) + _kinds(written.orelse, constants)
    if isinstance(written, ast.Name) and written.id in constants:
        return (constants[written.id],)
    return ()  # handed on by a function of the module's own; `handed_on` looks at those


def _names(fill: ast.expr | None) -> frozenset[str] | None:
    if fill is None:
        return frozenset()
    if isinstance(fill, ast.Dict) and all(isinstance(key, ast.Constant) for key in fill.keys):
        return frozenset(str(key.value) for key in fill.keys if isinstance(key, ast.Constant))
    return None


def test_every_kind_that_is_told_has_words_and_a_fill_that_fits() -> None:
    found = list(tellings())
    assert len(found) >= 8, "the search finds the calls"
    for one in found:
        for kind in one.kinds:
            assert kind in KINDS, f"{one.place} tells {kind!r}, which has no words"
            if one.fill is not None:
                assert one.fill == KINDS[kind].fill_names, f"{one.place}: {kind}"


def test_kinds_that_are_handed_on_are_written_out_in_their_module() -> None:
    """Where a function of its own tells, each text like `family.what` in its module is a kind.

    A part's module of such functions may name none: then those who call them do.
    """
    written = written_acts()
    for path in {one.place.split(":")[0] for one in tellings() if not one.kinds}:
        tree = ast.parse((HOUSE / path).read_text())
        families = {kind.split(".")[0] for kind in KINDS}
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        acts = {text for text in texts if text.endswith((".grant", ".revoke"))}  # of the trail
        acts |= {text for one in written if one.place.startswith(path) for text in one.acts}
        kinds = {
            t for t in texts - acts if re.fullmatch(r"\w+\.\w+", t) and t.split(".")[0] in families
        }
        if path.endswith("/telling.py"):
            kinds |= kinds_handed(Path(path).parent)
        assert kinds, f"{path} hands on kinds that it does not name"
        assert kinds <= set(KINDS), f"{path} tells {sorted(kinds - set(KINDS))}"


def kinds_handed(package: Path) -> set[str]:
    """Return the kinds that a package hands to functions whose name says that they tell."""
    calls = [
        call
        for path in (HOUSE / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and re.match(r"_?tell", _name(call))
    ]
    return {
        kind
        for call in calls
        for one in (*call.args, *(keyword.value for keyword in call.keywords))
        for kind in _kinds(one, {})
        if re.fullmatch(r"\w+\.\w+", kind)
    }


def test_every_kind_that_is_handed_to_a_function_that_tells_has_words() -> None:
    handed = {kind for package in PACKAGES for kind in kinds_handed(Path(package))}
    assert len(handed) >= 100, "the search finds the calls"
    assert sorted(handed - set(KINDS)) == []


def example(kind: str) -> dict[str, object]:
    fill: dict[str, object] = {}
    for name, gap in KINDS[kind].gaps.items():
        if gap is Gap.BOTH:
            fill |= {f"{name}_zh": "陪伴聊天", f"{name}_en": "Companionship"}
        else:
            fill[name] = EXAMPLES[gap]
    return fill


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_reads_well(kind: str, language: Language) -> None:
    spoken = speak(kind, example(kind), language=language, zone=SHANGHAI, now=NOW)
    for text in (spoken.title, spoken.sentence):
        assert text
        assert "%(" not in text
        assert "\n" not in text
    if language == "zh":
        assert not any("a" <= c.lower() <= "z" for c in spoken.title + spoken.sentence), spoken
    for value in example(kind).values():
        assert str(value) not in {"phone_operator", "confirm,passbook,request"} or (
            str(value) not in spoken.sentence
        )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_sms_in_chinese_is_one_sms(kind: str) -> None:
    fill = example(kind) | {
        name: "483920" if name == "code" else value
        for name, value in example(kind).items()
        if KINDS[kind].gaps.get(name) is Gap.TEXT
    }
    spoken = speak(kind, fill, language="zh", zone=SHANGHAI, lasting=True, now=NOW)
    parcel = Parcel(
        new_id(), Way.SMS, "", "zh", SHANGHAI, "八里", (Letter(spoken, None, NOW),), NOW
    )
    text = sms_text(parcel)
    assert text.startswith("【邻里】")
    assert len(text) <= SMS_LENGTH, f"{len(text)}: {text}"


def test_chinese_and_figures_stand_apart() -> None:
    fill = {**example("visit.accepted"), "at": "2026-12-03T15:00:00+08:00"}
    told = speak("visit.accepted", fill, language="zh", zone=SHANGHAI, now=NOW)
    assert told.sentence == "欧阳建国将于 12 月 3 日（周四）下午 3 点来您家：陪伴聊天。"


def test_what_is_read_later_names_the_day() -> None:
    fill = example("visit.accepted")
    now = speak("visit.accepted", fill, language="en", zone=SHANGHAI, now=NOW)
    later = speak("visit.accepted", fill, language="en", zone=SHANGHAI, now=NOW, lasting=True)
    assert "tomorrow at 3:30 pm" in now.sentence
    assert "Monday 23 November at 3:30 pm" in later.sentence
    assert "2026" not in later.sentence


@pytest.mark.parametrize("day", ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"])
def test_a_day_over_new_year_names_its_year(day: str) -> None:
    turn = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
    fill = {**example("delegation.received"), "until": day}
    kind = "delegation.received"
    told = speak(kind, fill, language="en", zone=SHANGHAI, now=turn, lasting=True)
    weekday = date.fromisoformat(day).strftime("%A")
    assert weekday in told.sentence
    assert ("2027" in told.sentence) == day.startswith("2027")


def test_a_kind_of_a_newer_program_is_still_a_message() -> None:
    assert speak("moon.landed", {}, language="zh", zone=SHANGHAI).title == "一条消息"


def test_a_fill_that_does_not_fit_is_shown_as_it_is() -> None:
    fill = {"role": "king", "area": "a\r\nb\x00c", "since": "soon"}
    told = speak("role.granted", fill, language="en", zone=SHANGHAI)
    assert told.sentence == "You are king at a b c, from soon on."
