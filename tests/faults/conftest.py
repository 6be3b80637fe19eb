"""An installation of its own for each fault."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from tests.app.card_payments.conftest import front, stand_in
from tests.faults.installation import Installation
from tests.marketplace.conftest import elsewhere, neighbourhood

__all__ = ["elsewhere", "front", "neighbourhood", "stand_in"]  # fixtures here too


@pytest.fixture
def installation() -> Iterator[Installation]:
    # Not pytest's own temporary folder: its path is long, and closed to other accounts.
    folder = Path(tempfile.mkdtemp(prefix="linli-fault-"))
    folder.chmod(0o755)
    made = Installation(folder / "var")
    yield made
    made.close()
    rmtree(folder, ignore_errors=True)
