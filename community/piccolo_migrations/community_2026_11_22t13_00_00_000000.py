"""Erasures: who asked, who carried it out, and which words it may take out of history."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T13:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "erasures, words beside the audit trail, which words an erasure may take out"

# Two people: whoever asks or is meant does not carry it out. A retention period that ends is asked
# for and carried out by no member (id zero).
ERASURE = """
CREATE TABLE erasure (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    carried_out_by uuid,
    carried_out_at timestamptz,
    CONSTRAINT erasure_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT erasure_withdrawn_whole CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
    CONSTRAINT erasure_carried_out_whole
        CHECK ((carried_out_at IS NULL) = (carried_out_by IS NULL)),
    CONSTRAINT erasure_ends_once CHECK (withdrawn_at IS NULL OR carried_out_at IS NULL),
    CONSTRAINT erasure_by_another CHECK (carried_out_by <> member_id
        AND (carried_out_by <> asked_by OR asked_by = '00000000-0000-0000-0000-000000000000'))
)
"""

INDEXES = (
    """CREATE UNIQUE INDEX one_erasure_at_a_time ON erasure (member_id)
       WHERE withdrawn_at IS NULL AND carried_out_at IS NULL""",
    """CREATE INDEX erasure_waiting ON erasure (community_id, asked_at)
       WHERE withdrawn_at IS NULL AND carried_out_at IS NULL""",
    "CREATE INDEX message_by_age ON message (community_id, created_at)",
    """CREATE INDEX member_who_left ON member (community_id, left_at)
       WHERE standing = 'left'""",
)

# A membership that was merged into another is erased with it.
WAS_ERASED = """
CREATE FUNCTION was_erased(who uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM member LEFT JOIN member AS whole ON whole.id = member.merged_into
        WHERE member.id = who AND 'erased' IN (member.standing, whole.standing))
$$
"""

# The words of a consent may give way to a dash where the member, or the delegate whom it is about,
# was erased, and nothing else of it changes: that it was given, when, how and before whom stays,
# for others acted on it.
ONLY_BLANKS = """
CREATE FUNCTION refuse_all_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.words = '–'
       AND to_jsonb(OLD) - 'words' = to_jsonb(NEW) - 'words'
       AND (was_erased(OLD.member_id) OR EXISTS (
           SELECT FROM delegation WHERE consent_id = OLD.id AND was_erased(delegate_id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: history only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

# The words that somebody typed beside an event of the trail: a reason, a note. They are added with
# the event or never. The event itself never changes; its words may be emptied in a transaction that
# erases somebody, and in no other.
AUDIT_WORDS = (
    """CREATE TABLE audit_words (
        seq bigint PRIMARY KEY,
        words jsonb NOT NULL,
        CONSTRAINT audit_words_named CHECK (jsonb_typeof(words) = 'object')
    )""",
    """CREATE FUNCTION refuse_all_but_erasing_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM audit_event AS event
               WHERE event.seq = NEW.seq AND event.xmin = pg_current_xact_id()::xid) THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.words = '{}' AND NEW.seq = OLD.seq
           AND EXISTS (SELECT FROM erasure WHERE carried_out_at >= transaction_timestamp()) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% on % is refused: history only grows', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER audit_words_are_immutable BEFORE INSERT OR UPDATE OR DELETE ON audit_words
       FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasing_words()""",
    """CREATE TRIGGER audit_words_are_not_truncated BEFORE TRUNCATE ON audit_words
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    "ALTER TABLE audit_words ENABLE ALWAYS TRIGGER audit_words_are_immutable",
    "ALTER TABLE audit_words ENABLE ALWAYS TRIGGER audit_words_are_not_truncated",
    "GRANT SELECT, INSERT, UPDATE (words) ON audit_words TO linli_app",
)

TRIGGERS = (
    "DROP TRIGGER consent_is_immutable ON consent",
    """CREATE TRIGGER consent_is_immutable BEFORE UPDATE OR DELETE ON consent
       FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasing()""",
    "ALTER TABLE consent ENABLE ALWAYS TRIGGER consent_is_immutable",
)

RIGHTS = (
    "GRANT SELECT, INSERT ON erasure TO linli_app",
    """GRANT UPDATE (withdrawn_by, withdrawn_at, carried_out_by, carried_out_at) ON erasure
       TO linli_app""",
    "GRANT UPDATE (words) ON consent TO linli_app",
    "GRANT UPDATE (evidence) ON kinship TO linli_app",
    "GRANT UPDATE (address, reason) ON application TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the table, the guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            ERASURE,
            *INDEXES,
            WAS_ERASED,
            ONLY_BLANKS,
            *AUDIT_WORDS,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
