"""Who looks at the dashboard, and what they may see: sign-in, roles, stores, and the log of who opened what."""
