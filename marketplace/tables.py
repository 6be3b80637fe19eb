"""The marketplace's tables. Their rules (checks, keys, triggers, rights) stand in the migration.

A round's terms, projects, moves, cast ballots, counts and elections are never changed once they
are written. Only `ballot` and `desk_ballot` come and go while a round's ballot is open.
"""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class RoundRow(Table, tablename="round"):
    """A round: its published terms, and how far it has come."""

    id = UUID(primary_key=True)
    community_id = UUID()
    name = Text()
    budget_fen = BigInt()
    choices_max = Integer()
    terms = Text()
    terms_hash = Text()
    state = Text()
    opened_by = UUID()
    opened_at = Timestamptz()
    area_id = UUID(null=True, default=None)
    voting_opens_at = Timestamptz(null=True, default=None)
    voting_closes_at = Timestamptz(null=True, default=None)
    electorate = JSONB()
    entry = Text()
    incompatible = JSONB()
    ballot_terms = Text(null=True, default=None)
    ballot_hash = Text(null=True, default=None)


class RoundMoveRow(Table, tablename="round_move"):
    """A step of a round: what it became, who moved it, when."""

    seq = BigInt(primary_key=True)
    round_id = UUID()
    state = Text()
    moved_by = UUID()
    moved_at = Timestamptz()


class ProjectRow(Table, tablename="project"):
    """A project as its resident proposed it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    round_id = UUID()
    number = Integer()
    title = Text()
    purpose = Text()
    place = Text()
    category = Text()
    cost_fen = BigInt()
    proposed_by = UUID()
    proposed_at = Timestamptz()
    area_id = UUID(null=True, default=None)
    plan_id = UUID(null=True, default=None)
    plan_version = Integer(null=True, default=None)
    left_at = Timestamptz(null=True, default=None)


class ProjectMoveRow(Table, tablename="project_move"):
    """A step of a project: what it became, who moved it, when and why."""

    seq = BigInt(primary_key=True)
    project_id = UUID()
    state = Text()
    moved_by = UUID()
    moved_at = Timestamptz()
    why = Text()


class BallotRow(Table, tablename="ballot"):
    """A sealed ballot of an open round, under its voter's mark; without a time, on purpose."""

    round_id = UUID(primary_key=True)
    mark = Bytea()
    sealed = Bytea()


class DeskBallotRow(Table, tablename="desk_ballot"):
    """A resident who votes at the desk just now: by which code or token, and until when."""

    id = UUID(primary_key=True)
    community_id = UUID()
    round_id = UUID()
    member_id = UUID()
    checked = Text()
    code_hash = Bytea(null=True, default=None)
    token_hash = Bytea(null=True, default=None)
    started_by = UUID()
    ends_at = Timestamptz()


class CastBallotRow(Table, tablename="cast_ballot"):
    """A ballot of a closed round, numbered in random order; nothing leads back to its voter."""

    round_id = UUID(primary_key=True)
    number = Integer()
    choices = Array(base_column=Integer())
    points = Array(base_column=Integer(), null=True, default=None)
    receipt = Text(null=True, default=None)


class VoterRollRow(Table, tablename="voter_roll"):
    """Who could vote in a closed round, and who did; not what."""

    round_id = UUID(primary_key=True)
    member_id = UUID()
    voted = Boolean()


class RoundChangeRow(Table, tablename="round_change"):
    """A change after the ballot opened: what it was, what it became, who changed it, and why."""

    id = UUID(primary_key=True)
    round_id = UUID()
    kind = Text()
    project_id = UUID(null=True, default=None)
    before = Text()
    after = Text()
    why = Text()
    changed_by = UUID()
    changed_at = Timestamptz()


class RoundNoticeRow(Table, tablename="round_notice"):
    """What was told of a round, so that it is told once."""

    round_id = UUID(primary_key=True)
    kind = Text()
    told_at = Timestamptz()


class ElectionRow(Table, tablename="election"):
    """A published election: its file, byte for byte, and what was read in it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    name = Text()
    file_name = Text()
    file_sha256 = Text()
    file = Bytea()
    summary = JSONB()
    imported_at = Timestamptz()


class CountRow(Table, tablename="count_result"):
    """A count of a round or of an election under one rule, with what became of each project."""

    id = UUID(primary_key=True)
    community_id = UUID()
    round_id = UUID(null=True, default=None)
    election_id = UUID(null=True, default=None)
    rule = Text()
    rules = Text()
    rules_hash = Text()
    result = JSONB()
    counted_at = Timestamptz()
