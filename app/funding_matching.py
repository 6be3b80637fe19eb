"""How a matching fund adds to gifts, in words: the rule, its bounds, and a sum worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.i18n import gettext as _
from app.i18n import ngettext
from app.wording import money
from marketplace.funding import rules
from marketplace.funding.sums import Raised
from marketplace.funding.values import Drive, DriveState, Matching, MatchingKind

FIVE: Final = (10_000,) * 5
"""Five neighbours with ¥100 each: what is worked out before anybody gave."""


@dataclass(frozen=True, slots=True)
class MatchingShown:
    """What a page says of a drive's matching: a sentence, the formula, a sum worked out."""

    sentence: str
    formula: list[str]
    example: list[str]


def matching_shown(drive: Drive, raised: Raised, fund_name: str) -> MatchingShown | None:
    """Return what is said of a drive's matching; None where no fund adds anything.

    Of what each giver gave only sums are said.
    """
    matching = drive.matching
    if matching is None:
        return None
    return MatchingShown(
        _sentence(matching, fund_name),
        _formula(matching),
        _example(drive, matching, raised),
    )


def _sentence(matching: Matching, fund_name: str) -> str:
    cap = money(matching.cap_fen)
    if matching.kind is MatchingKind.RATIO:
        words = _("“%(fund)s” adds %(added)s to each ¥100 that is given, at most %(cap)s in all.")
        return words % {"fund": fund_name, "added": money(matching.percent * 100), "cap": cap}
    words = _(
        "“%(fund)s” adds at most %(cap)s. It weighs how many people give more than how much each "
        "gives: many small gifts are matched more than one large one."
    )
    return words % {"fund": fund_name, "cap": cap}


def _formula(matching: Matching) -> list[str]:
    bounds = _(
        "Never more than the cap of %(cap)s, and never more than the goal still lacks. Parts of a "
        "fen are left out."
    ) % {"cap": money(matching.cap_fen)}
    if matching.kind is MatchingKind.RATIO:
        rule = _("Added = all gifts × %(percent)s ÷ 100") % {"percent": matching.percent}
        return [rule, bounds]
    return [
        _("Added = (√c₁ + √c₂ + … + √cₙ)² − (c₁ + c₂ + … + cₙ)"),
        _(
            "Each c is what one giver gave in all. Gifts without a member's or an organisation's "
            "name behind them count as one giver's, so that nobody gains by splitting a gift."
        ),
        bounds,
    ]


def _example(drive: Drive, matching: Matching, raised: Raised) -> list[str]:
    given = sum(raised.by_giver)
    if not given:
        return _imagined(drive, matching) if drive.state is DriveState.OPEN else []
    lines = [_gifts_line(raised.progress.givers, given), *_reckoned(matching, raised.by_giver)]
    lines.append(_lacking(drive, given))
    if drive.state is DriveState.OPEN:
        now = _("The fund adds now: %(money)s.")
    else:
        now = _("The fund added: %(money)s.")
    return [*lines, now % {"money": money(raised.progress.matched_fen)}]


def _imagined(drive: Drive, matching: Matching) -> list[str]:
    added = rules.matched(matching, FIVE, goal_fen=drive.goal_fen)
    first = _("Nobody has given yet. If five neighbours gave ¥100 each, that would be ¥500.")
    last = _("The fund would add: %(money)s.") % {"money": money(added)}
    return [first, *_reckoned(matching, FIVE), last]


def _gifts_line(givers: int, fen: int) -> str:
    words = ngettext(
        "%(num)s giver gave %(money)s in all.", "%(num)s givers gave %(money)s in all.", givers
    )
    return words % {"num": givers, "money": money(fen)}


def _reckoned(matching: Matching, by_giver: Sequence[int]) -> list[str]:
    given = sum(by_giver)
    if matching.kind is MatchingKind.RATIO:
        sum_line = _("%(given)s × %(percent)s ÷ 100 = %(added)s")
        added = money(given * matching.percent // 100)
        return [sum_line % {"given": money(given), "percent": matching.percent, "added": added}]
    squared = rules.squared_roots(by_giver)
    return [
        _("The roots added up and squared: %(squared)s") % {"squared": money(squared)},
        _("%(squared)s − %(given)s = %(added)s")
        % {"squared": money(squared), "given": money(given), "added": money(squared - given)},
    ]


def _lacking(drive: Drive, given: int) -> str:
    words = _("Without the fund the goal of %(goal)s lacks %(lacks)s.")
    lacks = money(max(0, drive.goal_fen - given))
    return words % {"goal": money(drive.goal_fen), "lacks": lacks}
