"""Turnout and quorum in words: who could vote, who did, and whether it was enough."""

from dataclasses import dataclass

from app.i18n import gettext as _
from app.results.spread import age_words
from app.wording import number, percent
from marketplace.results import Result
from marketplace.turnout import AGES_FROM, Turnout
from marketplace.turnout_rules import Group


@dataclass(frozen=True, slots=True)
class Line:
    """One group's turnout: its name, the bar's part and whole, and both in words."""

    label: str
    part: int
    whole: int
    text: str


@dataclass(frozen=True, slots=True)
class TurnoutPage:
    """Everybody, and the groups that can be told without pointing at anybody."""

    everybody: Line
    grids: tuple[Line, ...]
    ages: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class QuorumWords:
    """Whether enough took part, and what follows."""

    reached: bool
    told: str


def turnout_page(turnout: Turnout) -> TurnoutPage:
    """Return turnout in words."""
    return TurnoutPage(
        everybody=_line(_("All who could vote"), turnout.everybody),
        grids=tuple(_line(_grid_words(one), one) for one in turnout.grids),
        ages=tuple(_line(_ages_words(one), one) for one in turnout.ages),
    )


def _line(label: str, group: Group) -> Line:
    text = _("%(voted)s of %(could)s · %(share)s") % {
        "voted": number(group.voted),
        "could": number(group.could),
        "share": percent(group.voted, max(group.could, 1)),
    }
    return Line(label, group.voted, group.could, text)


def _grid_words(group: Group) -> str:
    names = [name or _("grid not known") for name in group.names]
    if len(names) == 1:
        return names[0]
    return _("Together, because each alone is small: %(names)s") % {"names": _(", ").join(names)}


def _ages_words(group: Group) -> str:
    ages = sorted(int(name) for name in group.names if name)
    unknown = "" in group.names
    if not ages:
        return _("Age not known")
    later = [one for one in AGES_FROM if one > ages[-1]]
    told = age_words(ages[0], (ages[0], later[0])) if later else age_words(ages[0], ())
    if not ages[0] and not later:
        told = _("All ages")
    return _("%(ages)s, or age not known") % {"ages": told} if unknown else told


def quorum_words(result: Result) -> QuorumWords | None:
    """Return what to say of the quorum; None where there was none."""
    needed = result.deciding.rules.quorum if result.decides else 0
    if not needed:
        return None
    figures = {"needed": number(needed), "votes": number(result.votes)}
    if result.votes >= needed:
        told = _("At least %(needed)s ballots were needed; %(votes)s came. The result stands.")
        return QuorumWords(reached=True, told=told % figures)
    told = _(
        "At least %(needed)s ballots were needed and only %(votes)s came. So nothing is chosen, "
        "whatever the votes say; the money goes back to where it came from."
    )
    return QuorumWords(reached=False, told=told % figures)
