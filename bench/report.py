"""Sets the figures beside their bars, as tables for a reader and as a file for later."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.measuring import Rounds, cpu_micros, disturbance, log_bytes, rate, ratios
from bench.reads import Reading

RESULTS = Path("bench/results")
GROWTH_MIN = 0.85  # with the long book, of what it was with the short one
PAGE_RATIO_MAX = 2.0  # a page of a long history, against one of a short history
ROWS_MET_MAX = 200  # by a balance of long ago: some look-ups for each halving, no history


@dataclass(frozen=True)
class Bar:
    """How many times another row's rate a row shall reach, and where it aims."""

    row: str
    over: str
    least: float
    aim: float | None = None


BARS = (
    Bar("group wide", "floor wide", 1.2, 2.0),
    Bar("group hot", "floor hot", 6.0, 12.0),
    Bar("caller wide", "floor wide", 0.35, 0.5),
    Bar("caller hot", "floor hot", 0.35, 0.5),
    Bar("import wide", "floor wide", 3.0),
    Bar("group wide", "hordak wide", 10.0),
    Bar("group hot", "hordak hot", 10.0),
)

MEANING = {
    "floor wide": "pgbench, 1 insert and 2 updates, among all accounts",
    "floor hot": "the same, one account always debited",
    "group wide": "group poster, among all accounts",
    "group hot": "group poster, one hot account",
    "caller wide": "in the caller's transaction, among all accounts",
    "caller hot": "in the caller's transaction, one hot account",
    "caller striped": "the same, the hot account spread over 16",
    "import wide": "import of a journal file",
    "hordak wide": "django-hordak, among all accounts",
    "hordak hot": "django-hordak, one hot account",
}


def verdict(found: float, least: float) -> str:
    """Say whether a figure that should be high reaches its bar, or what it lacks."""
    return "met" if found >= least else f"missed by {(1 - found / least) * 100:.0f} %"


def _floor_of(row: str) -> str:
    """Return the floor of the same shape: a spread hot account is measured against a hot one."""
    return "floor wide" if row.endswith("wide") else "floor hot"


class Report:
    """Collects the tables, prints each when it is ready, and stores all at the end."""

    def __init__(self, facts: dict[str, Any], options: dict[str, Any]) -> None:
        console = Console()
        self._console = console if console.is_terminal else Console(width=150)
        self._stored: dict[str, Any] = {"facts": facts, "options": options, "bars": []}
        self.say(", ".join(f"{name} {value}" for name, value in facts.items()))

    def say(self, words: str) -> None:
        """Print a line."""
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)

    def throughput(self, title: str, rounds: Rounds) -> None:
        """Print every row's rate, its ratio to the floor of its shape, CPU and log a transfer.

        "CPU x floor" is how many transfers a row gets out of the CPU that the floor spends on one.
        """
        table = self._table(
            title,
            "",
            "per s",
            "x floor",
            "spread",
            "CPU us: client",
            "server",
            "CPU x floor",
            "log bytes",
        )
        for row in rounds:
            beside = _floor_of(row)
            floor = ratios(rounds, row, beside) if beside in rounds else []
            client, server = cpu_micros(rounds, row)
            thrift = sum(cpu_micros(rounds, beside)) / (client + server) if floor else 0
            table.add_row(
                MEANING[row],
                f"{rate(rounds, row):,.0f}",
                f"{median(floor):.2f}" if floor else "",
                f"{min(floor):.2f} to {max(floor):.2f}" if floor else "",
                f"{client:,.0f}",
                f"{server:,.0f}",
                f"{thrift:.2f}" if floor else "",
                f"{log_bytes(rounds, row):,.0f}",
            )
        self._console.print(table)
        self.say(
            f"Other programs took {disturbance(rounds):.0%} of the CPU that was used meanwhile. "
            "With much of\nthat, pgbench's 32 backends "
            "win the scheduler over our few processes: judge by CPU x floor then.\n"
        )
        self._stored[title] = {
            row: [sample.stored() for sample in samples] for row, samples in rounds.items()
        }

    def bars(self, title: str, rounds: Rounds) -> None:
        """Print each bar on throughput beside what was reached."""
        table = self._bar_table(title, "aim, and what CPU alone says")
        for bar in BARS:
            if bar.row in rounds and bar.over in rounds:
                found = median(ratios(rounds, bar.row, bar.over))
                aim = "" if bar.aim is None else f"{bar.aim:g}: {verdict(found, bar.aim)}"
                cpu = sum(cpu_micros(rounds, bar.over)) / sum(cpu_micros(rounds, bar.row))
                aim = f"{aim:18}  x {cpu:5.2f} by CPU"
                what = f"{MEANING[bar.row]} / {bar.over}"
                self._bar(table, what, found, f">= {bar.least:g}", verdict(found, bar.least), aim)
        self._console.print(table)

    def growth(self, short: Rounds, long: Rounds) -> None:
        """Print how the long book's figures compare, each against the floor measured beside it."""
        table = self._bar_table(
            "The long book's figures over the short book's (in x floor)", "alone"
        )
        for row in long:
            if row.startswith("floor") or row not in short:
                continue
            floor = _floor_of(row)
            plain = rate(long, row) / rate(short, row)
            found = plain
            if floor in long and floor in short:
                found = median(ratios(long, row, floor)) / median(ratios(short, row, floor))
            said = verdict(found, GROWTH_MIN)
            cpu = (sum(cpu_micros(short, row)), sum(cpu_micros(long, row)))
            alone = f"x {plain:.2f} per s; CPU us {cpu[0]:.0f} to {cpu[1]:.0f}"
            self._bar(table, MEANING[row], found, f">= {GROWTH_MIN}", said, alone)
        self._console.print(table)

    def readings(self, readings: Sequence[Reading], transfers: int) -> None:
        """Print what reading costs, and its bars."""
        table = self._table(
            f"Reading in a book of {transfers:,} transfers",
            "", "account's transfers", "ms", "pages of 8 kB", "rows met",
        )  # fmt: skip
        for reading in readings:
            table.add_row(
                reading.what,
                f"{reading.history:,}",
                f"{reading.millis:.2f}",
                f"{reading.buffers:,}",
                f"{reading.rows:,}",
            )
        self._console.print(table)
        self._stored["readings"] = [asdict(reading) for reading in readings]
        bars = self._bar_table("Bars on reading")
        half = len(readings) // 2
        for few, many in zip(readings[:half], readings[half:], strict=True):
            if many.what.startswith("statement"):
                found = many.millis / few.millis
                said = verdict(PAGE_RATIO_MAX / found, 1)
                what = f"{many.what}: time, long history / short"
                self._bar(bars, what, found, f"<= {PAGE_RATIO_MAX:g}", said, "")
            elif many.what != "balance now":
                said = "met" if many.rows <= ROWS_MET_MAX else "missed: it reads history"
                what = f"{many.what}: rows met of {many.history:,}"
                self._bar(bars, what, many.rows, f"<= {ROWS_MET_MAX}", said, "")
        self._console.print(bars)

    def stripes(self, rounds: Rounds) -> None:
        """Print what sparing the hot account's row lock could gain at most."""
        if "caller striped" in rounds and "caller hot" in rounds:
            found = ratios(rounds, "caller striped", "caller hot")
            self.say(
                f"Spreading the hot account over 16 rows: x {median(found):.2f} in the caller's "
                f"transaction ({min(found):.2f} to {max(found):.2f}): the most that striped "
                "balance rows could gain.\n"
            )

    def store(self, seconds: float) -> None:
        """Write everything to a file of its own."""
        self._stored["seconds"] = seconds
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"ledger-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
        path.write_text(json.dumps(self._stored, indent=1, default=str) + "\n")
        self.say(f"All of it took {seconds / 60:.1f} minutes and is stored in {path}")

    def _table(self, title: str, first: str, *columns: str) -> Table:
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
        table.add_column(first, no_wrap=True)
        for column in columns:
            table.add_column(column, justify="right", no_wrap=True)
        return table

    def _bar_table(self, title: str, last: str = "") -> Table:
        return self._table(title, "", "found", "bar", "verdict", last)

    def _bar(  # noqa: PLR0917 (the five cells of a row)
        self, table: Table, what: str, found: float, bar: str, said: str, aim: str
    ) -> None:
        table.add_row(what, f"{found:.2f}" if found % 1 else f"{found:,.0f}", bar, said, aim)
        self._stored["bars"].append(
            {"what": what, "found": found, "bar": bar, "verdict": said, "aim": aim}
        )
