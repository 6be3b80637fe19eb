"""The job library finds its tables as our migrations made them, and as its release wants them."""

import asyncpg
import pytest
from pgqueuer.adapters.persistence.qb import DBSettings

from app.messages.worker import NAMES, library_queries


async def test_the_librarys_tables_are_as_it_declares_them(owner: asyncpg.Connection) -> None:
    plan = await library_queries(owner).plan_upgrade()
    assert list(plan.statements) == []


def test_no_environment_variable_renames_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHANNEL", "PGQUEUER_QUEUE_TABLE", "TRIGGER", "PGQUEUER_PREFIX", "DURABILITY"):
        monkeypatch.setenv(name, "volatile")
    taken = DBSettings(**{name: getattr(NAMES, name) for name in DBSettings.model_fields})
    assert taken == NAMES
    assert (NAMES.channel, NAMES.queue_table) == ("ch_pgqueuer", "pgqueuer")
