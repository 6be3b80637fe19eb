"""Weeks that were matched, and whom they propose."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "runs of matching and their suggestions"

# Kept for ninety days: a proposal is of no use once its week is over.
MATCH_RUN = """
CREATE TABLE match_run (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    availability text NOT NULL,
    day_most integer NOT NULL,
    week_most integer NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    attempts integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    requests integer NOT NULL DEFAULT 0,
    volunteers integer NOT NULL DEFAULT 0,
    proven boolean NOT NULL DEFAULT false,
    CONSTRAINT match_run_of_one_community UNIQUE (community_id, id),
    CONSTRAINT match_run_by_known_member FOREIGN KEY (asked_by) REFERENCES member (id),
    CONSTRAINT match_run_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT match_run_period CHECK (until > since AND until <= since + interval '15 days'),
    CONSTRAINT match_run_availability CHECK (availability IN ('must', 'prefer')),
    CONSTRAINT match_run_limits CHECK (day_most BETWEEN 1 AND 8 AND week_most BETWEEN 1 AND 20),
    CONSTRAINT match_run_state CHECK (state IN ('asked', 'solving', 'done', 'failed')),
    CONSTRAINT match_run_ended_fits_state CHECK (
        (ended_at IS NULL) = (state IN ('asked', 'solving'))
    )
)
"""

# When the volunteer or the elder is erased, their lines are deleted. In a merge, they stay with the
# former membership: an offer to it is refused, and the run is soon over.
MATCH_SUGGESTION = """
CREATE TABLE match_suggestion (
    run_id uuid NOT NULL,
    community_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    volunteer_id uuid NOT NULL,
    points integer NOT NULL,
    why text[] NOT NULL,
    outcome text NOT NULL DEFAULT 'open',
    refusal text NOT NULL DEFAULT '',
    decided_at timestamptz,
    decided_by uuid,
    CONSTRAINT one_suggestion_for_each_request PRIMARY KEY (run_id, visit_id),
    CONSTRAINT suggestion_of_known_run FOREIGN KEY (community_id, run_id)
        REFERENCES match_run (community_id, id) ON DELETE CASCADE,
    CONSTRAINT suggestion_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT suggestion_of_known_volunteer FOREIGN KEY (community_id, volunteer_id)
        REFERENCES member (community_id, id),
    CONSTRAINT suggestion_by_known_member FOREIGN KEY (decided_by) REFERENCES member (id),
    CONSTRAINT suggestion_points CHECK (points BETWEEN 0 AND 1000),
    CONSTRAINT suggestion_outcome CHECK (outcome IN ('open', 'offered', 'gone')
        AND (outcome = 'gone') = (refusal <> '') AND (outcome = 'open') = (decided_at IS NULL)
        AND (outcome = 'open') = (decided_by IS NULL))
)
"""

INDEXES = (
    # A week is matched once at a time.
    """CREATE UNIQUE INDEX one_match_at_a_time ON match_run (community_id)
       WHERE state IN ('asked', 'solving')""",
    """CREATE INDEX match_run_waits ON match_run (asked_at) WHERE state IN ('asked', 'solving')""",
    "CREATE INDEX match_run_by_time ON match_run (community_id, asked_at)",
    "CREATE INDEX match_run_by_asker ON match_run (asked_by)",
    "CREATE INDEX suggestion_by_volunteer ON match_suggestion (volunteer_id)",
    "CREATE INDEX suggestion_by_visit ON match_suggestion (visit_id)",
    "CREATE INDEX suggestion_by_decider ON match_suggestion (decided_by)",
)

RIGHTS = (
    "GRANT SELECT, INSERT, DELETE ON match_run, match_suggestion TO linli_app",
    """GRANT UPDATE (state, attempts, ended_at, requests, volunteers, proven)
       ON match_run TO linli_app""",
    "GRANT UPDATE (outcome, refusal, decided_at, decided_by) ON match_suggestion TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (MATCH_RUN, MATCH_SUGGESTION, *INDEXES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
