"""Work for projects: slots, turns, their time, grants; and changes of what was promised."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "work for projects, and changes of what was promised"

# A slot is public and stays. A turn says whose minutes the book holds: it stays under the pseudonym
# of whoever is erased; one still to come is given back, or passes on in a merge with its hold.
WORK = (
    """
CREATE TABLE work_slot (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL,
    title text NOT NULL,
    about text NOT NULL DEFAULT '',
    place text NOT NULL,
    starts_at timestamptz NOT NULL,
    minutes integer NOT NULL,
    people integer NOT NULL,
    credit_per_hour integer NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    offered_by uuid NOT NULL,
    offered_at timestamptz NOT NULL,
    cancelled_by uuid,
    cancelled_at timestamptz,
    reminded_at timestamptz,
    chased_at timestamptz,
    CONSTRAINT slot_of_one_community UNIQUE (community_id, id),
    CONSTRAINT slot_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT slot_offered_by_known_member FOREIGN KEY (community_id, offered_by)
        REFERENCES member (community_id, id),
    CONSTRAINT slot_said CHECK (btrim(title) <> '' AND btrim(place) <> ''),
    CONSTRAINT slot_words_short CHECK (char_length(title) <= 60 AND char_length(place) <= 120
        AND char_length(about) <= 500 AND char_length(reason) <= 300),
    CONSTRAINT slot_minutes CHECK (minutes BETWEEN 15 AND 720 AND minutes % 15 = 0),
    CONSTRAINT slot_people CHECK (people BETWEEN 1 AND 500),
    CONSTRAINT slot_credit CHECK (credit_per_hour BETWEEN 15 AND 240),
    CONSTRAINT slot_state CHECK (state IN ('open', 'cancelled')),
    CONSTRAINT slot_cancelled_once CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
)
""",
    """
CREATE TABLE work_turn (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    slot_id uuid NOT NULL,
    project_id uuid NOT NULL,
    member_id uuid NOT NULL,
    state text NOT NULL,
    own boolean NOT NULL,
    signed_at timestamptz NOT NULL,
    hold_id uuid NOT NULL,
    held integer NOT NULL,
    minutes integer,
    paid integer,
    settled_by uuid,
    settled_at timestamptz,
    changed_at timestamptz NOT NULL,
    CONSTRAINT turn_of_one_community UNIQUE (community_id, id),
    CONSTRAINT turn_of_known_slot FOREIGN KEY (community_id, slot_id)
        REFERENCES work_slot (community_id, id),
    CONSTRAINT turn_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT turn_state
        CHECK (state IN ('signed', 'came', 'no_show', 'stepped_back', 'cancelled')),
    CONSTRAINT turn_held CHECK (held > 0),
    CONSTRAINT turn_paid_within_held CHECK (paid BETWEEN 1 AND held),
    CONSTRAINT turn_paid_when_came
        CHECK ((state = 'came') = (paid IS NOT NULL) AND (state = 'came') = (minutes IS NOT NULL)),
    CONSTRAINT turn_settled_by_somebody
        CHECK ((state IN ('came', 'no_show')) = (settled_by IS NOT NULL)),
    CONSTRAINT nobody_settles_their_own CHECK (settled_by <> member_id)
)
""",
    """
CREATE TABLE work_quarter (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    quarter timestamptz NOT NULL,
    turn_id uuid NOT NULL,
    CONSTRAINT helps_in_one_place PRIMARY KEY (member_id, quarter),
    CONSTRAINT quarter_of_known_turn FOREIGN KEY (community_id, turn_id)
        REFERENCES work_turn (community_id, id)
)
""",
    """
CREATE TABLE work_grant (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL,
    minutes integer NOT NULL,
    why text NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    CONSTRAINT work_grant_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT work_granted_by_known_member FOREIGN KEY (community_id, granted_by)
        REFERENCES member (community_id, id),
    CONSTRAINT work_grant_minutes CHECK (minutes > 0),
    CONSTRAINT work_grant_why CHECK (btrim(why) <> '' AND char_length(why) <= 300)
)
""",
    """CREATE UNIQUE INDEX one_turn_each ON work_turn (slot_id, member_id)
       WHERE state IN ('signed', 'came', 'no_show')""",
    "CREATE INDEX slot_by_project ON work_slot (project_id, starts_at)",
    "CREATE INDEX slot_by_community ON work_slot (community_id, starts_at)",
    "CREATE INDEX slot_to_remind ON work_slot (starts_at) WHERE state = 'open'",
    "CREATE INDEX turn_by_slot ON work_turn (slot_id)",
    "CREATE INDEX turn_by_project ON work_turn (project_id)",
    "CREATE INDEX turn_by_member ON work_turn (member_id, signed_at)",
    "CREATE INDEX work_quarter_by_turn ON work_quarter (turn_id)",
    "CREATE INDEX work_grant_by_project ON work_grant (project_id, granted_at)",
    "GRANT SELECT, INSERT ON work_slot, work_turn, work_grant TO linli_app",
    """GRANT UPDATE (state, reason, cancelled_by, cancelled_at, reminded_at, chased_at)
       ON work_slot TO linli_app""",
    """GRANT UPDATE (member_id, state, hold_id, minutes, paid, settled_by, settled_at, changed_at)
       ON work_turn TO linli_app""",
    "GRANT SELECT, INSERT, DELETE, UPDATE (member_id) ON work_quarter TO linli_app",
)

# What was asked for and decided is public and stays, under the pseudonym of whoever is erased; the
# words of an objection go with an erasure, and the objection passes on in a merge.
CHANGES = (
    """
CREATE TABLE project_change (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    milestone integer,
    before_on date,
    due_on date,
    from_line text,
    to_line text,
    amount_fen bigint,
    scope text,
    reason text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    objections_until timestamptz NOT NULL,
    state text NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    answer text NOT NULL DEFAULT '',
    decision_id uuid,
    told_due_at timestamptz,
    CONSTRAINT change_of_one_community UNIQUE (community_id, id),
    CONSTRAINT change_numbered_once UNIQUE (project_id, number),
    CONSTRAINT change_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT change_of_known_milestone FOREIGN KEY (project_id, milestone)
        REFERENCES milestone (project_id, number),
    CONSTRAINT change_by_known_member FOREIGN KEY (community_id, asked_by)
        REFERENCES member (community_id, id),
    CONSTRAINT change_by_known_decision FOREIGN KEY (community_id, decision_id)
        REFERENCES decision (community_id, id),
    CONSTRAINT change_is_one_thing CHECK (CASE kind
        WHEN 'date' THEN num_nonnulls(milestone, before_on, due_on) = 3
            AND num_nonnulls(from_line, to_line, amount_fen, scope) = 0
        WHEN 'money' THEN num_nonnulls(from_line, to_line, amount_fen) = 3
            AND num_nonnulls(milestone, before_on, due_on, scope) = 0
            AND amount_fen > 0 AND from_line <> to_line
        WHEN 'scope' THEN btrim(scope) <> '' AND char_length(scope) <= 2000
            AND num_nonnulls(milestone, before_on, due_on, from_line, to_line, amount_fen) = 0
        ELSE false END),
    CONSTRAINT change_with_a_reason CHECK (btrim(reason) <> '' AND char_length(reason) <= 1000),
    CONSTRAINT change_open_for_a_while CHECK (objections_until > asked_at),
    CONSTRAINT change_state CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn')),
    CONSTRAINT change_decided_by_somebody CHECK ((state = 'open') = (decided_by IS NULL)
        AND (state = 'open') = (decided_at IS NULL)),
    CONSTRAINT change_answered CHECK (char_length(answer) <= 1000
        AND (state IN ('accepted', 'refused')) = (btrim(answer) <> ''))
)
""",
    """
CREATE TABLE change_objection (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    change_id uuid NOT NULL,
    member_id uuid NOT NULL,
    words text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT one_objection_each UNIQUE (change_id, member_id),
    CONSTRAINT objection_to_known_change FOREIGN KEY (community_id, change_id)
        REFERENCES project_change (community_id, id),
    CONSTRAINT objection_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT objection_words_short CHECK (char_length(words) <= 1000)
)
""",
    """CREATE UNIQUE INDEX one_day_asked_at_a_time ON project_change (project_id, milestone)
       WHERE state = 'open' AND kind = 'date'""",
    """CREATE INDEX change_to_decide ON project_change (community_id, objections_until)
       WHERE state = 'open'""",
    "CREATE INDEX change_by_asker ON project_change (asked_by)",
    "CREATE INDEX objection_by_member ON change_objection (member_id)",
    "GRANT SELECT, INSERT ON project_change, change_objection TO linli_app",
    """GRANT UPDATE (state, decided_by, decided_at, answer, decision_id, told_due_at)
       ON project_change TO linli_app""",
    "GRANT UPDATE (words, made_at, member_id) ON change_objection TO linli_app",
)

# What was settled or decided stays, whoever asks for something else; `refuse_edit_of_history` comes
# with the register's migration.
GUARDS = (
    """
CREATE FUNCTION keep_settled_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'signed' THEN
        RAISE EXCEPTION 'what became of a turn is not rewritten'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'turn_settled_once';
    END IF;
    RETURN NEW;
END $$
""",
    """CREATE TRIGGER turn_settled_once BEFORE UPDATE ON work_turn
       FOR EACH ROW EXECUTE FUNCTION keep_settled_turn()""",
    """
CREATE FUNCTION keep_decided_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN
        RAISE EXCEPTION 'what was decided about a change is not rewritten'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'change_decided_once';
    END IF;
    RETURN NEW;
END $$
""",
    """CREATE TRIGGER change_decided_once BEFORE UPDATE ON project_change
       FOR EACH ROW EXECUTE FUNCTION keep_decided_change()""",
    """CREATE TRIGGER work_grant_only_grows BEFORE UPDATE OR DELETE ON work_grant
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("work_slot", "work_turn", "work_grant", "project_change", "change_objection")
    ),
    *(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
        for table, trigger in (
            ("work_turn", "turn_settled_once"),
            ("project_change", "change_decided_once"),
            ("work_grant", "work_grant_only_grows"),
            ("work_grant", "work_grant_is_not_truncated"),
        )
    ),
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*WORK, *CHANGES, *GUARDS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
