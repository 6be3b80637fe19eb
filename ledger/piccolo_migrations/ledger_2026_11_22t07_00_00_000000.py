"""The book: accounts, transfers, open holds, and the guards that make them immutable."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "accounts, transfers, open holds"

# Rules that concern one value live in its type, where PostgreSQL checks only what a statement
# assigns; a CHECK of the table is read and run anew for each statement.
VALUE_TYPES = (
    "CREATE DOMAIN total AS bigint CONSTRAINT total_not_negative CHECK (VALUE >= 0)",
    "CREATE DOMAIN amount AS bigint CONSTRAINT amount_positive CHECK (VALUE > 0)",
    "CREATE DOMAIN label AS text CONSTRAINT label_not_empty CHECK (VALUE <> '')",
    "CREATE TYPE side AS ENUM ('debit', 'credit')",
    "CREATE TYPE transfer_kind AS ENUM ('transfer', 'hold', 'post', 'void', 'reversal')",
)

ACCOUNT = """
CREATE TABLE account (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    unit label NOT NULL,
    kind label NOT NULL,
    owner uuid,
    normal_side side NOT NULL,
    floor bigint,
    debits_posted total NOT NULL DEFAULT 0,
    credits_posted total NOT NULL DEFAULT 0,
    debits_pending total NOT NULL DEFAULT 0,
    credits_pending total NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    CONSTRAINT account_of_one_community_and_unit UNIQUE (community_id, unit, id),
    CONSTRAINT one_account_of_its_kind
        UNIQUE NULLS NOT DISTINCT (community_id, kind, unit, owner),
    CONSTRAINT floor_kept CHECK (credits_posted - debits_posted - debits_pending >= floor),
    CONSTRAINT account_closed_empty CHECK (
        closed_at IS NULL
        OR (credits_posted = debits_posted AND debits_pending = 0 AND credits_pending = 0)
    )
) WITH (fillfactor = 50)
"""

# The columns of eight bytes come first, so that a row has no padding between them.
TRANSFER = """
CREATE TABLE transfer (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    amount amount NOT NULL,
    debit_posted bigint NOT NULL,
    debit_held bigint NOT NULL,
    credit_posted bigint NOT NULL,
    credit_held bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    effective_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    booked_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id uuid NOT NULL,
    community_id uuid NOT NULL,
    debit_account uuid NOT NULL,
    credit_account uuid NOT NULL,
    event_id uuid NOT NULL,
    actor uuid NOT NULL,
    "of" uuid,
    journal_id uuid,
    on_behalf_of uuid,
    leg integer NOT NULL DEFAULT 1,
    kind transfer_kind NOT NULL,
    unit label NOT NULL,
    event_kind label NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT transfer_id_once UNIQUE (id),
    CONSTRAINT debit_account_known FOREIGN KEY (community_id, unit, debit_account)
        REFERENCES account (community_id, unit, id),
    CONSTRAINT credit_account_known FOREIGN KEY (community_id, unit, credit_account)
        REFERENCES account (community_id, unit, id),
    CONSTRAINT target_known FOREIGN KEY ("of") REFERENCES transfer (id),
    CONSTRAINT transfer_two_accounts CHECK (debit_account <> credit_account),
    -- A post, void or reversal names its target; only a hold expires; a reversal has a reason.
    CONSTRAINT transfer_fits_kind CHECK (
        ("of" IS NULL) = (kind <= 'hold')
        AND (expires_at IS NULL OR kind = 'hold')
        AND (kind < 'reversal' OR note <> '')
    )
)
"""

INDEXES = (
    # A hold is posted or voided at most once; a transfer or post is reversed at most once.
    'CREATE UNIQUE INDEX resolved_once ON transfer ("of") WHERE "of" IS NOT NULL',
    "CREATE INDEX transfer_by_debit ON transfer (debit_account, seq)",
    "CREATE INDEX transfer_by_credit ON transfer (credit_account, seq)",
    # Unique, so that two journals cannot share an id even when they share nothing else.
    """CREATE UNIQUE INDEX transfer_by_journal ON transfer (journal_id, leg)
       WHERE journal_id IS NOT NULL""",
)

# What the posting statement hands over: rows to insert, and accounts' new totals.
POSTING_TYPES = (
    """CREATE TYPE transfer_draft AS (
        id uuid, community_id uuid, debit_account uuid, credit_account uuid, "of" uuid,
        journal_id uuid, event_id uuid, actor uuid, on_behalf_of uuid, leg integer,
        kind text, unit text, event_kind text, note text, amount bigint,
        debit_posted bigint, debit_held bigint, credit_posted bigint, credit_held bigint,
        expires_at timestamptz, effective_at timestamptz
    )""",
    """CREATE TYPE account_totals AS (
        id uuid, debits_posted bigint, credits_posted bigint,
        debits_pending bigint, credits_pending bigint
    )""",
)

OPEN_HOLD = """
CREATE TABLE open_hold (
    hold_id uuid PRIMARY KEY REFERENCES transfer (id),
    community_id uuid NOT NULL,
    debit_account uuid NOT NULL,
    expires_at timestamptz
)
"""

OPEN_HOLD_INDEXES = (
    "CREATE INDEX open_hold_by_expiry ON open_hold (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX open_hold_by_account ON open_hold (debit_account)",
)

IMMUTABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was booked is never edited; book a reversal',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER transfer_is_immutable BEFORE UPDATE OR DELETE ON transfer
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER transfer_is_not_truncated BEFORE TRUNCATE ON transfer
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # An account's identity is as fixed as a transfer; only its totals, floor and closing change.
    """CREATE TRIGGER account_keeps_identity
       BEFORE UPDATE OF id, community_id, unit, kind, owner, normal_side, opened_at ON account
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER account_is_not_deleted BEFORE DELETE ON account
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER account_is_not_truncated BEFORE TRUNCATE ON account
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # Row triggers fire also for a replica's or a restore's session, unless it disables them.
    "ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_is_immutable",
    "ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_is_not_truncated",
)

RIGHTS = (
    "GRANT SELECT, INSERT ON transfer TO linli_app",
    "GRANT SELECT, INSERT ON account TO linli_app",
    """GRANT UPDATE (debits_posted, credits_posted, debits_pending, credits_pending, floor,
       closed_at) ON account TO linli_app""",
    "GRANT SELECT, INSERT, DELETE ON open_hold TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="ledger", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            *VALUE_TYPES,
            ACCOUNT,
            TRANSFER,
            *INDEXES,
            *POSTING_TYPES,
            OPEN_HOLD,
            *OPEN_HOLD_INDEXES,
            IMMUTABLE,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
