"""When the people of a session were reminded of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T18:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "reminders of classes"

# A job reminds once, the day before; whoever signs up after that has just read when it is.
STATEMENTS = (
    "ALTER TABLE group_session ADD COLUMN reminded_at timestamptz",
    "GRANT UPDATE (reminded_at) ON group_session TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the moment, and the app's right to it."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
