"""Double entry for minutes and money, and nothing else: units, accounts, transfers, holds."""
