"""Comparisons with the card processor: each community's own part of one, beside the whole."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-23T02:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "each community's part of a comparison with the card processor"

# Without a community it is the whole installation's, which is the operator's to see.
STATEMENTS = (
    "ALTER TABLE reconciliation ADD COLUMN community_id uuid REFERENCES community (id)",
    "CREATE INDEX reconciliation_of_community ON reconciliation (community_id, ran_at DESC)",
)


async def forwards() -> MigrationManager:
    """Add the column, and the index by which a community's last comparison is found."""
    manager = MigrationManager(migration_id=ID, app_name="web", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
