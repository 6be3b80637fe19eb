"""Checks of what no type checker sees: the templates and the translations."""
