"""Bringing people in: rosters on their way into the register, invitations, applications."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T12:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "roster imports and their rows, invitations, applications"

# One uploaded file on its way. `digest` stands for the plan that a person saw and confirmed: the
# import goes through only while the register still gives the same plan.
ROSTER_IMPORT = """
CREATE TABLE roster_import (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'uploaded',
    file_name text NOT NULL,
    sha256 bytea NOT NULL,
    bytes bigint NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    found jsonb NOT NULL DEFAULT '{}',
    new_rows integer NOT NULL DEFAULT 0,
    changed_rows integer NOT NULL DEFAULT 0,
    same_rows integer NOT NULL DEFAULT 0,
    fault_rows integer NOT NULL DEFAULT 0,
    digest bytea,
    moved boolean NOT NULL DEFAULT false,
    leave_out boolean NOT NULL DEFAULT false,
    confirmed_by uuid,
    confirmed_from inet,
    confirmed_at timestamptz,
    finished_at timestamptz,
    emptied_at timestamptz,
    CONSTRAINT roster_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT roster_status CHECK (status IN
        ('uploaded', 'checked', 'unreadable', 'confirmed', 'done', 'failed', 'dropped')),
    CONSTRAINT roster_file_named CHECK (btrim(file_name) <> '' AND length(file_name) <= 200),
    CONSTRAINT roster_bytes_counted CHECK (bytes > 0 AND octet_length(sha256) = 32),
    CONSTRAINT roster_found_named CHECK (jsonb_typeof(found) = 'object'),
    CONSTRAINT roster_confirmed_whole CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT roster_confirmed_by_somebody
        CHECK (status NOT IN ('confirmed', 'done') OR confirmed_by IS NOT NULL)
)
"""

# The file itself, in pieces, so that nobody ever holds the whole in memory.
ROSTER_PIECE = """
CREATE TABLE roster_piece (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    piece bytea NOT NULL,
    PRIMARY KEY (import_id, number),
    CONSTRAINT piece_of_known_roster FOREIGN KEY (import_id) REFERENCES roster_import (id)
)
"""

# A row of the file as it was read, and what it would do. `misread` are faults of the row by
# itself; `conflicts` are those beside the other rows and the register, found anew by each plan.
ROSTER_ROW = """
CREATE TABLE roster_row (
    import_id uuid NOT NULL,
    row_number integer NOT NULL,
    new_id uuid NOT NULL,
    name text NOT NULL,
    phone text,
    email text,
    birth_date date,
    roster_number text,
    identity_sealed text,
    identity_lookup bytea,
    identity_lookups bytea[],
    registration text,
    roles text[],
    language text,
    grid text,
    household text,
    address text,
    linli_number uuid,
    misread jsonb NOT NULL DEFAULT '[]',
    conflicts jsonb NOT NULL DEFAULT '[]',
    member_id uuid,
    grid_id uuid,
    household_code text,
    changed text[],
    outcome text,
    PRIMARY KEY (import_id, row_number),
    CONSTRAINT row_of_known_roster FOREIGN KEY (import_id) REFERENCES roster_import (id),
    CONSTRAINT row_outcome CHECK (outcome IN ('new', 'changed', 'same', 'fault'))
)
"""

# How far the work on a roster has come. It is written beside the work's own transaction, so that
# others can see it, and outlives a worker that was killed.
ROSTER_PROGRESS = """
CREATE TABLE roster_progress (
    import_id uuid PRIMARY KEY,
    step text NOT NULL,
    done integer NOT NULL DEFAULT 0,
    whole integer,
    attempts integer NOT NULL DEFAULT 1,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT progress_of_known_roster FOREIGN KEY (import_id) REFERENCES roster_import (id)
)
"""

# The code itself is known only to who holds the slip of paper; what is kept is its digest.
INVITATION = """
CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    roles text[] NOT NULL,
    code_digest bytea NOT NULL,
    verified_how text NOT NULL,
    invited_by uuid NOT NULL,
    invited_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT invitation_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT invitation_code_once UNIQUE (code_digest),
    CONSTRAINT invitation_roles CHECK (cardinality(roles) > 0
        AND roles <@ ARRAY['resident', 'volunteer', 'elder']),
    CONSTRAINT invitation_verified_how CHECK (verified_how IN
        ('identity_card', 'household_register', 'home_visit', 'known_in_person')),
    CONSTRAINT invitation_ends_after_it_began CHECK (until > invited_at),
    CONSTRAINT invitation_ended_once CHECK (accepted_at IS NULL OR revoked_at IS NULL)
)
"""

# Who applies with a number that somebody has already is answered the same, with a row of the same
# shape but of no member: the page that asks for the code must not tell one from the other.
APPLICATION = """
CREATE TABLE application (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid,
    address text NOT NULL DEFAULT '',
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    code_digest bytea,
    code_tries integer NOT NULL DEFAULT 0,
    code_until timestamptz,
    phone_verified_at timestamptz,
    decision text,
    decided_at timestamptz,
    decided_by uuid,
    reason text,
    CONSTRAINT application_to_known_community FOREIGN KEY (community_id)
        REFERENCES community (id),
    CONSTRAINT application_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT application_address_length CHECK (length(address) <= 200),
    CONSTRAINT application_code_whole CHECK ((code_digest IS NULL) = (code_until IS NULL)
        AND code_tries >= 0),
    CONSTRAINT application_decision CHECK (decision IN ('accepted', 'declined', 'replaced')),
    CONSTRAINT application_decided_whole CHECK ((decision IS NULL) = (decided_at IS NULL)
        AND (decision IS NULL) = (decided_by IS NULL)),
    CONSTRAINT application_declined_with_reason CHECK (decision IS DISTINCT FROM 'declined'
        OR (btrim(reason) <> '' AND length(reason) <= 300))
)
"""

INDEXES = (
    "CREATE INDEX roster_import_by_community ON roster_import (community_id, uploaded_at DESC)",
    """CREATE INDEX roster_import_to_do ON roster_import (uploaded_at)
       WHERE status IN ('uploaded', 'confirmed')""",
    "CREATE INDEX roster_row_by_outcome ON roster_row (import_id, outcome, row_number)",
    """CREATE INDEX roster_row_by_member ON roster_row (import_id, member_id)
       WHERE member_id IS NOT NULL""",
    "CREATE INDEX household_by_address ON household (community_id, address)",
    """CREATE UNIQUE INDEX one_invitation_at_a_time ON invitation (member_id)
       WHERE accepted_at IS NULL AND revoked_at IS NULL""",
    """CREATE UNIQUE INDEX one_application_at_a_time ON application (member_id)
       WHERE decision IS NULL AND member_id IS NOT NULL""",
    """CREATE INDEX application_undecided ON application (community_id, applied_at)
       WHERE decision IS NULL""",
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE ON roster_import TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON roster_piece TO linli_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON roster_row TO linli_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON roster_progress TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (accepted_at, revoked_at) ON invitation TO linli_app",
    """GRANT SELECT, INSERT, DELETE, UPDATE (code_digest, code_tries, code_until,
       phone_verified_at, decision, decided_at, decided_by, reason) ON application TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            ROSTER_IMPORT,
            ROSTER_PIECE,
            ROSTER_ROW,
            ROSTER_PROGRESS,
            INVITATION,
            APPLICATION,
            *INDEXES,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
