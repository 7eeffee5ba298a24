"""Python that reads one checkpoint with LangGraph's own saver, as a program of the thread's own would.

Only literals come from the store: an id can hold anything, so none stands in a comment.
"""

from __future__ import annotations

from dataclasses import dataclass

from inspector.stores.differences import POSTGRES, REDIS, REDIS_SHALLOW, SQLITE

#: Where the program finds the address of the store. It may hold a password, so it never stands in the program.
VARIABLE = "CHECKPOINT_STORE"

_PACKAGES = {
    POSTGRES: 'langgraph-checkpoint-postgres "psycopg[binary]"',
    SQLITE: "langgraph-checkpoint-sqlite",
    REDIS: "langgraph-checkpoint-redis",
    REDIS_SHALLOW: "langgraph-checkpoint-redis",
}
_ADDRESSES = {
    POSTGRES: "postgresql://USER:PASSWORD@HOST/DATABASE",
    SQLITE: "/path/to/the/file.sqlite",
    REDIS: "redis://USER:PASSWORD@HOST:6379/0",
    REDIS_SHALLOW: "redis://USER:PASSWORD@HOST:6379/0",
}
_SQLITE_OPENED = f"""\
# Opened for reading alone. A SqliteSaver makes its tables when it is first asked, unless it takes that for done.
path = pathlib.Path(os.environ[{VARIABLE!r}]).resolve()
with contextlib.closing(sqlite3.connect(f"{{path.as_uri()}}?mode=ro", uri=True, check_same_thread=False)) as connection:
    saver = SqliteSaver(connection)
    saver.is_setup = True
"""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`layout` is one of `stores.differences.LAYOUTS`. `schema` is that of the tables where it is not the first to be
    searched; `prefixes` those of Redis keys where they are not the saver's defaults."""

    layout: str
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    schema: str = ""
    prefixes: tuple[str, str] | None = None
    encrypted: bool = False

    def text(self) -> str:
        return "\n".join(
            [
                "# Reads one checkpoint as the graph's own get_state(config) does, with LangGraph's own saver.",
                f"#   pip install {_PACKAGES[self.layout]}",
                f"#   export {VARIABLE}={_ADDRESSES[self.layout]}",
                self._imports(),
                "",
                "config = {",
                '    "configurable": {',
                f'        "thread_id": {self.thread_id!r},',
                f'        "checkpoint_ns": {self.checkpoint_ns!r},',
                f'        "checkpoint_id": {self.checkpoint_id!r},',
                "    }",
                "}",
                "",
                "# saver.setup() is not called: it makes and changes tables or indexes, which is a write.",
                self._opened() + self._read(),
            ]
        )

    def _imports(self) -> str:
        modules = {"os", "pprint"} | ({"contextlib", "pathlib", "sqlite3"} if self.layout == SQLITE else set())
        return "\n".join([*(f"import {name}" for name in sorted(modules)), "", *self._savers()])

    def _savers(self) -> list[str]:
        module, name = {
            POSTGRES: ("postgres", "PostgresSaver"),
            SQLITE: ("sqlite", "SqliteSaver"),
            REDIS: ("redis", "RedisSaver"),
            REDIS_SHALLOW: ("redis", "ShallowRedisSaver"),
        }[self.layout]
        found = [f"from langgraph.checkpoint.{module} import {name}"]
        if self.layout == REDIS:
            found.append("from langgraph.checkpoint.redis.key_registry import SyncCheckpointKeyRegistry")
        if self.encrypted:
            found.append("from langgraph.checkpoint.serde.encrypted import EncryptedSerializer")
        return found

    def _opened(self) -> str:
        address = f"os.environ[{VARIABLE!r}]"
        if self.layout == SQLITE:
            return _SQLITE_OPENED
        if self.layout == POSTGRES:
            return f"with PostgresSaver.from_conn_string({address}) as saver:\n{self._search_path()}"
        name = "ShallowRedisSaver" if self.layout == REDIS_SHALLOW else "RedisSaver"
        if self.prefixes:
            address += f", checkpoint_prefix={self.prefixes[0]!r}, checkpoint_write_prefix={self.prefixes[1]!r}"
        opened = f"with {name}.from_conn_string({address}) as saver:\n"
        if self.layout == REDIS_SHALLOW:
            return f"{opened}    # A shallow saver keeps the newest checkpoint only.\n"
        registry = "    saver._key_registry = SyncCheckpointKeyRegistry(saver._redis)\n"
        return f"{opened}    # By this it finds pending writes; setup() would make it, and the indexes.\n{registry}"

    def _search_path(self) -> str:
        if not self.schema:
            return ""
        return (
            "    # The tables are in a schema of their own.\n"
            f"    saver.conn.execute(\"select set_config('search_path', %s, false)\", [{_identifier(self.schema)!r}])\n"
        )

    def _read(self) -> str:
        lines = [
            *(
                [
                    "# Some values are encrypted: this takes the key from LANGGRAPH_AES_KEY, as the agents do.",
                    "saver.serde = EncryptedSerializer.from_pycryptodome_aes()",
                ]
                if self.encrypted
                else []
            ),
            "found = saver.get_tuple(config)",
            "if found is None:",
            '    raise SystemExit("This checkpoint is not stored here.")',
            'state = found.checkpoint["channel_values"]',
            "pprint.pprint(state)",
            "# Your own graph shows more: nodes that come next, tasks, and channels that LangGraph keeps as changes.",
            "# Put the function that builds it in place of build_graph; its code may run when state is read.",
            "#   graph = build_graph().compile(checkpointer=saver)",
            "#   pprint.pprint(graph.get_state(config))",
        ]
        return "".join(f"    {line}\n" for line in lines)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
