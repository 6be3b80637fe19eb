"""What volunteers earned by day, teams, weekly classes with their sessions and who signs up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "minutes earned by day, teams, classes and their group sessions"

# What becomes of the two tables: figures without words, they stay like the book when a member is
# erased; where two memberships are merged, the other's days are added to the survivor's.
EARNED = (
    """
CREATE TABLE earner (
    member_id uuid CONSTRAINT earner_pkey PRIMARY KEY,
    community_id uuid NOT NULL,
    CONSTRAINT earner_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
""",
    """
CREATE TABLE earned_day (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    day date NOT NULL,
    minutes integer NOT NULL,
    CONSTRAINT one_count_a_day PRIMARY KEY (member_id, day),
    CONSTRAINT earned_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT earned_day_not_negative CHECK (minutes >= 0)
)
""",
    "GRANT SELECT, INSERT, UPDATE ON earner, earned_day TO linli_app",
    "GRANT DELETE ON earned_day TO linli_app",
)

# A team's words are its own, not a member's. Where somebody is erased, their membership and what
# they asked for or were asked goes; a merge hands both to the membership that stays.
TEAMS = (
    """
CREATE TABLE team (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    organisation_id uuid,
    name text NOT NULL,
    about text NOT NULL DEFAULT '',
    leader_id uuid NOT NULL,
    founded_by uuid NOT NULL,
    founded_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT team_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT team_of_one_community UNIQUE (community_id, id),
    CONSTRAINT team_of_known_leader FOREIGN KEY (community_id, leader_id)
        REFERENCES member (community_id, id),
    CONSTRAINT team_of_known_organisation FOREIGN KEY (community_id, organisation_id)
        REFERENCES organisation (community_id, id),
    CONSTRAINT team_named CHECK (btrim(name) <> '' AND length(name) <= 40),
    CONSTRAINT team_words_short CHECK (length(about) <= 500)
)
""",
    """
CREATE TABLE team_member (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    invited_at timestamptz,
    invited_by uuid,
    asked_at timestamptz,
    since timestamptz,
    until timestamptz,
    CONSTRAINT team_member_of_known_team FOREIGN KEY (community_id, team_id)
        REFERENCES team (community_id, id),
    CONSTRAINT team_member_is_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT team_member_for_a_reason CHECK (num_nonnulls(invited_at, asked_at, since) > 0),
    CONSTRAINT team_member_invited_by_somebody
        CHECK ((invited_at IS NULL) = (invited_by IS NULL)),
    CONSTRAINT team_member_leaves_after_joining CHECK (until >= since)
)
""",
    """
CREATE TABLE team_offer (
    community_id uuid NOT NULL,
    team_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    offered_by uuid NOT NULL,
    offered_at timestamptz NOT NULL,
    CONSTRAINT offered_to_a_team_once PRIMARY KEY (visit_id, team_id),
    CONSTRAINT team_offer_to_known_team FOREIGN KEY (community_id, team_id)
        REFERENCES team (community_id, id),
    CONSTRAINT team_offer_of_known_visit FOREIGN KEY (community_id, visit_id)
        REFERENCES visit (community_id, id)
)
""",
    """CREATE UNIQUE INDEX team_named_once ON team (community_id, lower(name))
       WHERE closed_at IS NULL""",
    """CREATE UNIQUE INDEX in_a_team_once ON team_member (team_id, member_id)
       WHERE until IS NULL""",
    "CREATE INDEX team_by_community ON team (community_id, closed_at)",
    "CREATE INDEX team_by_leader ON team (leader_id)",
    "CREATE INDEX team_member_by_member ON team_member (member_id)",
    "CREATE INDEX team_offer_by_team ON team_offer (team_id, offered_at)",
    "GRANT SELECT, INSERT ON team, team_member, team_offer TO linli_app",
    "GRANT UPDATE (name, about, leader_id, closed_at) ON team TO linli_app",
    """GRANT UPDATE (member_id, invited_at, invited_by, asked_at, since, until)
       ON team_member TO linli_app""",
    "GRANT DELETE ON team_member, team_offer TO linli_app",
)

# A class as it repeats, and each of its sessions. Title, words and place are the class's, shown to
# everybody; they stay when its leader is erased.
CLASSES = (
    """
CREATE TABLE course (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    care_service_id uuid NOT NULL,
    title text NOT NULL,
    about text NOT NULL DEFAULT '',
    place text NOT NULL,
    leader_id uuid NOT NULL,
    team_id uuid,
    capacity integer NOT NULL,
    minutes integer NOT NULL,
    starts_at timestamptz NOT NULL,
    rule text NOT NULL,
    skip_holidays boolean NOT NULL,
    until date,
    state text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT course_of_one_community UNIQUE (community_id, id),
    CONSTRAINT course_of_known_care_service FOREIGN KEY (community_id, care_service_id)
        REFERENCES care_service (community_id, id),
    CONSTRAINT course_of_known_leader FOREIGN KEY (community_id, leader_id)
        REFERENCES member (community_id, id),
    CONSTRAINT course_of_known_team FOREIGN KEY (community_id, team_id)
        REFERENCES team (community_id, id),
    CONSTRAINT course_state CHECK (state IN ('proposed', 'running', 'declined', 'ended')),
    CONSTRAINT course_titled CHECK (btrim(title) <> '' AND length(title) <= 60),
    CONSTRAINT course_place_given CHECK (btrim(place) <> '' AND length(place) <= 120),
    CONSTRAINT course_words_short CHECK (length(about) <= 500 AND length(reason) <= 300),
    CONSTRAINT course_capacity CHECK (capacity BETWEEN 2 AND 200),
    CONSTRAINT course_length CHECK (minutes BETWEEN 15 AND 240 AND minutes % 15 = 0),
    CONSTRAINT course_rule_short CHECK (rule <> '' AND length(rule) <= 200),
    CONSTRAINT course_on_quarter CHECK (extract(epoch FROM starts_at)::bigint % 900 = 0
        AND starts_at = date_trunc('minute', starts_at)),
    CONSTRAINT course_decided_whole CHECK ((decided_by IS NULL) = (decided_at IS NULL)
        AND (state = 'proposed') = (decided_at IS NULL))
)
""",
    """
CREATE TABLE course_assistant (
    community_id uuid NOT NULL,
    course_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT assists_a_course_once PRIMARY KEY (course_id, member_id),
    CONSTRAINT assistant_of_known_course FOREIGN KEY (community_id, course_id)
        REFERENCES course (community_id, id),
    CONSTRAINT assistant_is_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
""",
    """
CREATE TABLE group_session (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    course_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    minutes integer NOT NULL,
    place text NOT NULL,
    capacity integer NOT NULL,
    credit_per_hour integer NOT NULL,
    leader_id uuid,
    state text NOT NULL,
    code text NOT NULL,
    post_id uuid NOT NULL,
    planned_at timestamptz NOT NULL,
    held_at timestamptz,
    minutes_held integer,
    confirmed_at timestamptz,
    minutes_each integer,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT group_session_of_one_community UNIQUE (community_id, id),
    CONSTRAINT group_session_of_known_course FOREIGN KEY (community_id, course_id)
        REFERENCES course (community_id, id),
    CONSTRAINT group_session_of_known_leader FOREIGN KEY (community_id, leader_id)
        REFERENCES member (community_id, id),
    CONSTRAINT one_session_at_a_time UNIQUE (course_id, starts_at),
    CONSTRAINT one_session_for_each_post UNIQUE (post_id),
    CONSTRAINT group_session_state
        CHECK (state IN ('planned', 'held', 'confirmed', 'cancelled')),
    CONSTRAINT group_session_length CHECK (minutes BETWEEN 15 AND 240 AND minutes % 15 = 0),
    CONSTRAINT group_session_capacity CHECK (capacity BETWEEN 2 AND 200),
    CONSTRAINT group_session_credit CHECK (credit_per_hour BETWEEN 1 AND 600),
    CONSTRAINT group_session_code_form CHECK (code ~ '^[0-9]{4}$'),
    CONSTRAINT group_session_place_given CHECK (btrim(place) <> '' AND length(place) <= 120),
    CONSTRAINT group_session_reason_short CHECK (length(reason) <= 300),
    CONSTRAINT group_session_held_whole CHECK (
        state = 'cancelled'
        OR ((held_at IS NOT NULL) = (state IN ('held', 'confirmed'))
            AND (minutes_held IS NOT NULL) = (held_at IS NOT NULL)
            AND (held_at IS NULL OR leader_id IS NOT NULL))
    ),
    CONSTRAINT group_session_minutes_held CHECK (minutes_held BETWEEN 1 AND minutes),
    CONSTRAINT group_session_confirmed_whole CHECK (
        (confirmed_at IS NOT NULL) = (state = 'confirmed')
        AND (minutes_each IS NOT NULL) = (state = 'confirmed') AND minutes_each > 0
    )
)
""",
    """
CREATE TABLE session_assistant (
    community_id uuid NOT NULL,
    group_session_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT assists_a_session_once PRIMARY KEY (group_session_id, member_id),
    CONSTRAINT assistant_of_known_session FOREIGN KEY (community_id, group_session_id)
        REFERENCES group_session (community_id, id),
    CONSTRAINT session_assistant_is_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
""",
    # Who has a place, who waits (in the order of `number`), who came, and who said that it took
    # place. An erasure keeps that somebody was there, under their pseudonym; there are no words.
    """
CREATE TABLE sign_up (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    community_id uuid NOT NULL,
    group_session_id uuid NOT NULL,
    member_id uuid NOT NULL,
    signed_up_at timestamptz NOT NULL,
    signed_up_by uuid NOT NULL,
    placed_at timestamptz,
    gave_up_at timestamptz,
    attended_at timestamptz,
    attended_how text,
    confirmed_at timestamptz,
    confirmed_by uuid,
    share_minutes integer,
    CONSTRAINT sign_up_to_known_session FOREIGN KEY (community_id, group_session_id)
        REFERENCES group_session (community_id, id),
    CONSTRAINT sign_up_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT sign_up_came_with_a_place CHECK (attended_at IS NULL
        OR (placed_at IS NOT NULL AND gave_up_at IS NULL)),
    CONSTRAINT sign_up_came_somehow CHECK ((attended_at IS NULL) = (attended_how IS NULL)
        AND attended_how IN ('list', 'code')),
    CONSTRAINT sign_up_word_of_who_came CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)
        AND (confirmed_at IS NULL OR attended_at IS NOT NULL)),
    CONSTRAINT sign_up_share CHECK (share_minutes >= 0
        AND (share_minutes IS NULL OR attended_at IS NOT NULL))
)
""",
    """CREATE UNIQUE INDEX signed_up_once ON sign_up (group_session_id, member_id)
       WHERE gave_up_at IS NULL""",
    "CREATE INDEX sign_up_in_order ON sign_up (group_session_id, number)",
    "CREATE INDEX sign_up_by_member ON sign_up (member_id)",
    "CREATE INDEX course_by_community ON course (community_id, state)",
    "CREATE INDEX course_by_leader ON course (leader_id)",
    "CREATE INDEX course_assistant_by_member ON course_assistant (member_id)",
    "CREATE INDEX group_session_ahead ON group_session (community_id, starts_at)",
    "CREATE INDEX group_session_by_leader ON group_session (leader_id, starts_at)",
    """CREATE INDEX group_session_not_over ON group_session (community_id, starts_at)
       WHERE state IN ('planned', 'held')""",
    "CREATE INDEX session_assistant_by_member ON session_assistant (member_id)",
    """GRANT SELECT, INSERT ON course, course_assistant, group_session, session_assistant, sign_up
       TO linli_app""",
    """GRANT UPDATE (leader_id, state, decided_by, decided_at, reason, capacity, place)
       ON course TO linli_app""",
    """GRANT UPDATE (leader_id, state, held_at, minutes_held, confirmed_at, minutes_each, reason,
       capacity, place) ON group_session TO linli_app""",
    """GRANT UPDATE (member_id, placed_at, gave_up_at, attended_at, attended_how, confirmed_at,
       confirmed_by, share_minutes) ON sign_up TO linli_app""",
    "GRANT DELETE ON course_assistant, session_assistant TO linli_app",
)

# A quarter-hour of a volunteer belongs to a visit or to a session, so that nobody is in two places.
QUARTERS = (
    """
ALTER TABLE volunteer_quarter
    ALTER COLUMN visit_id DROP NOT NULL,
    ADD COLUMN group_session_id uuid,
    ADD CONSTRAINT quarter_of_known_session FOREIGN KEY (community_id, group_session_id)
        REFERENCES group_session (community_id, id),
    ADD CONSTRAINT quarter_of_one_thing CHECK (num_nonnulls(visit_id, group_session_id) = 1)
""",
    """CREATE INDEX volunteer_quarter_by_session ON volunteer_quarter (group_session_id)
       WHERE group_session_id IS NOT NULL""",
)


async def forwards() -> MigrationManager:
    """Create the tables and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*EARNED, *TEAMS, *CLASSES, *QUARTERS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
