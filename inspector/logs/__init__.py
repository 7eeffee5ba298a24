"""What the dashboard's log says: ids, names and counts, and never a value from a thread."""
