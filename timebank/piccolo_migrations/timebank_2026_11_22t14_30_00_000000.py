"""Visits that are not over are found without reading all that ever were."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T14:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "an index of the visits that are not over"

NOT_OVER = """
CREATE INDEX visit_not_over ON visit (community_id, starts_at)
WHERE state IN ('requested', 'booked', 'under_way', 'finished')
"""


async def forwards() -> MigrationManager:
    """Add the index."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        await engine.run_ddl(NOT_OVER)

    manager.add_raw(run)
    return manager
