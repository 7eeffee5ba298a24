"""Floor above the alerts: what the index knows, as metrics for Prometheus. No scrape reads a checkpoint store."""
