"""Words given on the telephone: an operator acts on them during one call, and no longer.

When a person is erased, the rows stay and the sentence goes: the consent's words give way to a
dash, whether it is the caller who is erased or the member whom the call was for.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "words given on the telephone, for one call each"

# The member's own word, or that of their delegate: the latter rests on the delegation besides.
CALL_WORD = """
CREATE TABLE call_word (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    call_id uuid NOT NULL,
    member_id uuid NOT NULL,
    given_by uuid NOT NULL,
    operator_id uuid NOT NULL,
    acts text[] NOT NULL,
    consent_id uuid NOT NULL,
    delegation_id uuid,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT word_for_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT word_rests_on_own_consent FOREIGN KEY (community_id, given_by, consent_id)
        REFERENCES consent (community_id, member_id, id),
    CONSTRAINT word_of_known_delegate FOREIGN KEY (delegation_id) REFERENCES delegation (id),
    CONSTRAINT word_to_known_operator FOREIGN KEY (operator_id) REFERENCES member (id),
    CONSTRAINT word_of_member_or_delegate CHECK (
        (given_by = member_id) = (delegation_id IS NULL)
    ),
    CONSTRAINT word_heard_by_another CHECK (operator_id NOT IN (member_id, given_by)),
    CONSTRAINT word_acts CHECK (cardinality(acts) > 0
        AND acts <@ ARRAY['request', 'confirm', 'passbook']),
    CONSTRAINT word_for_one_call CHECK (
        until > since AND until <= since + interval '2 hours' AND ended_at >= since
    )
)
"""

INDEXES = (
    # A new word in the same call takes the place of the one before.
    "CREATE UNIQUE INDEX one_word_in_a_call ON call_word (call_id) WHERE ended_at IS NULL",
    "CREATE INDEX call_word_by_member ON call_word (member_id, since)",
    "CREATE INDEX call_word_by_consent ON call_word (consent_id)",
)

# As before, and also where a delegate's word names the member who was erased.
ONLY_BLANKS = """
CREATE OR REPLACE FUNCTION refuse_all_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.words = '–'
       AND to_jsonb(OLD) - 'words' = to_jsonb(NEW) - 'words'
       AND (was_erased(OLD.member_id) OR EXISTS (
           SELECT FROM delegation WHERE consent_id = OLD.id AND was_erased(delegate_id))
           OR EXISTS (
           SELECT FROM call_word WHERE consent_id = OLD.id AND was_erased(call_word.member_id)))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: history only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

RIGHTS = (
    "GRANT SELECT, INSERT ON call_word TO linli_app",
    "GRANT UPDATE (ended_at) ON call_word TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the table, its guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (CALL_WORD, *INDEXES, ONLY_BLANKS, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
