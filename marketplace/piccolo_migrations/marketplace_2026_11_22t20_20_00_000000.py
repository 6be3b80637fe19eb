"""Voting on paper: prints, who was given a ballot, what two people read, and the audit's sample.

No row leads from a resident to a ballot: `paper_handed_out` says who was given one, without which
and without when, and a ballot knows no resident. An erasure leaves both, as it leaves the voter
roll: a count is checked against them. A merging takes a hand-out over to the membership that stays.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "paper ballots: prints, hand-outs, double keying, audit"

TABLES = (
    """
CREATE TABLE paper_batch (
    round_id uuid NOT NULL REFERENCES round (id),
    number integer NOT NULL,
    community_id uuid NOT NULL,
    size integer NOT NULL,
    printed_by uuid NOT NULL,
    printed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_paper_batch_each PRIMARY KEY (round_id, number),
    CONSTRAINT paper_batch_number CHECK (number BETWEEN 1 AND 99),
    CONSTRAINT paper_batch_size CHECK (size BETWEEN 1 AND 300)
)
""",
    """
CREATE TABLE paper_ballot (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL,
    batch integer NOT NULL,
    serial text NOT NULL,
    code text NOT NULL,
    CONSTRAINT paper_serial_once UNIQUE (round_id, serial),
    CONSTRAINT paper_code_once UNIQUE (round_id, code),
    CONSTRAINT paper_of_a_batch FOREIGN KEY (round_id, batch)
        REFERENCES paper_batch (round_id, number)
)
""",
    # No time and no sequence, as with the sealed ballots.
    """
CREATE TABLE paper_handed_out (
    round_id uuid NOT NULL REFERENCES round (id),
    member_id uuid NOT NULL,
    handed_by uuid NOT NULL,
    CONSTRAINT handed_out_once PRIMARY KEY (round_id, member_id),
    CONSTRAINT handed_out_by_another CHECK (handed_by <> member_id)
)
""",
    """
CREATE TABLE paper_spoiled (
    paper_id uuid NOT NULL REFERENCES paper_ballot (id),
    why text NOT NULL,
    spoiled_by uuid NOT NULL,
    spoiled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT spoiled_once PRIMARY KEY (paper_id),
    CONSTRAINT spoiled_with_reason CHECK (btrim(why) <> '')
)
""",
    """
CREATE TABLE paper_reading (
    paper_id uuid NOT NULL REFERENCES paper_ballot (id),
    turn integer NOT NULL,
    choices integer[] NOT NULL,
    points integer[] NOT NULL,
    unclear boolean NOT NULL,
    read_by uuid NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_reading_each_turn PRIMARY KEY (paper_id, turn),
    CONSTRAINT read_by_different_people UNIQUE (paper_id, read_by),
    CONSTRAINT read_in_turn CHECK (turn BETWEEN 1 AND 3),
    CONSTRAINT read_points_beside_choices
        CHECK (cardinality(points) IN (0, cardinality(choices))),
    CONSTRAINT unclear_says_nothing CHECK (NOT unclear OR cardinality(choices) = 0)
)
""",
    """
CREATE TABLE paper_draw (
    round_id uuid NOT NULL REFERENCES round (id),
    seed text NOT NULL,
    percent integer NOT NULL,
    wrong_percent_max integer NOT NULL,
    population integer NOT NULL,
    drawn_by uuid NOT NULL,
    drawn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT drawn_once PRIMARY KEY (round_id),
    CONSTRAINT draw_seed CHECK (seed ~ '^[0-9]{6,}$'),
    CONSTRAINT draw_percent CHECK (percent BETWEEN 1 AND 100),
    CONSTRAINT draw_wrong_percent CHECK (wrong_percent_max BETWEEN 0 AND 100),
    CONSTRAINT draw_population CHECK (population > 0)
)
""",
    """
CREATE TABLE paper_check (
    paper_id uuid NOT NULL REFERENCES paper_ballot (id),
    choices integer[] NOT NULL,
    points integer[] NOT NULL,
    unclear boolean NOT NULL,
    agrees boolean NOT NULL,
    checked_by uuid NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT checked_once PRIMARY KEY (paper_id),
    CONSTRAINT checked_points_beside_choices
        CHECK (cardinality(points) IN (0, cardinality(choices)))
)
""",
)

# Whatever is written about a paper ballot is written before the round is counted.
WHILE_OPEN = """
CREATE FUNCTION want_paper_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stated jsonb := to_jsonb(NEW);
    of_round uuid := coalesce(
        (stated ->> 'round_id')::uuid,
        (SELECT round_id FROM paper_ballot WHERE id = (stated ->> 'paper_id')::uuid)
    );
BEGIN
    PERFORM 1 FROM round WHERE id = of_round AND state = 'voting' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'paper ballots are read before the round is counted'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'paper_in_time';
    END IF;
    RETURN NEW;
END $$
"""

NAMES = (
    "paper_batch",
    "paper_ballot",
    "paper_handed_out",
    "paper_spoiled",
    "paper_reading",
    "paper_draw",
    "paper_check",
)

GUARDED = (
    *(
        f"""CREATE TRIGGER {table}_in_time BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION want_paper_time()"""
        for table in NAMES
        if table != "paper_ballot"  # of a print, whose own row is asked
    ),
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in NAMES
        if table != "paper_handed_out"  # which a merging takes over
    ),
    """CREATE TRIGGER paper_handed_out_stays BEFORE DELETE ON paper_handed_out
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in NAMES
    ),
    "CREATE INDEX paper_handed_out_by_member ON paper_handed_out (member_id)",
)

RIGHTS = (
    f"GRANT SELECT, INSERT ON {', '.join(NAMES)} TO linli_app",
    "GRANT UPDATE (member_id) ON paper_handed_out TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*TABLES, WHILE_OPEN, *GUARDED, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
