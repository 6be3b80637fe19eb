"""Sums of long histories, so that a project's open books answer as fast after 100,000 transfers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "stored sums of the open books"

# What an account's transfers up to a place in the book come to. Both tables follow from the book
# and could be made anew from it; they name no member. An account's transfers are booked one after
# the other under its lock, so none can appear later at a place that was passed.
TABLES = (
    """
    CREATE TABLE trail_mark (
        account_id uuid PRIMARY KEY REFERENCES account (id),
        seq bigint NOT NULL,
        CONSTRAINT trail_mark_is_a_place CHECK (seq >= 0)
    )
    """,
    """
    CREATE TABLE trail_sum (
        account_id uuid NOT NULL REFERENCES trail_mark (account_id),
        from_kind text NOT NULL,
        to_kind text NOT NULL,
        source text NOT NULL,
        event_kind text NOT NULL,
        amount bigint NOT NULL,
        transfers bigint NOT NULL,
        CONSTRAINT one_trail_sum_of_its_kind
            PRIMARY KEY (account_id, from_kind, to_kind, source, event_kind),
        CONSTRAINT trail_sum_of_something CHECK (amount > 0 AND transfers > 0)
    )
    """,
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE (seq) ON trail_mark TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (amount, transfers) ON trail_sum TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*TABLES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
