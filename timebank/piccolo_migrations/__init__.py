"""The migrations of this package, in the order of their dates."""
