"""Delivery: milestones and their reports, news with photographs, requests for money with papers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "delivery of projects: milestones, reports, news, photographs, disbursements"

DELIVERY = """
CREATE TABLE delivery (
    project_id uuid PRIMARY KEY REFERENCES project (id),
    community_id uuid NOT NULL REFERENCES area (id),
    state text NOT NULL DEFAULT 'under_way',
    last_part_percent integer NOT NULL,
    began_by uuid NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT delivery_of_one_community UNIQUE (community_id, project_id),
    CONSTRAINT delivery_state
        CHECK (state IN ('under_way', 'delivered', 'judged', 'closed', 'stopped')),
    CONSTRAINT delivery_last_part CHECK (last_part_percent BETWEEN 0 AND 50)
)
"""

# Of the project: an erasure of whoever moved it leaves the step under the pseudonym.
MOVE = """
CREATE TABLE delivery_move (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id uuid NOT NULL,
    community_id uuid NOT NULL,
    state text NOT NULL,
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    why text NOT NULL DEFAULT '',
    CONSTRAINT move_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT delivery_move_state
        CHECK (state IN ('under_way', 'delivered', 'judged', 'closed', 'stopped')),
    CONSTRAINT delivery_move_why_short CHECK (char_length(why) <= 1000),
    CONSTRAINT delivery_stopped_with_reason CHECK (state <> 'stopped' OR btrim(why) <> '')
)
"""

# `reminded_for` and `late_told_for` are the due day of which was told: another day is told anew.
MILESTONE = """
CREATE TABLE milestone (
    project_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    title text NOT NULL,
    promised_on date NOT NULL,
    due_on date NOT NULL,
    reminded_for date,
    late_told_for date,
    CONSTRAINT one_milestone_each PRIMARY KEY (project_id, number),
    CONSTRAINT milestone_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT milestone_number CHECK (number BETWEEN 1 AND 999),
    CONSTRAINT milestone_titled CHECK (btrim(title) <> '')
)
"""

# What was said of public money when something was done: it stays under the pseudonym of its author.
REPORT = """
CREATE TABLE milestone_report (
    project_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    done_on date NOT NULL,
    words text NOT NULL,
    reported_by uuid NOT NULL,
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_report_of_each_milestone PRIMARY KEY (project_id, number),
    CONSTRAINT report_of_known_milestone FOREIGN KEY (project_id, number)
        REFERENCES milestone (project_id, number),
    CONSTRAINT milestone_reported_by_known_member FOREIGN KEY (community_id, reported_by)
        REFERENCES member (community_id, id),
    CONSTRAINT milestone_report_words
        CHECK (btrim(words) <> '' AND char_length(words) <= 2000)
)
"""

# A dash takes the place of the words when whoever wrote them is erased.
NEWS = """
CREATE TABLE delivery_update (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL,
    community_id uuid NOT NULL,
    words text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT update_of_community UNIQUE (community_id, id),
    CONSTRAINT update_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT update_by_known_member FOREIGN KEY (community_id, written_by)
        REFERENCES member (community_id, id),
    CONSTRAINT delivery_update_words CHECK (btrim(words) <> '' AND char_length(words) <= 2000)
)
"""

# Deleted when whoever added it is erased.
PHOTO = """
CREATE TABLE delivery_photo (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL,
    community_id uuid NOT NULL,
    milestone integer,
    update_id uuid,
    image bytea NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT photo_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT photo_of_known_milestone FOREIGN KEY (project_id, milestone)
        REFERENCES milestone (project_id, number),
    CONSTRAINT photo_of_known_update FOREIGN KEY (community_id, update_id)
        REFERENCES delivery_update (community_id, id),
    CONSTRAINT photo_of_one_thing CHECK (num_nonnulls(milestone, update_id) = 1),
    CONSTRAINT delivery_photo_small CHECK (length(image) BETWEEN 1 AND 1048576)
)
"""

# Public money: what was asked, by whom, and what was decided stays under the pseudonyms. An open
# request passes to the membership that stays in a merge.
DISBURSEMENT = """
CREATE TABLE disbursement (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL,
    community_id uuid NOT NULL,
    amount_fen bigint NOT NULL,
    purpose text NOT NULL,
    line text NOT NULL DEFAULT '',
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'asked',
    closed_at timestamptz,
    CONSTRAINT disbursement_of_community UNIQUE (community_id, id),
    CONSTRAINT disbursement_of_known_delivery FOREIGN KEY (community_id, project_id)
        REFERENCES delivery (community_id, project_id),
    CONSTRAINT disbursement_by_known_member FOREIGN KEY (community_id, asked_by)
        REFERENCES member (community_id, id),
    CONSTRAINT disbursement_amount CHECK (amount_fen > 0),
    CONSTRAINT disbursement_purpose CHECK (btrim(purpose) <> '' AND char_length(purpose) <= 200),
    CONSTRAINT disbursement_state CHECK (state IN
        ('asked', 'approved_once', 'paid', 'refused', 'withdrawn', 'stopped')),
    CONSTRAINT disbursement_closed_whole
        CHECK ((state IN ('asked', 'approved_once')) = (closed_at IS NULL))
)
"""

DECISION = """
CREATE TABLE disbursement_decision (
    disbursement_id uuid NOT NULL,
    decided_by uuid NOT NULL,
    community_id uuid NOT NULL,
    verdict text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    why text NOT NULL DEFAULT '',
    CONSTRAINT one_verdict_each UNIQUE (disbursement_id, decided_by, verdict),
    CONSTRAINT decision_of_known_disbursement FOREIGN KEY (community_id, disbursement_id)
        REFERENCES disbursement (community_id, id),
    CONSTRAINT decision_verdict CHECK (verdict IN ('approved', 'refused')),
    CONSTRAINT decision_why_short CHECK (char_length(why) <= 1000),
    CONSTRAINT refused_with_reason CHECK (verdict <> 'refused' OR btrim(why) <> '')
)
"""

# Vouchers of public money: they are kept when whoever handed them in is erased.
RECEIPT = """
CREATE TABLE disbursement_receipt (
    id uuid PRIMARY KEY,
    disbursement_id uuid NOT NULL,
    community_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    sha256 text NOT NULL,
    body bytea NOT NULL,
    public boolean NOT NULL DEFAULT false,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT receipt_of_known_disbursement FOREIGN KEY (community_id, disbursement_id)
        REFERENCES disbursement (community_id, id),
    CONSTRAINT receipt_kind CHECK (kind IN ('pdf', 'jpg', 'xlsx', 'docx')),
    CONSTRAINT receipt_named CHECK (char_length(name) BETWEEN 1 AND 120),
    CONSTRAINT receipt_small CHECK (length(body) BETWEEN 1 AND 5242880)
)
"""

INDEXES = (
    "CREATE INDEX delivery_by_community ON delivery (community_id, began_at DESC)",
    "CREATE INDEX delivery_by_member ON delivery (began_by)",
    "CREATE INDEX delivery_move_by_project ON delivery_move (project_id, seq)",
    "CREATE INDEX delivery_move_by_member ON delivery_move (moved_by)",
    "CREATE INDEX milestone_by_day ON milestone (community_id, due_on)",
    "CREATE INDEX milestone_report_by_member ON milestone_report (reported_by)",
    "CREATE INDEX update_by_project ON delivery_update (project_id, written_at DESC)",
    "CREATE INDEX update_by_member ON delivery_update (written_by)",
    "CREATE INDEX delivery_photo_by_project ON delivery_photo (project_id, added_at)",
    "CREATE INDEX delivery_photo_by_member ON delivery_photo (added_by)",
    "CREATE INDEX disbursement_by_project ON disbursement (project_id, asked_at DESC)",
    """CREATE INDEX disbursement_waiting ON disbursement (community_id, asked_at)
       WHERE state IN ('asked', 'approved_once')""",
    "CREATE INDEX disbursement_by_member ON disbursement (asked_by)",
    "CREATE INDEX decision_by_member ON disbursement_decision (decided_by)",
    "CREATE INDEX receipt_of_disbursement ON disbursement_receipt (disbursement_id, added_at)",
    "CREATE INDEX receipt_by_member ON disbursement_receipt (added_by)",
    "ALTER TABLE delivery_photo ALTER COLUMN image SET STORAGE EXTERNAL",
    "ALTER TABLE disbursement_receipt ALTER COLUMN body SET STORAGE EXTERNAL",
)

MOVES_ON = """
CREATE FUNCTION keep_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state' AND (OLD.state, NEW.state) IN (
        ('under_way', 'delivered'), ('under_way', 'stopped'), ('delivered', 'judged'),
        ('delivered', 'under_way'), ('delivered', 'stopped'), ('judged', 'closed')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a delivery does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'delivery_moves_on';
END $$
"""

# What was promised stays beside what holds now.
KEEPS_PROMISE = """
CREATE FUNCTION keep_milestone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['due_on', 'reminded_for', 'late_told_for']
     = to_jsonb(NEW) - ARRAY['due_on', 'reminded_for', 'late_told_for'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a milestone keeps what was promised'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'milestone_is_kept';
END $$
"""

KEEPS_WORDS = """
CREATE FUNCTION keep_delivery_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.words = '–' AND was_erased(OLD.written_by)
       AND to_jsonb(OLD) - 'words' = to_jsonb(NEW) - 'words' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was told of a project stays'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'delivery_update_is_kept';
END $$
"""

# A request only moves on, keeps what it asks for, and is paid when two people who did not ask for
# it have approved it. A merge hands an open one on.
KEEPS_REQUEST = """
CREATE FUNCTION keep_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['state', 'closed_at', 'asked_by']
           <> to_jsonb(NEW) - ARRAY['state', 'closed_at', 'asked_by']
       OR OLD.closed_at IS NOT NULL
       OR OLD.asked_by <> NEW.asked_by AND OLD.state <> NEW.state
       OR OLD.state = NEW.state AND OLD.closed_at IS DISTINCT FROM NEW.closed_at
       OR OLD.state = 'asked' AND NEW.state = 'paid'
       OR OLD.state = 'approved_once' AND NEW.state = 'asked' THEN
        RAISE EXCEPTION 'a request for money only moves on'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'request_moves_on';
    END IF;
    IF NEW.state = 'paid' AND (SELECT count(DISTINCT decided_by) FROM disbursement_decision
            WHERE disbursement_id = NEW.id AND verdict = 'approved'
              AND decided_by <> NEW.asked_by) < 2 THEN
        RAISE EXCEPTION 'a request for money is paid on two approvals'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'paid_on_two_approvals';
    END IF;
    RETURN NEW;
END $$
"""

# What was decided stays; while the request is open, a merge hands it on to the membership that
# stays.
KEEPS_DECISION = """
CREATE FUNCTION keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'decided_by' = to_jsonb(NEW) - 'decided_by' AND EXISTS (
        SELECT FROM disbursement WHERE id = OLD.disbursement_id AND closed_at IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was decided stays'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decision_is_kept';
END $$
"""

ONLY_GROW = ("delivery_move", "milestone_report", "disbursement_receipt")
KEPT = {
    "delivery": "keep_delivery",
    "milestone": "keep_milestone",
    "delivery_update": "keep_delivery_update",
    "disbursement": "keep_disbursement",
    "disbursement_decision": "keep_decision",
}

TRIGGERS = (
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {function}()"""
        for table, function in KEPT.items()
    ),
    *(
        f"""CREATE TRIGGER {table}_stays BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in KEPT
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*ONLY_GROW, *KEPT, "delivery_photo")
    ),
)

RIGHTS = (
    f"GRANT SELECT, INSERT ON {', '.join((*ONLY_GROW, *KEPT))} TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON delivery_photo TO linli_app",
    "GRANT UPDATE (state) ON delivery TO linli_app",
    "GRANT UPDATE (due_on, reminded_for, late_told_for) ON milestone TO linli_app",
    "GRANT UPDATE (words) ON delivery_update TO linli_app",
    "GRANT UPDATE (state, closed_at, asked_by) ON disbursement TO linli_app",
    "GRANT UPDATE (decided_by) ON disbursement_decision TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            DELIVERY,
            MOVE,
            MILESTONE,
            REPORT,
            NEWS,
            PHOTO,
            DISBURSEMENT,
            DECISION,
            RECEIPT,
            *INDEXES,
            MOVES_ON,
            KEEPS_PROMISE,
            KEEPS_WORDS,
            KEEPS_REQUEST,
            KEEPS_DECISION,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
