"""The app's jobs as they run beside the tests of a file: without those that now and then go round.

Every file's app would begin each of its jobs at once. Those that go through all communities, once
in five minutes or an hour, would find the hundreds that the files before it left, and keep both
processors for seconds; yet none of them comes a second time while a file's tests run. Their verbs
are called by tests of their own, and `tests/app/test_jobs.py` runs each job once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from app import main

ROUND_SECONDS: Final = 300


@contextmanager
def without_rounds() -> Iterator[None]:
    """Leave these jobs out of every app that starts while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        quick = [job for job in main.jobs if job.every_seconds < ROUND_SECONDS]
        patch.setattr(main, "jobs", quick)
        yield
