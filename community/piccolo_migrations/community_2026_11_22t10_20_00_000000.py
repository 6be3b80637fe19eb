"""Roles that end with a reason: who ended one before its time, and why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T10:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who ended a role, and why"

MEMBER_ROLE = """
ALTER TABLE member_role
    ADD COLUMN ended_by uuid,
    ADD COLUMN ended_why text,
    ADD CONSTRAINT role_ended_whole CHECK ((ended_by IS NULL) = (ended_why IS NULL)
        AND (ended_by IS NULL OR until IS NOT NULL)),
    ADD CONSTRAINT role_ended_for_a_reason
        CHECK (btrim(ended_why) <> '' AND length(ended_why) <= 200)
"""

STATEMENTS = (
    MEMBER_ROLE,
    "GRANT UPDATE (ended_by, ended_why) ON member_role TO linli_app",
    # Which roles hold at a moment is asked on every request.
    "CREATE INDEX member_role_by_member ON member_role (member_id, area_id)",
    "CREATE INDEX organisation_member_by_organisation ON organisation_member (organisation_id)",
)


async def forwards() -> MigrationManager:
    """Add the columns and their rights."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
