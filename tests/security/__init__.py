"""The dashboard as somebody attacks it: crawled by each role, fed markup, and asked at random."""
