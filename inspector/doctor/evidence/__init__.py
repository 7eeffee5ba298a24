"""What rules look at, gathered: threads, reads and reports, compared and counted. What follows from it, a rule says."""
