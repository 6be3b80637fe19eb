"""The words of the marketplace's messages, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.messages.gaps import Words

MARKETPLACE: Final[Mapping[str, Words]] = {}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
