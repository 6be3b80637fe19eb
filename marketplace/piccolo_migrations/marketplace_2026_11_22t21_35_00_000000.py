"""Funding and delivery: nothing more is raised for a project whose work has begun."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "funding: no drive for a project whose delivery has begun"

# Whoever opens a drive, and whoever begins the work, locks the project first: the second sees what
# the first did.
BEFORE_DELIVERY = """
CREATE FUNCTION want_no_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM delivery WHERE project_id = NEW.project_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the work on the project has begun'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'drive_before_delivery';
END $$
"""

TRIGGER = """
CREATE TRIGGER drive_before_delivery BEFORE INSERT ON drive
    FOR EACH ROW EXECUTE FUNCTION want_no_delivery()
"""


async def forwards() -> MigrationManager:
    """Create the guard of drives."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (BEFORE_DELIVERY, TRIGGER):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
