"""The marketplace: rounds, projects, ballots, counts, elections, and the guards around them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T08:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rounds, projects, ballots, counts, elections"

ROUND = """
CREATE TABLE round (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    budget_fen bigint NOT NULL,
    choices_max integer NOT NULL,
    terms text NOT NULL,
    terms_hash text NOT NULL,
    state text NOT NULL DEFAULT 'proposing',
    opened_by uuid NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT round_named CHECK (btrim(name) <> ''),
    CONSTRAINT round_budget_positive CHECK (budget_fen > 0),
    CONSTRAINT round_choices_positive CHECK (choices_max > 0),
    CONSTRAINT round_state CHECK (state IN ('proposing', 'voting', 'closed')),
    CONSTRAINT terms_match_hash
        CHECK (terms_hash = encode(sha256(convert_to(terms, 'UTF8')), 'hex'))
)
"""

ROUND_MOVE = """
CREATE TABLE round_move (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES round (id),
    state text NOT NULL,
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_move_each UNIQUE (round_id, state)
)
"""

PROJECT = """
CREATE TABLE project (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    round_id uuid NOT NULL REFERENCES round (id),
    number integer NOT NULL,
    title text NOT NULL,
    purpose text NOT NULL,
    place text NOT NULL,
    category text NOT NULL,
    cost_fen bigint NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_number_each UNIQUE (round_id, number),
    CONSTRAINT project_number CHECK (number BETWEEN 1 AND 999),
    CONSTRAINT project_said
        CHECK (btrim(title) <> '' AND btrim(purpose) <> '' AND btrim(place) <> ''),
    CONSTRAINT project_category CHECK (
        category IN ('elder_care', 'culture', 'environment', 'self_management', 'youth')
    ),
    CONSTRAINT project_cost_positive CHECK (cost_fen > 0)
)
"""

PROJECT_MOVE = """
CREATE TABLE project_move (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id),
    state text NOT NULL,
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    why text NOT NULL DEFAULT '',
    CONSTRAINT one_project_move_each UNIQUE (project_id, state),
    CONSTRAINT project_state
        CHECK (state IN ('proposed', 'on_ballot', 'chosen', 'not_chosen'))
)
"""

# PostgreSQL keeps what was deleted until it vacuums the table: here it does at the next occasion.
ROUND_KEY = """
CREATE TABLE round_key (
    round_id uuid PRIMARY KEY REFERENCES round (id),
    key bytea NOT NULL,
    CONSTRAINT round_key_length CHECK (length(key) = 32)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)
"""

# Neither table of ballots has a time or a sequence: the order of voting must not tell whose a
# ballot is.
BALLOT = """
CREATE TABLE ballot (
    round_id uuid NOT NULL REFERENCES round (id),
    mark bytea NOT NULL,
    choices integer[] NOT NULL,
    CONSTRAINT one_ballot_each PRIMARY KEY (round_id, mark),
    CONSTRAINT ballot_mark_length CHECK (length(mark) = 32),
    CONSTRAINT ballot_not_blank CHECK (cardinality(choices) > 0)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)
"""

CAST_BALLOT = """
CREATE TABLE cast_ballot (
    round_id uuid NOT NULL REFERENCES round (id),
    number integer NOT NULL,
    choices integer[] NOT NULL,
    CONSTRAINT one_cast_ballot_each PRIMARY KEY (round_id, number)
)
"""

VOTER_ROLL = """
CREATE TABLE voter_roll (
    round_id uuid NOT NULL REFERENCES round (id),
    member_id uuid NOT NULL,
    voted boolean NOT NULL,
    CONSTRAINT once_on_the_roll PRIMARY KEY (round_id, member_id)
)
"""

ELECTION = """
CREATE TABLE election (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    file_name text NOT NULL,
    file_sha256 text NOT NULL,
    file bytea NOT NULL,
    summary jsonb NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT election_imported_once UNIQUE (community_id, file_sha256)
)
"""

COUNT = """
CREATE TABLE count_result (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    round_id uuid REFERENCES round (id),
    election_id uuid REFERENCES election (id),
    rule text NOT NULL,
    rules text NOT NULL,
    rules_hash text NOT NULL,
    result jsonb NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT count_of_one_thing CHECK ((round_id IS NULL) <> (election_id IS NULL)),
    CONSTRAINT round_counted_once UNIQUE (round_id, rule),
    CONSTRAINT election_counted_once UNIQUE (election_id, rule),
    CONSTRAINT rules_match_hash
        CHECK (rules_hash = encode(sha256(convert_to(rules, 'UTF8')), 'hex'))
)
"""

INDEXES = (
    "CREATE INDEX round_by_community ON round (community_id, opened_at)",
    "CREATE INDEX project_by_community ON project (community_id, proposed_at)",
    "CREATE INDEX election_by_community ON election (community_id, imported_at)",
)

ROUND_MOVES_ON = """
CREATE FUNCTION keep_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) IN (('proposing', 'voting'), ('voting', 'closed'))
       AND to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a round keeps its terms and only moves on'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'round_moves_on';
END $$
"""

# The share lock makes the answer hold until the writer commits: a closing waits for it, and a
# writer that comes after a closing sees that it has closed.
WHILE_PROPOSING = """
CREATE FUNCTION want_proposing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM round
    WHERE id = NEW.round_id AND community_id = NEW.community_id AND state = 'proposing'
      AND NEW.cost_fen <= budget_fen FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'projects are proposed before the ballot opens, within the budget'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proposed_in_time';
    END IF;
    RETURN NEW;
END $$
"""

WHILE_VOTING = """
CREATE FUNCTION want_voting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_round uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
BEGIN
    PERFORM 1 FROM round WHERE id = of_round AND state = 'voting' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ballots change only while the round''s ballot is open'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'voting_is_open';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

WITHIN_LIMIT = """
CREATE FUNCTION want_choices_within_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM round
    WHERE id = NEW.round_id AND cardinality(NEW.choices) <= choices_max;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a ballot names more projects than the terms allow'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'choices_within_limit';
    END IF;
    RETURN NEW;
END $$
"""

GUARDED = (
    """CREATE TRIGGER round_moves_on BEFORE UPDATE ON round
       FOR EACH ROW EXECUTE FUNCTION keep_round()""",
    """CREATE TRIGGER round_is_kept BEFORE DELETE ON round
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER proposed_in_time BEFORE INSERT ON project
       FOR EACH ROW EXECUTE FUNCTION want_proposing()""",
    """CREATE TRIGGER ballot_while_voting BEFORE INSERT OR UPDATE OR DELETE ON ballot
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
    """CREATE TRIGGER ballot_within_limit BEFORE INSERT OR UPDATE ON ballot
       FOR EACH ROW EXECUTE FUNCTION want_choices_within_limit()""",
    """CREATE TRIGGER cast_while_voting BEFORE INSERT ON cast_ballot
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
    """CREATE TRIGGER roll_while_voting BEFORE INSERT ON voter_roll
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
)

ONLY_GROW = (
    "round_move",
    "project",
    "project_move",
    "cast_ballot",
    "voter_roll",
    "election",
    "count_result",
)

TRIGGERS = (
    *GUARDED,
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*ONLY_GROW, "round", "ballot")
    ),
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE (state) ON round TO linli_app",
    f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW)} TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON round_key TO linli_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (choices) ON ballot TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            ROUND,
            ROUND_MOVE,
            PROJECT,
            PROJECT_MOVE,
            ROUND_KEY,
            BALLOT,
            CAST_BALLOT,
            VOTER_ROLL,
            ELECTION,
            COUNT,
            *INDEXES,
            ROUND_MOVES_ON,
            WHILE_PROPOSING,
            WHILE_VOTING,
            WITHIN_LIMIT,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
