"""Funding: drives, gifts of money and their papers, pledges, funds, calls to the processor."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "funding: drives, contributions, pledges, matching funds, calls to the processor"

# A public act of the community: it stands, under the pseudonym of whoever opened and ended it.
DRIVE = """
CREATE TABLE drive (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES project (id),
    goal_fen bigint NOT NULL,
    goal_minutes bigint NOT NULL,
    part_goal_percent integer NOT NULL,
    deadline timestamptz NOT NULL,
    words text NOT NULL,
    state text NOT NULL,
    fund_id uuid,
    matching_kind text,
    matching_percent integer NOT NULL,
    matching_cap_fen bigint NOT NULL,
    opened_by uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_by uuid,
    given_fen bigint NOT NULL DEFAULT 0,
    pledged_minutes bigint NOT NULL DEFAULT 0,
    matched_fen bigint NOT NULL DEFAULT 0,
    why text NOT NULL DEFAULT '',
    reminded_at timestamptz,
    CONSTRAINT drive_of_project UNIQUE (id, project_id, community_id),
    CONSTRAINT drive_asks_for_something
        CHECK (goal_fen >= 0 AND goal_minutes >= 0 AND goal_fen + goal_minutes > 0),
    CONSTRAINT drive_part_goal CHECK (part_goal_percent BETWEEN 1 AND 100),
    CONSTRAINT drive_ends_later CHECK (deadline > opened_at),
    CONSTRAINT drive_state CHECK (state IN ('open', 'reached', 'missed', 'cancelled')),
    CONSTRAINT drive_settled
        CHECK ((state = 'open') = (settled_at IS NULL)
               AND (settled_at IS NULL) = (settled_by IS NULL)),
    CONSTRAINT drive_cancelled_for_a_reason CHECK (state <> 'cancelled' OR btrim(why) <> ''),
    CONSTRAINT drive_matching CHECK (
        (matching_kind IS NULL AND fund_id IS NULL AND matching_cap_fen = 0
         AND matching_percent = 0)
        OR (fund_id IS NOT NULL AND matching_cap_fen > 0
            AND (matching_kind = 'ratio' AND matching_percent > 0
                 OR matching_kind = 'quadratic' AND matching_percent = 0))),
    CONSTRAINT drive_matched
        CHECK (matched_fen BETWEEN 0 AND matching_cap_fen
               AND (matched_fen = 0 OR state = 'reached'))
)
"""

# Stands, as the law asks of the papers of an account; read by the treasurer and the auditor.
RECEIPT_FILE = """
CREATE TABLE receipt_file (
    community_id uuid NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    body bytea NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT one_receipt_for_each_content PRIMARY KEY (community_id, sha256),
    CONSTRAINT receipt_kind CHECK (kind IN ('pdf', 'jpg')),
    CONSTRAINT receipt_size CHECK (octet_length(body) BETWEEN 1 AND 5242880)
)
"""

# An entry of the book's: it stands. In an erasure it is shown to nobody by name any more; in a
# merge it passes on to the membership that stays.
CONTRIBUTION = """
CREATE TABLE contribution (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    drive_id uuid NOT NULL,
    project_id uuid NOT NULL,
    source text NOT NULL,
    lies_in text NOT NULL,
    amount_fen bigint NOT NULL,
    member_id uuid,
    organisation_id uuid,
    name text NOT NULL,
    anonymous boolean NOT NULL,
    state text NOT NULL,
    refunded_fen bigint NOT NULL DEFAULT 0,
    disputed_fen bigint NOT NULL DEFAULT 0,
    due_fen bigint NOT NULL DEFAULT 0,
    escrow_fen bigint NOT NULL DEFAULT 0,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    paid_at timestamptz,
    ended_at timestamptz,
    why text NOT NULL DEFAULT '',
    intent_id text,
    charge_id text,
    receipt text,
    received_on date,
    CONSTRAINT contribution_to_drive FOREIGN KEY (drive_id, project_id, community_id)
        REFERENCES drive (id, project_id, community_id),
    CONSTRAINT contribution_paper FOREIGN KEY (community_id, receipt)
        REFERENCES receipt_file (community_id, sha256),
    CONSTRAINT contribution_source CHECK (
        source IN ('card', 'alipay', 'wechat_pay') AND lies_in = 'card_processor'
        OR source = 'cash' AND lies_in = 'cash_box'
        OR source = 'bank' AND lies_in = 'bank'
        OR source = 'organisation' AND lies_in IN ('cash_box', 'bank')),
    CONSTRAINT contribution_with_paper
        CHECK ((lies_in = 'card_processor') = (receipt IS NULL)
               AND (receipt IS NULL) = (received_on IS NULL)),
    CONSTRAINT contribution_of_one_giver CHECK (
        num_nonnulls(member_id, organisation_id, nullif(name, '')) <= 1
        OR (lies_in = 'card_processor' AND member_id IS NOT NULL AND name = '')),
    CONSTRAINT contribution_amounts CHECK (
        amount_fen > 0 AND refunded_fen BETWEEN 0 AND amount_fen
        AND disputed_fen BETWEEN 0 AND amount_fen
        AND escrow_fen BETWEEN 0 AND amount_fen AND due_fen BETWEEN 0 AND escrow_fen),
    CONSTRAINT contribution_state CHECK (
        state IN ('started', 'paid', 'failed', 'cancelled', 'refund_due', 'refunded')),
    CONSTRAINT contribution_due CHECK ((state = 'refund_due') = (due_fen > 0)),
    CONSTRAINT contribution_paid CHECK (
        (paid_at IS NULL) = (state IN ('started', 'failed', 'cancelled'))
        AND (paid_at IS NOT NULL OR refunded_fen + disputed_fen + escrow_fen = 0))
)
"""

# What the processor said; it stands.
CARD_ENTRY = """
CREATE TABLE card_entry (
    kind text NOT NULL,
    processor_id text NOT NULL,
    community_id uuid NOT NULL,
    contribution_id uuid NOT NULL REFERENCES contribution (id),
    amount_fen bigint NOT NULL,
    from_escrow_fen bigint NOT NULL,
    from_project_fen bigint NOT NULL,
    from_losses_fen bigint NOT NULL,
    entered_at timestamptz NOT NULL,
    CONSTRAINT card_entry_once PRIMARY KEY (kind, processor_id),
    CONSTRAINT card_entry_kind
        CHECK (kind IN
            ('refund', 'refund_failed', 'dispute', 'reinstatement', 'fee', 'fee_back')),
    CONSTRAINT card_entry_adds_up CHECK (
        amount_fen > 0 AND from_escrow_fen >= 0 AND from_project_fen >= 0 AND from_losses_fen >= 0
        AND (kind IN ('fee', 'fee_back')
             OR amount_fen = from_escrow_fen + from_project_fen + from_losses_fen))
)
"""

# An entry of the book's: it stands.
HANDED_BACK = """
CREATE TABLE handed_back (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    contribution_id uuid NOT NULL REFERENCES contribution (id),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    words text NOT NULL,
    handed_by uuid NOT NULL,
    handed_at timestamptz NOT NULL
)
"""

# One that is held is withdrawn when its member leaves, is erased, or is merged; the others stand,
# and in a merge pass on to the membership that stays.
PLEDGE = """
CREATE TABLE pledge (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    drive_id uuid NOT NULL,
    project_id uuid NOT NULL,
    member_id uuid NOT NULL,
    minutes bigint NOT NULL,
    state text NOT NULL,
    returned_minutes bigint NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pledge_to_drive FOREIGN KEY (drive_id, project_id, community_id)
        REFERENCES drive (id, project_id, community_id),
    CONSTRAINT pledge_minutes CHECK (minutes > 0 AND returned_minutes BETWEEN 0 AND minutes),
    CONSTRAINT pledge_state CHECK (state IN ('held', 'given', 'released', 'withdrawn')),
    CONSTRAINT pledge_ended CHECK ((state = 'held') = (ended_at IS NULL)),
    CONSTRAINT pledge_returned CHECK (returned_minutes = 0 OR state = 'given')
)
"""

MATCHING_FUND = """
CREATE TABLE matching_fund (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    founded_by uuid NOT NULL,
    founded_at timestamptz NOT NULL,
    CONSTRAINT matching_fund_here UNIQUE (id, community_id),
    CONSTRAINT matching_fund_named CHECK (btrim(name) <> ''),
    CONSTRAINT matching_fund_name_once UNIQUE (community_id, name)
)
"""

FUND_GIFT = """
CREATE TABLE matching_fund_gift (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    fund_id uuid NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    came_from text NOT NULL CHECK (came_from IN ('public_budget', 'cash_box', 'bank')),
    words text NOT NULL,
    receipt text,
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    CONSTRAINT gift_to_fund FOREIGN KEY (fund_id, community_id)
        REFERENCES matching_fund (id, community_id),
    CONSTRAINT fund_gift_paper FOREIGN KEY (community_id, receipt)
        REFERENCES receipt_file (community_id, sha256)
)
"""

GIVING_BACK = """
CREATE TABLE giving_back (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES project (id),
    fen bigint NOT NULL,
    minutes bigint NOT NULL,
    parts text NOT NULL,
    given_by uuid NOT NULL,
    given_at timestamptz NOT NULL,
    CONSTRAINT giving_back_something CHECK (fen >= 0 AND minutes >= 0 AND fen + minutes > 0)
)
"""

STRIPE_CALL = """
CREATE TABLE stripe_call (
    id uuid NOT NULL,
    community_id uuid NOT NULL,
    contribution_id uuid NOT NULL REFERENCES contribution (id),
    kind text NOT NULL,
    amount_fen bigint NOT NULL,
    key text NOT NULL,
    state text NOT NULL,
    wanted_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    answer text,
    problem text NOT NULL,
    ended_at timestamptz,
    CONSTRAINT stripe_call_once PRIMARY KEY (id),
    CONSTRAINT stripe_call_key UNIQUE (key),
    CONSTRAINT stripe_call_kind CHECK (kind IN ('create', 'cancel', 'refund')),
    CONSTRAINT stripe_call_amount CHECK (amount_fen > 0),
    CONSTRAINT stripe_call_state CHECK (state IN ('wanted', 'sent', 'done', 'failed')),
    CONSTRAINT stripe_call_ended CHECK ((state IN ('done', 'failed')) = (ended_at IS NOT NULL))
)
"""

FUND_OF_DRIVE = """
ALTER TABLE drive ADD CONSTRAINT drive_fund FOREIGN KEY (fund_id, community_id)
    REFERENCES matching_fund (id, community_id)
"""

INDEXES = (
    """CREATE UNIQUE INDEX one_drive_at_a_time ON drive (project_id)
       WHERE state IN ('open', 'reached')""",
    "CREATE INDEX drive_by_community ON drive (community_id, opened_at)",
    "CREATE INDEX drive_due ON drive (deadline) WHERE state = 'open'",
    "CREATE INDEX drive_by_fund ON drive (fund_id) WHERE fund_id IS NOT NULL",
    "CREATE INDEX contribution_by_drive ON contribution (drive_id, made_at)",
    "CREATE INDEX contribution_by_project ON contribution (project_id)",
    "CREATE INDEX contribution_by_member ON contribution (member_id, made_at)",
    "CREATE INDEX contribution_by_maker ON contribution (made_by)",
    "CREATE INDEX contribution_due_back ON contribution (community_id) WHERE due_fen > 0",
    "CREATE INDEX contribution_waiting ON contribution (made_at) WHERE state = 'started'",
    "CREATE UNIQUE INDEX contribution_of_intent ON contribution (intent_id)",
    "CREATE UNIQUE INDEX contribution_of_charge ON contribution (charge_id)",
    "CREATE INDEX card_entry_by_contribution ON card_entry (contribution_id)",
    "CREATE INDEX handed_back_by_contribution ON handed_back (contribution_id)",
    "CREATE UNIQUE INDEX one_pledge_at_a_time ON pledge (drive_id, member_id) WHERE state = 'held'",
    "CREATE INDEX pledge_by_drive ON pledge (drive_id, made_at)",
    "CREATE INDEX pledge_by_project ON pledge (project_id)",
    "CREATE INDEX pledge_by_member ON pledge (member_id, made_at)",
    "CREATE INDEX fund_gift_by_fund ON matching_fund_gift (fund_id, entered_at)",
    "CREATE INDEX giving_back_by_project ON giving_back (project_id, given_at)",
    "CREATE INDEX stripe_call_due ON stripe_call (next_at) WHERE state IN ('wanted', 'sent')",
    "CREATE INDEX stripe_call_by_contribution ON stripe_call (contribution_id)",
)

GIVEN_IN_TIME = """
CREATE FUNCTION want_open_drive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM drive WHERE id = NEW.drive_id AND state = 'open') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the drive is over'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'given_in_time';
END $$
"""

DRIVE_MOVES = """
CREATE FUNCTION keep_drive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'open' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a drive that is over stays as it ended'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'drive_moves_on';
END $$
"""

CONTRIBUTION_MOVES = """
CREATE FUNCTION keep_contribution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state OR NEW.state = ANY (CASE OLD.state
            WHEN 'started' THEN '{paid,failed,cancelled,refund_due}'::text[]
            WHEN 'failed' THEN '{started,paid,cancelled,refund_due}'::text[]
            WHEN 'cancelled' THEN '{refund_due}'::text[]
            WHEN 'paid' THEN '{refund_due,refunded}'::text[]
            WHEN 'refund_due' THEN '{paid,refunded}'::text[]
            WHEN 'refunded' THEN '{refund_due,paid}'::text[]
        END) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a gift does not move from % to %', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'contribution_moves_on';
END $$
"""

PLEDGE_MOVES = """
CREATE FUNCTION keep_pledge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'held' OR OLD.state = NEW.state THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a pledge ends once'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pledge_moves_on';
END $$
"""

ONLY_GROW = (
    "receipt_file", "card_entry", "handed_back", "matching_fund", "matching_fund_gift",
    "giving_back",
)  # fmt: skip
KEPT = ("drive", "contribution", "pledge", "stripe_call")

TRIGGERS = (
    """CREATE TRIGGER contribution_in_time BEFORE INSERT ON contribution
       FOR EACH ROW EXECUTE FUNCTION want_open_drive()""",
    """CREATE TRIGGER pledge_in_time BEFORE INSERT ON pledge
       FOR EACH ROW EXECUTE FUNCTION want_open_drive()""",
    """CREATE TRIGGER drive_stands BEFORE UPDATE ON drive
       FOR EACH ROW EXECUTE FUNCTION keep_drive()""",
    """CREATE TRIGGER contribution_stands BEFORE UPDATE ON contribution
       FOR EACH ROW EXECUTE FUNCTION keep_contribution()""",
    """CREATE TRIGGER pledge_stands BEFORE UPDATE ON pledge
       FOR EACH ROW EXECUTE FUNCTION keep_pledge()""",
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in KEPT
    ),
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*KEPT, *ONLY_GROW)
    ),
)

RIGHTS = (
    f"GRANT SELECT, INSERT ON {', '.join((*KEPT, *ONLY_GROW))} TO linli_app",
    """GRANT UPDATE (state, settled_at, settled_by, given_fen, pledged_minutes, matched_fen, why,
       reminded_at)
       ON drive TO linli_app""",
    """GRANT UPDATE (member_id, state, refunded_fen, disputed_fen, due_fen, escrow_fen, paid_at,
       ended_at, why, intent_id, charge_id) ON contribution TO linli_app""",
    "GRANT UPDATE (member_id, state, returned_minutes, ended_at) ON pledge TO linli_app",
    """GRANT UPDATE (state, next_at, attempts, answer, problem, ended_at)
       ON stripe_call TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables of funding, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            DRIVE,
            RECEIPT_FILE,
            CONTRIBUTION,
            CARD_ENTRY,
            HANDED_BACK,
            PLEDGE,
            MATCHING_FUND,
            FUND_GIFT,
            GIVING_BACK,
            STRIPE_CALL,
            FUND_OF_DRIVE,
            *INDEXES,
            GIVEN_IN_TIME,
            DRIVE_MOVES,
            CONTRIBUTION_MOVES,
            PLEDGE_MOVES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
