"""The time bank: care services, visits, their history, and volunteers' quarter-hours."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T07:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "care services, visits, visit history, volunteers' quarter-hours"

CARE_SERVICE = """
CREATE TABLE care_service (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    usual_minutes integer NOT NULL,
    place_in_list integer NOT NULL,
    CONSTRAINT care_service_of_known_community FOREIGN KEY (community_id)
        REFERENCES community (id),
    CONSTRAINT care_service_of_one_community UNIQUE (community_id, id),
    CONSTRAINT care_service_code_once UNIQUE (community_id, code),
    CONSTRAINT care_service_named CHECK (code <> '' AND name_zh <> '' AND name_en <> ''),
    CONSTRAINT care_service_usual_length CHECK (
        usual_minutes BETWEEN 15 AND 240 AND usual_minutes % 15 = 0
    )
)
"""

VISIT = """
CREATE TABLE visit (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    care_service_id uuid NOT NULL,
    elder_id uuid NOT NULL,
    volunteer_id uuid,
    state text NOT NULL,
    place text NOT NULL,
    wishes text NOT NULL DEFAULT '',
    starts_at timestamptz NOT NULL,
    minutes_booked integer NOT NULL,
    code text NOT NULL,
    form_key uuid NOT NULL,
    hold_id uuid NOT NULL,
    post_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    checked_in_at timestamptz,
    checked_out_at timestamptz,
    minutes_measured integer,
    minutes_confirmed integer,
    CONSTRAINT visit_of_one_community UNIQUE (community_id, id),
    CONSTRAINT visit_of_known_care_service FOREIGN KEY (community_id, care_service_id)
        REFERENCES care_service (community_id, id),
    CONSTRAINT visit_of_known_elder FOREIGN KEY (community_id, elder_id)
        REFERENCES member (community_id, id),
    CONSTRAINT visit_of_known_volunteer FOREIGN KEY (community_id, volunteer_id)
        REFERENCES member (community_id, id),
    CONSTRAINT one_visit_for_each_form UNIQUE (elder_id, form_key),
    CONSTRAINT one_visit_for_each_hold UNIQUE (hold_id),
    CONSTRAINT visit_state CHECK (state IN
        ('requested', 'booked', 'under_way', 'finished', 'confirmed', 'cancelled')),
    CONSTRAINT visit_by_another CHECK (volunteer_id <> elder_id),
    CONSTRAINT visit_volunteer_fits_state CHECK (
        state = 'cancelled' OR (volunteer_id IS NULL) = (state = 'requested')
    ),
    CONSTRAINT visit_on_quarter CHECK (extract(epoch FROM starts_at)::bigint % 900 = 0
        AND starts_at = date_trunc('minute', starts_at)),
    CONSTRAINT visit_length CHECK (minutes_booked BETWEEN 15 AND 240 AND minutes_booked % 15 = 0),
    CONSTRAINT visit_place_given CHECK (btrim(place) <> '' AND length(place) <= 120),
    CONSTRAINT visit_wishes_short CHECK (length(wishes) <= 500),
    CONSTRAINT visit_code_form CHECK (code ~ '^[0-9]{4}$'),
    CONSTRAINT visit_clock_fits_state CHECK (
        state = 'cancelled'
        OR ((checked_in_at IS NOT NULL) = (state IN ('under_way', 'finished', 'confirmed'))
            AND (checked_out_at IS NOT NULL) = (state IN ('finished', 'confirmed')))
    ),
    CONSTRAINT visit_ends_after_it_began CHECK (checked_out_at >= checked_in_at),
    CONSTRAINT visit_measured_when_finished CHECK (
        (minutes_measured IS NOT NULL) = (checked_out_at IS NOT NULL) AND minutes_measured > 0
    ),
    CONSTRAINT visit_confirmed_minutes CHECK (
        (minutes_confirmed IS NOT NULL) = (state = 'confirmed')
        AND minutes_confirmed BETWEEN 1 AND minutes_measured
    )
)
"""

VISIT_HISTORY = """
CREATE TABLE visit_history (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    community_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    actor uuid NOT NULL,
    minutes integer,
    state text NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT history_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id)
)
"""

# A double booking cannot be stored: one row for each quarter-hour of a volunteer's time.
VOLUNTEER_QUARTER = """
CREATE TABLE volunteer_quarter (
    community_id uuid NOT NULL,
    volunteer_id uuid NOT NULL,
    quarter timestamptz NOT NULL,
    visit_id uuid NOT NULL,
    CONSTRAINT volunteer_in_one_place PRIMARY KEY (volunteer_id, quarter),
    CONSTRAINT quarter_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id)
)
"""

INDEXES = (
    # Whoever goes back and sends the form anew asks for nothing twice.
    """CREATE UNIQUE INDEX asked_once ON visit (elder_id, care_service_id, starts_at)
       WHERE state IN ('requested', 'booked', 'under_way')""",
    "CREATE INDEX visit_open ON visit (community_id, starts_at) WHERE state = 'requested'",
    "CREATE INDEX visit_by_elder ON visit (elder_id, starts_at)",
    "CREATE INDEX visit_by_volunteer ON visit (volunteer_id, starts_at)",
    "CREATE INDEX visit_history_by_visit ON visit_history (visit_id, seq)",
    "CREATE INDEX volunteer_quarter_by_visit ON volunteer_quarter (visit_id)",
)

# `refuse_edit_of_history` comes with the register's migration.
TRIGGERS = (
    """CREATE TRIGGER visit_history_is_immutable BEFORE UPDATE OR DELETE ON visit_history
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER visit_history_is_not_truncated BEFORE TRUNCATE ON visit_history
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    "ALTER TABLE visit_history ENABLE ALWAYS TRIGGER visit_history_is_immutable",
    "ALTER TABLE visit_history ENABLE ALWAYS TRIGGER visit_history_is_not_truncated",
)

RIGHTS = (
    "GRANT SELECT, INSERT ON care_service TO linli_app",
    "GRANT SELECT, INSERT ON visit TO linli_app",
    """GRANT UPDATE (volunteer_id, state, checked_in_at, checked_out_at, minutes_measured,
       minutes_confirmed) ON visit TO linli_app""",
    "GRANT SELECT, INSERT ON visit_history TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON volunteer_quarter TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            CARE_SERVICE,
            VISIT,
            VISIT_HISTORY,
            VOLUNTEER_QUARTER,
            *INDEXES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
