"""The pages and forms, one module per subject; each parses, guards, calls one verb and answers."""
