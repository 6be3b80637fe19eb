"""Moving to another community: what two communities agreed on, and each move."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T16:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "moves between communities, and agreements on clearing"

# One row for a pair, so that a move can hold it: the pair's moves are booked one after the other.
# What was agreed before stands in the audit trail of both. It names no member but its author.
AGREEMENT = """
CREATE TABLE clearing_agreement (
    community_id uuid NOT NULL,
    other_id uuid NOT NULL,
    limit_minutes bigint NOT NULL,
    agreed_by uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT one_agreement_for_each_pair PRIMARY KEY (community_id, other_id),
    CONSTRAINT agreement_of_known_community FOREIGN KEY (community_id) REFERENCES community (id),
    CONSTRAINT agreement_with_known_community FOREIGN KEY (other_id) REFERENCES community (id),
    -- The pair has an order, so that it stands once.
    CONSTRAINT agreement_of_two CHECK (community_id < other_id),
    CONSTRAINT agreement_limit CHECK (limit_minutes BETWEEN 0 AND 6000000)
)
"""

# A member's: told as `moves` in `timebank.personal`. An erasure takes the reason out; a merge
# waits until no move is open, and one that is over stays with the membership that it was.
MOVE = """
CREATE TABLE member_move (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    to_community_id uuid NOT NULL,
    member_id uuid NOT NULL,
    state text NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    released_at timestamptz,
    released_by uuid,
    received_at timestamptz,
    received_by uuid,
    new_member_id uuid,
    minutes bigint,
    gift_minutes bigint,
    ended_at timestamptz,
    ended_by uuid,
    ended_why text NOT NULL DEFAULT '',
    CONSTRAINT move_of_known_member FOREIGN KEY (community_id, member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT move_to_known_community FOREIGN KEY (to_community_id) REFERENCES community (id),
    CONSTRAINT move_into_known_member FOREIGN KEY (to_community_id, new_member_id)
        REFERENCES member (community_id, id),
    CONSTRAINT move_elsewhere CHECK (to_community_id <> community_id),
    CONSTRAINT move_state CHECK (state IN ('asked', 'released', 'done', 'declined', 'withdrawn')),
    CONSTRAINT move_released CHECK (
        (released_at IS NULL) = (released_by IS NULL)
        AND (state NOT IN ('released', 'done') OR released_at IS NOT NULL)
    ),
    CONSTRAINT move_received CHECK (
        (state = 'done') = (received_at IS NOT NULL)
        AND (received_at IS NULL) = (received_by IS NULL)
        AND (received_at IS NULL) = (new_member_id IS NULL)
        AND (received_at IS NULL) = (minutes IS NULL)
        AND (received_at IS NULL) = (gift_minutes IS NULL)
    ),
    CONSTRAINT move_agreed_by_two CHECK (released_by <> received_by),
    CONSTRAINT move_not_agreed_by_its_member CHECK (
        released_by <> member_id AND received_by <> member_id AND received_by <> new_member_id
    ),
    CONSTRAINT move_minutes CHECK (minutes >= 0 AND gift_minutes >= 0
        AND minutes + gift_minutes > 0),
    CONSTRAINT move_ended CHECK (
        (state IN ('declined', 'withdrawn')) = (ended_at IS NOT NULL)
        AND (ended_at IS NULL) = (ended_by IS NULL)
    ),
    CONSTRAINT move_why_short CHECK (length(ended_why) <= 500)
)
"""

INDEXES = (
    """CREATE UNIQUE INDEX one_open_move_each ON member_move (member_id)
       WHERE state IN ('asked', 'released')""",
    "CREATE INDEX member_move_from ON member_move (community_id, asked_at DESC)",
    "CREATE INDEX member_move_to ON member_move (to_community_id, asked_at DESC)",
    "CREATE INDEX member_move_by_member ON member_move (member_id, asked_at DESC)",
    """CREATE INDEX member_move_by_new_member ON member_move (new_member_id)
       WHERE new_member_id IS NOT NULL""",
    "CREATE INDEX clearing_agreement_by_other ON clearing_agreement (other_id)",
)

# A move that is over is history: nothing of it changes but that an erasure takes the reason out.
# `was_erased` comes with the register's migration.
OVER_IS_OVER = """
CREATE FUNCTION refuse_change_of_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('asked', 'released') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.ended_why = ''
       AND to_jsonb(OLD) - 'ended_why' = to_jsonb(NEW) - 'ended_why'
       AND (was_erased(OLD.member_id) OR was_erased(OLD.new_member_id)
            OR was_erased(OLD.ended_by)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a move that is over stays as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER member_move_stays BEFORE UPDATE OR DELETE ON member_move
       FOR EACH ROW EXECUTE FUNCTION refuse_change_of_move()""",
    "ALTER TABLE member_move ENABLE ALWAYS TRIGGER member_move_stays",
)

RIGHTS = (
    "GRANT SELECT, INSERT ON clearing_agreement TO linli_app",
    "GRANT UPDATE (limit_minutes, agreed_by, agreed_at) ON clearing_agreement TO linli_app",
    "GRANT SELECT, INSERT ON member_move TO linli_app",
    """GRANT UPDATE (state, released_at, released_by, received_at, received_by, new_member_id,
       minutes, gift_minutes, ended_at, ended_by, ended_why) ON member_move TO linli_app""",
)


async def forwards() -> MigrationManager:
    """Create the tables, their guards, and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in (AGREEMENT, MOVE, *INDEXES, OVER_IS_OVER, *TRIGGERS, *RIGHTS):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
