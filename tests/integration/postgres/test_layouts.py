"""Where the tables are, which of them are there, and what is said when they are not as expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.errors import NotACheckpointStore, StoreDenied
from tests.integration.postgres.conftest import NewDatabase, OpenStore

Write = Callable[..., str]


@pytest.fixture
def write(new_database: NewDatabase) -> Write:
    """`write(schema, thread_id, url)`: a real saver writes one turn into a schema; gives the database's URL back."""

    def play(schema: str = "public", thread_id: str = "thread", url: str = "") -> str:
        url = url or new_database()
        with psycopg.connect(url) as connection:
            connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        path = quote(f'-c search_path="{schema}"'.replace(" ", "\\ ").replace("-c\\ ", "-c "))
        with open_saver(f"{url}&options={path}") as saver:
            stage = Stage(saver, "exit", "layout")
            stage.say(build_chat(saver), stage.config(thread_id), "Hello")
        return url

    return play


def test_tables_in_another_schema_are_found_and_named(write: Write, open_store: OpenStore) -> None:
    store = open_store(write("agents"))
    facts = store.read_facts()
    assert facts.schema == "agents"
    assert facts.warnings == ("The tables are in the schema agents, which is not on this login's search path.",)
    assert [row.thread_id for row in store.read_threads(["thread"], host_keys=())] == ["thread"]


@pytest.mark.parametrize("schema", ["My Agents", "ünï", "semi;colon", "a.b", "select", "UPPER"])
def test_schema_names_that_need_quotes_are_read(write: Write, open_store: OpenStore, schema: str) -> None:
    url = write(schema)
    assert open_store(url).read_facts().schema == schema
    named = open_store(f"{url}&schema={quote(schema)}")
    assert [count.thread_id for count in named.iter_thread_counts()] == ["thread"]
    assert named.read_facts().warnings == ()


def test_of_two_schemas_the_one_on_the_search_path_is_read_and_the_other_named(
    write: Write, open_store: OpenStore
) -> None:
    url = write("agents", "theirs")
    write("public", "ours", url)
    store = open_store(url)
    assert [count.thread_id for count in store.iter_thread_counts()] == ["ours"]
    (warning,) = store.read_facts().warnings
    assert warning.startswith("Checkpoint tables also exist in agents. Shown is public;")


def test_the_url_picks_a_schema(write: Write, open_store: OpenStore) -> None:
    url = write("public", "ours", write("agents", "theirs"))
    assert [count.thread_id for count in open_store(f"{url}&schema=agents").iter_thread_counts()] == ["theirs"]


def test_a_schema_that_the_url_names_and_nobody_made_is_told_with_where_the_tables_are(
    write: Write, open_store: OpenStore
) -> None:
    with pytest.raises(NotACheckpointStore) as caught:
        open_store(f"{write('agents')}&schema=typo").read_facts()
    assert caught.value.message.endswith("has no checkpoint tables in the schema typo.")
    assert caught.value.hint == "They are in: agents."


def test_the_search_path_of_a_role_is_followed(postgres: EmbeddedPostgres, write: Write, open_store: OpenStore) -> None:
    url = write("public", "ours", write("agents", "theirs"))
    database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    postgres.create_role("follower")
    with psycopg.connect(url) as connection:
        connection.execute("alter role follower set search_path = agents")
        for schema in ("agents", "public"):
            connection.execute(f"grant usage on schema {schema} to follower".encode())
            connection.execute(f"grant select on all tables in schema {schema} to follower".encode())
    store = open_store(postgres.url_for(str(database), user="follower"))
    assert [count.thread_id for count in store.iter_thread_counts()] == ["theirs"]


def test_a_foreign_table_named_checkpoints_hides_nothing(
    postgres: EmbeddedPostgres, write: Write, open_store: OpenStore
) -> None:
    url = write("agents", "theirs")
    with psycopg.connect(url) as connection:
        connection.execute("create table public.checkpoints (id int)")
    assert [count.thread_id for count in open_store(url).iter_thread_counts()] == ["theirs"]


def test_a_foreign_table_named_checkpoints_alone_is_told_apart(
    new_database: NewDatabase, open_store: OpenStore
) -> None:
    url = new_database()
    with psycopg.connect(url) as connection:
        connection.execute("create table checkpoints (id int)")
    with pytest.raises(NotACheckpointStore, match="a table named checkpoints that is not LangGraph's"):
        open_store(url).read_facts()


def test_an_empty_database_says_what_makes_the_tables(new_database: NewDatabase, open_store: OpenStore) -> None:
    with pytest.raises(NotACheckpointStore, match="holds no LangGraph checkpoint tables") as caught:
        open_store(new_database()).read_facts()
    assert "PostgresSaver.setup()" in caught.value.hint


@pytest.mark.parametrize("table", ["checkpoint_writes", "checkpoint_blobs"])
def test_a_missing_table_is_named_where_it_can_be_and_told_where_it_is_needed(
    write: Write, open_store: OpenStore, table: str
) -> None:
    url = write()
    store = open_store(url)
    (before,) = store.read_checkpoints("thread", "").rows
    with psycopg.connect(url) as connection:
        connection.execute(f"drop table {table}".encode())
    assert store.read_facts().warnings == (f"The table {table} is missing: the checkpointer's setup() did not finish.",)
    reads = {
        "checkpoint_writes": lambda: store.read_writes("thread", "", [before.checkpoint_id]),
        "checkpoint_blobs": lambda: store.read_channel_sizes("thread", "", [("messages", "1")]),
    }
    with pytest.raises(NotACheckpointStore, match="no complete set"):
        reads[table]()


def test_a_missing_table_of_migrations_is_no_obstacle(write: Write, open_store: OpenStore) -> None:
    url = write()
    with psycopg.connect(url) as connection:
        connection.execute("drop table checkpoint_migrations")
    store = open_store(url)
    assert (store.read_facts().schema_version, store.read_facts().warnings) == (None, ())
    assert [row.turns for row in store.read_threads(["thread"], host_keys=())] == [1]


def test_an_old_layout_without_task_path_is_read(write: Write, open_store: OpenStore) -> None:
    url = write()
    with psycopg.connect(url) as connection:
        connection.execute("alter table checkpoint_writes drop column task_path")
        connection.execute("delete from checkpoint_migrations where v = 9")
        connection.execute(
            "insert into checkpoint_writes select thread_id, '', checkpoint_id, 'task', 0, 'messages', 'null', '' "
            "from checkpoints"
        )
    store = open_store(url)
    (row,) = store.read_checkpoints("thread", "").rows
    assert [write.task_path for write in store.read_writes("thread", "", [row.checkpoint_id])] == [""]
    assert [thread.writes for thread in store.read_threads(["thread"], host_keys=())] == [1]
    assert store.read_facts().warnings[0].startswith("The schema is at migration 8; 9 is the newest known.")


def test_a_schema_that_the_login_may_not_use_is_named(
    postgres: EmbeddedPostgres, write: Write, open_store: OpenStore
) -> None:
    url = write("agents")
    postgres.create_role("outsider")
    store = open_store(postgres.url_for(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]), user="outsider"))
    with pytest.raises(StoreDenied, match="may not use the schema agents") as caught:
        store.read_facts()
    assert "inspector grants" in caught.value.hint


def test_of_two_schemas_off_the_path_the_usable_one_is_read(
    postgres: EmbeddedPostgres, write: Write, open_store: OpenStore
) -> None:
    url = write("b_open", "open", write("a_closed", "closed"))
    postgres.create_role("halfway")
    with psycopg.connect(url) as connection:
        connection.execute("grant usage on schema b_open to halfway")
        connection.execute("grant select on all tables in schema b_open to halfway")
    store = open_store(postgres.url_for(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]), user="halfway"))
    assert [count.thread_id for count in store.iter_thread_counts()] == ["open"]


def test_views_over_the_tables_are_read_and_always_looked_at(write: Write, open_store: OpenStore) -> None:
    """As a team publishes them to others. No counter of the server's tells when what lies behind a view changes."""
    url = write("agents")
    with psycopg.connect(url) as connection:
        for table in ("checkpoints", "checkpoint_writes", "checkpoint_blobs"):
            connection.execute(f"create view public.{table} as select * from agents.{table}".encode())
    store = open_store(url)
    assert store.read_facts().schema == "public"
    assert [row.turns for row in store.read_threads(["thread"], host_keys=())] == [1]
    fingerprint = store.read_fingerprint()
    assert (fingerprint.rows, fingerprint.rewrites) == (None, None)


def test_the_facts_say_what_this_login_could_do(
    postgres: EmbeddedPostgres, write: Write, open_store: OpenStore
) -> None:
    url = write()
    database = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    facts = open_store(url).read_facts()
    assert facts.server.startswith("PostgreSQL 1")
    assert (facts.database, facts.login, facts.schema_version) == (database, "postgres", 9)
    assert facts.read_only_session
    assert facts.could_write == ("anything: the login is a superuser",)
    assert [table.name for table in facts.tables if table.readable and table.size_bytes] == [
        "checkpoints",
        "checkpoint_blobs",
        "checkpoint_writes",
        "checkpoint_migrations",
    ]
    postgres.create_role("scribbler")
    with psycopg.connect(url) as connection:
        connection.execute("grant select, insert, delete on checkpoints to scribbler")
    facts = open_store(postgres.url_for(database, user="scribbler")).read_facts()
    assert facts.could_write == ("INSERT, DELETE on checkpoints",)
    assert [table.readable for table in facts.tables] == [True, False, False, False]
    assert any("may not read checkpoint_writes" in warning for warning in facts.warnings)


Login = Callable[..., str]


@pytest.fixture
def login(postgres: EmbeddedPostgres) -> Iterator[Login]:
    """`login(url, *statements)`: the URL of a new role `limited` that reads the tables, after these statements."""
    used = []

    def make(url: str, *statements: str) -> str:
        postgres.create_role("limited")
        used.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("grant select on all tables in schema public to limited")
            for statement in statements:
                connection.execute(statement.encode())
        return postgres.url_for(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]), user="limited")

    yield make
    for url in used:
        with psycopg.connect(url) as connection:
            connection.execute("reassign owned by limited to postgres")
            connection.execute("drop owned by limited")
            connection.execute("drop role limited")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("grant insert (thread_id) on checkpoints to limited", "INSERT on checkpoints"),
        ("grant update (metadata) on checkpoints to limited", "UPDATE on checkpoints"),
        ("grant create on schema public to limited", "CREATE in schema public"),
        ("alter table checkpoint_blobs owner to limited", "everything, as owner of checkpoint_blobs"),
        (
            "alter table checkpoint_writes owner to limited; revoke all on checkpoint_writes from limited",
            "everything, as owner of checkpoint_writes",
        ),
    ],
)
def test_a_right_that_no_grant_on_a_table_shows_is_told(
    write: Write, login: Login, open_store: OpenStore, statement: str, told: str
) -> None:
    url = write()
    assert open_store(login(url, *statement.split("; "))).read_facts().could_write == (told,)


def test_a_right_to_make_schemas_is_told(write: Write, login: Login, open_store: OpenStore) -> None:
    url = write()
    database = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    store = open_store(login(url, f'grant create on database "{database}" to limited'))
    assert store.read_facts().could_write == (f"CREATE in database {database}",)


def test_who_may_read_and_nothing_else_is_told_nothing(write: Write, login: Login, open_store: OpenStore) -> None:
    facts = open_store(login(write())).read_facts()
    assert (facts.could_write, facts.warnings) == ((), ())


def test_rows_that_row_level_security_hides_are_warned_of(write: Write, login: Login, open_store: OpenStore) -> None:
    url = write()
    assert open_store(url).read_facts().warnings == ()
    store = open_store(login(url, "alter table checkpoints enable row level security"))
    assert list(store.iter_thread_counts()) == []
    assert store.read_facts().warnings == (
        "Row-level security hides rows from this login in checkpoints: what is shown may be a part.",
    )
    assert open_store(url).read_facts().warnings == ()


def test_a_column_that_a_migration_adds_is_noticed_by_the_next_pass(write: Write, open_store: OpenStore) -> None:
    url = write()
    with psycopg.connect(url) as connection:
        connection.execute("alter table checkpoint_writes drop column task_path")
        connection.execute(
            "insert into checkpoint_writes select thread_id, '', checkpoint_id, 'task', 0, 'messages', 'null', '' "
            "from checkpoints"
        )
    store = open_store(url)
    (row,) = store.read_checkpoints("thread", "").rows
    assert [write.task_path for write in store.read_writes("thread", "", [row.checkpoint_id])] == [""]
    with psycopg.connect(url) as connection:
        connection.execute("alter table checkpoint_writes add column task_path text not null default 'added'")
    store.read_fingerprint()
    assert [write.task_path for write in store.read_writes("thread", "", [row.checkpoint_id])] == ["added"]


def test_tables_that_come_to_stand_before_the_ones_found_are_noticed_by_the_next_pass(
    write: Write, open_store: OpenStore
) -> None:
    url = write("agents", "before")
    store = open_store(url)
    assert [count.thread_id for count in store.iter_thread_counts()] == ["before"]
    write("public", "after", url)
    store.read_fingerprint()
    assert [count.thread_id for count in store.iter_thread_counts()] == ["after"]
