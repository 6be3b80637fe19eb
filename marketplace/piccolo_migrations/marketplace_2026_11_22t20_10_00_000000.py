"""Councils with their seats; meetings with agenda, attendance, minutes, votes and decisions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "councils, meetings, agendas, attendance, minutes, decisions"

# Who sits on a council is a public office: name and term stay with its decisions. Where a member
# leaves or is erased, the seat ends and its words go; a merge hands an open seat to the membership
# that stays.
COUNCILS = (
    """
CREATE TABLE council (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    area_id uuid,
    seats integer NOT NULL,
    term_from date NOT NULL,
    term_to date NOT NULL,
    votes_public boolean NOT NULL,
    founded_by uuid NOT NULL,
    founded_at timestamptz NOT NULL,
    CONSTRAINT council_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT council_of_one_community UNIQUE (community_id, id),
    CONSTRAINT council_of_known_area FOREIGN KEY (area_id) REFERENCES area (id),
    CONSTRAINT council_named CHECK (btrim(name) <> '' AND length(name) <= 60),
    CONSTRAINT council_kind CHECK (kind IN ('council', 'delegates')),
    CONSTRAINT council_seats CHECK (seats BETWEEN 3 AND 500),
    CONSTRAINT council_term_lasts CHECK (term_from < term_to)
)
""",
    """
CREATE TABLE council_seat (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    council_id uuid NOT NULL,
    member_id uuid NOT NULL,
    role text NOT NULL,
    entry text NOT NULL,
    words text NOT NULL DEFAULT '',
    since timestamptz NOT NULL,
    until timestamptz,
    entered_by uuid NOT NULL,
    ended_by uuid,
    CONSTRAINT seat_on_known_council FOREIGN KEY (community_id, council_id)
        REFERENCES council (community_id, id),
    CONSTRAINT seat_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT seat_role CHECK (role IN ('chair', 'member', 'alternate')),
    CONSTRAINT seat_entry CHECK (entry IN ('elected', 'appointed')),
    CONSTRAINT seat_words_short CHECK (length(words) <= 300),
    CONSTRAINT seat_ends_after_it_began CHECK (until >= since)
)
""",
    """CREATE UNIQUE INDEX one_open_seat_each ON council_seat (council_id, member_id)
       WHERE until IS NULL""",
    """CREATE UNIQUE INDEX one_chair_at_a_time ON council_seat (council_id)
       WHERE until IS NULL AND role = 'chair'""",
    "CREATE INDEX council_by_community ON council (community_id, term_to)",
    "CREATE INDEX seat_by_council ON council_seat (council_id, since)",
    "CREATE INDEX seat_by_member ON council_seat (member_id)",
    "GRANT SELECT, INSERT ON council, council_seat TO linli_app",
    "GRANT UPDATE (name, seats, term_to) ON council TO linli_app",
    "GRANT UPDATE (member_id, words, until, ended_by) ON council_seat TO linli_app",
)

# A meeting is public; who said they come is not, and goes with an erasure or passes to the
# membership that stays. Announcements only grow: they are the meeting's history.
MEETINGS = (
    """
CREATE TABLE meeting (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    kind text NOT NULL,
    council_id uuid,
    title text NOT NULL,
    about text NOT NULL DEFAULT '',
    starts_at timestamptz NOT NULL,
    length integer NOT NULL,
    place text NOT NULL,
    link text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    access text[] NOT NULL DEFAULT '{}',
    access_words text NOT NULL DEFAULT '',
    seats integer,
    audience text NOT NULL,
    area_id uuid,
    chair_id uuid NOT NULL,
    clerk_id uuid NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    secret bytea NOT NULL,
    guests integer NOT NULL DEFAULT 0,
    called_by uuid NOT NULL,
    called_at timestamptz NOT NULL,
    held_at timestamptz,
    minutes_state text NOT NULL DEFAULT 'open',
    objections_until timestamptz,
    published_at timestamptz,
    reminded_at timestamptz,
    chased_at timestamptz,
    CONSTRAINT meeting_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT meeting_of_one_community UNIQUE (community_id, id),
    CONSTRAINT meeting_of_known_council FOREIGN KEY (community_id, council_id)
        REFERENCES council (community_id, id),
    CONSTRAINT meeting_of_known_area FOREIGN KEY (area_id) REFERENCES area (id),
    CONSTRAINT meeting_of_known_chair FOREIGN KEY (community_id, chair_id)
        REFERENCES member (community_id, id),
    CONSTRAINT meeting_of_known_clerk FOREIGN KEY (community_id, clerk_id)
        REFERENCES member (community_id, id),
    CONSTRAINT meeting_kind CHECK (kind IN ('open_talk', 'hearing', 'council', 'delegates')),
    CONSTRAINT meeting_of_its_council
        CHECK ((kind IN ('council', 'delegates')) = (council_id IS NOT NULL)),
    CONSTRAINT meeting_titled CHECK (btrim(title) <> '' AND length(title) <= 80),
    CONSTRAINT meeting_placed CHECK (btrim(place) <> '' AND length(place) <= 120),
    CONSTRAINT meeting_words_short CHECK (length(about) <= 2000 AND length(reason) <= 300
        AND length(access_words) <= 300 AND length(link) <= 300 AND length(phone) <= 40),
    CONSTRAINT meeting_length CHECK (length BETWEEN 15 AND 480),
    CONSTRAINT meeting_seats CHECK (seats BETWEEN 1 AND 5000),
    CONSTRAINT meeting_guests CHECK (guests BETWEEN 0 AND 5000),
    CONSTRAINT meeting_audience
        CHECK (audience IN ('everyone', 'area', 'followers', 'council')),
    CONSTRAINT meeting_state CHECK (state IN ('announced', 'held', 'cancelled')),
    CONSTRAINT meeting_minutes_state CHECK (minutes_state IN ('open', 'shared', 'published')),
    CONSTRAINT meeting_secret_length CHECK (length(secret) = 32),
    CONSTRAINT meeting_cancelled_with_a_reason CHECK (state <> 'cancelled' OR reason <> ''),
    CONSTRAINT meeting_published_once CHECK ((minutes_state = 'published') =
        (published_at IS NOT NULL))
)
""",
    """
CREATE TABLE meeting_notice (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    length integer NOT NULL,
    place text NOT NULL,
    link text NOT NULL,
    phone text NOT NULL,
    why text NOT NULL,
    announced_by uuid NOT NULL,
    announced_at timestamptz NOT NULL,
    CONSTRAINT notice_of_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id)
)
""",
    """
CREATE TABLE meeting_subject (
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    CONSTRAINT about_it_once PRIMARY KEY (meeting_id, subject_id),
    CONSTRAINT subject_of_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id),
    CONSTRAINT subject_kind CHECK (kind IN ('need', 'round'))
)
""",
    """
CREATE TABLE meeting_answer (
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    member_id uuid NOT NULL,
    answer text NOT NULL,
    answered_at timestamptz NOT NULL,
    placed_at timestamptz,
    CONSTRAINT one_answer_each PRIMARY KEY (meeting_id, member_id),
    CONSTRAINT answer_to_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id),
    CONSTRAINT answer_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT answer_known CHECK (answer IN ('yes', 'no', 'online')),
    CONSTRAINT only_who_comes_is_placed CHECK (placed_at IS NULL OR answer = 'yes')
)
""",
    """
CREATE TABLE meeting_presence (
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    member_id uuid NOT NULL,
    way text NOT NULL,
    how text NOT NULL,
    marked_by uuid NOT NULL,
    came_at timestamptz NOT NULL,
    CONSTRAINT present_once PRIMARY KEY (meeting_id, member_id),
    CONSTRAINT presence_at_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id),
    CONSTRAINT presence_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT presence_way CHECK (way IN ('room', 'online')),
    CONSTRAINT presence_how CHECK (how IN ('code', 'list', 'online'))
)
""",
    "CREATE INDEX meeting_by_community ON meeting (community_id, starts_at)",
    "CREATE INDEX meeting_to_remind ON meeting (starts_at) WHERE reminded_at IS NULL",
    "CREATE INDEX meeting_to_publish ON meeting (objections_until) WHERE minutes_state = 'shared'",
    "CREATE INDEX meeting_by_council ON meeting (council_id, starts_at)",
    "CREATE INDEX notice_by_meeting ON meeting_notice (meeting_id, seq)",
    "CREATE INDEX subject_of_meetings ON meeting_subject (subject_id)",
    "CREATE INDEX answer_by_member ON meeting_answer (member_id)",
    "CREATE INDEX presence_by_member ON meeting_presence (member_id)",
    "GRANT SELECT, INSERT ON meeting, meeting_notice, meeting_subject TO linli_app",
    """GRANT UPDATE (starts_at, length, place, link, phone, state, reason, guests, held_at,
           chair_id, clerk_id, minutes_state, objections_until, published_at, reminded_at,
           chased_at)
       ON meeting TO linli_app""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON meeting_answer TO linli_app",
    """GRANT SELECT, INSERT, DELETE, UPDATE (member_id, way, how, marked_by)
       ON meeting_presence TO linli_app""",
)

# What was agreed and decided is public and stays. Who brought an item in, or objected, stays under
# the pseudonym of whoever is erased, and an objection's words go.
AGENDA = (
    """
CREATE TABLE agenda_item (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    number integer,
    title text NOT NULL,
    about text NOT NULL DEFAULT '',
    need_id uuid,
    brought_by uuid NOT NULL,
    brought_at timestamptz NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    decided_by uuid,
    CONSTRAINT item_of_one_community UNIQUE (community_id, meeting_id, id),
    CONSTRAINT item_of_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id),
    CONSTRAINT item_numbered_once UNIQUE (meeting_id, number),
    CONSTRAINT item_titled CHECK (btrim(title) <> '' AND length(title) <= 120),
    CONSTRAINT item_words_short CHECK (length(about) <= 1000 AND length(reason) <= 300),
    CONSTRAINT item_state CHECK (state IN ('proposed', 'accepted', 'declined')),
    CONSTRAINT item_declined_with_a_reason CHECK (state <> 'declined' OR reason <> ''),
    CONSTRAINT item_numbered_when_accepted CHECK ((state = 'accepted') = (number IS NOT NULL))
)
""",
    """
CREATE TABLE item_minutes (
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    item_id uuid NOT NULL,
    words text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT minutes_of_an_item PRIMARY KEY (item_id),
    CONSTRAINT minutes_of_known_item FOREIGN KEY (community_id, meeting_id, item_id)
        REFERENCES agenda_item (community_id, meeting_id, id),
    CONSTRAINT minutes_written CHECK (btrim(words) <> '' AND length(words) <= 5000)
)
""",
    """
CREATE TABLE minutes_note (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT note_of_known_meeting FOREIGN KEY (community_id, meeting_id)
        REFERENCES meeting (community_id, id),
    CONSTRAINT minutes_note_kind CHECK (kind IN ('objection', 'addition')),
    CONSTRAINT minutes_note_short CHECK (length(words) <= 1000)
)
""",
    "CREATE INDEX item_by_meeting ON agenda_item (meeting_id, number)",
    "CREATE INDEX item_by_need ON agenda_item (need_id) WHERE need_id IS NOT NULL",
    "CREATE INDEX item_by_member ON agenda_item (brought_by)",
    "CREATE INDEX minutes_by_meeting ON item_minutes (meeting_id)",
    "CREATE INDEX note_by_meeting ON minutes_note (meeting_id, written_at)",
    "CREATE INDEX note_by_member ON minutes_note (written_by)",
    "GRANT SELECT, INSERT ON agenda_item, item_minutes, minutes_note TO linli_app",
    "GRANT UPDATE (number, state, reason, decided_by) ON agenda_item TO linli_app",
    "GRANT UPDATE (words, written_by, written_at) ON item_minutes TO linli_app",
    "GRANT UPDATE (words) ON minutes_note TO linli_app",
)

# A show of hands, not a secret ballot. `choice` is kept where the council votes by name; else the
# row says only that somebody has voted, and the motion counts.
VOTES = (
    """
CREATE TABLE motion (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    item_id uuid NOT NULL,
    words text NOT NULL,
    replaces_id uuid,
    by_name boolean NOT NULL,
    open boolean NOT NULL DEFAULT true,
    online_yes integer NOT NULL DEFAULT 0,
    online_no integer NOT NULL DEFAULT 0,
    online_abstain integer NOT NULL DEFAULT 0,
    put_by uuid NOT NULL,
    put_at timestamptz NOT NULL,
    CONSTRAINT motion_of_one_meeting UNIQUE (community_id, meeting_id, id),
    CONSTRAINT motion_on_known_item FOREIGN KEY (community_id, meeting_id, item_id)
        REFERENCES agenda_item (community_id, meeting_id, id),
    CONSTRAINT motion_worded CHECK (btrim(words) <> '' AND length(words) <= 1000),
    CONSTRAINT motion_counts_not_negative
        CHECK (least(online_yes, online_no, online_abstain) >= 0)
)
""",
    """
CREATE TABLE motion_voice (
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    motion_id uuid NOT NULL,
    member_id uuid NOT NULL,
    way text NOT NULL,
    choice text,
    CONSTRAINT one_voice_each PRIMARY KEY (motion_id, member_id),
    CONSTRAINT voice_on_known_motion FOREIGN KEY (community_id, meeting_id, motion_id)
        REFERENCES motion (community_id, meeting_id, id),
    CONSTRAINT voice_of_somebody_present FOREIGN KEY (meeting_id, member_id)
        REFERENCES meeting_presence (meeting_id, member_id) ON UPDATE CASCADE,
    CONSTRAINT voice_way CHECK (way IN ('room', 'online')),
    CONSTRAINT voice_choice CHECK (choice IN ('yes', 'no', 'abstain'))
)
""",
    """
CREATE TABLE decision_count (
    community_id uuid NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT one_count_of_decisions_a_year PRIMARY KEY (community_id, year)
)
""",
    """
CREATE TABLE decision (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    item_id uuid NOT NULL,
    motion_id uuid NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL,
    words text NOT NULL,
    room_yes integer NOT NULL,
    room_no integer NOT NULL,
    room_abstain integer NOT NULL,
    online_yes integer NOT NULL,
    online_no integer NOT NULL,
    online_abstain integer NOT NULL,
    present integer NOT NULL,
    needed integer NOT NULL,
    carried boolean NOT NULL,
    replaces_id uuid,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT decision_of_one_community UNIQUE (community_id, id),
    CONSTRAINT decision_on_known_motion FOREIGN KEY (community_id, meeting_id, motion_id)
        REFERENCES motion (community_id, meeting_id, id),
    CONSTRAINT motion_decided_once UNIQUE (motion_id),
    CONSTRAINT decision_numbered_once UNIQUE (community_id, year, number),
    CONSTRAINT decision_replaces_a_known_one FOREIGN KEY (community_id, replaces_id)
        REFERENCES decision (community_id, id),
    CONSTRAINT decision_replaced_once UNIQUE (replaces_id),
    CONSTRAINT decision_votes_not_negative CHECK (least(room_yes, room_no, room_abstain,
        online_yes, online_no, online_abstain) >= 0),
    CONSTRAINT votes_only_of_those_present CHECK (room_yes + room_no + room_abstain
        + online_yes + online_no + online_abstain <= present),
    CONSTRAINT decision_had_its_quorum CHECK (present >= needed)
)
""",
    "CREATE UNIQUE INDEX one_open_motion ON motion (meeting_id) WHERE open",
    "CREATE INDEX motion_by_item ON motion (item_id)",
    "CREATE INDEX voice_by_member ON motion_voice (member_id)",
    "CREATE INDEX decision_by_meeting ON decision (meeting_id, number)",
    "CREATE INDEX decision_by_item ON decision (item_id)",
    "GRANT SELECT, INSERT ON motion, motion_voice, decision, decision_count TO linli_app",
    "GRANT UPDATE (open, online_yes, online_no, online_abstain) ON motion TO linli_app",
    "GRANT UPDATE (last) ON decision_count TO linli_app",
)

# Published minutes stay as they are: what comes later is an addition with its author and date.
PUBLISHED = (
    """
CREATE FUNCTION want_unpublished_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM meeting
    WHERE id = NEW.meeting_id AND minutes_state <> 'published' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'published minutes are not rewritten'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'minutes_published';
    END IF;
    RETURN NEW;
END $$
""",
    """CREATE TRIGGER minutes_until_published BEFORE INSERT OR UPDATE ON item_minutes
       FOR EACH ROW EXECUTE FUNCTION want_unpublished_minutes()""",
)

ONLY_GROW = ("meeting_notice", "decision")

TRIGGERS = (
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*ONLY_GROW, "meeting", "item_minutes")
    ),
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (*COUNCILS, *MEETINGS, *AGENDA, *VOTES, *PUBLISHED, *TRIGGERS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
