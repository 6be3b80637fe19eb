"""Needs that are alike: what each is found by, pairs that may be one; and merging by consent."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T19:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "likeness of needs: terms and pairs; merging of needs by consent"

# What a need says, taken apart so that others like it are found by an index. It follows the words:
# where they change, or a dash takes their place in an erasure, the row goes with what was found.
TERMS = """
CREATE TABLE need_terms (
    need_id uuid PRIMARY KEY REFERENCES need (id),
    community_id uuid NOT NULL,
    version integer NOT NULL,
    title text[] COLLATE "C" NOT NULL,
    story text[] COLLATE "C" NOT NULL,
    place text[] COLLATE "C" NOT NULL,
    numbers text[] COLLATE "C" NOT NULL,
    line text NOT NULL,
    terms text[] COLLATE "C" NOT NULL,
    compared_at timestamptz
)
"""

# Two needs that may be one, in a thousand parts of likeness. They name no member.
PAIR = """
CREATE TABLE need_pair (
    one_id uuid NOT NULL REFERENCES need (id),
    other_id uuid NOT NULL REFERENCES need (id),
    community_id uuid NOT NULL,
    likeness integer NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT need_pair_once PRIMARY KEY (one_id, other_id),
    CONSTRAINT need_pair_of_two CHECK (one_id < other_id),
    CONSTRAINT need_pair_likeness CHECK (likeness BETWEEN 0 AND 1000)
)
"""

# Stays under the pseudonym of a coordinator who is erased.
NOT_SAME = """
CREATE TABLE need_not_same (
    one_id uuid NOT NULL,
    other_id uuid NOT NULL,
    community_id uuid NOT NULL,
    said_by uuid NOT NULL,
    said_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT need_not_same_once PRIMARY KEY (one_id, other_id),
    CONSTRAINT need_not_same_of_two CHECK (one_id < other_id),
    CONSTRAINT need_not_same_one FOREIGN KEY (community_id, one_id)
        REFERENCES need (community_id, id),
    CONSTRAINT need_not_same_other FOREIGN KEY (community_id, other_id)
        REFERENCES need (community_id, id)
)
"""

# A dash takes the place of the words of whoever asked when they are erased; that it was asked, and
# what became of it, stays under the pseudonym. A merge of two memberships hands it on.
MERGE = """
CREATE TABLE need_merge (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    need_id uuid NOT NULL,
    into_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    why text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    silence text NOT NULL,
    reminded_at timestamptz,
    settled_at timestamptz,
    undone_by uuid,
    undone_at timestamptz,
    undone_why text NOT NULL DEFAULT '',
    CONSTRAINT need_merge_into_another CHECK (need_id <> into_id),
    CONSTRAINT need_merge_of_known FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT need_merge_into_known FOREIGN KEY (community_id, into_id)
        REFERENCES need (community_id, id),
    CONSTRAINT need_merge_asked_by_known FOREIGN KEY (community_id, asked_by)
        REFERENCES member (community_id, id),
    CONSTRAINT need_merge_state CHECK (state IN ('asked', 'done', 'declined', 'taken_back',
        'lapsed', 'overtaken', 'undone')),
    CONSTRAINT need_merge_silence CHECK (silence IN ('stays', 'agrees')),
    CONSTRAINT need_merge_short CHECK (length(why) <= 500 AND length(undone_why) <= 500),
    CONSTRAINT need_merge_in_time CHECK (due_at > asked_at),
    CONSTRAINT need_merge_settled_whole CHECK ((state = 'asked') = (settled_at IS NULL)),
    CONSTRAINT need_merge_undone_whole CHECK ((state = 'undone') = (undone_at IS NOT NULL)
        AND (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undone_why = ''))
)
"""

# Answers stay under the pseudonym; a dash takes the place of a reason in an erasure.
ANSWER = """
CREATE TABLE need_merge_answer (
    merge_id uuid NOT NULL REFERENCES need_merge (id),
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    need_id uuid NOT NULL,
    agreed boolean,
    reason text NOT NULL DEFAULT '',
    answered_at timestamptz,
    CONSTRAINT one_merge_answer_each PRIMARY KEY (merge_id, member_id, need_id),
    CONSTRAINT merge_answer_by_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT merge_answer_short CHECK (length(reason) <= 500),
    CONSTRAINT merge_answer_whole CHECK ((agreed IS NULL) = (answered_at IS NULL))
)
"""

INDEXES = (
    "CREATE INDEX need_by_terms ON need_terms USING gin (terms)",
    "CREATE INDEX need_terms_to_compare ON need_terms (need_id) WHERE compared_at IS NULL",
    "CREATE INDEX need_pair_by_other ON need_pair (other_id)",
    "CREATE INDEX need_pair_by_community ON need_pair (community_id, found_at DESC)",
    "CREATE INDEX need_by_merged_into ON need (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE UNIQUE INDEX one_open_merge_each ON need_merge (need_id) WHERE state = 'asked'",
    "CREATE UNIQUE INDEX one_standing_merge_each ON need_merge (need_id) WHERE state = 'done'",
    "CREATE INDEX need_merge_due ON need_merge (due_at) WHERE state = 'asked'",
    "CREATE INDEX need_merge_by_into ON need_merge (into_id)",
    "CREATE INDEX need_merge_by_asker ON need_merge (asked_by)",
    "CREATE INDEX need_merge_answer_by_member ON need_merge_answer (member_id)",
)

WORDS_CHANGED = """
CREATE FUNCTION drop_need_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM need_terms WHERE need_id = NEW.id;
    DELETE FROM need_pair WHERE one_id = NEW.id OR other_id = NEW.id;
    RETURN NEW;
END $$
"""

MERGE_MOVES_ON = """
CREATE FUNCTION keep_need_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = OLD.state
       OR OLD.state = 'asked' AND NEW.state IN ('done', 'declined', 'taken_back', 'lapsed',
            'overtaken')
       OR OLD.state = 'done' AND NEW.state = 'undone' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a merge does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'need_merge_moves_on';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER need_terms_follow AFTER UPDATE OF title, story, place ON need
       FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title
           OR OLD.story IS DISTINCT FROM NEW.story OR OLD.place IS DISTINCT FROM NEW.place)
       EXECUTE FUNCTION drop_need_terms()""",
    """CREATE TRIGGER need_merge_moves_on BEFORE UPDATE OF state ON need_merge
       FOR EACH ROW EXECUTE FUNCTION keep_need_merge()""",
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("need_merge", "need_not_same")
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("need_merge", "need_merge_answer", "need_not_same")
    ),
)

RIGHTS = (
    "GRANT SELECT, INSERT, DELETE, UPDATE (compared_at) ON need_terms TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON need_pair TO linli_app",
    "GRANT SELECT, INSERT ON need_not_same TO linli_app",
    """GRANT SELECT, INSERT, UPDATE (state, why, asked_by, reminded_at, settled_at, undone_by,
       undone_at, undone_why) ON need_merge TO linli_app""",
    """GRANT SELECT, INSERT, UPDATE (agreed, reason, answered_at, member_id), DELETE
       ON need_merge_answer TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            TERMS,
            PAIR,
            NOT_SAME,
            MERGE,
            ANSWER,
            *INDEXES,
            WORDS_CHANGED,
            MERGE_MOVES_ON,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
