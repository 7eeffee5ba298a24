"""Floor 1: read-only access to checkpoint stores. A store hands over records exactly as stored."""
