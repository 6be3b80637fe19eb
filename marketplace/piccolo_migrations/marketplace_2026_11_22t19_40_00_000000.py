"""Needs: what residents raise, who stands behind it, its history, its photograph, its reports."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T19:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "needs with authors, seconds, versions, photographs, reports; categories by community"

# Of the community; an erasure of whoever changed it changes nothing here.
CATEGORY = """
CREATE TABLE need_category (
    community_id uuid NOT NULL REFERENCES area (id),
    key text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    icon text NOT NULL,
    position integer NOT NULL,
    retired_at timestamptz,
    CONSTRAINT one_need_category_each PRIMARY KEY (community_id, key),
    CONSTRAINT need_category_key CHECK (key ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    CONSTRAINT need_category_named CHECK (btrim(name_zh) <> '' AND btrim(name_en) <> ''
        AND length(name_zh) <= 40 AND length(name_en) <= 60),
    CONSTRAINT need_category_icon CHECK (icon ~ '^[a-z0-9-]{1,40}$'),
    CONSTRAINT need_category_position CHECK (position BETWEEN 0 AND 999)
)
"""

# What was raised is public and others stand behind it, so it stays when its author is erased, under
# the pseudonym; where nobody else has taken it up, a dash takes the place of its words.
NEED = """
CREATE TABLE need (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    area_id uuid REFERENCES area (id),
    category text NOT NULL,
    title text NOT NULL,
    story text NOT NULL,
    place text NOT NULL DEFAULT '',
    raised_by uuid NOT NULL,
    entered_by uuid,
    call_id uuid,
    consent_id uuid,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'raised',
    version integer NOT NULL DEFAULT 1,
    merged_into uuid REFERENCES need (id),
    CONSTRAINT need_of_one_community UNIQUE (community_id, id),
    CONSTRAINT need_by_known_member FOREIGN KEY (community_id, raised_by)
        REFERENCES member (community_id, id),
    CONSTRAINT need_short CHECK (length(title) <= 60 AND length(story) <= 2000
        AND length(place) <= 120),
    CONSTRAINT need_said CHECK (btrim(title) <> '' AND btrim(story) <> ''),
    CONSTRAINT need_state CHECK (state IN ('raised', 'seconded', 'accepted', 'refused', 'planned',
        'entered', 'withdrawn', 'merged', 'hidden')),
    CONSTRAINT need_version_positive CHECK (version > 0),
    CONSTRAINT need_entered_by_another CHECK (entered_by <> raised_by),
    CONSTRAINT need_entered_on_a_word CHECK ((entered_by IS NULL) = (call_id IS NULL)
        AND (entered_by IS NULL) = (consent_id IS NULL)),
    CONSTRAINT need_merged_into_another CHECK (merged_into <> id)
)
"""

MOVE = """
CREATE TABLE need_move (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    need_id uuid NOT NULL,
    community_id uuid NOT NULL,
    state text NOT NULL,
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    why text NOT NULL DEFAULT '',
    CONSTRAINT move_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT need_move_state CHECK (state IN ('raised', 'seconded', 'accepted', 'refused',
        'planned', 'entered', 'withdrawn', 'merged', 'hidden')),
    CONSTRAINT need_move_why_short CHECK (length(why) <= 2000)
)
"""

# A dash takes the place of the words in an erasure; they change in no other way.
WORDS = """
CREATE TABLE need_version (
    need_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    area_id uuid,
    category text NOT NULL,
    title text NOT NULL,
    story text NOT NULL,
    place text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_need_version_each PRIMARY KEY (need_id, number),
    CONSTRAINT version_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id)
)
"""

# Erased authors stay under their pseudonym. A merge of two memberships makes one author of two.
AUTHOR = """
CREATE TABLE need_author (
    need_id uuid NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    from_need uuid REFERENCES need (id),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    left_at timestamptz,
    CONSTRAINT one_author_each PRIMARY KEY (need_id, member_id),
    CONSTRAINT author_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT author_known FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
"""

# One resident counts once. An erasure leaves the second under the pseudonym: a resident it was. A
# merge of two memberships makes one second of two.
SECOND = """
CREATE TABLE need_second (
    need_id uuid NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    entered_by uuid,
    consent_id uuid,
    from_need uuid REFERENCES need (id),
    seconded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_second_each PRIMARY KEY (need_id, member_id),
    CONSTRAINT second_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT second_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT second_entered_on_a_word CHECK ((entered_by IS NULL) = (consent_id IS NULL))
)
"""

# Deleted when whoever left it is erased.
PHOTO = """
CREATE TABLE need_photo (
    need_id uuid NOT NULL,
    community_id uuid NOT NULL,
    image bytea NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_photo_for_each_need PRIMARY KEY (need_id),
    CONSTRAINT photo_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT need_photo_small CHECK (length(image) BETWEEN 1 AND 1048576)
)
"""

# A dash takes the place of the reason when whoever reported is erased; that it was made stays.
REPORT = """
CREATE TABLE need_report (
    id uuid PRIMARY KEY,
    need_id uuid NOT NULL,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    reason text NOT NULL,
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    settled_by uuid,
    CONSTRAINT one_report_each UNIQUE (need_id, member_id),
    CONSTRAINT report_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT report_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT need_report_reason CHECK (btrim(reason) <> '' AND length(reason) <= 500),
    CONSTRAINT need_report_settled_whole CHECK ((settled_at IS NULL) = (settled_by IS NULL))
)
"""

INDEXES = (
    "CREATE INDEX need_by_community ON need (community_id, raised_at DESC, id)",
    "CREATE INDEX need_by_state ON need (community_id, state)",
    "CREATE INDEX need_by_author ON need_author (member_id)",
    "CREATE INDEX need_by_seconder ON need_second (member_id)",
    "CREATE INDEX need_of_call ON need (call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX need_by_entering ON need (entered_by) WHERE entered_by IS NOT NULL",
    "CREATE INDEX need_move_by_need ON need_move (need_id, seq)",
    "CREATE INDEX need_move_by_member ON need_move (moved_by)",
    """CREATE INDEX need_report_waiting ON need_report (community_id, reported_at)
       WHERE settled_at IS NULL""",
    "CREATE INDEX need_report_by_member ON need_report (member_id)",
)

# Which moves there are; that a hidden or merged need comes back to where it stood, the verb sees
# to.
MOVES_ON = """
CREATE FUNCTION keep_need_moving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = ANY (CASE OLD.state
        WHEN 'raised' THEN ARRAY['seconded', 'withdrawn', 'merged', 'hidden']
        WHEN 'seconded' THEN ARRAY['accepted', 'refused', 'withdrawn', 'merged', 'hidden']
        WHEN 'refused' THEN ARRAY['accepted', 'merged', 'hidden']
        WHEN 'accepted' THEN ARRAY['planned', 'refused', 'withdrawn', 'hidden']
        WHEN 'planned' THEN ARRAY['entered', 'accepted', 'withdrawn', 'hidden']
        WHEN 'entered' THEN ARRAY['planned', 'accepted']
        WHEN 'withdrawn' THEN ARRAY['hidden']
        WHEN 'hidden' THEN
            ARRAY['raised', 'seconded', 'refused', 'accepted', 'planned', 'withdrawn']
        WHEN 'merged' THEN ARRAY['raised', 'seconded', 'refused']
        END) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a need does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'need_moves_on';
END $$
"""

KEEPS_WORDS = """
CREATE FUNCTION keep_need_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title = '–' AND NEW.story = '–' AND NEW.place = '' AND was_erased(OLD.written_by)
       AND to_jsonb(OLD) - 'title' - 'story' - 'place'
         = to_jsonb(NEW) - 'title' - 'story' - 'place' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what a need said stays'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'need_version_is_kept';
END $$
"""

# Why its author withdrew a need is theirs, and goes when they are erased.
KEEPS_MOVES = """
CREATE FUNCTION keep_need_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.why = '–' AND OLD.state = 'withdrawn' AND was_erased(OLD.moved_by)
       AND to_jsonb(OLD) - 'why' = to_jsonb(NEW) - 'why' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'how a need moved stays'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'need_move_is_kept';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER need_moves_on BEFORE UPDATE OF state ON need
       FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
       EXECUTE FUNCTION keep_need_moving()""",
    """CREATE TRIGGER need_is_kept BEFORE DELETE ON need
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER need_move_is_kept BEFORE UPDATE ON need_move
       FOR EACH ROW EXECUTE FUNCTION keep_need_move()""",
    """CREATE TRIGGER need_move_only_grows BEFORE DELETE ON need_move
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER need_version_is_kept BEFORE UPDATE ON need_version
       FOR EACH ROW EXECUTE FUNCTION keep_need_version()""",
    """CREATE TRIGGER need_version_only_grows BEFORE DELETE ON need_version
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("need", "need_move", "need_version", "need_second")
    ),
)

RIGHTS = (
    """GRANT SELECT, INSERT ON need, need_move, need_version, need_author, need_second, need_photo,
       need_report, need_category TO linli_app""",
    """GRANT UPDATE (state, version, title, story, place, category, area_id, raised_by,
       merged_into) ON need TO linli_app""",
    "GRANT UPDATE (title, story, place) ON need_version TO linli_app",
    "GRANT UPDATE (why) ON need_move TO linli_app",
    "GRANT UPDATE (left_at, member_id), DELETE ON need_author TO linli_app",
    "GRANT UPDATE (member_id), DELETE ON need_second TO linli_app",
    "GRANT UPDATE (image, added_by, added_at), DELETE ON need_photo TO linli_app",
    "GRANT UPDATE (settled_at, settled_by, reason, member_id) ON need_report TO linli_app",
    """GRANT UPDATE (name_zh, name_en, icon, position, retired_at) ON need_category
       TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            CATEGORY,
            NEED,
            MOVE,
            WORDS,
            AUTHOR,
            SECOND,
            PHOTO,
            REPORT,
            *INDEXES,
            MOVES_ON,
            KEEPS_WORDS,
            KEEPS_MOVES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
