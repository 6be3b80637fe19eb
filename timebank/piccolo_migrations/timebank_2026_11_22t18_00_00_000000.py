"""How long a request stays open and what it renews; requests that repeat."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "how long requests stay open, and repeating requests"

# Where `open_until` is NULL, a request waits until it should have begun. Who asked is told at
# `remind_at` that nobody has taken it, unless that is NULL or done.
VISIT = """
ALTER TABLE visit
    ADD COLUMN open_until timestamptz,
    ADD COLUMN remind_at timestamptz,
    ADD COLUMN renews uuid,
    ADD CONSTRAINT visit_open_until_it_begins CHECK (open_until < starts_at),
    ADD CONSTRAINT visit_renews_another CHECK (renews <> id),
    ADD CONSTRAINT visit_renews_known_visit FOREIGN KEY (community_id, renews)
        REFERENCES visit (community_id, id),
    ADD CONSTRAINT one_renewal_for_each_visit UNIQUE (renews)
"""

# When the elder is erased or leaves, or their two memberships are merged, it has been ended; in an
# erasure, place and wishes go as well, and it names no erased volunteer any more. An `ended_by` of
# NULL in one that has ended: its time was over, or the elder is no elder here any more.
REPEATING_REQUEST = """
CREATE TABLE repeating_request (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    elder_id uuid NOT NULL,
    care_service_id uuid NOT NULL,
    place text NOT NULL,
    wishes text NOT NULL DEFAULT '',
    minutes integer NOT NULL,
    starts_at timestamptz NOT NULL,
    rule text NOT NULL,
    skip_holidays boolean NOT NULL,
    last_day date,
    preferred_id uuid,
    same_person boolean NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by uuid,
    CONSTRAINT repeat_of_one_community UNIQUE (community_id, id),
    CONSTRAINT repeat_of_known_elder FOREIGN KEY (community_id, elder_id)
        REFERENCES member (community_id, id),
    CONSTRAINT repeat_of_known_care_service FOREIGN KEY (community_id, care_service_id)
        REFERENCES care_service (community_id, id),
    CONSTRAINT repeat_prefers_known_member FOREIGN KEY (community_id, preferred_id)
        REFERENCES member (community_id, id),
    CONSTRAINT repeat_by_known_member FOREIGN KEY (asked_by) REFERENCES member (id),
    CONSTRAINT repeat_ended_by_known_member FOREIGN KEY (ended_by) REFERENCES member (id),
    CONSTRAINT repeat_prefers_another CHECK (preferred_id <> elder_id),
    CONSTRAINT repeat_length CHECK (minutes BETWEEN 15 AND 240 AND minutes % 15 = 0),
    CONSTRAINT repeat_place_given CHECK (btrim(place) <> '' AND length(place) <= 120),
    CONSTRAINT repeat_wishes_short CHECK (length(wishes) <= 500),
    CONSTRAINT repeat_rule_short CHECK (rule <> '' AND length(rule) <= 200),
    CONSTRAINT repeat_ended_by_somebody CHECK (ended_by IS NULL OR ended_at IS NOT NULL)
)
"""

# A moment of a repeating request: the visit that was asked for then, or why none was. A moment that
# has its row is never asked for again, whatever became of the visit.
REPEAT_MOMENT = """
CREATE TABLE repeat_moment (
    repeat_id uuid NOT NULL,
    community_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    visit_id uuid,
    missed text,
    decided_at timestamptz NOT NULL,
    CONSTRAINT each_moment_asked_for_once PRIMARY KEY (repeat_id, starts_at),
    CONSTRAINT moment_of_known_repeat FOREIGN KEY (community_id, repeat_id)
        REFERENCES repeating_request (community_id, id),
    CONSTRAINT moment_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT one_moment_for_each_visit UNIQUE (visit_id),
    CONSTRAINT moment_asked_or_missed CHECK ((visit_id IS NULL) <> (missed IS NULL)),
    CONSTRAINT moment_missed_why CHECK (missed IN ('minutes', 'rules', 'service', 'busy'))
)
"""

INDEXES = (
    "DROP INDEX visit_waits_for_volunteer",
    """CREATE INDEX visit_waits_for_volunteer ON visit (coalesce(open_until, starts_at))
       WHERE state IN ('requested', 'offered')""",
    """CREATE INDEX visit_reminds ON visit (remind_at)
       WHERE remind_at IS NOT NULL AND state IN ('requested', 'offered')""",
    "CREATE INDEX repeat_by_elder ON repeating_request (elder_id, asked_at)",
    "CREATE INDEX repeat_goes_on ON repeating_request (community_id) WHERE ended_at IS NULL",
    "CREATE INDEX repeat_by_preferred ON repeating_request (preferred_id)",
    "CREATE INDEX repeat_by_asker ON repeating_request (asked_by)",
    "CREATE INDEX repeat_by_ender ON repeating_request (ended_by)",
)

RIGHTS = (
    "GRANT UPDATE (open_until, remind_at) ON visit TO linli_app",
    "GRANT SELECT, INSERT ON repeating_request, repeat_moment TO linli_app",
    """GRANT UPDATE (ended_at, ended_by, place, wishes, preferred_id)
       ON repeating_request TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Add the columns of requests, the tables of repeating ones, and the app's rights."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (VISIT, REPEATING_REQUEST, REPEAT_MOMENT, *INDEXES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
