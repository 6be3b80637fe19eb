"""The book: accounts, transfers, open holds, and the guards that make them immutable."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "accounts, transfers, open holds"

ACCOUNT = """
CREATE TABLE account (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL,
    owner uuid,
    normal_side text NOT NULL,
    floor bigint,
    debits_posted bigint NOT NULL DEFAULT 0,
    credits_posted bigint NOT NULL DEFAULT 0,
    debits_pending bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    CONSTRAINT account_of_one_community_and_unit UNIQUE (community_id, unit, id),
    CONSTRAINT one_account_of_its_kind
        UNIQUE NULLS NOT DISTINCT (community_id, kind, unit, owner),
    CONSTRAINT account_normal_side CHECK (normal_side IN ('debit', 'credit')),
    CONSTRAINT account_unit_named CHECK (unit <> '' AND kind <> ''),
    CONSTRAINT account_totals_not_negative CHECK (
        debits_posted >= 0 AND credits_posted >= 0
        AND debits_pending >= 0 AND credits_pending >= 0
    ),
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
    amount bigint NOT NULL,
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
    kind text NOT NULL,
    unit text NOT NULL,
    event_kind text NOT NULL,
    note text NOT NULL DEFAULT '',
    CONSTRAINT transfer_id_once UNIQUE (id),
    CONSTRAINT debit_account_known FOREIGN KEY (community_id, unit, debit_account)
        REFERENCES account (community_id, unit, id),
    CONSTRAINT credit_account_known FOREIGN KEY (community_id, unit, credit_account)
        REFERENCES account (community_id, unit, id),
    CONSTRAINT target_known FOREIGN KEY ("of") REFERENCES transfer (id),
    CONSTRAINT transfer_kind CHECK (kind IN ('transfer', 'hold', 'post', 'void', 'reversal')),
    CONSTRAINT transfer_amount_positive CHECK (amount > 0),
    CONSTRAINT transfer_two_accounts CHECK (debit_account <> credit_account),
    CONSTRAINT transfer_target_named CHECK (("of" IS NULL) = (kind IN ('transfer', 'hold'))),
    CONSTRAINT only_holds_expire CHECK (expires_at IS NULL OR kind = 'hold'),
    CONSTRAINT reversal_has_reason CHECK (kind <> 'reversal' OR note <> '')
)
"""

INDEXES = (
    # A hold is posted or voided at most once; a transfer or post is reversed at most once.
    'CREATE UNIQUE INDEX resolved_once ON transfer ("of") WHERE "of" IS NOT NULL',
    "CREATE INDEX transfer_by_debit ON transfer (debit_account, seq)",
    "CREATE INDEX transfer_by_credit ON transfer (credit_account, seq)",
    "CREATE INDEX transfer_by_journal ON transfer (journal_id) WHERE journal_id IS NOT NULL",
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
            ACCOUNT,
            TRANSFER,
            *INDEXES,
            OPEN_HOLD,
            *OPEN_HOLD_INDEXES,
            IMMUTABLE,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
