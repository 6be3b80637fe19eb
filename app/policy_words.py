"""How a community's rules are said: each setting in a sentence, each fault of a pack in two."""

from collections.abc import Mapping
from typing import Any, Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import duration, money, number
from community.policy import Fault, Kind, Problem, Setting, Unit, Value
from community.policy.file import LENGTHS_MAX, PACK_BYTES_MAX

# The tables of a pack, in the order in which the policy page tells them: heading and icon.
GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "time_bank": (mark("Visits and hours"), "clock"),
    "rounds": (mark("Rounds and projects"), "vote"),
    "needs": (mark("Needs of residents"), "megaphone"),
    "screening": (mark("Screening of needs"), "search-check"),
    "deliberation": (mark("The talk about a need"), "messages-square"),
    "plans": (mark("Plans and who carries them out"), "pencil-ruler"),
    "aftercare": (mark("Looking after finished projects"), "hand-heart"),
    "funding": (mark("Raising money and hours"), "wallet"),
    "delivery": (mark("Work on chosen projects"), "hammer"),
    "project_work": (mark("Help for projects"), "hand-helping"),
    "evaluation": (mark("Judging projects"), "star"),
    "meetings": (mark("Meetings and councils"), "users"),
    "joining": (mark("Joining"), "user-round"),
    "sign_in": (mark("Signing in"), "log-in"),
    "delegation": (mark("Acting for somebody"), "users"),
    "retention": (mark("How long we keep what"), "hourglass"),
}


_UNITS: Final[Mapping[Unit, str]] = {
    Unit.MINUTES: mark("minutes"),
    Unit.HOURS: mark("hours"),
    Unit.DAYS: mark("days"),
    Unit.YEARS: mark("years"),
    Unit.TIMES: mark("times"),
    Unit.FEN: mark("fen (hundredths of a yuan)"),
}


def value_words(setting: Setting[Any], value: Value) -> str:
    """Return a value with its unit, in the language of the request: `30 天`, `5 times`."""
    if setting.kind is Kind.SWITCH:
        return _("yes") if value else _("no")
    if setting.kind is Kind.CHOICE:
        return _(setting.choices.get(str(value), str(value)))
    return _counted(int(value), setting.unit)


def rule_words(setting: Setting[Any], value: Value) -> str:
    """Return the rule that a value makes, as one sentence in the language of the request."""
    sentence = _(setting.says(value))
    return sentence % {"value": value_words(setting, value)}


def allowed_words(setting: Setting[Any]) -> str:
    """Return what a pack may state for a setting, as it is written in the file."""
    if setting.kind is Kind.SWITCH:
        return _("true or false")
    if setting.kind is Kind.CHOICE:
        return _("one of %(names)s") % {
            "names": _(", ").join(f'"{name}"' for name in setting.choices)
        }
    said = {"least": str(setting.least), "most": str(setting.most), "step": str(setting.step)}
    if setting.unit in _UNITS:
        said["unit"] = _(_UNITS[setting.unit])
        if setting.step > 1:
            return (
                _("a whole number of %(unit)s from %(least)s to %(most)s, in steps of %(step)s")
                % said
            )
        return _("a whole number of %(unit)s from %(least)s to %(most)s") % said
    return _("a whole number from %(least)s to %(most)s") % said


def written(value: Value) -> str:
    """Return a value as it is written in a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def fault_words(fault: Fault) -> str:
    """Return what is wrong with a line and what is allowed there, without the line's number."""
    said = {"key": fault.key, "given": fault.given, "first": number(fault.first)}
    match fault.problem:
        case Problem.UNKNOWN_TABLE | Problem.UNKNOWN_KEY:
            return _unknown(fault)
        case Problem.WRONG_KIND | Problem.OUT_OF_BOUNDS if fault.setting is not None:
            allowed = allowed_words(fault.setting)
            return _("%(key)s is %(given)s. Allowed: %(allowed)s.") % {**said, "allowed": allowed}
        case Problem.UNREADABLE:
            told = _(
                "This line is not written as TOML has it (%(detail)s). A rule is written"
                " `name = value`, and a table `[name]`."
            )
            return told % {"detail": fault.detail}
        case Problem.WRONG_TEXT:
            told = _(
                "%(key)s is %(given)s. Allowed: a text in quotes, of at most %(most)s characters."
            )
            return told % {**said, "most": number(LENGTHS_MAX[fault.key])}
        case Problem.TOO_LARGE:
            most = {"most": number(PACK_BYTES_MAX // 1024)}
            return _("The file is too large. Allowed: at most %(most)s kilobytes.") % most
    return _(_SENTENCES[fault.problem]) % said


_SENTENCES: Final[Mapping[Problem, str]] = {
    Problem.NOT_UTF8: mark("This line is not text in UTF-8. Save the file as UTF-8."),
    Problem.UNCLOSED: mark(
        "A text or a list begins here and never ends. Close it with the same quotes, or with ]."
    ),
    Problem.TWICE: mark(
        "%(key)s stands here for the second time; the first is in line %(first)s. Leave one out."
    ),
    Problem.MISSING: mark('%(key)s is missing. Write %(key)s = "..." above the first table.'),
    Problem.WRONG_MOMENT: mark(
        "%(key)s is %(given)s. Allowed: a day such as 2027-01-01, or a moment such as"
        " 2027-01-01T08:00:00, without quotes; or leave the line out, and it holds at once."
    ),
    Problem.PAST: mark(
        "%(key)s is %(given)s, which is over. Rules never change what was done before. Allowed: a"
        " later moment; or leave the line out, and it holds at once."
    ),
}


def _unknown(fault: Fault) -> str:
    said = {"key": fault.key, "near": fault.near}
    if fault.problem is Problem.UNKNOWN_TABLE:
        told = (
            _("There is no table [%(key)s]. Did you mean [%(near)s]?")
            if fault.near
            else _("There is no table [%(key)s]. The page of rules lists every one.")
        )
    elif "." in fault.near:
        told = _("There is no rule %(key)s. Did you mean %(near)s?")
    elif fault.near:
        told = _("There is no rule %(key)s. %(near)s stands at the top, above the first table.")
    else:
        told = _("There is no rule %(key)s. The page of rules lists every one.")
    return told % said


def _counted(value: int, unit: Unit) -> str:
    match unit:
        case Unit.MINUTES:
            return duration(value)
        case Unit.HOURS:
            return duration(value * 60)
        case Unit.FEN:
            return money(value)
        case Unit.DAYS:
            words = ngettext("%(count)s day", "%(count)s days", value)
        case Unit.YEARS:
            words = ngettext("%(count)s year", "%(count)s years", value)
        case Unit.TIMES:
            words = ngettext("%(count)s time", "%(count)s times", value)
        case Unit.COUNT:
            return number(value)
    return words % {"count": number(value)}
