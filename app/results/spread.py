"""Whose money decided, for a picture and its table: rules side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import gettext as _
from app.i18n import ngettext
from app.marketplace_words import money_words
from app.wording import number, percent
from marketplace.results import Counted, Result
from marketplace.spreading import BANDS_FROM, GroupShare

ROWS_MAX = 8
"""So many numbers of projects have a row of their own; more are told together."""
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a picture: its label, and for each rule the part of the whole and its words."""

    label: str
    parts: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines with a bar for each rule, and the same as a table."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SpreadPage:
    """How the deciding money was spread over voters, under each rule that keeps it.

    `groups` show the same by what a file says of its voters. Of fewer than ten voters there is no
    tenth to speak of.
    """

    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    pictures: tuple[Picture, ...]
    groups: tuple[Picture, ...]


def spread_page(
    result: Result, names: Sequence[str], titles: Mapping[str, str]
) -> SpreadPage | None:
    """Return the pictures of who decided; None where nothing was chosen or none was kept."""
    kept = [(titles[name], result.counts[name]) for name in names if result.counts[name].spread]
    if not kept or not any(counted.winners for _title, counted in kept) or not result.votes:
        return None
    counts = [counted for _title, counted in kept]
    pictures = [_served(result, counts)]
    if result.votes >= TENTHS:
        pictures.append(_tenths(counts))
    return SpreadPage(
        titles=tuple(title for title, _counted in kept),
        sentences=tuple(_sentence(title, counted, result) for title, counted in kept),
        pictures=tuple(pictures),
        groups=tuple(_groups(result, counts)),
    )


def _sentence(title: str, counted: Counted, result: Result) -> str:
    assert counted.spread is not None  # noqa: S101 (the caller keeps only such counts)
    spent = max(counted.total_cost, 1)
    nothing = {
        "rule": title,
        "without": number(counted.spread.without),
        "part": percent(counted.spread.without, result.votes),
    }
    if result.votes < TENTHS:
        return (
            _("%(rule)s: %(without)s voters (%(part)s) had nothing of what they voted for.")
            % nothing
        )
    return _(
        "%(rule)s: the tenth of the voters who had the most say decided about %(share)s of the "
        "money; %(without)s voters (%(part)s) had nothing of what they voted for."
    ) % {**nothing, "share": percent(min(counted.spread.tenths[-1], spent), spent)}


def _served(result: Result, counts: Sequence[Counted]) -> Picture:
    """Return how many voters had part in none, one, two ... of the chosen projects."""
    served = [counted.spread.projects if counted.spread else () for counted in counts]
    longest = max(map(len, served))
    rows = []
    for many in range(min(longest, ROWS_MAX)):
        last = many == ROWS_MAX - 1 and longest > ROWS_MAX
        parts = []
        for one in served:
            voters = sum(one[many:]) if last else (one[many] if many < len(one) else 0)
            parts.append((voters, result.votes, _voters(voters, result.votes)))
        label = (
            _("%(count)s projects or more") % {"count": number(many)} if last else _projects(many)
        )
        rows.append(Row(label, tuple(parts)))
    return Picture(_("How many of the chosen projects a voter had wanted"), tuple(rows))


def _projects(many: int) -> str:
    if not many:
        return _("None of them")
    return ngettext("%(count)s project", "%(count)s projects", many) % {"count": number(many)}


def _voters(voters: int, votes: int) -> str:
    told = ngettext("%(count)s voter", "%(count)s voters", voters) % {"count": number(voters)}
    return f"{told} · {percent(voters, votes)}"


def _tenths(counts: Sequence[Counted]) -> Picture:
    """Return what part of the money each tenth of the voters decided about, the most first."""
    rows = []
    for at in range(9, -1, -1):
        nothing_below = not any(
            any(counted.spread.tenths[: at + 1]) for counted in counts if counted.spread
        )
        parts = []
        for counted in counts:
            amount = counted.spread.tenths[at] if counted.spread else 0
            spent = max(counted.total_cost, 1)
            parts.append((min(amount, spent), spent, percent(min(amount, spent), spent)))
        if nothing_below and at:
            rows.append(Row(_("All others"), tuple(parts)))
            break
        label = {
            9: _("The tenth with the most say"),
            0: _("The tenth with the least say"),
        }.get(at) or _("Tenth number %(place)s") % {"place": number(10 - at)}
        rows.append(Row(label, tuple(parts)))
    return Picture(_("What part of the money each tenth of the voters decided about"), tuple(rows))


def _groups(result: Result, counts: Sequence[Counted]) -> list[Picture]:
    """Return the same by what a published file says of its voters, never below ten of them."""
    titles = {
        "neighbourhood": _("By the voters’ neighbourhood: money decided for each voter"),
        "age": _("By the voters’ age: money decided for each voter"),
        "sex": _("By the voters’ sex: money decided for each voter"),
    }
    pictures = []
    for column, title in titles.items():
        found = [
            {one.name: one for one in counted.groups if one.column == column} for counted in counts
        ]
        names = list(dict.fromkeys(name for groups in found for name in groups))
        if len(names) < 2:  # noqa: PLR2004 (one group alone compares with nothing)
            continue
        most = max(one.amount // max(one.voters, 1) for groups in found for one in groups.values())
        rows = [
            Row(
                _group_words(column, name, found[0][name]),
                tuple(_each(groups[name], most, result) for groups in found),
            )
            for name in names
            if all(name in groups for groups in found)
        ]
        pictures.append(Picture(title, tuple(rows)))
    return pictures


def _each(one: GroupShare, most: int, result: Result) -> tuple[int, int, str]:
    each = one.amount // max(one.voters, 1)
    # Without the smallest unit: a part of a yuan says nothing about a group.
    whole = each - each % 10**result.scale if each >= 10**result.scale else each
    return each, max(most, 1), money_words(whole, result.scale, result.currency)


def _group_words(column: str, name: str, one: GroupShare) -> str:
    if not name:
        told = _("All others, or not stated")
    elif column == "age":
        told = age_words(int(name), BANDS_FROM)
    else:
        told = {"M": _("Men"), "F": _("Women")}.get(name, name) if column == "sex" else name
    voters = ngettext("%(count)s voter", "%(count)s voters", one.voters)
    return f"{told} ({voters % {'count': number(one.voters)}})"


def age_words(first: int, bands: Sequence[int]) -> str:
    """Return a band of ages by its first year, the next band's first year less one its last."""
    later = [one for one in bands if one > first]
    if not later:
        return _("%(first)s and older") % {"first": first}
    if not first:
        return _("under %(last)s") % {"last": later[0]}
    return _("%(first)s to %(last)s") % {"first": first, "last": later[0] - 1}
