"""The log of who opened which thread's content: noted below the pages, kept for a time, read by auditors."""
