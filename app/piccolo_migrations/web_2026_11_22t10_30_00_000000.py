"""Signing in: sessions, passwords, one-time codes, cards, second factors, and the slowing-down."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sessions, passwords, one-time codes, cards, second factors, waits"

# The browser holds the token; here is only its SHA-256, so that a copy of the table signs nobody
# in. A desk is a session too: it lets members with a card sign in on that device, and takes their
# sessions with it when it ends.
WEB_SESSION = """
CREATE TABLE web_session (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL,
    member_id uuid NOT NULL,
    how text NOT NULL,
    begun_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    idle_seconds integer NOT NULL,
    second_factor_wanted boolean NOT NULL DEFAULT false,
    second_factor_at timestamptz,
    working_at uuid,
    desk_id uuid,
    address inet,
    device text NOT NULL DEFAULT '',
    CONSTRAINT session_of_known_member FOREIGN KEY (member_id) REFERENCES member (id),
    CONSTRAINT session_at_known_community FOREIGN KEY (working_at) REFERENCES community (id),
    CONSTRAINT session_at_known_desk FOREIGN KEY (desk_id) REFERENCES web_session (id)
        ON DELETE CASCADE,
    CONSTRAINT one_session_per_token UNIQUE (token_hash),
    CONSTRAINT session_token_hashed CHECK (octet_length(token_hash) = 32),
    CONSTRAINT session_how CHECK (how IN ('password', 'code', 'card', 'demo', 'desk')),
    CONSTRAINT session_by_card_at_a_desk CHECK ((how = 'card') = (desk_id IS NOT NULL)),
    CONSTRAINT session_ends_after_it_began CHECK (ends_at > begun_at),
    CONSTRAINT session_idle_limit CHECK (idle_seconds > 0),
    CONSTRAINT session_device_short CHECK (length(device) <= 60)
)
"""

PROOF = """
CREATE TABLE member_password (
    member_id uuid PRIMARY KEY,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT password_of_known_member FOREIGN KEY (member_id) REFERENCES member (id),
    CONSTRAINT password_hashed CHECK (hash LIKE '$argon2id$%')
)
"""

# A row for every number that asked, also for those that nobody has: else the time that an answer
# takes, and how many tries there are, would tell the two apart. `asked_hash` is the browser that
# asked; a code that was read out over the phone belongs to none.
ONE_TIME_CODE = """
CREATE TABLE one_time_code (
    phone_lookup bytea NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    member_id uuid,
    asked_hash bytea,
    code_hash bytea NOT NULL,
    tries_left integer NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT one_time_code_pkey PRIMARY KEY (id),
    CONSTRAINT code_of_known_member FOREIGN KEY (member_id) REFERENCES member (id),
    CONSTRAINT code_kind CHECK (kind IN ('sent', 'read_out')),
    CONSTRAINT code_sent_to_who_asked CHECK ((kind = 'sent') = (asked_hash IS NOT NULL)),
    CONSTRAINT code_tries CHECK (tries_left >= 0)
)
"""

# The secret is sealed with a key derived from the app's; `last_step` is the last half-minute whose
# code was used, so that none is used twice.
SECOND_FACTOR = """
CREATE TABLE second_factor (
    member_id uuid PRIMARY KEY,
    secret_sealed bytea NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT second_factor_of_known_member FOREIGN KEY (member_id) REFERENCES member (id)
)
"""

RECOVERY_CODE = """
CREATE TABLE recovery_code (
    member_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    CONSTRAINT recovery_code_once PRIMARY KEY (member_id, code_hash),
    CONSTRAINT recovery_code_of_second_factor FOREIGN KEY (member_id)
        REFERENCES second_factor (member_id) ON DELETE CASCADE
)
"""

SIGN_IN_CARD = """
CREATE TABLE sign_in_card (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    number text NOT NULL,
    qr_hash bytea NOT NULL,
    pin_hash text NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by uuid NOT NULL,
    revoked_at timestamptz,
    revoked_by uuid,
    CONSTRAINT card_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT card_number_once UNIQUE (number),
    CONSTRAINT card_number_form CHECK (number ~ '^[0-9]{10}$'),
    CONSTRAINT card_qr_once UNIQUE (qr_hash),
    CONSTRAINT card_pin_hashed CHECK (pin_hash LIKE '$argon2id$%'),
    CONSTRAINT card_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
)
"""

# Keys are keyed hashes: no telephone number and no address stands here in the clear. `about` is
# whose sign-in waits, so that the desk can end the waits of one person.
WAITS = (
    """CREATE TABLE sign_in_wait (
        key bytea PRIMARY KEY,
        about bytea,
        failures integer NOT NULL,
        until timestamptz,
        forget_at timestamptz NOT NULL,
        CONSTRAINT wait_counts CHECK (failures >= 0)
    )""",
    """CREATE TABLE request_pace (
        key bytea PRIMARY KEY,
        level_until timestamptz NOT NULL
    )""",
)

INDEXES = (
    "CREATE INDEX web_session_by_member ON web_session (member_id)",
    "CREATE INDEX web_session_by_desk ON web_session (desk_id) WHERE desk_id IS NOT NULL",
    "CREATE INDEX web_session_by_end ON web_session (ends_at)",
    "CREATE INDEX one_time_code_by_end ON one_time_code (ends_at)",
    "CREATE INDEX one_time_code_by_member ON one_time_code (member_id)",
    """CREATE UNIQUE INDEX one_card_at_a_time ON sign_in_card (member_id)
       WHERE revoked_at IS NULL""",
    """CREATE UNIQUE INDEX one_code_read_out ON one_time_code (phone_lookup)
       WHERE kind = 'read_out'""",
    "CREATE INDEX one_time_code_by_number ON one_time_code (phone_lookup)",
    "CREATE UNIQUE INDEX one_code_per_asking ON one_time_code (asked_hash)",
    "CREATE INDEX sign_in_wait_by_person ON sign_in_wait (about) WHERE about IS NOT NULL",
    "CREATE INDEX sign_in_wait_by_forgetting ON sign_in_wait (forget_at)",
    "CREATE INDEX request_pace_by_level ON request_pace (level_until)",
)

RIGHTS = (
    """GRANT SELECT, INSERT, UPDATE, DELETE ON web_session, member_password, one_time_code,
       second_factor, recovery_code, sign_in_wait, request_pace TO linli_app""",
    """GRANT SELECT, INSERT, UPDATE (pin_hash, revoked_at, revoked_by), DELETE ON sign_in_card
       TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="web", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            WEB_SESSION,
            PROOF,
            ONE_TIME_CODE,
            SECOND_FACTOR,
            RECOVERY_CODE,
            SIGN_IN_CARD,
            *WAITS,
            *INDEXES,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
