"""One module a kind of ledger."""
