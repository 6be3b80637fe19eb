"""Tables of deliberation. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class ArgumentRow(Table, tablename="argument"):
    """Something that was said about a need; its words stand in `argument_words`."""

    id = UUID(primary_key=True)
    community_id = UUID()
    need_id = UUID()
    parent_id = UUID(null=True, default=None)
    side = Text()
    channel = Text()
    said_by = UUID(null=True, default=None)
    entered_by = UUID()
    said_at = Timestamptz()
    taken_back_at = Timestamptz(null=True, default=None)


class ArgumentWordsRow(Table, tablename="argument_words"):
    """Words of an argument; the key is the argument and the number."""

    argument_id = UUID(primary_key=True)
    number = Integer()
    kind = Text()
    words = Text()
    written_at = Timestamptz()


class ArgumentMarkRow(Table, tablename="argument_mark"):
    """That a neighbour found words helpful; the key is both."""

    argument_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    marked_at = Timestamptz()


class ArgumentReportRow(Table, tablename="argument_report"):
    """A report of words; the key is the argument and who reported."""

    argument_id = UUID(primary_key=True)
    reported_by = UUID()
    community_id = UUID()
    reason = Text()
    words = Text()
    reported_at = Timestamptz()


class ArgumentRulingRow(Table, tablename="argument_ruling"):
    """What a coordinator decided about words; the key is the argument and the number."""

    argument_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    hidden = Boolean()
    reason = Text()
    ruled_by = UUID()
    ruled_at = Timestamptz()


class SecondLookRow(Table, tablename="argument_second_look"):
    """That the author of hidden words wishes another coordinator to look again."""

    argument_id = UUID(primary_key=True)
    community_id = UUID()
    asked_by = UUID()
    words = Text()
    asked_at = Timestamptz()


class SummaryRow(Table, tablename="argument_summary"):
    """A version of both sides in equal space, with the figures of that moment."""

    need_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    in_favour = Text()
    against = Text()
    for_count = Integer()
    against_count = Integer()
    question_count = Integer()
    answered_count = Integer()
    written_by = UUID()
    written_at = Timestamptz()


class NeighbourlyRulesRow(Table, tablename="neighbourly_rules"):
    """A version of how neighbours speak with each other; the key is community and number."""

    community_id = UUID(primary_key=True)
    number = Integer()
    words = Text()
    changed_by = UUID()
    changed_at = Timestamptz()


class NeighbourlyConsentRow(Table, tablename="neighbourly_consent"):
    """That a member agreed to the neighbourly rules, and to which version."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    number = Integer()
    agreed_at = Timestamptz()
