"""Who could come to whom: the best volunteers for each open request, each suggestion saying why.

`match_board` is the coordinator's page, `fitting_requests` a volunteer's own list; `match_week` has
the whole week matched by a job, whose proposal `accept_lines` sends out as offers. `rules` holds
every weight; `board`, `scoring` and `solving` are pure and know only arrays.
"""

from timebank.matching.errors import InvalidLimits, NothingChosen, UnknownRun
from timebank.matching.personal import KEPT, forget_suggestions
from timebank.matching.run_rows import Proposed, Run
from timebank.matching.runs import (
    DAY_MOST,
    WEEK_MOST,
    accept_lines,
    clear_old_runs,
    match_run,
    match_runs,
    match_waiting,
    match_week,
    still_open,
)
from timebank.matching.suggesting import (
    BoardPage,
    Fitting,
    Line,
    fitting_requests,
    match_board,
)
from timebank.matching.values import (
    About,
    Availability,
    Limits,
    Order,
    Outcome,
    RunState,
    Suggestion,
    Why,
)

__all__ = [
    "DAY_MOST", "KEPT", "WEEK_MOST", "About", "Availability", "BoardPage", "Fitting",
    "InvalidLimits", "Limits", "Line", "NothingChosen", "Order", "Outcome", "Proposed", "Run",
    "RunState", "Suggestion", "UnknownRun", "Why", "accept_lines", "clear_old_runs",
    "fitting_requests", "forget_suggestions", "match_board", "match_run", "match_runs",
    "match_waiting", "match_week", "still_open",
]  # fmt: skip
