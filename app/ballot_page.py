"""A ballot as a page shows it and as a form brings it back, in its four kinds.

Each kind can be filled without JavaScript: ticks, points in number fields with − and + beside them,
places in lists with up and down beside them. A press of one of those buttons comes with the whole
form, so what else was filled in is kept as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.forms import Form
from app.i18n import gettext as _
from app.i18n import ngettext
from app.marketplace_refusals import refusal_words
from app.wording import money, number
from marketplace import BallotForm, Marks, Project, Round
from marketplace.deliberation import TwoSides
from marketplace.errors import (
    KeyMissing,
    MarketplaceError,
    OverBudget,
    PointsWrong,
    TooManyPoints,
    VotesAlone,
)
from marketplace.voting import OwnBallot

NUMBER_DIGITS_MAX: Final = 6
FIELD_EACH: Final = frozenset({BallotForm.CUMULATIVE, BallotForm.ORDINAL})
"""Ballots with a field of its own for each project."""


class NotANumber(Exception):
    """A field that wants a number holds something else; `number` is its project."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"project {number}")


@dataclass(frozen=True, slots=True)
class Line:
    """A project on somebody's ballot, with what the form says of it."""

    project: Project
    ticked: bool
    points: str
    place: int
    about: str
    """Where to read more of it."""
    sides: TwoSides | None = None
    """What was said for and against it, where somebody has summed it up."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How much of a ballot is used: money or points."""

    used: int
    most: int
    used_words: str
    most_words: str
    left_words: str
    fits: tuple[Project, ...]
    """What is not on the ballot yet and would still fit into the money."""


@dataclass(frozen=True, slots=True)
class BallotPage:
    """Somebody's ballot: `lines` as the form has them, `kept` as it was last kept."""

    kind: BallotForm
    most: int
    lines: tuple[Line, ...]
    kept: tuple[Project, ...]
    kept_points: Mapping[int, int]
    receipt: str
    sum: Sum | None

    @property
    def places(self) -> range:
        """The places that an ordinal ballot has."""
        return range(1, min(self.most, len(self.lines)) + 1)


def filled(current: Round, own: OwnBallot | None) -> Form:
    """Return the form as it is filled in by the ballot that is kept."""
    marks = own.marks if own else Marks()
    match current.terms.kind:
        case BallotForm.CUMULATIVE:
            pairs = zip(marks.choices, marks.points, strict=True)
            return Form.of({f"points-{one}": str(many) for one, many in pairs})
        case BallotForm.ORDINAL:
            places = enumerate(marks.choices, start=1)
            return Form.of({f"place-{one}": str(place) for place, one in places})
        case _:
            return Form.of({"choice": [str(one) for one in marks.choices]})


def read_marks(form: Form, current: Round, numbers: Sequence[int], kept: Marks) -> Marks:
    """Return what a form says, with the button that was pressed. Raises `NotANumber`.

    `numbers` are those on the ballot, for a kind of `FIELD_EACH`; `kept` is the ballot as it is
    kept: it tells which place was changed.
    """
    if form.value("withdraw"):
        return Marks()
    match current.terms.kind:
        case BallotForm.CUMULATIVE:
            return _points(form, numbers)
        case BallotForm.ORDINAL:
            return Marks(_order(form, numbers, kept.choices))
        case _:
            return Marks(tuple(_whole(one, 0) for one in form.values.get("choice", ())))


def _whole(typed: str, at: int) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= NUMBER_DIGITS_MAX):
        raise NotANumber(at)
    return int(typed)


def _points(form: Form, numbers: Sequence[int]) -> Marks:
    given = {one: _whole(form.value(f"points-{one}") or "0", one) for one in numbers}
    for button, step in (("more", 1), ("less", -1)):
        pressed = form.value(button)
        if pressed.isdecimal() and len(pressed) <= NUMBER_DIGITS_MAX and int(pressed) in given:
            given[int(pressed)] = max(0, given[int(pressed)] + step)
    chosen = [one for one in sorted(given) if given[one]]
    return Marks(tuple(chosen), tuple(given[one] for one in chosen))


def _order(form: Form, numbers: Sequence[int], kept: tuple[int, ...]) -> tuple[int, ...]:
    """Return the projects that have a place, in order.

    Of two that want the same place, the one that was just moved has it.
    """
    before = {one: place for place, one in enumerate(kept, start=1)}
    wanted = {one: _whole(form.value(f"place-{one}") or "0", one) for one in numbers}

    def key(one: int) -> tuple[int, int, int]:
        place, was = wanted[one], before.get(one, 0)
        moved = 0 if place == was else 1 if was and place > was else -1
        return (place, moved, was)

    order = sorted((one for one in numbers if wanted[one]), key=key)
    for button, step in (("up", -1), ("down", 1)):
        pressed = form.value(button)
        if pressed.isdecimal() and len(pressed) <= NUMBER_DIGITS_MAX and int(pressed) in wanted:
            _shift(order, int(pressed), step)
    return tuple(order)


def _shift(order: list[int], one: int, step: int) -> None:
    """Move a project up or down; one without a place takes the last, and past it has none."""
    if one not in order:
        order.append(one)
        return
    at = order.index(one)
    to = at + step
    if to >= len(order):
        order.remove(one)
    elif to >= 0:
        order[at], order[to] = order[to], order[at]


def shown(
    current: Round,
    projects: Sequence[Project],
    *,
    form: Form,
    own: OwnBallot | None,
    about: Mapping[int, str],
    sides: Mapping[int, TwoSides],
) -> BallotPage:
    """Return a ballot's page; `projects` stand in the order of its voter."""
    marks = own.marks if own else Marks()
    by_number = {one.number: one for one in projects}
    lines = [
        Line(
            one,
            form.chosen("choice", one.number),
            form.value(f"points-{one.number}"),
            marks.choices.index(one.number) + 1 if one.number in marks.choices else 0,
            about[one.number],
            sides.get(one.number),
        )
        for one in projects
    ]
    if current.terms.kind is BallotForm.ORDINAL:
        last = len(lines) + 1
        lines.sort(key=lambda line: line.place or last)
    return BallotPage(
        current.terms.kind,
        current.terms.choices_max,
        tuple(lines),
        tuple(by_number[one] for one in marks.choices if one in by_number),
        dict(zip(marks.choices, marks.points, strict=False)),
        own.receipt if own else "",
        _sum(current, projects, marks),
    )


def _sum(current: Round, projects: Sequence[Project], marks: Marks) -> Sum | None:
    if current.terms.kind is BallotForm.KNAPSACK:
        used = sum(one.cost_fen for one in projects if one.number in marks.choices)
        most = current.terms.budget_fen
        fits = tuple(
            one
            for one in projects
            if one.number not in marks.choices and one.cost_fen <= most - used
        )
        return Sum(used, most, money(used), money(most), money(most - used), fits)
    if current.terms.kind is BallotForm.CUMULATIVE:
        used, most = sum(marks.points), current.terms.points
        words = [number(one) for one in (used, most, most - used)]
        return Sum(used, most, words[0], words[1], words[2], ())
    return None


def not_kept(refusal: MarketplaceError | NotANumber) -> str:
    """Return why a ballot was not kept and what to do; the ballot before stands."""
    match refusal:
        case OverBudget(over_fen=over):
            told = _(
                "Not saved: together these cost %(over)s more than there is. Untick something."
            ) % {"over": money(over)}
        case TooManyPoints(most=most, given=given):
            told = _("Not saved: you gave %(given)s points and have %(most)s. Take some back.") % {
                "given": number(given),
                "most": number(most),
            }
        case PointsWrong(most=most) if most:
            told = ngettext(
                "Not saved: one project can have at most %(num)s point.",
                "Not saved: one project can have at most %(num)s points.",
                most,
            ) % {"num": number(most)}
        case NotANumber() | PointsWrong():
            told = _("Not saved: write whole numbers only, such as 3.")
        case KeyMissing():
            return _(
                "Voting rests for a moment: this computer cannot find the key of the ballots. "
                "Nothing is lost and your ballot from before still stands. Please tell the desk."
            )
        case VotesAlone():
            return _("Everybody votes for themselves. At the desk somebody can show you how.")
        case _:
            return refusal_words(refusal)
    return told + " " + _("Your choice from before still stands.")
