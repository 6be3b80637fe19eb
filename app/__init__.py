"""The web shell: the only place that knows HTTP, templates and card payments."""
