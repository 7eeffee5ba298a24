"""The demo itself: its server, its model, its fleet."""
