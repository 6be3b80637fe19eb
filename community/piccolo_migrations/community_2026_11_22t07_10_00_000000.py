"""The register: communities, members, roles, and the audit events that are only ever added."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T07:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "communities, members, roles, audit events"

COMMUNITY = """
CREATE TABLE community (
    id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    desk_phone text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT community_code_once UNIQUE (code),
    CONSTRAINT community_code_form CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
    CONSTRAINT community_named CHECK (btrim(name) <> '' AND length(name) <= 80),
    CONSTRAINT community_time_zone_given CHECK (time_zone <> ''),
    CONSTRAINT community_desk_phone_form CHECK (desk_phone ~ '^([0-9+][0-9 -]{2,30})?$')
)
"""

MEMBER = """
CREATE TABLE member (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    language text NOT NULL DEFAULT 'zh',
    text_size text NOT NULL DEFAULT 'normal',
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT member_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT member_of_one_community UNIQUE (community_id, id),
    CONSTRAINT member_named CHECK (btrim(name) <> '' AND length(name) <= 80),
    CONSTRAINT member_language CHECK (language IN ('zh', 'en')),
    CONSTRAINT member_text_size CHECK (text_size IN ('normal', 'large'))
)
"""

MEMBER_ROLE = """
CREATE TABLE member_role (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    role text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz,
    CONSTRAINT role_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT role_named CHECK (role IN ('resident', 'volunteer', 'elder', 'coordinator',
        'phone_operator', 'treasurer', 'auditor', 'administrator')),
    CONSTRAINT role_ends_after_it_began CHECK (until >= since)
)
"""

# A role that was ended may be granted again; its earlier time stays as a row.
ONE_ROLE_AT_A_TIME = """
CREATE UNIQUE INDEX one_role_at_a_time ON member_role (member_id, role) WHERE until IS NULL
"""

AUDIT_EVENT = """
CREATE TABLE audit_event (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    community_id uuid NOT NULL,
    actor uuid NOT NULL,
    on_behalf_of uuid,
    subject_id uuid NOT NULL,
    subject_kind text NOT NULL,
    act text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT audit_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT audit_act_named CHECK (act <> '' AND subject_kind <> ''),
    CONSTRAINT audit_details_named CHECK (jsonb_typeof(details) = 'object')
)
"""

INDEXES = (
    "CREATE INDEX member_role_by_community ON member_role (community_id, role)",
    "CREATE INDEX audit_event_by_community ON audit_event (community_id, seq)",
    "CREATE INDEX audit_event_by_subject ON audit_event (subject_id, seq)",
)

# Also for the wings' own histories.
ONLY_GROWS = """
CREATE FUNCTION refuse_edit_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: history only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER audit_event_is_immutable BEFORE UPDATE OR DELETE ON audit_event
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER audit_event_is_not_truncated BEFORE TRUNCATE ON audit_event
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    # Also in a replica's or a restore's session, unless it disables them.
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_is_immutable",
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_is_not_truncated",
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE (name, time_zone, desk_phone) ON community TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (name, language, text_size) ON member TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (until) ON member_role TO linli_app",
    "GRANT SELECT, INSERT ON audit_event TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            COMMUNITY,
            MEMBER,
            MEMBER_ROLE,
            ONE_ROLE_AT_A_TIME,
            AUDIT_EVENT,
            *INDEXES,
            ONLY_GROWS,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
