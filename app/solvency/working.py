"""Works projections out beside the event loop, one at a time, and remembers the latest."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from typing import Final

from app.settings import settings
from timebank.solvency import Bands, Inputs, Scenario, Start, bands, project, read_inputs

KEPT: Final = 32

_kept: "OrderedDict[Hashable, Bands]" = OrderedDict()
_turns: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}


async def tables() -> Inputs:
    """Return the tables of deaths and care need: the community's own, or those of Linli."""
    return await asyncio.to_thread(read_inputs, _folder())


def _folder() -> Path | None:
    return settings().solvency_tables


async def worked_out(start: Start, scenario: Scenario, inputs: Inputs) -> Bands:
    """Return a projection's bands; the same question again is answered from memory.

    One at a time in each worker: a projection keeps a processor busy for up to some seconds, and
    pages must go on being answered meanwhile.
    """
    key = (
        start.people.tobytes(),
        start.hours.tobytes(),
        start.pool,
        start.reserve,
        scenario,
        inputs,
    )
    if key not in _kept:
        async with _turn():
            if key not in _kept:
                _kept[key] = await asyncio.to_thread(_work_out, start, scenario, inputs)
    _kept.move_to_end(key)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return _kept[key]


def _work_out(start: Start, scenario: Scenario, inputs: Inputs) -> Bands:
    return bands(project(start, scenario, inputs))


def _turn() -> asyncio.Lock:
    """Return this loop's lock: tests have several loops in a process, a worker has one."""
    loop = asyncio.get_running_loop()
    return _turns.setdefault(loop, asyncio.Lock())
