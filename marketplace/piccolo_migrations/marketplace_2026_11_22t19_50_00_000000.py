"""Screening: what a community screens by, each need's checklist and outcome, the one appeal."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T19:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "screening of needs: checklist, outcome, appeal"

LIST = """
CREATE TABLE screening_list (
    community_id uuid NOT NULL,
    number integer NOT NULL,
    duties text[] NOT NULL,
    questions jsonb NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT one_screening_list_each PRIMARY KEY (community_id, number),
    CONSTRAINT screening_list_number CHECK (number > 0),
    CONSTRAINT screening_list_has_duties CHECK (cardinality(duties) > 0)
)
"""

# What an erasure or a merge does: nothing. Whoever screened acted for the community, and an outcome
# with its reason is public; it stands under the pseudonym that the register then gives.
SCREENING = """
CREATE TABLE screening (
    need_id uuid PRIMARY KEY REFERENCES need (id),
    community_id uuid NOT NULL,
    list_number integer NOT NULL,
    seconded_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 0,
    answers jsonb NOT NULL DEFAULT '{}',
    cost_least_fen bigint,
    cost_most_fen bigint,
    alike uuid[] NOT NULL DEFAULT '{}',
    saved_by uuid,
    saved_at timestamptz,
    outcome text,
    reason text NOT NULL DEFAULT '',
    decided_by uuid,
    decided_at timestamptz,
    appeal_until timestamptz,
    reminded_at timestamptz,
    overdue_at timestamptz,
    CONSTRAINT screening_cost CHECK (
        (cost_least_fen IS NULL) = (cost_most_fen IS NULL)
        AND cost_least_fen > 0 AND cost_most_fen >= cost_least_fen
    ),
    CONSTRAINT screening_saved CHECK (
        (revision = 0) = (saved_by IS NULL) AND (saved_by IS NULL) = (saved_at IS NULL)
    ),
    CONSTRAINT screening_outcome CHECK (outcome IN ('accepted', 'refused')),
    CONSTRAINT screening_decided_whole CHECK (
        (outcome IS NULL) = (decided_by IS NULL)
        AND (outcome IS NULL) = (decided_at IS NULL)
        AND (outcome IS NULL) = (btrim(reason) = '')
        AND (outcome IS NOT DISTINCT FROM 'refused') = (appeal_until IS NOT NULL)
    )
)
"""

# An appeal is public, as the need is. The words of whoever appealed are emptied when they are
# erased; the appeal and its decision stay.
APPEAL = """
CREATE TABLE screening_appeal (
    need_id uuid NOT NULL REFERENCES screening (need_id),
    community_id uuid NOT NULL,
    appealed_by uuid NOT NULL,
    words text NOT NULL,
    appealed_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    granted boolean,
    reason text NOT NULL DEFAULT '',
    decided_by uuid,
    decided_at timestamptz,
    council_decision_id uuid,
    council_words text NOT NULL DEFAULT '',
    reminded_at timestamptz,
    overdue_at timestamptz,
    CONSTRAINT one_appeal_each PRIMARY KEY (need_id),
    CONSTRAINT appeal_decided_whole CHECK (
        (granted IS NULL) = (decided_by IS NULL)
        AND (granted IS NULL) = (decided_at IS NULL)
        AND (granted IS NULL) = (btrim(reason) = '')
    ),
    CONSTRAINT appeal_by_council CHECK (
        (council_decision_id IS NULL) = (btrim(council_words) = '')
        AND (council_decision_id IS NULL OR granted IS NOT NULL)
    )
)
"""

INDEXES = (
    "CREATE INDEX screening_open ON screening (community_id, due_at) WHERE outcome IS NULL",
    "CREATE INDEX screening_by_screener ON screening (saved_by, decided_by)",
    "CREATE INDEX appeal_open ON screening_appeal (community_id, due_at) WHERE granted IS NULL",
    "CREATE INDEX appeal_by_member ON screening_appeal (appealed_by)",
)

# What was decided stands; only the words of an erased member go, and reminders are noted.
KEEP_OUTCOME = """
CREATE FUNCTION keep_screening_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL THEN
        RAISE EXCEPTION 'a screening that came to an outcome is not changed'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'screening_stands';
    END IF;
    RETURN NEW;
END $$
"""

KEEP_APPEAL = """
CREATE FUNCTION keep_screening_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.granted IS NOT NULL
       AND to_jsonb(OLD) - 'words' - 'appealed_by' <> to_jsonb(NEW) - 'words' - 'appealed_by' THEN
        RAISE EXCEPTION 'an appeal that was decided is not changed'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'appeal_stands';
    END IF;
    RETURN NEW;
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER screening_stands BEFORE UPDATE ON screening
       FOR EACH ROW EXECUTE FUNCTION keep_screening_outcome()""",
    """CREATE TRIGGER appeal_stands BEFORE UPDATE ON screening_appeal
       FOR EACH ROW EXECUTE FUNCTION keep_screening_appeal()""",
    """CREATE TRIGGER screening_list_only_grows BEFORE UPDATE OR DELETE ON screening_list
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("screening", "screening_appeal")
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("screening_list", "screening", "screening_appeal")
    ),
)

RIGHTS = (
    "GRANT SELECT, INSERT ON screening_list TO linli_app",
    """GRANT SELECT, INSERT, UPDATE (list_number, revision, answers, cost_least_fen,
       cost_most_fen, alike, saved_by, saved_at, outcome, reason, decided_by, decided_at,
       appeal_until, reminded_at, overdue_at) ON screening TO linli_app""",
    """GRANT SELECT, INSERT, UPDATE (words, appealed_by, granted, reason, decided_by, decided_at,
       council_decision_id, council_words, reminded_at, overdue_at)
       ON screening_appeal TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables of screening, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            LIST,
            SCREENING,
            APPEAL,
            *INDEXES,
            KEEP_OUTCOME,
            KEEP_APPEAL,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
