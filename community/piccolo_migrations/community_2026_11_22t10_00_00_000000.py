"""People and places: areas, what is known of a member, kin, consent, delegation, organisations.

Also a community's policy packs, the messages to its members, and an audit trail that says for whom
and on which consent somebody acted.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = (
    "areas, personal details, kinship, consent, delegation, organisations, policy, messages"
)

# `lineage` is the area itself and all above it, so that "a role held at an area holds below it" is
# one comparison. An area does not move: a new one is made instead.
AREA = """
CREATE TABLE area (
    id uuid PRIMARY KEY,
    parent_id uuid,
    level text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    lineage uuid[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT area_below_known_area FOREIGN KEY (parent_id) REFERENCES area (id),
    CONSTRAINT area_level_known
        CHECK (level IN ('city', 'district', 'street', 'community', 'grid')),
    CONSTRAINT area_code_once UNIQUE NULLS NOT DISTINCT (parent_id, code),
    CONSTRAINT area_code_form CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'
        OR code ~ '^[a-z0-9]$'),
    CONSTRAINT area_named CHECK (btrim(name) <> '' AND length(name) <= 80),
    CONSTRAINT area_time_zone_given CHECK (time_zone <> ''),
    CONSTRAINT area_lineage_begins_with_itself CHECK (lineage[1] = id),
    CONSTRAINT area_grid_in_a_community CHECK (level <> 'grid' OR parent_id IS NOT NULL)
)
"""

# A community is an area with a book of its own; its name and time zone are the area's.
COMMUNITY = (
    """INSERT INTO area (id, level, code, name, time_zone, lineage, created_at)
       SELECT id, 'community', code, name, time_zone, ARRAY[id], created_at FROM community""",
    """ALTER TABLE community ADD CONSTRAINT community_is_an_area
       FOREIGN KEY (id) REFERENCES area (id)""",
    "ALTER TABLE community DROP COLUMN name, DROP COLUMN time_zone",
)

HOUSEHOLD = """
CREATE TABLE household (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    grid_id uuid,
    code text NOT NULL,
    address text NOT NULL DEFAULT '',
    CONSTRAINT household_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT household_in_known_grid FOREIGN KEY (grid_id) REFERENCES area (id),
    CONSTRAINT household_of_one_community UNIQUE (community_id, id),
    CONSTRAINT household_code_once UNIQUE (community_id, code),
    CONSTRAINT household_code_given CHECK (btrim(code) <> '' AND length(code) <= 40),
    CONSTRAINT household_address_length CHECK (length(address) <= 200)
)
"""

# One telephone number signs in one person, so it is unique in the whole installation.
MEMBER = """
ALTER TABLE member
    ADD COLUMN phone text,
    ADD COLUMN email text,
    ADD COLUMN birth_date date,
    ADD COLUMN grid_id uuid,
    ADD COLUMN household_id uuid,
    ADD COLUMN registration text,
    ADD COLUMN roster_number text,
    ADD COLUMN identity_sealed text,
    ADD COLUMN identity_lookup bytea,
    ADD COLUMN standing text NOT NULL DEFAULT 'active',
    ADD COLUMN verified_at timestamptz,
    ADD COLUMN verified_by uuid,
    ADD COLUMN verified_how text,
    ADD COLUMN merged_into uuid,
    ADD COLUMN left_at timestamptz,
    ADD CONSTRAINT one_member_per_phone UNIQUE (phone),
    ADD CONSTRAINT member_phone_form CHECK (phone ~ '^[+][1-9][0-9]{6,14}$'),
    ADD CONSTRAINT member_email_form CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'
        AND length(email) <= 254),
    ADD CONSTRAINT member_born_in_living_memory CHECK (birth_date >= DATE '1890-01-01'),
    ADD CONSTRAINT member_in_known_grid FOREIGN KEY (grid_id) REFERENCES area (id),
    ADD CONSTRAINT member_of_known_household FOREIGN KEY (community_id, household_id)
        REFERENCES household (community_id, id),
    ADD CONSTRAINT member_registration CHECK (registration IN ('registered', 'non_registered')),
    ADD CONSTRAINT one_member_per_roster_number UNIQUE (community_id, roster_number),
    ADD CONSTRAINT member_roster_number_form
        CHECK (btrim(roster_number) <> '' AND length(roster_number) <= 40),
    ADD CONSTRAINT one_member_per_identity UNIQUE (community_id, identity_lookup),
    ADD CONSTRAINT member_identity_whole
        CHECK ((identity_sealed IS NULL) = (identity_lookup IS NULL)),
    ADD CONSTRAINT member_standing CHECK (standing IN
        ('applied', 'invited', 'active', 'left', 'declined', 'merged', 'erased')),
    ADD CONSTRAINT member_verified_whole CHECK ((verified_at IS NULL) = (verified_by IS NULL)
        AND (verified_at IS NULL) = (verified_how IS NULL)),
    ADD CONSTRAINT member_verified_how CHECK (verified_how IN
        ('identity_card', 'household_register', 'home_visit', 'known_in_person', 'roster')),
    ADD CONSTRAINT member_merged_into_another CHECK (
        (standing = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id),
    ADD CONSTRAINT member_merged_here FOREIGN KEY (community_id, merged_into)
        REFERENCES member (community_id, id)
"""

MEMBER_INDEXES = (
    "CREATE INDEX member_by_name ON member (community_id, name, id)",
    "CREATE INDEX member_by_joining ON member (community_id, joined_at, id)",
    "CREATE INDEX member_by_household ON member (household_id) WHERE household_id IS NOT NULL",
    "CREATE INDEX member_by_grid ON member (grid_id) WHERE grid_id IS NOT NULL",
    """CREATE INDEX member_by_name_and_birth ON member (community_id, name, birth_date)
       WHERE birth_date IS NOT NULL""",
    """CREATE INDEX member_waiting ON member (community_id, joined_at)
       WHERE standing IN ('applied', 'invited')""",
    "CREATE INDEX member_merged_from ON member (merged_into) WHERE merged_into IS NOT NULL",
)

# A role is held at an area and holds below it. The verbs see to it, with the member locked, that
# two times of one role at one area do not overlap; the index is the last line of defence.
MEMBER_ROLE = (
    "ALTER TABLE member_role ADD COLUMN area_id uuid, ADD COLUMN granted_by uuid",
    "UPDATE member_role SET area_id = community_id",
    """ALTER TABLE member_role ALTER COLUMN area_id SET NOT NULL,
       ADD CONSTRAINT role_at_known_area FOREIGN KEY (area_id) REFERENCES area (id)""",
    "DROP INDEX one_role_at_a_time",
    """CREATE UNIQUE INDEX one_role_at_a_time ON member_role (member_id, role, area_id)
       WHERE until IS NULL""",
    "CREATE INDEX member_role_by_area ON member_role (area_id, role)",
)

KINSHIP = """
CREATE TABLE kinship (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    relative_id uuid NOT NULL,
    kind text NOT NULL,
    evidence text NOT NULL,
    verified_by uuid NOT NULL,
    verified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    ended_by uuid,
    ended_why text,
    CONSTRAINT kinship_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT kinship_with_known_member FOREIGN KEY (community_id, relative_id)
        REFERENCES member (community_id, id),
    CONSTRAINT kinship_kind CHECK (kind IN ('spouse', 'lineal', 'other')),
    CONSTRAINT kinship_of_two CHECK (member_id < relative_id),
    CONSTRAINT kinship_evidence_given CHECK (btrim(evidence) <> '' AND length(evidence) <= 500),
    CONSTRAINT kinship_verified_by_another CHECK (verified_by <> member_id
        AND verified_by <> relative_id),
    CONSTRAINT kinship_ended_whole CHECK ((ended_at IS NULL) = (ended_by IS NULL)
        AND (ended_at IS NULL) = (ended_why IS NULL)),
    CONSTRAINT kinship_ended_why_given CHECK (btrim(ended_why) <> '' AND length(ended_why) <= 500)
)
"""

# What a member agreed to, in the words that were read to them. Never edited: who takes a consent
# back revokes what rests on it.
CONSENT = """
CREATE TABLE consent (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    channel text NOT NULL,
    words text NOT NULL,
    language text NOT NULL,
    witness_id uuid,
    recorded_by uuid NOT NULL,
    given_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT consent_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT consent_of_one_member UNIQUE (community_id, member_id, id),
    CONSTRAINT consent_channel CHECK (channel IN ('in_person', 'phone', 'paper', 'online')),
    CONSTRAINT consent_words_given CHECK (btrim(words) <> '' AND length(words) <= 2000),
    CONSTRAINT consent_language CHECK (language IN ('zh', 'en')),
    CONSTRAINT consent_witnessed CHECK (channel = 'online' OR witness_id IS NOT NULL),
    CONSTRAINT consent_witnessed_by_another CHECK (witness_id <> member_id),
    CONSTRAINT consent_witness_known FOREIGN KEY (witness_id) REFERENCES member (id),
    CONSTRAINT consent_online_needs_no_witness CHECK (channel <> 'online' OR witness_id IS NULL),
    CONSTRAINT consent_online_is_given_by_oneself
        CHECK (channel <> 'online' OR recorded_by = member_id),
    CONSTRAINT consent_given_before_it_was_recorded CHECK (given_at <= recorded_at)
)
"""

DELEGATION = """
CREATE TABLE delegation (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    delegate_id uuid NOT NULL,
    acts text[] NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    consent_id uuid NOT NULL,
    granted_by uuid NOT NULL,
    revoked_at timestamptz,
    revoked_by uuid,
    revoked_why text,
    CONSTRAINT delegation_rests_on_own_consent FOREIGN KEY (community_id, member_id, consent_id)
        REFERENCES consent (community_id, member_id, id),
    CONSTRAINT delegation_to_known_member FOREIGN KEY (community_id, delegate_id)
        REFERENCES member (community_id, id),
    CONSTRAINT delegation_to_another CHECK (member_id <> delegate_id),
    CONSTRAINT delegation_acts CHECK (cardinality(acts) > 0
        AND acts <@ ARRAY['request', 'confirm', 'passbook']),
    CONSTRAINT delegation_ends_after_it_began CHECK (until > since),
    CONSTRAINT delegation_granted_by_another CHECK (granted_by <> delegate_id),
    CONSTRAINT delegation_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)
        AND (revoked_at IS NULL) = (revoked_why IS NULL)),
    CONSTRAINT delegation_revoked_why_given
        CHECK (btrim(revoked_why) <> '' AND length(revoked_why) <= 500)
)
"""

ORGANISATION = """
CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    registration_number text,
    phone text,
    purpose text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz,
    CONSTRAINT organisation_of_known_community FOREIGN KEY (community_id)
        REFERENCES community (id),
    CONSTRAINT organisation_of_one_community UNIQUE (community_id, id),
    CONSTRAINT organisation_kind CHECK (kind IN
        ('social_organisation', 'property_company', 'school', 'residents_group', 'enterprise',
         'public_institution')),
    CONSTRAINT organisation_named CHECK (btrim(name) <> '' AND length(name) <= 80),
    CONSTRAINT organisation_name_once UNIQUE (community_id, name),
    CONSTRAINT organisation_registration_once UNIQUE (community_id, registration_number),
    CONSTRAINT organisation_registration_form
        CHECK (btrim(registration_number) <> '' AND length(registration_number) <= 40),
    CONSTRAINT organisation_phone_form CHECK (phone ~ '^[0-9+][0-9 -]{2,30}$'),
    CONSTRAINT organisation_purpose_length CHECK (length(purpose) <= 1000),
    CONSTRAINT organisation_ends_after_it_began CHECK (until >= since)
)
"""

ORGANISATION_MEMBER = """
CREATE TABLE organisation_member (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    post text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz,
    CONSTRAINT post_in_known_organisation FOREIGN KEY (community_id, organisation_id)
        REFERENCES organisation (community_id, id),
    CONSTRAINT post_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT post_known CHECK (post IN ('leader', 'contact', 'staff', 'member')),
    CONSTRAINT post_ends_after_it_began CHECK (until >= since)
)
"""

# The pack with the latest `holds_from` that has come is the one in force.
POLICY_PACK = """
CREATE TABLE policy_pack (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    holds_from timestamptz NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    settings jsonb NOT NULL,
    file text NOT NULL,
    adopted_by uuid NOT NULL,
    adopted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT policy_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT one_pack_at_a_moment UNIQUE (community_id, holds_from),
    CONSTRAINT policy_named CHECK (btrim(name) <> '' AND length(name) <= 80),
    CONSTRAINT policy_settings_named CHECK (jsonb_typeof(settings) = 'object')
)
"""

# A message is the in-app message itself and, until it is delivered, the outbox of the other ways.
# `kind` names its words in both languages; `fill` is what stands in their gaps. A private one (a
# sign-in code) only goes to the member's own phone or mail; its fill is wiped after that. From
# `spread_at` on, what is still to be sent stands in the app's `message_delivery`.
MESSAGE = """
CREATE TABLE message (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind text NOT NULL,
    fill jsonb NOT NULL DEFAULT '{}',
    link text,
    urgent boolean NOT NULL DEFAULT false,
    private boolean NOT NULL DEFAULT false,
    once text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    spread_at timestamptz,
    read_at timestamptz,
    CONSTRAINT message_to_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT message_kind_given CHECK (kind <> ''),
    CONSTRAINT message_fill_named CHECK (jsonb_typeof(fill) = 'object'),
    CONSTRAINT message_link_inside CHECK (link ~ '^/([^/]|$)'),
    CONSTRAINT message_told_once UNIQUE (member_id, kind, once)
)
"""

AUDIT_EVENT = (
    # The trail of an area above communities has no community; what was `community_id` is the area.
    "ALTER TABLE audit_event DROP CONSTRAINT audit_of_known_community",
    "ALTER TABLE audit_event RENAME COLUMN community_id TO area_id",
    """ALTER TABLE audit_event
       ADD CONSTRAINT audit_of_known_area FOREIGN KEY (area_id) REFERENCES area (id),
       ADD COLUMN consent_id uuid,
       ADD COLUMN before jsonb,
       ADD COLUMN after jsonb,
       ADD COLUMN address inet,
       ADD CONSTRAINT audit_for_another_rests_on_consent
           CHECK ((on_behalf_of IS NULL) = (consent_id IS NULL)),
       ADD CONSTRAINT audit_before_named CHECK (jsonb_typeof(before) = 'object'),
       ADD CONSTRAINT audit_after_named CHECK (jsonb_typeof(after) = 'object')""",
    # A search walks one of these from the newest event back; `seq` parts events of one moment.
    "DROP INDEX audit_event_by_community, audit_event_by_subject",
    "CREATE INDEX audit_event_by_area ON audit_event (area_id, at, seq)",
    "CREATE INDEX audit_event_by_actor ON audit_event (area_id, actor, at, seq)",
    "CREATE INDEX audit_event_by_act ON audit_event (area_id, act, at, seq)",
    "CREATE INDEX audit_event_by_subject ON audit_event (area_id, subject_id, at, seq)",
    """CREATE INDEX audit_event_by_principal ON audit_event (area_id, on_behalf_of, at, seq)
       WHERE on_behalf_of IS NOT NULL""",
    # An event's number and moment are the database's own: the app cannot choose or back-date them.
    "REVOKE INSERT ON audit_event FROM linli_app",
    """GRANT INSERT (area_id, actor, on_behalf_of, consent_id, act, subject_kind, subject_id,
       details, before, after, address) ON audit_event TO linli_app""",
)

INDEXES = (
    "CREATE INDEX area_by_parent ON area (parent_id)",
    "CREATE INDEX area_by_lineage ON area USING gin (lineage)",
    (
        "CREATE UNIQUE INDEX one_kinship_of_two ON kinship (member_id, relative_id)"
        " WHERE ended_at IS NULL"
    ),
    "CREATE INDEX kinship_by_relative ON kinship (relative_id)",
    "CREATE INDEX consent_by_member ON consent (member_id, given_at)",
    "CREATE INDEX delegation_by_member ON delegation (member_id)",
    "CREATE INDEX delegation_by_delegate ON delegation (delegate_id)",
    (
        "CREATE UNIQUE INDEX one_post_at_a_time ON organisation_member"
        " (organisation_id, member_id, post) WHERE until IS NULL"
    ),
    "CREATE INDEX organisation_member_by_member ON organisation_member (member_id)",
    # Unread ones first, newest first in each half; the ids are in the order of time.
    "CREATE INDEX message_inbox ON message (member_id, (read_at IS NULL), id) WHERE NOT private",
    "CREATE INDEX message_unspread ON message (created_at) WHERE spread_at IS NULL",
    ("CREATE INDEX message_unread ON message (member_id) WHERE read_at IS NULL AND NOT private"),
)

# `refuse_edit_of_history` stands in the first migration.
TRIGGERS = tuple(
    statement
    for table in ("consent", "policy_pack")
    for statement in (
        f"""CREATE TRIGGER {table}_is_immutable BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_immutable",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_truncated",
    )
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE (name, time_zone) ON area TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (grid_id, address) ON household TO linli_app",
    (
        "GRANT UPDATE (phone, email, birth_date, grid_id, household_id, registration,"
        " roster_number, identity_sealed, identity_lookup, standing, verified_at, verified_by,"
        " verified_how, merged_into, left_at) ON member TO linli_app"
    ),
    "GRANT SELECT, INSERT, UPDATE (ended_at, ended_by, ended_why) ON kinship TO linli_app",
    "GRANT SELECT, INSERT ON consent TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by, revoked_why) ON delegation TO linli_app",
    (
        "GRANT SELECT, INSERT, UPDATE (kind, name, registration_number, phone, purpose, until)"
        " ON organisation TO linli_app"
    ),
    "GRANT SELECT, INSERT, UPDATE (until) ON organisation_member TO linli_app",
    "GRANT SELECT, INSERT ON policy_pack TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (fill, spread_at, read_at), DELETE ON message TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="community", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            AREA,
            *COMMUNITY,
            HOUSEHOLD,
            MEMBER,
            *MEMBER_INDEXES,
            *MEMBER_ROLE,
            KINSHIP,
            CONSENT,
            DELEGATION,
            ORGANISATION,
            ORGANISATION_MEMBER,
            POLICY_PACK,
            MESSAGE,
            *AUDIT_EVENT,
            *INDEXES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
