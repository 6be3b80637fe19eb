"""How hours are earned and redeemed."""
