"""Corrections of what was written down about help for a project; judgements that a stop ends."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T22:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "corrections of help for projects, evaluations that end with their project"

# Who was wrong and who mended it stands with the minutes in the book, under the pseudonym of
# whoever is erased. `was_minutes` and `minutes` are empty for somebody who did not come.
CORRECTION = """
CREATE TABLE work_correction (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    number integer NOT NULL,
    was_minutes integer,
    minutes integer,
    why text NOT NULL,
    corrected_by uuid NOT NULL,
    corrected_at timestamptz NOT NULL,
    CONSTRAINT corrected_in_turn UNIQUE (turn_id, number),
    CONSTRAINT correction_of_known_turn FOREIGN KEY (community_id, turn_id)
        REFERENCES work_turn (community_id, id),
    CONSTRAINT work_corrected_by_known_member FOREIGN KEY (community_id, corrected_by)
        REFERENCES member (community_id, id),
    CONSTRAINT correction_number CHECK (number > 0),
    CONSTRAINT correction_corrects CHECK (was_minutes IS DISTINCT FROM minutes),
    CONSTRAINT correction_why CHECK (btrim(why) <> '' AND char_length(why) <= 300)
)
"""

# What was settled stays as it was said, unless a correction of that very moment says otherwise.
KEEP_SETTLED = """
CREATE OR REPLACE FUNCTION keep_settled_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told text[] := '{state,minutes,paid,settled_by,settled_at,changed_at}';
BEGIN
    IF OLD.state = 'signed' THEN
        RETURN NEW;
    END IF;
    IF OLD.state IN ('came', 'no_show') AND NEW.state IN ('came', 'no_show')
       AND to_jsonb(OLD) - told = to_jsonb(NEW) - told
       AND EXISTS (SELECT FROM work_correction WHERE turn_id = OLD.id
           AND was_minutes IS NOT DISTINCT FROM OLD.minutes
           AND minutes IS NOT DISTINCT FROM NEW.minutes
           AND corrected_by = NEW.settled_by AND corrected_at = NEW.changed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what became of a turn is not rewritten'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'turn_settled_once';
END $$
"""

REST = (
    "CREATE INDEX work_correction_by_member ON work_correction (corrected_by)",
    """CREATE TRIGGER work_correction_only_grows BEFORE UPDATE OR DELETE ON work_correction
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER work_correction_is_not_truncated BEFORE TRUNCATE ON work_correction
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    "ALTER TABLE work_correction ENABLE ALWAYS TRIGGER work_correction_only_grows",
    "ALTER TABLE work_correction ENABLE ALWAYS TRIGGER work_correction_is_not_truncated",
    "GRANT SELECT, INSERT ON work_correction TO linli_app",
    "ALTER TABLE evaluation DROP CONSTRAINT evaluation_state",
    """ALTER TABLE evaluation ADD CONSTRAINT evaluation_state
       CHECK (state IN ('open', 'closed', 'sent_back', 'stopped'))""",
)


async def forwards() -> MigrationManager:
    """Add the table with its guards and rights; let an evaluation end with its project."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (CORRECTION, KEEP_SETTLED, *REST):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
