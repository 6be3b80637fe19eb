"""Beside a visit: an elder's safety note, what both sides thought of it, a photograph."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T17:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "safety notes, ratings and photographs of visits"

# A member's data: goes in an erasure, passes on in a merge (`timebank.beside.personal`).
SAFETY = """
CREATE TABLE safety_note (
    member_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    words text NOT NULL,
    contact_name text NOT NULL,
    contact_phone text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    on_behalf_of uuid,
    CONSTRAINT safety_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT safety_words CHECK (char_length(words) <= 500),
    CONSTRAINT safety_contact CHECK (
        char_length(contact_name) <= 80 AND char_length(contact_phone) <= 20
        AND (contact_name = '') = (contact_phone = ''))
)
"""

# A member's data: the words go in an erasure, the stars stay in sums that name nobody.
RATING = """
CREATE TABLE visit_rating (
    visit_id uuid NOT NULL,
    side text NOT NULL,
    community_id uuid NOT NULL,
    rater_id uuid NOT NULL,
    rated_id uuid NOT NULL,
    stars integer NOT NULL,
    words text NOT NULL,
    rated_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    seen_at timestamptz,
    seen_by uuid,
    CONSTRAINT one_rating_for_each_side PRIMARY KEY (visit_id, side),
    CONSTRAINT rating_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT rating_by_known_member FOREIGN KEY (community_id, rater_id)
        REFERENCES member (community_id, id),
    CONSTRAINT rating_of_known_member FOREIGN KEY (community_id, rated_id)
        REFERENCES member (community_id, id),
    CONSTRAINT rating_side CHECK (side IN ('elder', 'volunteer')),
    CONSTRAINT rating_of_another CHECK (rater_id <> rated_id),
    CONSTRAINT rating_stars CHECK (stars BETWEEN 1 AND 5),
    CONSTRAINT rating_words CHECK (char_length(words) <= 300),
    CONSTRAINT rating_seen_by_somebody CHECK ((seen_at IS NULL) = (seen_by IS NULL))
)
"""

# A member's data: goes in an erasure, and when the policy's days are over.
PHOTO = """
CREATE TABLE visit_photo (
    visit_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    volunteer_id uuid NOT NULL,
    image bytea NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT photo_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT photo_by_known_member FOREIGN KEY (community_id, volunteer_id)
        REFERENCES member (community_id, id),
    CONSTRAINT photo_size CHECK (octet_length(image) BETWEEN 1 AND 1048576)
)
"""

INDEXES = (
    "CREATE INDEX rating_of_member ON visit_rating (community_id, rated_id, rater_id)",
    "CREATE INDEX rating_by_member ON visit_rating (rater_id)",
    """CREATE INDEX rating_low ON visit_rating (community_id, changed_at)
       WHERE stars <= 2 AND seen_at IS NULL""",
    "CREATE INDEX photo_kept ON visit_photo (community_id, taken_at)",
    "CREATE INDEX photo_by_member ON visit_photo (volunteer_id)",
    "ALTER TABLE visit_photo ALTER COLUMN image SET STORAGE EXTERNAL",  # a JPEG is small already
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON safety_note TO linli_app",
    "GRANT SELECT, INSERT ON visit_rating TO linli_app",
    "GRANT UPDATE (stars, words, changed_at, seen_at, seen_by) ON visit_rating TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON visit_photo TO linli_app",
    "GRANT UPDATE (image, taken_at) ON visit_photo TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the three tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (SAFETY, RATING, PHOTO, *INDEXES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
