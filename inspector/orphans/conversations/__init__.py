"""One-turn threads that are likely one conversation: found, told why and how surely, and read as one.

`wording`, `pause` and `cluster` are pure and know plain records; `find` walks the index, `texts` and `whole` read the
store. What was said goes to the page and nowhere else.
"""
