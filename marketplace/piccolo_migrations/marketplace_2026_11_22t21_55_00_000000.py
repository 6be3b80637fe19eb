"""Aftercare: covenants and signatures, custodians, checks, what needs attention, origins."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "aftercare: covenants, custodians, checks, attention, needs that come from projects"

AFTERCARE = """
CREATE TABLE aftercare (
    project_id uuid PRIMARY KEY REFERENCES project (id),
    community_id uuid NOT NULL,
    delivered_on date NOT NULL,
    months integer NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT aftercare_months CHECK (months BETWEEN 0 AND 600)
)
"""

# Public: it stays under the pseudonym of whoever wrote it.
VERSION_TABLE = """
CREATE TABLE covenant_version (
    project_id uuid NOT NULL REFERENCES aftercare (project_id),
    number integer NOT NULL,
    community_id uuid NOT NULL,
    words text NOT NULL,
    sha256 text NOT NULL,
    note text NOT NULL DEFAULT '',
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_covenant_version_each PRIMARY KEY (project_id, number),
    CONSTRAINT covenant_version_number CHECK (number > 0),
    CONSTRAINT covenant_version_words CHECK (btrim(words) <> '' AND length(words) <= 6000),
    CONSTRAINT covenant_version_note CHECK (length(note) <= 200)
)
"""

FORCE = """
CREATE TABLE covenant_force (
    project_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    from_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT in_force_once PRIMARY KEY (project_id, number),
    CONSTRAINT in_force_of_known FOREIGN KEY (project_id, number)
        REFERENCES covenant_version (project_id, number)
)
"""

# Stays under the pseudonym of whoever is erased: others relied on how many had signed. A merge of
# two memberships makes two signatures of one person one.
SIGNATURE = """
CREATE TABLE covenant_signature (
    project_id uuid NOT NULL,
    number integer NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    way text NOT NULL,
    entered_by uuid,
    consent_id uuid,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_covenant_signature_each PRIMARY KEY (project_id, number, member_id),
    CONSTRAINT signature_of_known FOREIGN KEY (project_id, number)
        REFERENCES covenant_version (project_id, number),
    CONSTRAINT signature_by_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT signature_way CHECK (way IN ('online', 'phone', 'paper')),
    CONSTRAINT signature_entered CHECK ((way = 'online') = (entered_by IS NULL)),
    CONSTRAINT signature_consent CHECK ((way = 'phone') = (consent_id IS NOT NULL))
)
"""

# Who looked after something stays by the pseudonym; an erasure ends a term. A merge hands it on.
CUSTODIAN = """
CREATE TABLE custodian (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES aftercare (project_id),
    member_id uuid NOT NULL,
    state text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    answered_by uuid,
    answered_at timestamptz,
    term_until date,
    ended_at timestamptz,
    why text NOT NULL DEFAULT '',
    CONSTRAINT custodian_state CHECK (
        state IN ('volunteered', 'named', 'serving', 'declined', 'ended')),
    CONSTRAINT custodian_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT custodian_term CHECK (state <> 'serving' OR term_until IS NOT NULL),
    CONSTRAINT custodian_ended CHECK ((state IN ('ended', 'declined')) = (ended_at IS NOT NULL)),
    CONSTRAINT custodian_why CHECK (length(why) <= 500)
)
"""

# Stays under the pseudonym: a result is public. A merge hands open ones on.
CHECK = """
CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES aftercare (project_id),
    number integer NOT NULL,
    due_on date NOT NULL,
    custodian_id uuid,
    outcome text,
    words text NOT NULL DEFAULT '',
    done_by uuid,
    done_at timestamptz,
    reminded_at timestamptz,
    missed_at timestamptz,
    CONSTRAINT one_check_each UNIQUE (project_id, number),
    CONSTRAINT check_outcome CHECK (outcome IN ('good', 'small_faults', 'broken')),
    CONSTRAINT check_done_whole CHECK (
        (outcome IS NULL) = (done_at IS NULL) AND (outcome IS NULL) = (done_by IS NULL)
        AND (outcome IS NOT NULL OR words = '')),
    CONSTRAINT check_says_why CHECK (outcome IS NULL OR outcome = 'good' OR btrim(words) <> ''),
    CONSTRAINT check_words CHECK (length(words) <= 1000)
)
"""

# What somebody says of a thing stays under the pseudonym; their photographs go. A merge hands it
# on.
ATTENTION = """
CREATE TABLE attention (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES aftercare (project_id),
    words text NOT NULL,
    raised_by uuid NOT NULL,
    entered_by uuid,
    call_id uuid,
    consent_id uuid,
    check_id uuid REFERENCES follow_up (id),
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'open',
    into_id uuid REFERENCES attention (id),
    CONSTRAINT attention_by_known FOREIGN KEY (community_id, raised_by)
        REFERENCES member (community_id, id),
    CONSTRAINT attention_state CHECK (
        state IN ('open', 'answered', 'mended', 'joined', 'hidden')),
    CONSTRAINT attention_joined CHECK ((state = 'joined') = (into_id IS NOT NULL)),
    CONSTRAINT attention_into_another CHECK (into_id <> id),
    CONSTRAINT attention_words CHECK (btrim(words) <> '' AND length(words) <= 1000),
    CONSTRAINT one_attention_for_each_check UNIQUE (check_id)
)
"""

# An answer is public and stays under the pseudonym.
ATTENTION_MOVE = """
CREATE TABLE attention_move (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attention_id uuid NOT NULL REFERENCES attention (id),
    community_id uuid NOT NULL,
    state text NOT NULL,
    words text NOT NULL DEFAULT '',
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT attention_move_words CHECK (length(words) <= 1000)
)
"""

# Goes with an erasure of whoever took it.
PHOTO = """
CREATE TABLE aftercare_photo (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES aftercare (project_id),
    check_id uuid REFERENCES follow_up (id),
    attention_id uuid REFERENCES attention (id),
    image bytea NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT photo_of_one_thing CHECK ((check_id IS NULL) <> (attention_id IS NULL)),
    CONSTRAINT aftercare_photo_size CHECK (octet_length(image) BETWEEN 1 AND 1048576)
)
"""

# It names no member: who raised the need stands with the need.
ORIGIN = """
CREATE TABLE need_origin (
    need_id uuid PRIMARY KEY REFERENCES need (id),
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES project (id),
    again text NOT NULL,
    words text NOT NULL DEFAULT '',
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT origin_again CHECK (again IN ('not_chosen', 'worn_out', 'stopped')),
    CONSTRAINT origin_words CHECK (length(words) <= 500)
)
"""

INDEXES = (
    """CREATE UNIQUE INDEX one_custodian_each ON custodian (project_id, member_id)
       WHERE state IN ('volunteered', 'named', 'serving')""",
    "CREATE INDEX custodian_by_member ON custodian (member_id)",
    "CREATE INDEX custodian_asked ON custodian (community_id) WHERE state = 'volunteered'",
    """CREATE INDEX custodian_serving ON custodian (community_id, term_until)
       WHERE state = 'serving'""",
    "CREATE INDEX signature_by_member ON covenant_signature (member_id)",
    "CREATE INDEX covenant_version_by_writer ON covenant_version (written_by)",
    "CREATE INDEX check_open ON follow_up (community_id, due_on) WHERE done_at IS NULL",
    "CREATE INDEX check_by_member ON follow_up (custodian_id) WHERE custodian_id IS NOT NULL",
    "CREATE INDEX check_by_doer ON follow_up (done_by) WHERE done_by IS NOT NULL",
    "CREATE INDEX attention_of_project ON attention (project_id, raised_at)",
    """CREATE INDEX attention_standing ON attention (community_id, raised_at)
       WHERE state IN ('open', 'answered')""",
    "CREATE INDEX attention_by_member ON attention (raised_by)",
    "CREATE INDEX attention_by_call ON attention (call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX attention_joined_into ON attention (into_id) WHERE into_id IS NOT NULL",
    "CREATE INDEX attention_move_of ON attention_move (attention_id)",
    "CREATE INDEX attention_move_by_member ON attention_move (moved_by)",
    "CREATE INDEX aftercare_photo_of_check ON aftercare_photo (check_id)",
    "CREATE INDEX aftercare_photo_of_attention ON aftercare_photo (attention_id)",
    "CREATE INDEX aftercare_photo_by_member ON aftercare_photo (added_by)",
    "CREATE INDEX need_origin_of_project ON need_origin (project_id)",
)

# A result is written down once.
KEEP_RESULT = """
CREATE FUNCTION keep_check_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.done_at IS NOT NULL THEN
        RAISE EXCEPTION 'a check that was done is not changed'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'check_stands';
    END IF;
    RETURN NEW;
END $$
"""

_GROWING = ("covenant_version", "covenant_force", "attention_move", "need_origin")
_KEPT = ("aftercare", "custodian", "follow_up", "attention")

TRIGGERS = (
    """CREATE TRIGGER check_result_stands BEFORE UPDATE ON follow_up
       FOR EACH ROW EXECUTE FUNCTION keep_check_result()""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in _GROWING
    ),
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in _KEPT
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*_GROWING, *_KEPT)
    ),
)

RIGHTS = (
    # Locking a row asks for the right to change one of its columns.
    "GRANT SELECT, INSERT, UPDATE (months) ON aftercare TO linli_app",
    """GRANT SELECT, INSERT ON covenant_version, covenant_force, attention_move, need_origin
       TO linli_app""",
    "GRANT SELECT, INSERT, DELETE, UPDATE (member_id) ON covenant_signature TO linli_app",
    """GRANT SELECT, INSERT, UPDATE (member_id, state, answered_by, answered_at, term_until,
       ended_at, why) ON custodian TO linli_app""",
    """GRANT SELECT, INSERT, UPDATE (custodian_id, outcome, words, done_by, done_at, reminded_at,
       missed_at) ON follow_up TO linli_app""",
    "GRANT SELECT, INSERT, UPDATE (raised_by, state, into_id) ON attention TO linli_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (added_by) ON aftercare_photo TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables of aftercare, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            AFTERCARE,
            VERSION_TABLE,
            FORCE,
            SIGNATURE,
            CUSTODIAN,
            CHECK,
            ATTENTION,
            ATTENTION_MOVE,
            PHOTO,
            ORIGIN,
            *INDEXES,
            KEEP_RESULT,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
