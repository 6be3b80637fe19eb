"""Results: the count by a file's own rule, turnout that names nobody, and files handed in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the file's own count, turnout, uploaded elections"

# An election is counted by its own rule beside the two that every election is counted by; its own
# may be one of the same name.
OWN_COUNT = (
    "ALTER TABLE count_result ADD COLUMN own boolean NOT NULL DEFAULT false",
    "ALTER TABLE count_result DROP CONSTRAINT election_counted_once",
    "ALTER TABLE count_result ADD CONSTRAINT election_counted_once UNIQUE (election_id, rule, own)",
)

# Written once, at closing, already without any figure about fewer than ten people: worked out again
# after somebody moved house, it would tell by the difference how they had behaved. It names nobody,
# so an erasure and a merging leave it as it is.
TURNOUT = """
CREATE TABLE round_turnout (
    round_id uuid PRIMARY KEY REFERENCES round (id),
    told jsonb NOT NULL
)
"""

# A file on its way in. `uploaded_by` is the coordinator who handed it in: told in their own data,
# kept under the pseudonym after an erasure, and after a merging under the membership that did it.
# The bytes go when the work on them is over; those of a good file stand in `election` then.
UPLOAD = """
CREATE TABLE election_upload (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    file_name text NOT NULL,
    file bytea,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'waiting',
    step text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    told text NOT NULL DEFAULT '',
    known boolean NOT NULL DEFAULT false,
    election_id uuid REFERENCES election (id),
    CONSTRAINT election_upload_state CHECK (state IN ('waiting', 'done', 'refused', 'failed')),
    CONSTRAINT election_upload_over CHECK ((file IS NULL) = (state <> 'waiting')),
    CONSTRAINT election_upload_done CHECK ((election_id IS NOT NULL) = (state = 'done'))
)
"""

INDEXES = (
    "CREATE INDEX election_upload_waiting ON election_upload (uploaded_at) WHERE state = 'waiting'",
    "CREATE INDEX election_upload_by_member ON election_upload (uploaded_by)",
)

TRIGGERS = (
    """CREATE TRIGGER turnout_while_voting BEFORE INSERT ON round_turnout
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
    """CREATE TRIGGER round_turnout_only_grows BEFORE UPDATE OR DELETE ON round_turnout
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER round_turnout_is_not_truncated BEFORE TRUNCATE ON round_turnout
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
)

RIGHTS = (
    "GRANT SELECT, INSERT ON round_turnout TO linli_app",
    """GRANT SELECT, INSERT, UPDATE (state, step, attempts, told, known, election_id, file)
       ON election_upload TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Add the column and the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*OWN_COUNT, TURNOUT, UPLOAD, *INDEXES, *TRIGGERS, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
