"""How this package's tables came to be, one module a step."""
