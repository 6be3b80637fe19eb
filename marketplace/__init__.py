"""How projects are proposed, chosen and funded."""
