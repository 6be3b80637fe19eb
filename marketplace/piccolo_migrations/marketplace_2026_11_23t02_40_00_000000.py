"""Funding: a community's latest gifts, and refunds asked for once more under a new key."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T02:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "funding: an index for a community's latest gifts; keys of calls made again"

STATEMENTS = (
    "CREATE INDEX contribution_by_community ON contribution (community_id, made_at DESC)",
    # A call that was refused is made once more under a new key: the old one repeats the refusal.
    "GRANT UPDATE (key) ON stripe_call TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the index that the treasurer's desk reads, and let a call be made again."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
