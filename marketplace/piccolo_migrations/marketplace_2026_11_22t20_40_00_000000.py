"""Guards that look once at all that a closing writes, instead of at each of its rows.

A round of a hundred thousand ballots is closed in one transaction: what was asked for every row, of
the same round and with the same answer, took longer than all the rest. No table and no column is
new; what was refused is refused.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "guards of a closing's rows, once a statement"

# As `want_voting` for one row. It is asked after the rows are there, which nobody else sees before
# the transaction ends; a refusal takes them back. The lock comes before the look at the round, so
# a closing is waited for, and then seen.
OF_ALL_WHILE_VOTING = """
CREATE FUNCTION want_voting_of_all() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_round uuid;
BEGIN
    FOR of_round IN SELECT DISTINCT round_id FROM touched ORDER BY round_id LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('ballots ' || of_round::text, 7046));
        PERFORM 1 FROM round WHERE id = of_round AND state = 'voting';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'ballots change only while the round''s ballot is open'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'voting_is_open';
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""

ALL_WITHIN_LIMIT = """
CREATE FUNCTION want_all_choices_within_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM touched LEFT JOIN round ON id = round_id
    WHERE (cardinality(choices) <= choices_max) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a ballot names more projects than the terms allow'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'choices_within_limit';
    END IF;
    RETURN NULL;
END $$
"""

# A vote is one row, and looked at before it is written, as before. Ballots are deleted one by one
# when they are withdrawn, and all together at closing.
GUARDED = (
    "DROP TRIGGER ballot_while_voting ON ballot",
    """CREATE TRIGGER ballot_while_voting BEFORE INSERT OR UPDATE ON ballot
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
    """CREATE TRIGGER ballots_go_while_voting AFTER DELETE ON ballot
       REFERENCING OLD TABLE AS touched
       FOR EACH STATEMENT EXECUTE FUNCTION want_voting_of_all()""",
    "DROP TRIGGER cast_while_voting ON cast_ballot",
    "DROP TRIGGER cast_within_limit ON cast_ballot",
    "DROP TRIGGER roll_while_voting ON voter_roll",
    *(
        f"""CREATE TRIGGER {name} AFTER INSERT ON {table}
            REFERENCING NEW TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION {guard}()"""
        for name, table, guard in (
            ("cast_while_voting", "cast_ballot", "want_voting_of_all"),
            ("cast_within_limit", "cast_ballot", "want_all_choices_within_limit"),
            ("roll_while_voting", "voter_roll", "want_voting_of_all"),
        )
    ),
)

# That the round exists is what `want_voting_of_all` asks; a round is never deleted, and the rows
# never change theirs.
UNTIED = (
    "ALTER TABLE cast_ballot DROP CONSTRAINT cast_ballot_round_id_fkey",
    "ALTER TABLE voter_roll DROP CONSTRAINT voter_roll_round_id_fkey",
)


async def forwards() -> MigrationManager:
    """Put the new guards in the place of the old ones."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (OF_ALL_WHILE_VOTING, ALL_WITHIN_LIMIT, *GUARDED, *UNTIED):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
