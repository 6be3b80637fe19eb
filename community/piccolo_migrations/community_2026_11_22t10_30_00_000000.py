"""The directory's indexes, and pairs of members of whom somebody said: not the same person."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the directory's indexes; pairs that are not the same person"

NOT_DUPLICATE = """
CREATE TABLE not_duplicate (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    other_id uuid NOT NULL,
    said_by uuid NOT NULL,
    said_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT not_duplicate_once PRIMARY KEY (member_id, other_id),
    CONSTRAINT not_duplicate_of_two CHECK (member_id < other_id),
    CONSTRAINT not_duplicate_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT not_duplicate_with_known_member FOREIGN KEY (community_id, other_id)
        REFERENCES member (community_id, id)
)
"""

# The order of names is that of their characters, the same on every server: then a beginning of a
# name is a range of the index, and so is a page of the directory.
INDEXES = (
    "DROP INDEX member_by_name",
    'CREATE INDEX member_by_name ON member (community_id, name COLLATE "C", id)',
    """CREATE INDEX member_by_standing_and_name
       ON member (community_id, standing, name COLLATE "C", id)""",
    """CREATE INDEX member_by_grid_and_name ON member (grid_id, standing, name COLLATE "C", id)
       WHERE grid_id IS NOT NULL""",
    "DROP INDEX member_by_grid",
    """CREATE INDEX member_by_birth ON member (community_id, birth_date)
       WHERE birth_date IS NOT NULL""",
    # A rotation of keys passes over these in the order of ids.
    "CREATE INDEX member_with_identity ON member (id) WHERE identity_sealed IS NOT NULL",
)

RIGHTS = ("GRANT SELECT, INSERT, DELETE ON not_duplicate TO linli_app",)


async def forwards() -> MigrationManager:
    """Create the table, the indexes and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (NOT_DUPLICATE, *INDEXES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
