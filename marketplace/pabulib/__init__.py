"""Pabulib's `.pb` format for participatory-budgeting elections, read and written exactly.

The format is described at pabulib.org/format: three sections, META, PROJECTS and VOTES, each with
a header line and cells separated by `;`.
"""

from marketplace.pabulib.reading import read_election
from marketplace.pabulib.writing import write_election

__all__ = ["read_election", "write_election"]
