"""The phone desk: calls, what was done in them, call-backs, hand-overs; prompts and reports.

When a person is erased, that there was a call stays, under the pseudonym; the number it came from
and whatever was typed about it go. What a report says are sums, in which nobody is named.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "calls at the desk, call-backs, hand-overs, prompts, reports"

# A call from a number that nobody is known by has no caller until somebody finds out.
CALL = """
CREATE TABLE desk_call (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    outgoing boolean NOT NULL,
    operator_id uuid NOT NULL,
    caller_id uuid,
    member_id uuid,
    visit_id uuid,
    phone text,
    checked text[] NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text,
    CONSTRAINT call_of_one_community UNIQUE (community_id, id),
    CONSTRAINT call_of_known_caller FOREIGN KEY (community_id, caller_id)
        REFERENCES member (community_id, id),
    CONSTRAINT call_for_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT call_about_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT call_for_somebody CHECK ((caller_id IS NULL) = (member_id IS NULL)),
    CONSTRAINT call_with_another CHECK (operator_id NOT IN (caller_id, member_id)),
    CONSTRAINT call_back_about_a_visit CHECK (outgoing = (visit_id IS NOT NULL)),
    CONSTRAINT call_checked CHECK (checked <@ ARRAY['number', 'name', 'birth_date', 'address',
        'last_visit', 'voice']),
    CONSTRAINT call_note_short CHECK (length(note) <= 500),
    CONSTRAINT call_phone_form CHECK (phone ~ '^[+][1-9][0-9]{6,14}$'),
    CONSTRAINT call_ended_whole CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT call_outcome CHECK (outcome IN ('done', 'told', 'handed_over', 'nothing',
        'no_answer', 'wrong_person', 'not_right'))
)
"""

# What was done in a call, one row each: they are only added, and hold no words.
CALL_STEP = """
CREATE TABLE desk_call_step (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community_id uuid NOT NULL,
    call_id uuid NOT NULL,
    at timestamptz NOT NULL,
    act text NOT NULL,
    visit_id uuid,
    CONSTRAINT step_of_known_call FOREIGN KEY (community_id, call_id)
        REFERENCES desk_call (community_id, id),
    CONSTRAINT step_about_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT step_act CHECK (act IN ('word', 'ask', 'confirm', 'cancel', 'dispute', 'code',
        'balance', 'visits', 'hand_over'))
)
"""

HAND_OVER = """
CREATE TABLE hand_over (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    call_id uuid NOT NULL,
    member_id uuid,
    visit_id uuid,
    topic text NOT NULL,
    urgent boolean NOT NULL,
    note text NOT NULL,
    handed_by uuid NOT NULL,
    handed_at timestamptz NOT NULL,
    taken_by uuid,
    taken_at timestamptz,
    closed_by uuid,
    closed_at timestamptz,
    outcome text,
    outcome_note text NOT NULL DEFAULT '',
    CONSTRAINT hand_over_of_known_call FOREIGN KEY (community_id, call_id)
        REFERENCES desk_call (community_id, id),
    CONSTRAINT hand_over_about_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT hand_over_about_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id),
    CONSTRAINT hand_over_topic CHECK (topic IN ('not_right', 'not_allowed', 'not_reached',
        'hours', 'safety', 'join', 'other')),
    CONSTRAINT hand_over_note_given CHECK (btrim(note) <> '' AND length(note) <= 1000),
    CONSTRAINT hand_over_outcome_note_short CHECK (length(outcome_note) <= 1000),
    CONSTRAINT hand_over_taken_whole CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CONSTRAINT hand_over_closed_whole CHECK ((closed_by IS NULL) = (closed_at IS NULL)
        AND (closed_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT hand_over_outcome CHECK (outcome IN ('settled', 'passed_on', 'not_reached',
        'no_need', 'erased'))
)
"""

# A member who wishes no more reminders of hours that they could use.
PROMPT_CHOICE = """
CREATE TABLE prompt_choice (
    member_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    declined_at timestamptz NOT NULL,
    CONSTRAINT prompt_choice_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
"""

# That a community's reminders of a month are all told: written with the last of them.
PROMPT_RUN = """
CREATE TABLE prompt_run (
    community_id uuid NOT NULL,
    month date NOT NULL,
    told integer NOT NULL,
    finished_at timestamptz NOT NULL,
    CONSTRAINT one_prompt_run_a_month PRIMARY KEY (community_id, month),
    CONSTRAINT prompt_run_of_known_community FOREIGN KEY (community_id) REFERENCES community (id)
)
"""

# A month's figures as they were when they were made; later entries make a later version.
REPORT = """
CREATE TABLE month_report (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    month date NOT NULL,
    version integer NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    balanced boolean NOT NULL,
    figures jsonb NOT NULL,
    CONSTRAINT report_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT one_version_of_a_report UNIQUE (community_id, month, version),
    CONSTRAINT report_month_begins CHECK (extract(day FROM month) = 1),
    CONSTRAINT report_figures_named CHECK (jsonb_typeof(figures) = 'object')
)
"""

INDEXES = (
    # Two operators never call back about the same visit at once.
    """CREATE UNIQUE INDEX one_call_back_at_a_time ON desk_call (visit_id)
       WHERE outgoing AND ended_at IS NULL""",
    "CREATE INDEX desk_call_open ON desk_call (community_id, opened_at) WHERE ended_at IS NULL",
    "CREATE INDEX desk_call_by_caller ON desk_call (caller_id, opened_at)",
    "CREATE INDEX desk_call_by_member ON desk_call (member_id, opened_at)",
    "CREATE INDEX desk_call_back ON desk_call (visit_id, opened_at) WHERE outgoing",
    "CREATE INDEX desk_call_step_by_call ON desk_call_step (call_id, seq)",
    "CREATE INDEX hand_over_open ON hand_over (community_id, handed_at) WHERE closed_at IS NULL",
    "CREATE INDEX hand_over_by_member ON hand_over (member_id, handed_at)",
    "CREATE INDEX hand_over_by_call ON hand_over (call_id)",
    # Whoever could not be reached is looked after once at a time.
    """CREATE UNIQUE INDEX one_search_at_a_time ON hand_over (visit_id)
       WHERE topic = 'not_reached' AND closed_at IS NULL""",
    """CREATE INDEX visit_to_confirm ON visit (community_id, checked_out_at)
       WHERE state = 'finished'""",
    # What a dashboard counts: weeks of visits, and who accepted when.
    """CREATE INDEX visit_by_week ON visit (community_id, starts_at)
       INCLUDE (care_service_id, elder_id, state, minutes_booked, minutes_confirmed)""",
    """CREATE INDEX visit_history_accepted ON visit_history (community_id, at)
       INCLUDE (visit_id) WHERE state = 'booked'""",
)

# `refuse_edit_of_history` comes with the register's migration.
TRIGGERS = tuple(
    statement
    for table in ("desk_call_step", "month_report")
    for statement in (
        f"""CREATE TRIGGER {table}_is_immutable BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_immutable",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_truncated",
    )
)

RIGHTS = (
    "GRANT SELECT, INSERT ON desk_call TO linli_app",
    """GRANT UPDATE (caller_id, member_id, phone, checked, note, ended_at, outcome) ON desk_call
       TO linli_app""",
    "GRANT SELECT, INSERT ON desk_call_step TO linli_app",
    "GRANT SELECT, INSERT ON hand_over TO linli_app",
    """GRANT UPDATE (note, taken_by, taken_at, closed_by, closed_at, outcome, outcome_note)
       ON hand_over TO linli_app""",
    "GRANT SELECT, INSERT, DELETE ON prompt_choice TO linli_app",
    "GRANT SELECT, INSERT ON prompt_run TO linli_app",
    "GRANT SELECT, INSERT ON month_report TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            CALL,
            CALL_STEP,
            HAND_OVER,
            PROMPT_CHOICE,
            PROMPT_RUN,
            REPORT,
            *INDEXES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
