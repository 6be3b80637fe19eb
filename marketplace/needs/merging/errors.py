"""What is refused about merging needs."""

from marketplace.needs.errors import NeedError
from marketplace.needs.merging.values import MergeId, MergeState


class UnknownMerge(NeedError):
    """This community has no such merge."""


class MergeSettled(NeedError):
    """The merge is settled already. `state` is how."""

    def __init__(self, state: MergeState) -> None:
        self.state = state
        super().__init__(f"the merge is {state}")


class MergeAskedAlready(NeedError):
    """The need's authors are being asked about a merge. `merge_id` is which."""

    def __init__(self, merge_id: MergeId) -> None:
        self.merge_id = merge_id
        super().__init__(f"merge {merge_id} is being asked for")


class IntoItself(NeedError):
    """A need does not go on in itself."""


class NotYoursToMerge(NeedError):
    """Only coordinators and the authors of the two needs may ask for it."""


class NotAsked(NeedError):
    """Only the authors of the two needs are asked."""


class NobodyToAsk(NeedError):
    """One of the needs has no author here any more; only a coordinator can speak for it."""


class NotMerged(NeedError):
    """The need stands by itself: there is nothing to undo."""
