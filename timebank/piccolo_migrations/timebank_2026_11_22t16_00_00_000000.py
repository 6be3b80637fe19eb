"""Visits whole: offers, disputes, what came to nothing, and who pays for a booked one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "every state of a visit, and the payers of a booked one"

# A member's data in here is the visit's, of which `timebank.personal` tells and what it takes out.
VISIT = """
ALTER TABLE visit
    DROP CONSTRAINT one_visit_for_each_hold,
    DROP COLUMN hold_id,
    ADD COLUMN credit_per_hour integer NOT NULL DEFAULT 60,
    ADD COLUMN preferred_id uuid,
    ADD COLUMN offered_until timestamptz,
    ADD COLUMN confirm_due_at timestamptz,
    ADD COLUMN absent text,
    DROP CONSTRAINT visit_state,
    DROP CONSTRAINT visit_volunteer_fits_state,
    DROP CONSTRAINT visit_clock_fits_state,
    DROP CONSTRAINT visit_confirmed_minutes,
    ADD CONSTRAINT visit_of_known_preferred FOREIGN KEY (community_id, preferred_id)
        REFERENCES member (community_id, id),
    ADD CONSTRAINT visit_prefers_another CHECK (preferred_id <> elder_id),
    ADD CONSTRAINT visit_credit_per_hour CHECK (credit_per_hour BETWEEN 1 AND 600),
    ADD CONSTRAINT visit_state CHECK (state IN
        ('requested', 'offered', 'booked', 'under_way', 'finished', 'confirmed', 'cancelled',
         'expired', 'no_show', 'disputed', 'resolved')),
    ADD CONSTRAINT visit_volunteer_fits_state CHECK (
        state = 'cancelled' OR (volunteer_id IS NULL) = (state IN ('requested', 'expired'))
    ),
    ADD CONSTRAINT visit_offer_ends CHECK ((offered_until IS NOT NULL) = (state = 'offered')),
    ADD CONSTRAINT visit_confirms_itself CHECK (
        confirm_due_at IS NULL OR state IN ('finished', 'disputed', 'confirmed', 'resolved',
            'cancelled')
    ),
    ADD CONSTRAINT visit_absent_side CHECK (
        (absent IS NOT NULL) = (state = 'no_show') AND absent IN ('elder', 'volunteer')
    ),
    ADD CONSTRAINT visit_clock_fits_state CHECK (
        state = 'cancelled'
        OR ((checked_in_at IS NOT NULL)
                = (state IN ('under_way', 'finished', 'confirmed', 'disputed', 'resolved'))
            AND (checked_out_at IS NOT NULL)
                = (state IN ('finished', 'confirmed', 'disputed', 'resolved')))
    ),
    ADD CONSTRAINT visit_confirmed_minutes CHECK (
        (minutes_confirmed IS NOT NULL) = (state IN ('confirmed', 'resolved'))
        AND minutes_confirmed <= greatest(minutes_measured, minutes_booked)
        AND minutes_confirmed >= CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END
    )
"""

# What each payer set aside when the visit was booked, nearest first. A row goes when its hold is
# let go because the volunteer gave the visit back; else it says in the end what passed.
VISIT_HOLD = """
CREATE TABLE visit_hold (
    hold_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    place integer NOT NULL,
    payer text NOT NULL,
    account uuid NOT NULL,
    minutes integer NOT NULL,
    passed integer,
    held_at timestamptz NOT NULL,
    CONSTRAINT hold_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT one_hold_for_each_payer UNIQUE (visit_id, payer),
    CONSTRAINT hold_in_order UNIQUE (visit_id, place),
    CONSTRAINT hold_payer CHECK (payer IN ('own', 'gifts', 'relief', 'issuance')),
    CONSTRAINT hold_of_some_minutes CHECK (minutes > 0),
    CONSTRAINT hold_passes_at_most_itself CHECK (passed BETWEEN 0 AND minutes)
)
"""

INDEXES = (
    "DROP INDEX asked_once",
    """CREATE UNIQUE INDEX asked_once ON visit (elder_id, care_service_id, starts_at)
       WHERE state IN ('requested', 'offered', 'booked', 'under_way')""",
    "DROP INDEX visit_not_over",
    """CREATE INDEX visit_not_over ON visit (community_id, starts_at)
       WHERE state IN ('requested', 'offered', 'booked', 'under_way', 'finished', 'disputed')""",
    """CREATE INDEX visit_confirms_by_itself ON visit (confirm_due_at)
       WHERE state = 'finished' AND confirm_due_at IS NOT NULL""",
    """CREATE INDEX visit_waits_for_volunteer ON visit (starts_at)
       WHERE state IN ('requested', 'offered')""",
    "CREATE INDEX visit_offer_lapses ON visit (offered_until) WHERE state = 'offered'",
    """CREATE INDEX visit_missed_by_volunteer ON visit (volunteer_id, starts_at)
       WHERE state = 'no_show' AND absent = 'volunteer'""",
)

RIGHTS = (
    """GRANT UPDATE (offered_until, confirm_due_at, absent, post_id) ON visit TO linli_app""",
    "GRANT SELECT, INSERT, DELETE ON visit_hold TO linli_app",
    "GRANT UPDATE (passed) ON visit_hold TO linli_app",
)


async def forwards() -> MigrationManager:
    """Change the table of visits, add the one of payers, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (VISIT, VISIT_HOLD, *INDEXES, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
