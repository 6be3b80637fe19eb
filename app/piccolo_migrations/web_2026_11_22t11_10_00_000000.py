"""Messages on their way: what each member chose, what is still to be sent, and to which devices."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T11:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "choices of messages, deliveries, devices for web push, what staff were told"

# Times of day are minutes after midnight in the community's time zone; two equal ones mean that
# no time is quiet.
PREFERENCE = """
CREATE TABLE message_preference (
    member_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    ways text[] NOT NULL,
    quiet_from smallint NOT NULL,
    quiet_until smallint NOT NULL,
    daily boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT preference_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT preference_ways CHECK (ways <@ ARRAY['mail', 'push', 'sms']),
    CONSTRAINT preference_times CHECK (quiet_from BETWEEN 0 AND 1439
        AND quiet_until BETWEEN 0 AND 1439)
)
"""

DEVICE = """
CREATE TABLE push_device (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    endpoint text NOT NULL,
    public_key text NOT NULL,
    auth text NOT NULL,
    name text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT device_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT one_device_per_endpoint UNIQUE (endpoint),
    CONSTRAINT device_endpoint_length CHECK (length(endpoint) <= 2000),
    CONSTRAINT device_name_length CHECK (length(name) <= 80)
)
"""

# One row for each message and way. `parcel` is fixed by the first attempt: the deliveries that go
# together, under the id of the first of them, so that a repeat sends the same again and a mail
# program can tell that it is the same. `leased_until` keeps two workers from one delivery.
DELIVERY = """
CREATE TABLE message_delivery (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    way text NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    parcel uuid,
    attempts integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    trouble text,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    CONSTRAINT delivery_of_known_message FOREIGN KEY (message_id)
        REFERENCES message (id) ON DELETE CASCADE,
    CONSTRAINT one_delivery_per_way UNIQUE (message_id, way),
    CONSTRAINT delivery_way CHECK (way IN ('mail', 'push', 'sms')),
    CONSTRAINT delivery_state CHECK (state IN ('waiting', 'sent', 'given_up', 'dropped')),
    CONSTRAINT delivery_ended_whole CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CONSTRAINT delivery_trouble CHECK (trouble IN
        ('refused', 'unreachable', 'busy', 'no_answer', 'no_address', 'too_late', 'fault'))
)
"""

STAFF_DIGEST = """
CREATE TABLE staff_digest (
    community_id uuid NOT NULL,
    chat text NOT NULL,
    day date NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (community_id, chat, day),
    CONSTRAINT staff_digest_of_known_community FOREIGN KEY (community_id)
        REFERENCES community (id)
)
"""

INDEXES = (
    "CREATE INDEX push_device_by_member ON push_device (member_id)",
    (
        "CREATE INDEX delivery_waiting ON message_delivery (member_id, way, due_at)"
        " WHERE state = 'waiting'"
    ),
    "CREATE INDEX delivery_due ON message_delivery (due_at) WHERE state = 'waiting'",
    "CREATE INDEX delivery_by_parcel ON message_delivery (parcel) WHERE state = 'waiting'",
    (
        "CREATE INDEX delivery_given_up ON message_delivery (community_id, ended_at DESC, id)"
        " WHERE state = 'given_up'"
    ),
)

# A message is put into the queue by the statement that tells it: the package that tells knows
# nothing of the queue, and neither can be without the other.
TRIGGER = (
    """
    CREATE FUNCTION queue_told_messages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO pgqueuer (priority, status, entrypoint, payload, dedupe_key)
        SELECT CASE WHEN urgent OR private THEN 10 ELSE 0 END, 'queued', 'spread',
            convert_to(id::text, 'UTF8'), 'spread:' || id
        FROM told;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER message_is_queued AFTER INSERT ON message REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION queue_told_messages()
    """,
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON message_preference, push_device TO linli_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON message_delivery, staff_digest TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, the trigger that queues what is told, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="web", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            PREFERENCE,
            DEVICE,
            DELIVERY,
            STAFF_DIGEST,
            *INDEXES,
            *TRIGGER,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
