"""Sealed ballots: what they say and the key that opens them are no longer in the database.

A ballot names nobody and says nothing that can be read; an erasure leaves it, a merging seals it
anew under the mark of the membership that stays. A resident who comes to the desk is named in
`desk_ballot` for as long as they vote there; the row goes when they have finished or run out of
time, and what stays is the audit event that they came.
"""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from marketplace import rules
from marketplace.secrecy import BallotSeal, round_keys
from marketplace.tables import RoundRow
from marketplace.values import Marks

ID = "2026-11-22T20:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sealed ballots, receipts, voting at a desk"

DROPPED = ("DROP TABLE ballot", "DROP TABLE round_key")

# No foreign key to `round`: checking one would lock, and so write, a row beside the ballot. The
# trigger sees to it that there is such a round. No time and no sequence either.
BALLOT = """
CREATE TABLE ballot (
    round_id uuid NOT NULL,
    mark bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT one_ballot_each PRIMARY KEY (round_id, mark),
    CONSTRAINT ballot_mark_length CHECK (length(mark) = 32),
    CONSTRAINT ballot_sealed CHECK (length(sealed) > 30)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)
"""

# What is sealed cannot be packed smaller.
STORED = "ALTER TABLE ballot ALTER sealed SET STORAGE EXTERNAL"

# The advisory lock, shared by voters, makes the answer hold until the writer commits: a closing
# waits for it, and a writer that comes after a closing sees that it has closed. It is written
# nowhere; a lock on the round's row would be. A closing has it alone (marketplace/turns.py).
WHILE_VOTING = """
CREATE OR REPLACE FUNCTION want_voting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_round uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ballots ' || of_round::text, 7046));
    PERFORM 1 FROM round WHERE id = of_round AND state = 'voting';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ballots change only while the round''s ballot is open'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'voting_is_open';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

# Whoever closes a round has its ballots alone, by whatever way it is closed.
CLOSED_ALONE = """
CREATE FUNCTION have_ballots_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ballots ' || NEW.id::text, 7046));
    RETURN NEW;
END $$
"""

DESK_BALLOT = """
CREATE TABLE desk_ballot (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL,
    round_id uuid NOT NULL REFERENCES round (id),
    member_id uuid NOT NULL,
    checked text NOT NULL,
    code_hash bytea,
    token_hash bytea,
    started_by uuid NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT desk_ballot_once UNIQUE (round_id, member_id),
    CONSTRAINT desk_ballot_code UNIQUE (code_hash),
    CONSTRAINT desk_ballot_token UNIQUE (token_hash),
    CONSTRAINT desk_ballot_waits_or_votes CHECK ((code_hash IS NULL) <> (token_hash IS NULL)),
    CONSTRAINT desk_ballot_checked CHECK (checked IN ('id_card', 'known', 'card'))
)
"""

GUARDED = (
    """CREATE TRIGGER ballot_while_voting BEFORE INSERT OR UPDATE OR DELETE ON ballot
       FOR EACH ROW EXECUTE FUNCTION want_voting()""",
    """CREATE TRIGGER round_closes_alone BEFORE UPDATE ON round
       FOR EACH ROW WHEN (OLD.state = 'voting' AND NEW.state = 'closed')
       EXECUTE FUNCTION have_ballots_alone()""",
    """CREATE TRIGGER ballot_is_not_truncated BEFORE TRUNCATE ON ballot
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit_of_history()""",
    """CREATE TRIGGER cast_within_limit BEFORE INSERT ON cast_ballot
       FOR EACH ROW EXECUTE FUNCTION want_choices_within_limit()""",
    "CREATE INDEX cast_ballot_by_receipt ON cast_ballot (round_id, receipt)",
    "CREATE INDEX desk_ballot_by_end ON desk_ballot (ends_at)",
)

RIGHTS = (
    "GRANT SELECT, INSERT, DELETE, UPDATE (sealed) ON ballot TO linli_app",
    """GRANT SELECT, INSERT, DELETE, UPDATE (code_hash, token_hash, ends_at) ON desk_ballot
       TO linli_app""",
)

_OPEN = """
SELECT round.id, community_id, key,
    (SELECT count(*) FROM project WHERE round_id = round.id AND left_at IS NULL) AS room
FROM round JOIN round_key ON round_id = round.id WHERE state = 'voting'
"""


async def forwards() -> MigrationManager:
    """Seal the ballots of open rounds under new keys, and drop what held them and the old keys."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        sealed = [one for opened in await RoundRow.raw(_OPEN) for one in await _sealed_anew(opened)]
        for statement in (
            *DROPPED,
            BALLOT,
            STORED,
            WHILE_VOTING,
            CLOSED_ALONE,
            DESK_BALLOT,
            *GUARDED,
            *RIGHTS,
        ):
            await engine.run_ddl(statement)
        for one in sealed:
            await RoundRow.raw(
                "INSERT INTO ballot (round_id, mark, sealed) VALUES ({}, {}, {})", *one
            )

    manager.add_raw(run)
    return manager


async def _sealed_anew(opened: dict[str, Any]) -> list[tuple[Any, bytes, bytes]]:
    """Return a round's ballots under a key that the database has never seen.

    The old key may be in a write-ahead log or a backup; so may what was cast before the upgrade.
    """
    seal = BallotSeal(opened["id"], round_keys().make(opened["id"]))
    rows = await RoundRow.raw(
        "SELECT mark, choices, points FROM ballot WHERE round_id = {}", opened["id"]
    )
    members = await RoundRow.raw(
        "SELECT id FROM member WHERE community_id = {}", opened["community_id"]
    )
    voters = {rules.voter_mark(opened["key"], row["id"]): row["id"] for row in members}
    anew = []
    for row in rows:
        mark = seal.mark(voters[row["mark"]])
        marks = Marks(tuple(row["choices"]), tuple(row["points"] or ()))
        anew.append((opened["id"], mark, seal.seal(marks, mark, room=opened["room"])))
    return sorted(anew)
