"""Card payments: what Stripe told us, which payments are asked after, and comparisons made."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T21:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the inbox of Stripe's messages, payments asked after, modes, reconciliations"

# Ids, kinds, amounts and moments alone: neither a payer's name nor their card is kept, so that
# nothing here is a member's but through their contribution, which says what becomes of it.
# A payment that is not of ours belongs to no community.
TABLES = (
    """
    CREATE TABLE stripe_event (
        id text PRIMARY KEY,
        kind text NOT NULL,
        mode text NOT NULL,
        happened_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        outcome text NOT NULL,
        about text,
        amount_fen bigint,
        contribution_id uuid,
        community_id uuid REFERENCES community (id),
        CONSTRAINT stripe_event_mode CHECK (mode IN ('test', 'live')),
        CONSTRAINT stripe_event_outcome CHECK (outcome IN
            ('applied', 'unknown_kind', 'unknown_payment', 'other_mode', 'refused')),
        CONSTRAINT stripe_event_lengths CHECK (length(id) <= 255 AND length(kind) <= 255
            AND length(about) <= 255)
    )
    """,
    """
    CREATE TABLE stripe_payment (
        intent_id text PRIMARY KEY,
        contribution_id uuid NOT NULL,
        community_id uuid NOT NULL REFERENCES community (id),
        mode text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        fee_known boolean NOT NULL DEFAULT false,
        looks integer NOT NULL DEFAULT 0,
        look_at timestamptz,
        CONSTRAINT stripe_payment_mode CHECK (mode IN ('test', 'live'))
    )
    """,
    """
    CREATE TABLE stripe_mode (
        community_id uuid PRIMARY KEY REFERENCES community (id),
        mode text NOT NULL,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT stripe_mode_known CHECK (mode IN ('test', 'live'))
    )
    """,
    """
    CREATE TABLE reconciliation (
        id uuid PRIMARY KEY,
        ran_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        since timestamptz NOT NULL,
        mode text NOT NULL,
        compared jsonb NOT NULL,
        differences jsonb NOT NULL,
        CONSTRAINT reconciliation_mode CHECK (mode IN ('test', 'live'))
    )
    """,
)

INDEXES = (
    "CREATE INDEX stripe_event_by_time ON stripe_event (received_at DESC, id)",
    (
        "CREATE INDEX stripe_event_not_applied ON stripe_event (received_at DESC, id)"
        " WHERE outcome <> 'applied'"
    ),
    "CREATE INDEX stripe_payment_due ON stripe_payment (look_at) WHERE look_at IS NOT NULL",
    "CREATE INDEX stripe_payment_by_contribution ON stripe_payment (contribution_id)",
    "CREATE INDEX reconciliation_by_time ON reconciliation (ran_at DESC)",
)

KEPT = ("stripe_event", "stripe_mode", "reconciliation")
TRIGGERS = tuple(
    statement
    for table in KEPT
    for statement in (
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
        f"""CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    )
)

RIGHTS = (
    f"GRANT SELECT, INSERT ON {', '.join(KEPT)} TO linli_app",
    "GRANT SELECT, INSERT, UPDATE ON stripe_payment TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their triggers, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="web", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*TABLES, *INDEXES, *TRIGGERS, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
