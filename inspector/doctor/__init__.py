"""The diagnosis: why memory does not persist, named, with the evidence and the fix.

A `Case` holds what can be known of one store (its index, the store's own signs, the workers' reports). Each file in
`rules` looks at it and says one thing. `engine.examine` runs them all, within a time budget, and `record` remembers
since when each of them holds.
"""
