"""A Redis checkpoint store, read with commands that cannot write.

`url` takes a store's URL apart, `client` sends commands within limits, `commands` lists all that are ever sent, `keys`
and `layout` know the names, `search` finds exact rows, `rows` makes records of them, `listing` counts all threads, and
`store` is the protocol.
"""

from inspector.stores.redis.store import RedisStore

__all__ = ["RedisStore"]
