"""Draws bands as a picture in SVG: shapes and words, no script and no style of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from timebank.solvency import PERCENTILES

WIDTH: Final = 360
HEIGHT: Final = 240
LEFT: Final = 8
RIGHT: Final = WIDTH - 8
TOP: Final = 28
BOTTOM: Final = HEIGHT - 30
LINES: Final = 4
_NICE: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis: where it is drawn, and the figure that stands there.

    `place` says to which side of it the figure stands: `first`, `between` or `last`.
    """

    at: float
    value: int
    place: str = "first"


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws: two bands, a line through their middle, and the axes' marks.

    `second` is another measure's middle line, where two are compared; `told` are the heights that
    have a figure.
    """

    outer: str
    inner: str
    middle: str
    second: str
    heights: tuple[Mark, ...]
    years: tuple[Mark, ...]
    told: tuple[Mark, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def chart(
    rows: Mapping[int, Sequence[float]], *, second: Sequence[float] = (), begins: int = 0
) -> Chart:
    """Draw five rows of figures, by percentile; the first figure of each is the year `begins`."""
    lowest, low, middle, high, highest = (rows[one] for one in PERCENTILES)
    most = _round_up(max([*highest, *second, 1.0]))
    count = len(middle)

    def x(index: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * index / max(count - 1, 1), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(max(value / most, 0), 1), 1)

    def line(values: Sequence[float]) -> str:
        return " ".join(f"{x(index)},{y(value)}" for index, value in enumerate(values))

    def band(below: Sequence[float], above: Sequence[float]) -> str:
        back = " ".join(
            f"{x(index)},{y(value)}" for index, value in reversed(list(enumerate(below)))
        )
        return f"{line(above)} {back}"

    heights = tuple(
        Mark(y(most * step / LINES), round(most * step / LINES)) for step in range(LINES + 1)
    )
    shown = {"first": 0, "between": (count - 1) // 2, "last": count - 1}
    return Chart(
        band(lowest, highest),
        band(low, high),
        line(middle),
        line(second) if second else "",
        heights,
        tuple(Mark(x(index), begins + index, place) for place, index in shown.items()),
        heights[::2],
    )


def _round_up(value: float) -> float:
    """Return the next figure above that can be parted into four without odd ones."""
    power = 1.0
    while power * _NICE[-1] < value / LINES:
        power *= 10
    step = next(nice * power for nice in _NICE if nice * power >= value / LINES)
    return step * LINES
