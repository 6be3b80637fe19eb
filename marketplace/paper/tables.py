"""Tables of voting on paper, which only grow. Checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Array, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class PaperBatchRow(Table, tablename="paper_batch"):
    """A print of paper ballots; the key is the round and the number."""

    round_id = UUID(primary_key=True)
    community_id = UUID()
    number = Integer()
    size = Integer()
    printed_by = UUID()
    printed_at = Timestamptz()


class PaperBallotRow(Table, tablename="paper_ballot"):
    """A printed ballot: its serial number, and the code on the stub that its voter keeps."""

    id = UUID(primary_key=True)
    round_id = UUID()
    batch = Integer()
    serial = Text()
    code = Text()


class PaperHandedOutRow(Table, tablename="paper_handed_out"):
    """That a resident was given a paper ballot: not which, and not when."""

    round_id = UUID(primary_key=True)
    member_id = UUID()
    handed_by = UUID()


class PaperSpoiledRow(Table, tablename="paper_spoiled"):
    """A ballot that does not count any more: torn, mistaken, taken back."""

    paper_id = UUID(primary_key=True)
    why = Text()
    spoiled_by = UUID()
    spoiled_at = Timestamptz()


class PaperReadingRow(Table, tablename="paper_reading"):
    """What somebody read on a ballot: the first, the second, and where they differ the third."""

    paper_id = UUID(primary_key=True)
    turn = Integer()
    choices = Array(base_column=Integer())
    points = Array(base_column=Integer())
    unclear = Boolean()
    read_by = UUID()
    read_at = Timestamptz()


class PaperDrawRow(Table, tablename="paper_draw"):
    """The draw of a round's sample, once."""

    round_id = UUID(primary_key=True)
    seed = Text()
    percent = Integer()
    wrong_percent_max = Integer()
    population = Integer()
    drawn_by = UUID()
    drawn_at = Timestamptz()


class PaperCheckRow(Table, tablename="paper_check"):
    """What somebody saw who looked at a drawn ballot again, and whether it was keyed in so."""

    paper_id = UUID(primary_key=True)
    choices = Array(base_column=Integer())
    points = Array(base_column=Integer())
    unclear = Boolean()
    agrees = Boolean()
    checked_by = UUID()
    checked_at = Timestamptz()
