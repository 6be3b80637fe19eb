"""What volunteers earned by day, so that caps hold whoever is quicker."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "minutes earned by day"

# What becomes of the two tables: figures without words, they stay like the book when a member is
# erased; where two memberships are merged, the other's days are added to the survivor's.
EARNED = (
    """
CREATE TABLE earner (
    member_id uuid CONSTRAINT earner_pkey PRIMARY KEY,
    community_id uuid NOT NULL,
    CONSTRAINT earner_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
""",
    """
CREATE TABLE earned_day (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    day date NOT NULL,
    minutes integer NOT NULL,
    CONSTRAINT one_count_a_day PRIMARY KEY (member_id, day),
    CONSTRAINT earned_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT earned_day_not_negative CHECK (minutes >= 0)
)
""",
    "GRANT SELECT, INSERT, UPDATE ON earner, earned_day TO linli_app",
    "GRANT DELETE ON earned_day TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in EARNED:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
