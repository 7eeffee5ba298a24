"""The lab: real worker processes with hostnames of their own, in which a `Scenario` goes wrong, or right."""
