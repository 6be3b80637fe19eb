"""The open books: where money and hours came from, and what became of each fen and minute."""
