"""The street that every test here has to itself."""

from tests.timebank.street import street

__all__ = ["street"]
