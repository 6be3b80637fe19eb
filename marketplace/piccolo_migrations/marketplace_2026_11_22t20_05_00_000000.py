"""Deliberation: arguments and their words, marks, reports, rulings, both sides, how to speak."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T20:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "deliberation: arguments, moderation, two-sided summaries, neighbourly rules"

# An erasure leaves the line under the pseudonym, so that answers keep their place and the figures
# hold; its words go. In a merge it passes on to the membership that stays.
ARGUMENT = """
CREATE TABLE argument (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    need_id uuid NOT NULL REFERENCES need (id),
    parent_id uuid,
    side text NOT NULL,
    channel text NOT NULL,
    said_by uuid,
    entered_by uuid NOT NULL,
    said_at timestamptz NOT NULL,
    taken_back_at timestamptz,
    CONSTRAINT argument_of_need UNIQUE (need_id, id),
    CONSTRAINT answers_the_same_need FOREIGN KEY (need_id, parent_id)
        REFERENCES argument (need_id, id),
    CONSTRAINT argument_side CHECK (side IN ('for', 'against', 'question', 'answer')),
    CONSTRAINT answer_to_something CHECK ((side = 'answer') = (parent_id IS NOT NULL)),
    CONSTRAINT argument_channel CHECK (channel IN ('online', 'meeting', 'phone')),
    CONSTRAINT typed_by_speaker
        CHECK (channel <> 'online' OR said_by IS NOT DISTINCT FROM entered_by)
)
"""

# Emptied in an erasure of whoever said it.
WORDS = """
CREATE TABLE argument_words (
    argument_id uuid NOT NULL REFERENCES argument (id),
    number integer NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT one_of_argument_words_each PRIMARY KEY (argument_id, number),
    CONSTRAINT argument_words_kind
        CHECK (kind IN ('said', 'amended', 'added') AND (number = 1) = (kind = 'said'))
)
"""

# Goes in an erasure; in a merge it passes on, unless both had marked the same words.
MARK = """
CREATE TABLE argument_mark (
    argument_id uuid NOT NULL REFERENCES argument (id),
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    marked_at timestamptz NOT NULL,
    CONSTRAINT one_argument_mark_each PRIMARY KEY (argument_id, member_id)
)
"""

# The words of a report are emptied in an erasure of whoever reported; that they did stays, so that
# a ruling can be understood.
REPORT = """
CREATE TABLE argument_report (
    argument_id uuid NOT NULL REFERENCES argument (id),
    reported_by uuid NOT NULL,
    community_id uuid NOT NULL,
    reason text NOT NULL,
    words text NOT NULL,
    reported_at timestamptz NOT NULL,
    CONSTRAINT one_argument_report_each PRIMARY KEY (argument_id, reported_by),
    CONSTRAINT report_reason
        CHECK (reason IN ('insult', 'private', 'advertising', 'off_topic', 'other'))
)
"""

# A public act of the community: it stands.
RULING = """
CREATE TABLE argument_ruling (
    argument_id uuid NOT NULL REFERENCES argument (id),
    number integer NOT NULL,
    community_id uuid NOT NULL,
    hidden boolean NOT NULL,
    reason text NOT NULL,
    ruled_by uuid NOT NULL,
    ruled_at timestamptz NOT NULL,
    CONSTRAINT one_ruling_at_a_time PRIMARY KEY (argument_id, number),
    CONSTRAINT ruling_reasoned CHECK (btrim(reason) <> '')
)
"""

# Its words are emptied in an erasure of whoever asked.
SECOND_LOOK = """
CREATE TABLE argument_second_look (
    argument_id uuid NOT NULL REFERENCES argument (id),
    community_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    words text NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT one_second_look_each PRIMARY KEY (argument_id)
)
"""

# Written by a coordinator for the community, and shown at the ballot: it stands.
SUMMARY = """
CREATE TABLE argument_summary (
    need_id uuid NOT NULL REFERENCES need (id),
    number integer NOT NULL,
    community_id uuid NOT NULL,
    in_favour text NOT NULL,
    against text NOT NULL,
    for_count integer NOT NULL,
    against_count integer NOT NULL,
    question_count integer NOT NULL,
    answered_count integer NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT one_argument_summary_each PRIMARY KEY (need_id, number),
    CONSTRAINT summary_of_two_sides CHECK (btrim(in_favour) <> '' AND btrim(against) <> ''),
    CONSTRAINT summary_figures CHECK (
        for_count >= 0 AND against_count >= 0 AND answered_count BETWEEN 0 AND question_count
    )
)
"""

RULES = """
CREATE TABLE neighbourly_rules (
    community_id uuid NOT NULL,
    number integer NOT NULL,
    words text NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT one_version_of_rules_each PRIMARY KEY (community_id, number),
    CONSTRAINT neighbourly_rules_said CHECK (number > 0 AND btrim(words) <> '')
)
"""

# Goes in an erasure and in a merge: whoever speaks again is asked again.
CONSENT = """
CREATE TABLE neighbourly_consent (
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    number integer NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT one_neighbourly_consent_each PRIMARY KEY (member_id)
)
"""

INDEXES = (
    "CREATE INDEX argument_by_need ON argument (need_id, said_at)",
    "CREATE INDEX argument_by_speaker ON argument (said_by, said_at)",
    "CREATE INDEX argument_by_writer ON argument (entered_by)",
    "CREATE INDEX argument_mark_by_member ON argument_mark (member_id)",
    "CREATE INDEX argument_report_waiting ON argument_report (community_id, reported_at)",
    "CREATE INDEX argument_report_by_member ON argument_report (reported_by)",
)

# What was said stays as it was said; words are emptied, never exchanged, and nothing comes back
# that was taken back.
KEEP_WORDS = """
CREATE FUNCTION keep_argument_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.words = '' AND to_jsonb(OLD) - 'words' = to_jsonb(NEW) - 'words' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'words are emptied, never exchanged'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'words_stand';
END $$
"""

KEEP_ARGUMENT = """
CREATE FUNCTION keep_argument() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.taken_back_at IS NULL OR OLD.taken_back_at = NEW.taken_back_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was taken back stays so'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'taken_back_once';
END $$
"""

ONLY_GROW = ("argument_ruling", "argument_summary", "neighbourly_rules")

TRIGGERS = (
    """CREATE TRIGGER argument_words_stand BEFORE UPDATE ON argument_words
       FOR EACH ROW EXECUTE FUNCTION keep_argument_words()""",
    """CREATE TRIGGER argument_stands BEFORE UPDATE ON argument
       FOR EACH ROW EXECUTE FUNCTION keep_argument()""",
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("argument", "argument_words")
    ),
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ("argument", "argument_words", *ONLY_GROW)
    ),
)

RIGHTS = (
    "GRANT SELECT, INSERT, UPDATE (said_by, entered_by, taken_back_at) ON argument TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (words) ON argument_words TO linli_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (member_id) ON argument_mark TO linli_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (reported_by, words) ON argument_report TO linli_app",
    "GRANT SELECT, INSERT, UPDATE (asked_by, words) ON argument_second_look TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON neighbourly_consent TO linli_app",
    f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW)} TO linli_app",
)


async def forwards() -> MigrationManager:
    """Create the tables of deliberation, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            ARGUMENT,
            WORDS,
            MARK,
            REPORT,
            RULING,
            SECOND_LOOK,
            SUMMARY,
            RULES,
            CONSENT,
            *INDEXES,
            KEEP_WORDS,
            KEEP_ARGUMENT,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
