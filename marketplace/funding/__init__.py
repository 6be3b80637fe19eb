"""Funding: drives that raise money and hours for a project, all or nothing by a deadline."""
