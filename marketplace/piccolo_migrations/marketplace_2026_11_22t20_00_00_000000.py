"""Rounds with dates, an area, an electorate, four kinds of ballot, and a frozen ballot document.

Nothing new is kept of a person but who changed a round and why: `round_change.changed_by` stands,
as all that was published does, under the pseudonym of whoever was erased.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "dates, area, electorate and frozen ballot of a round; points; projects from plans"

ROUND = """
ALTER TABLE round
    ADD area_id uuid,
    ADD voting_opens_at timestamptz,
    ADD voting_closes_at timestamptz,
    ADD electorate jsonb NOT NULL DEFAULT '{}',
    ADD entry text NOT NULL DEFAULT 'open',
    ADD incompatible jsonb NOT NULL DEFAULT '[]',
    ADD ballot_terms text,
    ADD ballot_hash text,
    ADD CONSTRAINT round_entry CHECK (entry IN ('plans', 'open')),
    ADD CONSTRAINT round_dates_in_order CHECK (voting_opens_at < voting_closes_at),
    ADD CONSTRAINT ballot_frozen_whole CHECK ((ballot_terms IS NULL) = (ballot_hash IS NULL)),
    ADD CONSTRAINT ballot_matches_hash
        CHECK (ballot_hash = encode(sha256(convert_to(ballot_terms, 'UTF8')), 'hex'))
"""

# The form refuses what is no category of the community; here it only has to be one.
PROJECT = """
ALTER TABLE project
    ADD area_id uuid,
    ADD plan_id uuid,
    ADD plan_version integer,
    ADD left_at timestamptz,
    DROP CONSTRAINT project_category,
    ADD CONSTRAINT project_category CHECK (btrim(category) <> ''),
    ADD CONSTRAINT project_of_a_version CHECK ((plan_id IS NULL) = (plan_version IS NULL)),
    ADD CONSTRAINT project_of_known_version FOREIGN KEY (plan_id, plan_version)
        REFERENCES plan_version (plan_id, number)
"""

PROJECT_MOVE = """
ALTER TABLE project_move
    DROP CONSTRAINT project_state,
    ADD CONSTRAINT project_state
        CHECK (state IN ('proposed', 'on_ballot', 'chosen', 'not_chosen', 'left'))
"""

BALLOTS = (
    """ALTER TABLE ballot
        ADD points integer[],
        ADD CONSTRAINT points_beside_choices
            CHECK (points IS NULL OR cardinality(points) = cardinality(choices))""",
    """ALTER TABLE cast_ballot
        ADD points integer[],
        ADD receipt text,
        ADD CONSTRAINT cast_points_beside_choices
            CHECK (points IS NULL OR cardinality(points) = cardinality(choices))""",
)

# A change after the ballot opened, told to everybody: what it was, what it became, and why.
ROUND_CHANGE = """
CREATE TABLE round_change (
    id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES round (id),
    kind text NOT NULL,
    project_id uuid REFERENCES project (id),
    before text NOT NULL,
    after text NOT NULL,
    why text NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT round_change_kind CHECK (kind IN ('extended', 'title')),
    CONSTRAINT round_change_of CHECK ((kind = 'title') = (project_id IS NOT NULL)),
    CONSTRAINT round_change_reasoned CHECK (btrim(why) <> '')
)
"""

# What was told of a round, so that nobody is told twice; written in the messages' transaction.
ROUND_NOTICE = """
CREATE TABLE round_notice (
    round_id uuid NOT NULL REFERENCES round (id),
    kind text NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT round_told_once PRIMARY KEY (round_id, kind)
)
"""

# Rounds that were voted on before are no news.
NO_NEWS = """
INSERT INTO round_notice (round_id, kind)
SELECT id, kind FROM round, unnest('{ballot_opens, result}'::text[]) AS kind
WHERE state = 'closed' OR state = 'voting' AND kind = 'ballot_opens'
"""

INDEXES = (
    """CREATE UNIQUE INDEX plan_once_in_a_round ON project (round_id, plan_id)
       WHERE left_at IS NULL""",
    "CREATE INDEX project_by_plan ON project (plan_id) WHERE plan_id IS NOT NULL",
    "CREATE INDEX round_change_by_round ON round_change (round_id, changed_at)",
    """CREATE INDEX round_opens_by_itself ON round (voting_opens_at)
       WHERE state = 'proposing' AND voting_opens_at IS NOT NULL""",
    """CREATE INDEX round_closes_by_itself ON round (voting_closes_at)
       WHERE state = 'voting' AND voting_closes_at IS NOT NULL""",
)

# Before the ballot opens, dates and what excludes what may still be set. Opening writes the frozen
# document. From then on voting may only last longer.
KEEP_ROUND = """
CREATE OR REPLACE FUNCTION keep_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[] := ARRAY(
        SELECT one.key FROM jsonb_each(to_jsonb(OLD)) AS one
        WHERE one.value IS DISTINCT FROM to_jsonb(NEW) -> one.key
    );
BEGIN
    IF (OLD.state, NEW.state) = ('proposing', 'voting')
           AND changed <@ '{state, ballot_terms, ballot_hash}'
       OR (OLD.state, NEW.state) = ('voting', 'closed') AND changed <@ '{state}'
       OR (OLD.state, NEW.state) = ('proposing', 'proposing')
           AND changed <@ '{voting_opens_at, voting_closes_at, incompatible}'
       OR (OLD.state, NEW.state) = ('voting', 'voting') AND changed <@ '{voting_closes_at}'
           AND NEW.voting_closes_at > OLD.voting_closes_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a round keeps its terms and only moves on'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'round_moves_on';
END $$
"""

# A project follows its plan, or leaves, until the ballot opens; then only its title is corrected.
KEEP_PROJECT = """
CREATE FUNCTION keep_project() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[] := ARRAY(
        SELECT one.key FROM jsonb_each(to_jsonb(OLD)) AS one
        WHERE one.value IS DISTINCT FROM to_jsonb(NEW) -> one.key
    );
    stands record;
BEGIN
    SELECT state, budget_fen INTO stands FROM round WHERE id = NEW.round_id FOR SHARE;
    IF OLD.left_at IS NULL AND (
        stands.state = 'proposing' AND NEW.cost_fen <= stands.budget_fen AND changed
            <@ '{title, purpose, place, category, cost_fen, area_id, plan_version, left_at}'
        OR stands.state = 'voting' AND changed <@ '{title}'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a project on the ballot stays as it is'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proposed_in_time';
END $$
"""

WITHIN_LIMIT = """
CREATE OR REPLACE FUNCTION want_choices_within_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given bigint := coalesce((SELECT sum(one) FROM unnest(NEW.points) AS one), 0);
BEGIN
    PERFORM 1 FROM round
    WHERE id = NEW.round_id AND cardinality(NEW.choices) <= choices_max
      AND given <= coalesce((terms::jsonb ->> 'points')::integer, 0)
      AND (NEW.points IS NULL) = (terms::jsonb ->> 'ballot' <> 'cumulative');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a ballot names more projects or points than the terms allow'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'choices_within_limit';
    END IF;
    RETURN NEW;
END $$
"""

TRIGGERS = (
    "DROP TRIGGER project_only_grows ON project",
    """CREATE TRIGGER project_is_kept BEFORE DELETE ON project
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER project_keeps BEFORE UPDATE ON project
       FOR EACH ROW EXECUTE FUNCTION keep_project()""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("round_change", "round_notice")
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("round_change", "round_notice")
    ),
)

RIGHTS = (
    """GRANT UPDATE (voting_opens_at, voting_closes_at, incompatible, ballot_terms, ballot_hash)
       ON round TO linli_app""",
    """GRANT UPDATE (title, purpose, place, category, cost_fen, area_id, plan_version, left_at)
       ON project TO linli_app""",
    "GRANT UPDATE (points) ON ballot TO linli_app",
    "GRANT SELECT, INSERT ON round_change, round_notice TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the columns, the log of changes, and widen the guards."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            ROUND,
            PROJECT,
            PROJECT_MOVE,
            *BALLOTS,
            ROUND_CHANGE,
            ROUND_NOTICE,
            NO_NEWS,
            *INDEXES,
            KEEP_ROUND,
            KEEP_PROJECT,
            WITHIN_LIMIT,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
