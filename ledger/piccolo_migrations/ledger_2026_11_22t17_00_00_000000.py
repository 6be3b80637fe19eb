"""Finds a month's transfers without reading the whole book."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "an index of the moments at which transfers took effect"

# Transfers are booked about when they take effect, so ranges of pages tell months apart: such an
# index costs the posting path next to nothing, and a few kilobytes.
BY_EFFECT = """
CREATE INDEX transfer_by_effect ON transfer USING brin (effective_at)
WITH (pages_per_range = 32, autosummarize = on)
"""


async def forwards() -> MigrationManager:
    """Create the index."""
    manager = MigrationManager(migration_id=ID, app_name="ledger", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        await engine.run_ddl(BY_EFFECT)

    manager.add_raw(run)
    return manager
