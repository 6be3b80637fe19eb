"""Evaluations: invitations, ratings, inspectors and their signatures, comments, summaries."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "evaluations, ratings, sign-offs, summaries"

# What an erasure or a merge does: an evaluation and its reply are public and stand under the
# pseudonym of who undertook. A reply's words stay: they answer what is published beside them.
EVALUATION = """
CREATE TABLE evaluation (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES project (id),
    number integer NOT NULL,
    state text NOT NULL DEFAULT 'open',
    aspects text[] NOT NULL,
    checks text[] NOT NULL,
    shown_from integer NOT NULL,
    sign_offs integer NOT NULL,
    undertaker_id uuid,
    organisation_id uuid,
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    ended_at timestamptz,
    reminded_at timestamptz,
    chased_at timestamptz,
    reply text NOT NULL DEFAULT '',
    replied_by uuid,
    replied_at timestamptz,
    CONSTRAINT evaluation_numbered UNIQUE (project_id, number),
    CONSTRAINT evaluation_of_one_community UNIQUE (community_id, id),
    CONSTRAINT evaluation_number CHECK (number > 0),
    CONSTRAINT evaluation_state CHECK (state IN ('open', 'closed', 'sent_back')),
    CONSTRAINT evaluation_over CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT evaluation_lasts CHECK (closes_at > opened_at),
    CONSTRAINT evaluation_asks CHECK (cardinality(aspects) > 0 AND cardinality(checks) > 0),
    CONSTRAINT evaluation_shown_from CHECK (shown_from >= 3),
    CONSTRAINT evaluation_sign_offs CHECK (sign_offs >= 1),
    CONSTRAINT evaluation_replied_whole CHECK (
        (replied_by IS NULL) = (replied_at IS NULL) AND (replied_by IS NULL) = (btrim(reply) = '')
        AND (replied_by IS NULL OR state = 'closed') AND length(reply) <= 2000
    )
)
"""

# Who was asked is known to the audit alone: an erasure deletes the row, a merge passes it on.
INVITATION = """
CREATE TABLE evaluation_invitation (
    evaluation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    why text NOT NULL,
    CONSTRAINT invited_once PRIMARY KEY (evaluation_id, member_id),
    CONSTRAINT invited_to_known FOREIGN KEY (community_id, evaluation_id)
        REFERENCES evaluation (community_id, id),
    CONSTRAINT invited_why CHECK (why IN ('seconded', 'gave', 'helped', 'lives_here'))
)
"""

# Marks have no name on any page. An erasure empties the words and leaves the marks under the
# pseudonym, so that a published score holds; a merge passes a rating on while it can still change.
RATING = """
CREATE TABLE evaluation_rating (
    id uuid PRIMARY KEY,
    evaluation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    marks smallint[] NOT NULL,
    words text NOT NULL DEFAULT '',
    entered_by uuid,
    call_id uuid,
    consent_id uuid,
    rated_at timestamptz NOT NULL,
    set_aside boolean NOT NULL DEFAULT false,
    CONSTRAINT one_rating_each UNIQUE (evaluation_id, member_id),
    CONSTRAINT rating_of_known FOREIGN KEY (community_id, evaluation_id)
        REFERENCES evaluation (community_id, id),
    CONSTRAINT rating_marks CHECK (0 <= ALL (marks) AND 5 >= ALL (marks) AND 0 < ANY (marks)),
    CONSTRAINT rating_words_short CHECK (length(words) <= 600),
    CONSTRAINT rating_on_a_word CHECK (
        (entered_by IS NULL) = (call_id IS NULL) AND (call_id IS NULL) = (consent_id IS NULL)
    )
)
"""

# Who inspects, and what they found, are public acts: they stand under the pseudonym.
INSPECTION = (
    """
CREATE TABLE project_inspector (
    project_id uuid NOT NULL REFERENCES project (id),
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    named_by uuid NOT NULL,
    named_at timestamptz NOT NULL,
    why text NOT NULL,
    CONSTRAINT named_once PRIMARY KEY (project_id, member_id),
    CONSTRAINT named_with_a_reason CHECK (btrim(why) <> '' AND length(why) <= 300)
)
""",
    """
CREATE TABLE sign_off (
    id uuid PRIMARY KEY,
    evaluation_id uuid NOT NULL,
    community_id uuid NOT NULL,
    inspector_id uuid NOT NULL,
    passed boolean NOT NULL,
    findings jsonb NOT NULL,
    words text NOT NULL,
    mend_by date,
    signed_at timestamptz NOT NULL,
    CONSTRAINT one_signature_each UNIQUE (evaluation_id, inspector_id),
    CONSTRAINT sign_off_of_known FOREIGN KEY (community_id, evaluation_id)
        REFERENCES evaluation (community_id, id),
    CONSTRAINT sign_off_of_one_community UNIQUE (community_id, id),
    CONSTRAINT sign_off_says_why CHECK (btrim(words) <> '' AND length(words) <= 1000),
    CONSTRAINT sign_off_has_a_term CHECK (passed = (mend_by IS NULL))
)
""",
    """
CREATE TABLE sign_off_photo (
    sign_off_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    image bytea NOT NULL,
    words text NOT NULL DEFAULT '',
    CONSTRAINT sign_off_photo_numbered PRIMARY KEY (sign_off_id, number),
    CONSTRAINT sign_off_photo_of_known FOREIGN KEY (community_id, sign_off_id)
        REFERENCES sign_off (community_id, id),
    CONSTRAINT sign_off_photo_size CHECK (length(image) BETWEEN 1 AND 1048576),
    CONSTRAINT sign_off_photo_words CHECK (length(words) <= 120)
)
""",
)

# Words of a report and of a wish go with an erasure; a ruling is a public act and stands.
MODERATION = (
    """
CREATE TABLE comment_report (
    rating_id uuid NOT NULL REFERENCES evaluation_rating (id),
    reported_by uuid NOT NULL,
    community_id uuid NOT NULL,
    reason text NOT NULL,
    words text NOT NULL DEFAULT '',
    reported_at timestamptz NOT NULL,
    CONSTRAINT one_comment_report_each PRIMARY KEY (rating_id, reported_by),
    CONSTRAINT comment_report_reason CHECK
        (reason IN ('insult', 'private', 'advertising', 'off_topic', 'other')),
    CONSTRAINT comment_report_words CHECK (length(words) <= 300)
)
""",
    """
CREATE TABLE comment_ruling (
    rating_id uuid NOT NULL REFERENCES evaluation_rating (id),
    number integer NOT NULL,
    community_id uuid NOT NULL,
    hidden boolean NOT NULL,
    reason text NOT NULL,
    ruled_by uuid NOT NULL,
    ruled_at timestamptz NOT NULL,
    CONSTRAINT one_comment_ruling_at_a_time PRIMARY KEY (rating_id, number),
    CONSTRAINT comment_ruled_with_a_reason CHECK (btrim(reason) <> '' AND length(reason) <= 500)
)
""",
    """
CREATE TABLE comment_second_look (
    rating_id uuid NOT NULL REFERENCES evaluation_rating (id),
    community_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    words text NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT one_comment_look_each PRIMARY KEY (rating_id),
    CONSTRAINT comment_look_words CHECK (length(words) <= 500)
)
""",
)

SUMMARY = """
CREATE TABLE project_summary (
    project_id uuid NOT NULL REFERENCES project (id),
    community_id uuid NOT NULL,
    words text NOT NULL,
    summed_by uuid NOT NULL,
    summed_at timestamptz NOT NULL,
    CONSTRAINT summed_up_once PRIMARY KEY (project_id),
    CONSTRAINT summary_says_something CHECK (btrim(words) <> '' AND length(words) <= 3000)
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX one_open_evaluation ON evaluation (project_id) WHERE state = 'open'",
    "CREATE INDEX evaluation_due ON evaluation (closes_at) WHERE state = 'open'",
    "CREATE INDEX evaluation_by_community ON evaluation (community_id, opened_at)",
    "CREATE INDEX evaluation_by_undertaker ON evaluation (undertaker_id, organisation_id)",
    "CREATE INDEX invitation_by_member ON evaluation_invitation (member_id)",
    "CREATE INDEX evaluation_rating_by_member ON evaluation_rating (member_id)",
    "CREATE INDEX rating_of_call ON evaluation_rating (call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX inspector_by_member ON project_inspector (member_id)",
    "CREATE INDEX comment_report_by_community ON comment_report (community_id, reported_at)",
)

# A rating is given and changed while its evaluation is open, and before its time is over. What is
# left afterwards is to set one aside at the closing, and to empty the words of an erasure.
WHILE_OPEN = """
CREATE FUNCTION want_open_evaluation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.marks = OLD.marks AND NEW.words IN (OLD.words, '') THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM evaluation WHERE id = NEW.evaluation_id AND state = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the time for ratings is over'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'evaluation_takes';
    END IF;
    RETURN NEW;
END $$
"""

# An evaluation ends once; after that only its reply is added, once.
KEEP_EVALUATION = """
CREATE FUNCTION keep_evaluation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{reply,replied_by,replied_at,undertaker_id}';
BEGIN
    IF OLD.state <> 'open' AND (to_jsonb(OLD) - free <> to_jsonb(NEW) - free
        OR (OLD.reply <> '' AND OLD.reply <> NEW.reply)) THEN
        RAISE EXCEPTION 'an evaluation that is over is not changed'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'evaluation_stands';
    END IF;
    RETURN NEW;
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER rating_while_open BEFORE INSERT OR UPDATE ON evaluation_rating
       FOR EACH ROW EXECUTE FUNCTION want_open_evaluation()""",
    """CREATE TRIGGER evaluation_is_kept BEFORE UPDATE ON evaluation
       FOR EACH ROW EXECUTE FUNCTION keep_evaluation()""",
    *(
        statement
        for table in ("sign_off", "sign_off_photo", "comment_ruling", "project_summary")
        for statement in (
            f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
            f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
        )
    ),
)

RIGHTS = (
    """GRANT SELECT, INSERT, UPDATE (state, ended_at, reminded_at, chased_at, reply, replied_by,
       replied_at, undertaker_id) ON evaluation TO linli_app""",
    "GRANT SELECT, INSERT, DELETE, UPDATE (member_id) ON evaluation_invitation TO linli_app",
    """GRANT SELECT, INSERT, DELETE, UPDATE (member_id, marks, words, entered_by, call_id,
       consent_id, rated_at, set_aside) ON evaluation_rating TO linli_app""",
    "GRANT SELECT, INSERT, DELETE, UPDATE (member_id) ON project_inspector TO linli_app",
    """GRANT SELECT, INSERT ON sign_off, sign_off_photo, comment_ruling, project_summary
       TO linli_app""",
    "GRANT SELECT, INSERT, DELETE, UPDATE (reported_by, words) ON comment_report TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (asked_by, words) ON comment_second_look TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        tables = (EVALUATION, INVITATION, RATING, *INSPECTION, *MODERATION, SUMMARY)
        guards = (WHILE_OPEN, KEEP_EVALUATION, *TRIGGERS)
        for statement in (*tables, *INDEXES, *guards, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
