"""Lets the check that a household exists find it by its id, however little is known of the table.

Each stored member is checked against its household by (community_id, id). An index of another kind
that begins with the community looks just as good for that to a planner that has seen households
of one or two to a community, and then reads all of a community's households for each member.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one index of households alone begins with the community"

STATEMENTS = (
    "DROP INDEX household_by_address",
    "CREATE INDEX household_by_address ON household (address, community_id)",
    """ALTER TABLE household DROP CONSTRAINT household_code_once,
       ADD CONSTRAINT household_code_once UNIQUE (code, community_id)""",
)


async def forwards() -> MigrationManager:
    """Turn the columns of both indexes round."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
