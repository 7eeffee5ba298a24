"""The ledger as the dashboard reads it: who read and wrote what, as the workers reported it."""
