"""Alerts: when one begins and ends, and how people are told."""
