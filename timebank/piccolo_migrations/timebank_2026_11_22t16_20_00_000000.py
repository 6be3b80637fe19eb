"""What may be done with saved hours: gifts, donations, grants, estates, and elders' needs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "gifts, donations, proposals with two approvals, estates, needs profiles"

# Who gave to whom and how much is the book's as well, so it stays when one of them is erased, under
# the pseudonym; what the giver said with it goes. A merge leaves gifts where they are: they tell
# what the former membership did, and those that are open end first.
GIFT = """
CREATE TABLE gift (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    giver_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    minutes integer NOT NULL,
    words text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'offered',
    offered_at timestamptz NOT NULL,
    lapses_at timestamptz NOT NULL,
    ended_at timestamptz,
    form_key uuid NOT NULL,
    hold_id uuid NOT NULL,
    post_id uuid NOT NULL,
    CONSTRAINT gift_of_known_giver FOREIGN KEY (community_id, giver_id)
        REFERENCES member (community_id, id),
    CONSTRAINT gift_to_known_receiver FOREIGN KEY (community_id, receiver_id)
        REFERENCES member (community_id, id),
    CONSTRAINT gift_to_another CHECK (giver_id <> receiver_id),
    CONSTRAINT gift_minutes CHECK (minutes BETWEEN 15 AND 60000),
    CONSTRAINT gift_words_short CHECK (length(words) <= 200),
    CONSTRAINT gift_state CHECK (state IN
        ('offered', 'accepted', 'declined', 'withdrawn', 'lapsed')),
    CONSTRAINT gift_ended_fits_state CHECK ((ended_at IS NULL) = (state = 'offered')),
    CONSTRAINT gift_lapses_later CHECK (lapses_at > offered_at),
    CONSTRAINT one_gift_for_each_form UNIQUE (giver_id, form_key),
    CONSTRAINT one_gift_for_each_hold UNIQUE (hold_id)
)
"""

# Stays as the book's transfers do. Nobody's own words are in it but those of a reversal, which an
# erasure of the member takes out.
DONATION = """
CREATE TABLE donation (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    minutes integer NOT NULL,
    donated_at timestamptz NOT NULL,
    form_key uuid NOT NULL,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    reversed_at timestamptz,
    reversed_by uuid,
    reversed_why text,
    CONSTRAINT donation_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT donation_minutes CHECK (minutes BETWEEN 15 AND 60000),
    CONSTRAINT donation_reversed_whole CHECK (
        (reversed_at IS NULL) = (reversed_by IS NULL)
        AND (reversed_at IS NULL) = (reversed_why IS NULL) AND length(reversed_why) <= 500
    ),
    CONSTRAINT one_donation_for_each_form UNIQUE (member_id, form_key),
    CONSTRAINT one_donation_for_each_transfer UNIQUE (first_id)
)
"""

# What two people have to agree to. The reason is the community's own record of why hours were made
# or moved; an erasure of the one it is about empties it.
PROPOSAL = """
CREATE TABLE hours_proposal (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    estate_of uuid,
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    form_key uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    ended_at timestamptz,
    ended_by uuid,
    why text,
    CONSTRAINT proposal_of_one_community UNIQUE (community_id, id),
    CONSTRAINT proposal_by_known_member FOREIGN KEY (proposed_by) REFERENCES member (id),
    CONSTRAINT proposal_of_known_estate FOREIGN KEY (community_id, estate_of)
        REFERENCES member (community_id, id),
    CONSTRAINT proposal_kind CHECK (kind IN ('grant', 'opening', 'estate')),
    CONSTRAINT proposal_source CHECK (source IN ('relief', 'issuance', 'estate')
        AND (kind = 'estate') = (source = 'estate') AND (kind <> 'opening' OR source = 'issuance')),
    CONSTRAINT proposal_estate_named CHECK ((kind = 'estate') = (estate_of IS NOT NULL)),
    CONSTRAINT proposal_reason_short CHECK (length(reason) <= 500),
    CONSTRAINT proposal_state CHECK (state IN ('waiting', 'booked', 'declined')),
    CONSTRAINT proposal_ended_fits_state CHECK (
        (ended_at IS NULL) = (state = 'waiting') AND (ended_by IS NULL) = (state = 'waiting')
        AND (why IS NOT NULL) = (state = 'declined') AND length(why) <= 500
    ),
    CONSTRAINT one_proposal_for_each_form UNIQUE (proposed_by, form_key)
)
"""

PROPOSAL_LINE = """
CREATE TABLE hours_proposal_line (
    proposal_id uuid NOT NULL,
    community_id uuid NOT NULL,
    place integer NOT NULL,
    receiver_id uuid,
    minutes integer NOT NULL,
    transfer_id uuid NOT NULL,
    CONSTRAINT proposal_line_in_order PRIMARY KEY (proposal_id, place),
    CONSTRAINT line_of_known_proposal FOREIGN KEY (community_id, proposal_id)
        REFERENCES hours_proposal (community_id, id),
    CONSTRAINT line_to_known_receiver FOREIGN KEY (community_id, receiver_id)
        REFERENCES member (community_id, id),
    CONSTRAINT line_of_some_minutes CHECK (minutes > 0),
    CONSTRAINT one_line_for_each_receiver UNIQUE NULLS NOT DISTINCT (proposal_id, receiver_id)
)
"""

# Approving twice cannot be stored, so two rows are two people.
APPROVAL = """
CREATE TABLE hours_approval (
    proposal_id uuid NOT NULL,
    community_id uuid NOT NULL,
    approver_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT one_approval_each PRIMARY KEY (proposal_id, approver_id),
    CONSTRAINT approval_of_known_proposal FOREIGN KEY (community_id, proposal_id)
        REFERENCES hours_proposal (community_id, id),
    CONSTRAINT approval_by_known_member FOREIGN KEY (approver_id) REFERENCES member (id)
)
"""

# That somebody left minutes behind. It stays with the book; how many they are, the book says.
ESTATE = """
CREATE TABLE estate (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    why text NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by uuid NOT NULL,
    CONSTRAINT one_estate_each PRIMARY KEY (community_id, member_id),
    CONSTRAINT estate_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT estate_why CHECK (why IN ('died', 'moved'))
)
"""

# Sensitive, so one row a member and no history: what was, the trail says only as having changed.
# An erasure deletes it; a merge keeps the survivor's, or takes over the other's.
NEEDS = """
CREATE TABLE needs_profile (
    community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    living text NOT NULL,
    low_income boolean NOT NULL,
    disability text NOT NULL,
    hardship boolean NOT NULL,
    evidence text NOT NULL,
    review_on date NOT NULL,
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    CONSTRAINT one_needs_profile_each PRIMARY KEY (community_id, member_id),
    CONSTRAINT needs_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT needs_entered_by_another CHECK (entered_by <> member_id),
    CONSTRAINT needs_living CHECK (living IN ('with_family', 'empty_nest', 'alone')),
    CONSTRAINT needs_disability CHECK (disability IN ('none', 'semi', 'full')),
    CONSTRAINT needs_evidence_given CHECK (btrim(evidence) <> '' AND length(evidence) <= 500)
)
"""

INDEXES = (
    "CREATE INDEX gift_lapses ON gift (lapses_at) WHERE state = 'offered'",
    "CREATE INDEX gift_by_giver ON gift (giver_id, offered_at)",
    "CREATE INDEX gift_by_receiver ON gift (receiver_id, offered_at)",
    "CREATE INDEX donation_by_member ON donation (member_id, donated_at)",
    "CREATE INDEX donation_by_community ON donation (community_id, donated_at)",
    """CREATE UNIQUE INDEX one_open_proposal_for_each_estate ON hours_proposal (estate_of)
       WHERE state = 'waiting' AND estate_of IS NOT NULL""",
    "CREATE INDEX proposal_waiting ON hours_proposal (community_id, id) WHERE state = 'waiting'",
    "CREATE INDEX proposal_by_time ON hours_proposal (community_id, proposed_at)",
    "CREATE INDEX proposal_of_estate ON hours_proposal (estate_of) WHERE estate_of IS NOT NULL",
    "CREATE INDEX proposal_line_by_receiver ON hours_proposal_line (receiver_id)",
    "CREATE INDEX approval_by_member ON hours_approval (approver_id)",
    "CREATE INDEX needs_review ON needs_profile (community_id, review_on)",
)

# What was proposed, given and donated is never edited; only how it ended is added.
ONLY_ENDS = """
CREATE FUNCTION refuse_second_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL AND (NEW.state, NEW.ended_at) IS DISTINCT FROM
       (OLD.state, OLD.ended_at) THEN
        RAISE EXCEPTION '% has ended before', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ends_once';
    END IF;
    RETURN NEW;
END $$
"""

# The words of a gift and the reason of a proposal go when one of those they are about is erased,
# and change in no other way. `was_erased` comes with the register's migration.
ONLY_ERASES_WORDS = """
CREATE FUNCTION refuse_other_words_of_gift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.words = OLD.words
       OR (NEW.words = '' AND (was_erased(OLD.giver_id) OR was_erased(OLD.receiver_id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a gift keeps its words'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'gift_keeps_words';
END $$
"""

ONLY_ERASES_REASON = """
CREATE FUNCTION refuse_other_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reason = OLD.reason OR (NEW.reason = '' AND (was_erased(OLD.estate_of) OR EXISTS (
           SELECT FROM hours_proposal_line WHERE proposal_id = OLD.id AND was_erased(receiver_id))))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a proposal keeps its reason'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proposal_keeps_reason';
END $$
"""

TRIGGERS = (
    ONLY_ENDS,
    ONLY_ERASES_WORDS,
    ONLY_ERASES_REASON,
    """CREATE TRIGGER gift_keeps_words BEFORE UPDATE OF words ON gift
       FOR EACH ROW EXECUTE FUNCTION refuse_other_words_of_gift()""",
    """CREATE TRIGGER proposal_keeps_reason BEFORE UPDATE OF reason ON hours_proposal
       FOR EACH ROW EXECUTE FUNCTION refuse_other_reason()""",
    """CREATE TRIGGER gift_ends_once BEFORE UPDATE ON gift
       FOR EACH ROW EXECUTE FUNCTION refuse_second_end()""",
    """CREATE TRIGGER proposal_ends_once BEFORE UPDATE ON hours_proposal
       FOR EACH ROW EXECUTE FUNCTION refuse_second_end()""",
    """CREATE TRIGGER approval_is_immutable BEFORE UPDATE OR DELETE ON hours_approval
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER approval_is_not_truncated BEFORE TRUNCATE ON hours_approval
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER proposal_line_is_immutable BEFORE UPDATE OR DELETE ON hours_proposal_line
       FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER proposal_line_is_not_truncated BEFORE TRUNCATE ON hours_proposal_line
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    *(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
        for table, trigger in (
            ("gift", "gift_ends_once"),
            ("hours_proposal", "proposal_ends_once"),
            ("hours_approval", "approval_is_immutable"),
            ("hours_approval", "approval_is_not_truncated"),
            ("hours_proposal_line", "proposal_line_is_immutable"),
            ("hours_proposal_line", "proposal_line_is_not_truncated"),
        )
    ),
)

RIGHTS = (
    "GRANT SELECT, INSERT ON gift, donation, hours_proposal, hours_proposal_line TO linli_app",
    "GRANT SELECT, INSERT ON hours_approval, estate TO linli_app",
    "GRANT UPDATE (state, ended_at, words) ON gift TO linli_app",
    "GRANT UPDATE (reversed_at, reversed_by, reversed_why) ON donation TO linli_app",
    "GRANT UPDATE (state, ended_at, ended_by, why, reason) ON hours_proposal TO linli_app",
    "GRANT UPDATE (why, opened_at, opened_by) ON estate TO linli_app",
    "GRANT SELECT, INSERT, DELETE ON needs_profile TO linli_app",
    """GRANT UPDATE (living, low_income, disability, hardship, evidence, review_on, entered_by,
       entered_at) ON needs_profile TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (
            GIFT,
            DONATION,
            PROPOSAL,
            PROPOSAL_LINE,
            APPROVAL,
            ESTATE,
            NEEDS,
            *INDEXES,
            *TRIGGERS,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
