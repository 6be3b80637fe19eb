"""Plans: their versions and files, calls for undertakers with offers, undertakers, amendments."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T19:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "plans, versions, files, calls, offers, undertakers, amendments"

PLAN = """
CREATE TABLE plan (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    need_id uuid NOT NULL,
    begun_by uuid NOT NULL,
    begun_at timestamptz NOT NULL,
    CONSTRAINT one_plan_for_each_need UNIQUE (need_id),
    CONSTRAINT plan_of_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT plan_by_known_member FOREIGN KEY (community_id, begun_by)
        REFERENCES member (community_id, id),
    CONSTRAINT plan_of_community UNIQUE (community_id, id)
)
"""

# What is written here was published and may have been voted on: it stands under the pseudonym of
# its writer after an erasure, and under the former membership after a merge.
VERSION_TABLE = """
CREATE TABLE plan_version (
    plan_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    content text NOT NULL,
    sha256 text NOT NULL,
    cost_fen bigint NOT NULL,
    minutes bigint NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL,
    note text NOT NULL,
    amendment_id uuid,
    CONSTRAINT one_version_each PRIMARY KEY (plan_id, number),
    CONSTRAINT version_of_known_plan FOREIGN KEY (community_id, plan_id)
        REFERENCES plan (community_id, id),
    CONSTRAINT version_by_known_member FOREIGN KEY (community_id, written_by)
        REFERENCES member (community_id, id),
    CONSTRAINT version_number CHECK (number > 0),
    CONSTRAINT version_figures CHECK (cost_fen >= 0 AND minutes >= 0),
    CONSTRAINT version_note CHECK (char_length(note) <= 300),
    CONSTRAINT version_matches_hash
        CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
)
"""

# Who added a file: its plan's versions say it again. After a merge it stays with the former
# membership; an erasure leaves the pseudonym. A file in no version is deleted after a while.
FILE = """
CREATE TABLE plan_file (
    community_id uuid NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    body bytea NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT one_file_for_each_content PRIMARY KEY (community_id, sha256),
    CONSTRAINT file_by_known_member FOREIGN KEY (community_id, added_by)
        REFERENCES member (community_id, id),
    CONSTRAINT file_kind CHECK (kind IN ('pdf', 'jpg', 'xlsx', 'docx')),
    CONSTRAINT file_size CHECK (octet_length(body) BETWEEN 1 AND 5242880),
    CONSTRAINT file_matches_hash CHECK (sha256 = encode(sha256(body), 'hex'))
)
"""

ATTACHMENT = """
CREATE TABLE plan_attachment (
    plan_id uuid NOT NULL,
    number integer NOT NULL,
    community_id uuid NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT attached_once PRIMARY KEY (plan_id, number, sha256),
    CONSTRAINT attached_to_known_version FOREIGN KEY (plan_id, number)
        REFERENCES plan_version (plan_id, number),
    CONSTRAINT attached_known_file FOREIGN KEY (community_id, sha256)
        REFERENCES plan_file (community_id, sha256)
)
"""

CALL = """
CREATE TABLE open_call (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    need_id uuid NOT NULL,
    seeking text NOT NULL,
    opened_by uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    state text NOT NULL,
    ended_why text NOT NULL DEFAULT '',
    reminded_at timestamptz,
    CONSTRAINT call_of_community UNIQUE (community_id, id),
    CONSTRAINT call_of_known_plan FOREIGN KEY (community_id, plan_id)
        REFERENCES plan (community_id, id),
    CONSTRAINT call_for_known_need FOREIGN KEY (community_id, need_id)
        REFERENCES need (community_id, id),
    CONSTRAINT call_by_known_member FOREIGN KEY (community_id, opened_by)
        REFERENCES member (community_id, id),
    CONSTRAINT call_state CHECK (state IN ('open', 'closed', 'decided', 'ended')),
    CONSTRAINT call_words CHECK (char_length(seeking) BETWEEN 1 AND 2000),
    CONSTRAINT call_closes_later CHECK (closes_at > opened_at),
    CONSTRAINT call_ended_with_reason CHECK (state = 'ended' OR ended_why = '')
)
"""

# A member's data where nobody's organisation speaks: handed on in a merge. What was offered is
# public; after an erasure it stands under the pseudonym.
OFFER = """
CREATE TABLE call_offer (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    call_id uuid NOT NULL,
    member_id uuid NOT NULL,
    organisation_id uuid REFERENCES organisation (id),
    words text NOT NULL,
    brings text NOT NULL,
    cost_fen bigint NOT NULL,
    minutes bigint NOT NULL,
    reference text NOT NULL,
    conflict text NOT NULL,
    offered_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT offer_in_known_call FOREIGN KEY (community_id, call_id)
        REFERENCES open_call (community_id, id),
    CONSTRAINT offer_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT offer_words CHECK (
        char_length(words) BETWEEN 1 AND 2000 AND char_length(brings) BETWEEN 1 AND 1000
        AND char_length(reference) <= 1000 AND char_length(conflict) <= 1000),
    CONSTRAINT offer_figures CHECK (cost_fen >= 0 AND minutes >= 0)
)
"""

# Who was chosen in public, by whom and why. Handed on in a merge; an erasure leaves the pseudonym.
UNDERTAKING = """
CREATE TABLE undertaking (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    offer_id uuid NOT NULL REFERENCES call_offer (id),
    member_id uuid NOT NULL,
    organisation_id uuid REFERENCES organisation (id),
    chosen_by uuid NOT NULL,
    chosen_at timestamptz NOT NULL,
    reason text NOT NULL,
    ended_at timestamptz,
    ended_why text NOT NULL DEFAULT '',
    CONSTRAINT undertaking_of_known_plan FOREIGN KEY (community_id, plan_id)
        REFERENCES plan (community_id, id),
    CONSTRAINT undertaking_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT chosen_by_known_member FOREIGN KEY (community_id, chosen_by)
        REFERENCES member (community_id, id),
    CONSTRAINT undertaking_reason CHECK (char_length(reason) BETWEEN 1 AND 1000),
    CONSTRAINT undertaking_ended_with_reason CHECK ((ended_at IS NULL) = (ended_why = ''))
)
"""

# Proposed in public under one's name: handed on in a merge, under the pseudonym after an erasure.
AMENDMENT = """
CREATE TABLE amendment (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    base integer NOT NULL,
    content text NOT NULL,
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open',
    answered_by uuid,
    answered_at timestamptz,
    answer text NOT NULL DEFAULT '',
    version integer,
    CONSTRAINT amendment_of_community UNIQUE (community_id, id),
    CONSTRAINT amendment_of_known_version FOREIGN KEY (plan_id, base)
        REFERENCES plan_version (plan_id, number),
    CONSTRAINT amendment_taken_into_version FOREIGN KEY (plan_id, version)
        REFERENCES plan_version (plan_id, number),
    CONSTRAINT amendment_by_known_member FOREIGN KEY (community_id, proposed_by)
        REFERENCES member (community_id, id),
    CONSTRAINT amendment_state
        CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')),
    CONSTRAINT amendment_reason CHECK (char_length(reason) BETWEEN 1 AND 1000),
    CONSTRAINT amendment_answered
        CHECK ((state = 'open') = (answered_at IS NULL) AND (state <> 'declined' OR answer <> '')),
    CONSTRAINT amendment_accepted_into CHECK ((state = 'accepted') = (version IS NOT NULL))
)
"""

# A resident's opinion: handed on in a merge, taken out in an erasure.
SUPPORT = """
CREATE TABLE amendment_support (
    amendment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    community_id uuid NOT NULL,
    supported_at timestamptz NOT NULL,
    CONSTRAINT supported_once PRIMARY KEY (amendment_id, member_id),
    CONSTRAINT support_of_known_amendment FOREIGN KEY (community_id, amendment_id)
        REFERENCES amendment (community_id, id),
    CONSTRAINT support_by_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id)
)
"""

INDEXES = (
    """ALTER TABLE plan_version ADD CONSTRAINT version_of_known_amendment
       FOREIGN KEY (amendment_id) REFERENCES amendment (id) DEFERRABLE INITIALLY DEFERRED""",
    "CREATE UNIQUE INDEX amendment_taken_in_once ON plan_version (amendment_id)",
    "CREATE INDEX plan_by_member ON plan (begun_by)",
    "CREATE INDEX plan_by_community ON plan (community_id, begun_at)",
    "CREATE INDEX version_by_member ON plan_version (written_by)",
    "CREATE INDEX file_by_member ON plan_file (added_by)",
    "CREATE INDEX attachment_of_file ON plan_attachment (community_id, sha256)",
    "ALTER TABLE plan_file ALTER COLUMN body SET STORAGE EXTERNAL",  # all kinds are compressed
    """CREATE UNIQUE INDEX one_call_at_a_time ON open_call (plan_id)
       WHERE state IN ('open', 'closed')""",
    "CREATE INDEX call_of_plan ON open_call (plan_id, opened_at)",
    "CREATE INDEX call_due ON open_call (closes_at) WHERE state = 'open'",
    "CREATE INDEX call_by_member ON open_call (opened_by)",
    """CREATE UNIQUE INDEX one_offer_of_each_group ON call_offer (call_id, organisation_id)
       WHERE withdrawn_at IS NULL AND organisation_id IS NOT NULL""",
    """CREATE UNIQUE INDEX one_offer_of_each_member ON call_offer (call_id, member_id)
       WHERE withdrawn_at IS NULL AND organisation_id IS NULL""",
    "CREATE INDEX offer_in_call ON call_offer (call_id, offered_at)",
    "CREATE INDEX offer_by_member ON call_offer (member_id)",
    "CREATE UNIQUE INDEX one_undertaker_at_a_time ON undertaking (plan_id) WHERE ended_at IS NULL",
    "CREATE INDEX undertaking_of_plan ON undertaking (plan_id, chosen_at)",
    "CREATE INDEX undertaking_by_member ON undertaking (member_id)",
    "CREATE INDEX chosen_by_member ON undertaking (chosen_by)",
    "CREATE INDEX amendment_of_plan ON amendment (plan_id, proposed_at)",
    "CREATE INDEX amendment_open ON amendment (plan_id) WHERE state = 'open'",
    "CREATE INDEX amendment_by_member ON amendment (proposed_by)",
    "CREATE INDEX amendment_answered_by ON amendment (answered_by)",
    "CREATE INDEX support_by_member ON amendment_support (member_id)",
)

# The share lock makes the answer hold until the writer commits: the opening of a ballot waits for
# it, and a writer that comes after an opening sees that it has opened.
FREE = """
CREATE FUNCTION want_free_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT bool_or(standing.voting) FROM (
            SELECT round.state = 'voting' AS voting FROM round
            WHERE id IN (
                SELECT round_id FROM project WHERE plan_id = NEW.plan_id AND left_at IS NULL)
            ORDER BY id FOR SHARE) AS standing) THEN
        RAISE EXCEPTION 'a plan on an open ballot is frozen'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'plan_is_free';
    END IF;
    RETURN NEW;
END $$
"""

# An amendment keeps what was proposed, and is answered once. A merge hands its author on.
ANSWERED_ONCE = """
CREATE FUNCTION keep_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'proposed_by') = (to_jsonb(NEW) - 'proposed_by') OR (
        OLD.state = 'open' AND NEW.state <> 'open'
        AND (to_jsonb(OLD) - ARRAY['state', 'answered_by', 'answered_at', 'answer', 'version'])
          = (to_jsonb(NEW) - ARRAY['state', 'answered_by', 'answered_at', 'answer', 'version'])
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an amendment keeps its words and is answered once'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'amendment_answered_once';
END $$
"""

CALL_MOVES_ON = """
CREATE FUNCTION keep_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state = NEW.state OR (OLD.state, NEW.state) IN
            (('open', 'closed'), ('open', 'ended'), ('closed', 'decided'), ('closed', 'ended')))
       AND to_jsonb(OLD) - ARRAY['state', 'ended_why', 'reminded_at']
         = to_jsonb(NEW) - ARRAY['state', 'ended_why', 'reminded_at'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a call keeps its words and only moves on'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'call_moves_on';
END $$
"""

OFFER_IN_TIME = """
CREATE FUNCTION want_open_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM open_call WHERE id = NEW.call_id AND state = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'offers come in while the call is open'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'offered_in_time';
    END IF;
    RETURN NEW;
END $$
"""

ONLY_GROW = ("plan_version", "plan_attachment")
KEPT = ("plan", "open_call", "call_offer", "undertaking", "amendment")

TRIGGERS = (
    """CREATE TRIGGER plan_is_free BEFORE INSERT ON plan_version
       FOR EACH ROW EXECUTE FUNCTION want_free_plan()""",
    """CREATE TRIGGER amendment_answered_once BEFORE UPDATE ON amendment
       FOR EACH ROW EXECUTE FUNCTION keep_amendment()""",
    """CREATE TRIGGER call_moves_on BEFORE UPDATE ON open_call
       FOR EACH ROW EXECUTE FUNCTION keep_call()""",
    """CREATE TRIGGER offered_in_time BEFORE INSERT ON call_offer
       FOR EACH ROW EXECUTE FUNCTION want_open_call()""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in ONLY_GROW
    ),
    """CREATE TRIGGER plan_file_is_kept BEFORE UPDATE ON plan_file
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"""CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in KEPT
    ),
    *(
        f"""CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()"""
        for table in (*ONLY_GROW, *KEPT, "plan_file")
    ),
)

RIGHTS = (
    f"GRANT SELECT, INSERT ON {', '.join(ONLY_GROW + KEPT)} TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON plan_file TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON amendment_support TO linli_app",
    "GRANT UPDATE (state, ended_why, reminded_at) ON open_call TO linli_app",
    "GRANT UPDATE (member_id, withdrawn_at) ON call_offer TO linli_app",
    "GRANT UPDATE (member_id, ended_at, ended_why) ON undertaking TO linli_app",
    """GRANT UPDATE (proposed_by, state, answered_by, answered_at, answer, version)
       ON amendment TO linli_app""",
    # Row locks of readers: a plan and a file have nothing else that ever changes.
    "GRANT UPDATE (begun_at) ON plan TO linli_app",
    "GRANT UPDATE (added_at) ON plan_file TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            PLAN,
            VERSION_TABLE,
            FILE,
            ATTACHMENT,
            CALL,
            OFFER,
            UNDERTAKING,
            AMENDMENT,
            SUPPORT,
            *INDEXES,
            FREE,
            ANSWERED_ONCE,
            CALL_MOVES_ON,
            OFFER_IN_TIME,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
