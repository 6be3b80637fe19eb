"""Needs: what residents say is missing, who stands behind it, and how far it has come."""

from marketplace.needs.errors import NeedError, NeedMoved, NotAnAuthor, UnknownNeed
from marketplace.needs.moving import locked, move
from marketplace.needs.reading import authors, followers, read_need
from marketplace.needs.values import Need, NeedDraft, NeedId, NeedState

__all__ = [
    "Need",
    "NeedDraft",
    "NeedError",
    "NeedId",
    "NeedMoved",
    "NeedState",
    "NotAnAuthor",
    "UnknownNeed",
    "authors",
    "followers",
    "locked",
    "move",
    "read_need",
]
