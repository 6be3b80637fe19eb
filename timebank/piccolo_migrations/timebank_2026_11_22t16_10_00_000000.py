"""The catalogue as a community keeps it, certificates, and volunteers with their times."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what care services ask for, certificates, volunteers, their times and calendars"

CERTIFICATE_KIND = """
CREATE TABLE certificate_kind (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    place_in_list integer NOT NULL,
    retired_at timestamptz,
    CONSTRAINT certificate_kind_of_known_community FOREIGN KEY (community_id)
        REFERENCES community (id),
    CONSTRAINT certificate_kind_of_one_community UNIQUE (community_id, id),
    CONSTRAINT certificate_kind_code_once UNIQUE (community_id, code),
    CONSTRAINT certificate_kind_name_zh_once UNIQUE (community_id, name_zh),
    CONSTRAINT certificate_kind_name_en_once UNIQUE (community_id, name_en),
    CONSTRAINT certificate_kind_named CHECK (
        code <> '' AND btrim(name_zh) <> '' AND btrim(name_en) <> ''
        AND length(name_zh) <= 40 AND length(name_en) <= 40
    )
)
"""

CARE_SERVICE = """
ALTER TABLE care_service
    ADD COLUMN words_zh text NOT NULL DEFAULT '',
    ADD COLUMN words_en text NOT NULL DEFAULT '',
    ADD COLUMN certificate_kind_id uuid,
    ADD COLUMN low_risk boolean NOT NULL DEFAULT true,
    ADD COLUMN minors boolean NOT NULL DEFAULT false,
    ADD COLUMN credit_per_hour integer NOT NULL DEFAULT 60,
    ADD COLUMN for_group boolean NOT NULL DEFAULT false,
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT care_service_of_known_certificate FOREIGN KEY (community_id, certificate_kind_id)
        REFERENCES certificate_kind (community_id, id),
    ADD CONSTRAINT care_service_name_zh_once UNIQUE (community_id, name_zh),
    ADD CONSTRAINT care_service_name_en_once UNIQUE (community_id, name_en),
    ADD CONSTRAINT care_service_words_short CHECK (
        length(words_zh) <= 200 AND length(words_en) <= 200
    ),
    ADD CONSTRAINT care_service_credit CHECK (credit_per_hour BETWEEN 15 AND 240),
    ADD CONSTRAINT care_service_minors_at_low_risk CHECK (
        NOT minors OR (low_risk AND certificate_kind_id IS NULL)
    )
"""

# Communities that opened before have the twelve usual care services: they get the usual values.
KINDS_OF_BEFORE = """
INSERT INTO certificate_kind (id, community_id, code, name_zh, name_en, place_in_list)
SELECT gen_random_uuid(), community_id, kind.code, kind.name_zh, kind.name_en, kind.place
FROM (SELECT DISTINCT community_id FROM care_service) AS open,
    (VALUES ('training', '志愿服务培训', 'Volunteer training', 0),
            ('first_aid', '急救证', 'First aid', 1),
            ('bathing_care', '助浴护理培训', 'Bathing care', 2))
        AS kind (code, name_zh, name_en, place)
"""

VALUES_OF_BEFORE = (
    """UPDATE care_service SET low_risk = false, certificate_kind_id = kind.id
       FROM certificate_kind AS kind WHERE kind.community_id = care_service.community_id
           AND kind.code = 'bathing_care' AND care_service.code = 'bathing'""",
    "UPDATE care_service SET low_risk = false WHERE code IN ('hospital', 'urgent')",
    """UPDATE care_service SET minors = true
       WHERE code IN ('companionship', 'culture', 'digital', 'fraud')""",
    """UPDATE care_service SET for_group = true
       WHERE code IN ('culture', 'health', 'legal', 'fraud', 'digital')""",
)

# What somebody shows to give help that needs it. An erasure deletes a member's certificates; a
# merge hands them to the membership that stays.
CERTIFICATE = """
CREATE TABLE certificate (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind_id uuid NOT NULL,
    number text NOT NULL DEFAULT '',
    issued_on date NOT NULL,
    expires_on date,
    claimed_at timestamptz NOT NULL,
    verified_at timestamptz,
    verified_by uuid,
    evidence text NOT NULL DEFAULT '',
    ended_at timestamptz,
    ended_by uuid,
    ended_why text NOT NULL DEFAULT '',
    CONSTRAINT certificate_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT certificate_of_known_kind FOREIGN KEY (community_id, kind_id)
        REFERENCES certificate_kind (community_id, id),
    CONSTRAINT certificate_not_by_oneself CHECK (verified_by <> member_id),
    CONSTRAINT certificate_verified_whole CHECK (
        (verified_at IS NULL) = (verified_by IS NULL) AND (verified_at IS NULL) = (evidence = '')
    ),
    CONSTRAINT certificate_ended_whole CHECK (
        (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NOT NULL OR ended_why = '')
    ),
    CONSTRAINT certificate_ends_after_it_began CHECK (expires_on > issued_on),
    CONSTRAINT certificate_words_short CHECK (
        length(number) <= 40 AND length(evidence) <= 300 AND length(ended_why) <= 300
    )
)
"""

# A volunteer's own words about themselves. An erasure deletes all of it; in a merge the membership
# that stays keeps its own, or takes over the other's where it has none.
VOLUNTEER = """
CREATE TABLE volunteer (
    member_id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    standing text NOT NULL,
    since timestamptz NOT NULL,
    words text NOT NULL DEFAULT '',
    languages text[] NOT NULL,
    honours_public boolean NOT NULL DEFAULT false,
    decided_at timestamptz,
    decided_by uuid,
    why text NOT NULL DEFAULT '',
    guardian_id uuid,
    guardian_evidence text NOT NULL DEFAULT '',
    guardian_by uuid,
    guardian_at timestamptz,
    CONSTRAINT volunteer_of_one_community UNIQUE (community_id, member_id),
    CONSTRAINT volunteer_is_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT guardian_is_known_member FOREIGN KEY (community_id, guardian_id)
        REFERENCES member (community_id, id),
    CONSTRAINT volunteer_standing CHECK (standing IN ('applied', 'active', 'paused', 'declined')),
    CONSTRAINT volunteer_not_decided_by_oneself CHECK (decided_by <> member_id),
    CONSTRAINT volunteer_decided_whole CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT volunteer_languages CHECK (cardinality(languages) > 0
        AND languages <@ ARRAY['mandarin', 'dialect', 'cantonese', 'english', 'sign']),
    CONSTRAINT volunteer_words_short CHECK (length(words) <= 300 AND length(why) <= 300),
    CONSTRAINT guardian_is_another CHECK (
        guardian_id <> member_id AND guardian_by <> member_id AND guardian_by <> guardian_id
    ),
    CONSTRAINT guardian_whole CHECK (
        num_nulls(guardian_id, guardian_by, guardian_at) IN (0, 3)
        AND (guardian_id IS NULL) = (guardian_evidence = '') AND length(guardian_evidence) <= 300
    )
)
"""

VOLUNTEER_SKILL = """
CREATE TABLE volunteer_skill (
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    care_service_id uuid NOT NULL,
    PRIMARY KEY (member_id, care_service_id),
    CONSTRAINT skill_of_known_volunteer FOREIGN KEY (community_id, member_id)
        REFERENCES volunteer (community_id, member_id) ON DELETE CASCADE,
    CONSTRAINT skill_of_known_care_service FOREIGN KEY (community_id, care_service_id)
        REFERENCES care_service (community_id, id)
)
"""

VOLUNTEER_GRID = """
CREATE TABLE volunteer_grid (
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    grid_id uuid NOT NULL,
    PRIMARY KEY (member_id, grid_id),
    CONSTRAINT grid_of_known_volunteer FOREIGN KEY (community_id, member_id)
        REFERENCES volunteer (community_id, member_id) ON DELETE CASCADE,
    CONSTRAINT grid_is_known FOREIGN KEY (grid_id) REFERENCES area (id)
)
"""

# Minutes after midnight on the community's clocks; 1440 is the end of the day.
VOLUNTEER_HOURS = """
CREATE TABLE volunteer_hours (
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    weekday integer NOT NULL,
    from_minute integer NOT NULL,
    until_minute integer NOT NULL,
    PRIMARY KEY (member_id, weekday, from_minute),
    CONSTRAINT hours_of_known_volunteer FOREIGN KEY (community_id, member_id)
        REFERENCES volunteer (community_id, member_id) ON DELETE CASCADE,
    CONSTRAINT hours_weekday CHECK (weekday BETWEEN 1 AND 7),
    CONSTRAINT hours_in_order CHECK (from_minute >= 0 AND from_minute < until_minute
        AND until_minute <= 1440 AND from_minute % 15 = 0 AND until_minute % 15 = 0)
)
"""

VOLUNTEER_EXCEPTION = """
CREATE TABLE volunteer_exception (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    away boolean NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    from_minute integer,
    until_minute integer,
    CONSTRAINT exception_of_known_volunteer FOREIGN KEY (community_id, member_id)
        REFERENCES volunteer (community_id, member_id) ON DELETE CASCADE,
    CONSTRAINT exception_days_in_order CHECK (first_day <= last_day),
    CONSTRAINT exception_whole CHECK (CASE WHEN away
        THEN from_minute IS NULL AND until_minute IS NULL
        ELSE first_day = last_day AND from_minute IS NOT NULL AND until_minute IS NOT NULL
            AND from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440
            AND from_minute % 15 = 0 AND until_minute % 15 = 0 END)
)
"""

# The id is half of the feed's address; the other half is made from it with the installation's
# secret, so a copy of the database opens no calendar. An erasure deletes it, and so does a merge.
CALENDAR_FEED = """
CREATE TABLE calendar_feed (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT one_feed_each UNIQUE (member_id),
    CONSTRAINT feed_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
"""

INDEXES = (
    # Who sends the form twice claims once.
    """CREATE UNIQUE INDEX one_claim_at_a_time ON certificate (member_id, kind_id)
       WHERE verified_at IS NULL AND ended_at IS NULL""",
    "CREATE INDEX certificate_by_member ON certificate (member_id, claimed_at)",
    """CREATE INDEX certificate_waits ON certificate (community_id, claimed_at)
       WHERE verified_at IS NULL AND ended_at IS NULL""",
    """CREATE INDEX certificate_ends ON certificate (expires_on)
       WHERE verified_at IS NOT NULL AND ended_at IS NULL AND expires_on IS NOT NULL""",
    "CREATE INDEX volunteer_by_standing ON volunteer (community_id, standing, since)",
    "CREATE INDEX volunteer_by_guardian ON volunteer (guardian_id) WHERE guardian_id IS NOT NULL",
    "CREATE INDEX volunteer_exception_by_member ON volunteer_exception (member_id, last_day)",
    # What somebody gave in all, and lately.
    """CREATE INDEX visit_given ON visit (volunteer_id, starts_at) INCLUDE (minutes_confirmed)
       WHERE minutes_confirmed IS NOT NULL""",
)

RIGHTS = (
    """GRANT UPDATE (name_zh, name_en, words_zh, words_en, usual_minutes, place_in_list,
       certificate_kind_id, low_risk, minors, credit_per_hour, for_group, retired_at, version)
       ON care_service TO linli_app""",
    "GRANT SELECT, INSERT ON certificate_kind TO linli_app",
    "GRANT UPDATE (name_zh, name_en, place_in_list, retired_at) ON certificate_kind TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON certificate TO linli_app",
    """GRANT UPDATE (member_id, verified_at, verified_by, evidence, ended_at, ended_by, ended_why)
       ON certificate TO linli_app""",
    "GRANT SELECT, INSERT, DELETE ON volunteer TO linli_app",
    """GRANT UPDATE (standing, since, words, languages, honours_public, decided_at, decided_by, why,
       guardian_id, guardian_evidence, guardian_by, guardian_at) ON volunteer TO linli_app""",
    "GRANT SELECT, INSERT, DELETE ON volunteer_skill, volunteer_grid TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON volunteer_hours, volunteer_exception TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON calendar_feed TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the columns and tables, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            CERTIFICATE_KIND,
            CARE_SERVICE,
            KINDS_OF_BEFORE,
            *VALUES_OF_BEFORE,
            CERTIFICATE,
            VOLUNTEER,
            VOLUNTEER_SKILL,
            VOLUNTEER_GRID,
            VOLUNTEER_HOURS,
            VOLUNTEER_EXCEPTION,
            CALENDAR_FEED,
            *INDEXES,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
