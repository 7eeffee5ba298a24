-- Everything that is ever sent to a Postgres checkpoint store, after the session's own settings.
-- All tables are found through the transaction's search_path, which holds the store's schema alone.

-- name: enter
-- The first statement of every transaction. Running any query also pins the transaction as read-only: after it,
-- Postgres refuses SET TRANSACTION READ WRITE. `true` keeps each setting local, so nothing leaks through a pooler.
-- Memoize (Postgres 14) would keep what was found in each document under the whole document, which no other row has:
-- of 100,000 checkpoints that takes ten times as long as to look into them.
select set_config('statement_timeout', %(statement_timeout)s, true),
       set_config('lock_timeout', %(lock_timeout)s, true),
       set_config('idle_in_transaction_session_timeout', %(idle_timeout)s, true),
       set_config('search_path', coalesce(%(search_path)s, current_setting('search_path')), true),
       set_config('jit', 'off', true),
       case when current_setting('enable_memoize', true) is not null then set_config('enable_memoize', 'off', true) end,
       set_config('work_mem', '64MB', true),
       set_config('max_parallel_workers_per_gather', '0', true)

-- name: allow
select set_config('statement_timeout', %(statement_timeout)s, true)

-- name: find_schemas
-- A table named `checkpoints` is LangGraph's when it has LangGraph's columns; others are reported as foreign.
select n.nspname as schema,
       coalesce(array_position(current_schemas(false), n.nspname), 2147483647) as place,
       has_schema_privilege(n.oid, 'USAGE') as usable,
       (select count(*) = 5 from pg_attribute a
         where a.attrelid = c.oid and not a.attisdropped
           and a.attname in ('thread_id', 'checkpoint_ns', 'checkpoint_id', 'checkpoint', 'metadata')) as ours,
       exists (  -- stores set up before the ninth migration lack the column
           select from pg_class w join pg_attribute a on a.attrelid = w.oid
            where w.relnamespace = n.oid and w.relname = 'checkpoint_writes'
              and a.attname = 'task_path' and not a.attisdropped) as has_task_path
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'checkpoints' and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname <> 'information_schema' and left(n.nspname, 3) <> 'pg_'
order by place, usable desc, n.nspname

-- name: server_facts
select current_setting('server_version') as version, current_database() as database, current_user as login,
       current_setting('transaction_read_only') = 'on' as read_only,
       pg_is_in_recovery() as standby,
       (select rolsuper from pg_roles where rolname = current_user) as superuser,
       has_schema_privilege(current_schema(), 'CREATE') as makes_tables,
       has_database_privilege(current_database(), 'CREATE') as makes_schemas

-- name: table_facts
-- Sizes and the planner's row estimates; no table is scanned. Where the table is missing, `rights` is empty and the rest
-- is null. A right to one column is a right, and who owns a table, or may become its owner, can do anything with it.
select t.name,
       case when c.reltuples >= 0 then c.reltuples::bigint end as rows,
       pg_total_relation_size(c.oid) as size_bytes,
       has_table_privilege(c.oid, 'SELECT') as readable,
       array_remove(array[
           case when pg_has_role(c.relowner, 'MEMBER') then 'OWNER' end,
           case when has_any_column_privilege(c.oid, 'INSERT') then 'INSERT' end,
           case when has_any_column_privilege(c.oid, 'UPDATE') then 'UPDATE' end,
           case when has_table_privilege(c.oid, 'DELETE') then 'DELETE' end,
           case when has_table_privilege(c.oid, 'TRUNCATE') then 'TRUNCATE' end], null) as rights,
       row_security_active(c.oid) as filtered
from unnest(array['checkpoints', 'checkpoint_blobs', 'checkpoint_writes', 'checkpoint_migrations'])
    with ordinality as t (name, place)
left join pg_class c on c.oid = to_regclass(t.name)
order by t.place

-- name: schema_version
select max(v) as version from checkpoint_migrations

-- name: fingerprint
-- The insert position of the write-ahead log moves with every change anywhere in the cluster, at once; the row counters
-- arrive up to ten seconds late but name our tables, and prove that no row was missed: a look is due when they do. The
-- start time tells a crash that reset the counters. A commit is in the log before others see its rows (much before, with
-- synchronous replication): the snapshot tells that it was under way.
select txid_current_snapshot()::text as snapshot,
       (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end)::text as wal,
       pg_is_in_recovery() as standby,
       current_setting('track_counts')::bool as counted,
       pg_postmaster_start_time()::text as started,
       (select stats_reset::text from pg_stat_database where datname = current_database()) as stats_reset,
       pg_relation_filenode('checkpoints') as checkpoints_file,
       pg_relation_filenode('checkpoint_writes') as writes_file,
       pg_stat_get_tuples_inserted(to_regclass('checkpoints')) as checkpoints_inserted,
       pg_stat_get_tuples_inserted(to_regclass('checkpoint_writes')) as writes_inserted,
       (select n_tup_upd || ':' || n_tup_del from pg_stat_all_tables where relid = to_regclass('checkpoints'))
           as checkpoints_rewritten,
       (select n_tup_upd || ':' || n_tup_del from pg_stat_all_tables where relid = to_regclass('checkpoint_writes'))
           as writes_rewritten

-- name: namespaces
select checkpoint_ns, count(*) as checkpoints,
       min(checkpoint_id) as first_checkpoint_id, max(checkpoint_id) as last_checkpoint_id
from checkpoints where thread_id = %(thread_id)s
group by checkpoint_ns order by checkpoint_ns = '' desc, min(checkpoint_id) desc, checkpoint_ns limit %(rows)s

-- name: calls
-- From the rows themselves: no document is unpacked.
select checkpoint_ns, checkpoint_id, metadata -> 'parents' as parents,
       (select jsonb_object_agg(k.key, metadata -> k.key) from unnest(%(host_keys)s::text[]) as k (key)) as named
from checkpoints where thread_id = %(thread_id)s and checkpoint_ns = any(%(namespaces)s)
order by checkpoint_id desc limit %(rows)s

-- name: marks_at
-- Place by place: a join might be made by reading all that the thread has. `offset 0` keeps it apart.
select distinct w.checkpoint_ns, w.checkpoint_id, w.channel
from unnest(%(namespaces)s::text[], %(checkpoint_ids)s::text[]) as wanted (checkpoint_ns, checkpoint_id)
cross join lateral (
    select checkpoint_ns, checkpoint_id, channel from checkpoint_writes
    where thread_id = %(thread_id)s and checkpoint_ns = wanted.checkpoint_ns
      and checkpoint_id = wanted.checkpoint_id and idx < 0 offset 0) w

-- name: stored_at
-- As above.
select c.checkpoint_ns, c.checkpoint_id
from unnest(%(namespaces)s::text[], %(checkpoint_ids)s::text[]) as wanted (checkpoint_ns, checkpoint_id)
cross join lateral (
    select checkpoint_ns, checkpoint_id from checkpoints
    where thread_id = %(thread_id)s and checkpoint_ns = wanted.checkpoint_ns
      and checkpoint_id = wanted.checkpoint_id offset 0) c

-- name: checkpoints
-- Two bounds of a page's bytes: of what is handed over, and, so that no page unpacks many large documents, of what they
-- take in the table, which their headers tell. The first row always fits into that one.
select * from (
    select {checkpoint_columns}, sum(handed_bytes + octet_length(metadata::text)) over (order by checkpoint_id desc) as running_bytes
    from (select * from (
              select *, sum(pg_column_size(checkpoint)) over (order by checkpoint_id desc) - pg_column_size(checkpoint) as stored_before
              from checkpoints
              where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s
                and (%(before)s::text is null or checkpoint_id < %(before)s)
              order by checkpoint_id desc limit %(rows)s) newest
          where stored_before / 4 <= %(bytes)s::bigint) checkpoints,
         {inline_values}
    order by checkpoint_id desc) counted
where running_bytes <= %(bytes)s or running_bytes is null

-- name: older_checkpoint
select checkpoint_id from checkpoints
where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s and checkpoint_id < %(before)s
order by checkpoint_id desc limit 1

-- name: outline
-- From the rows themselves: of a document only the time is asked for, where the id tells none.
select checkpoint_id, parent_checkpoint_id, coalesce(host.name, '') as host,
       metadata -> 'step' as step, metadata -> 'source' as source,
       case when checkpoint_id !~ '^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
            then checkpoint ->> 'ts' end as ts
from (select checkpoint_id, parent_checkpoint_id, metadata, checkpoint from checkpoints
      where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s and checkpoint_id > %(after)s
      order by checkpoint_id desc limit %(rows)s) newest
left join lateral (
    select left(metadata ->> k.key, 255) as name from unnest(%(host_keys)s::text[]) with ordinality as k (key, place)
    where jsonb_typeof(metadata -> k.key) in ('string', 'number') and metadata ->> k.key <> ''
    order by k.place limit 1) host on true
order by checkpoint_id desc

-- name: newer_checkpoints
select checkpoint_id from checkpoints
where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s and checkpoint_id > %(checkpoint_id)s
order by checkpoint_id limit %(rows)s

-- name: place
-- From the primary key alone.
select count(*) filter (where checkpoint_id < %(checkpoint_id)s) as older,
       count(*) filter (where checkpoint_id > %(checkpoint_id)s) as newer
from checkpoints where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s

-- name: checkpoint
select {checkpoint_columns} from checkpoints, {inline_values}
where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s and checkpoint_id = %(checkpoint_id)s

-- name: inputs
-- The rule of thread_aggregates for a part of one namespace, in one pass over its documents.
select known.version, min(checkpoint_id) as checkpoint_id
from checkpoints
cross join lateral (
    select seen.value ->> '__start__' as version
    from jsonb_each(case when jsonb_typeof(checkpoint -> 'versions_seen') = 'object'
                         then checkpoint -> 'versions_seen' end) seen
    where (left(seen.key, 2) <> '__' or seen.key = '__start__') and jsonb_typeof(seen.value) = 'object'
    union all
    select checkpoint -> 'channel_versions' ->> '__start__' where metadata ->> 'source' = 'input') known
where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s
  and checkpoint_id >= %(since)s and checkpoint_id < %(before)s and known.version is not null
group by known.version order by 2, 1 limit %(rows)s

-- name: channel_sizes
-- octet_length of a bytea reads its header: no body is fetched or decompressed.
select b.channel, b.version, b.type, coalesce(octet_length(b.blob), 0) as size_bytes
from unnest(%(channels)s::text[], %(versions)s::text[]) as wanted (channel, version)
join checkpoint_blobs b on b.thread_id = %(thread_id)s and b.checkpoint_ns = %(checkpoint_ns)s
                       and b.channel = wanted.channel and b.version = wanted.version

-- name: channels
select channel, version, type, size_bytes, case when running_bytes <= %(bytes)s then blob end as blob
from (select b.channel, b.version, b.type, b.blob, coalesce(octet_length(b.blob), 0) as size_bytes,
             sum(coalesce(octet_length(b.blob), 0)) over (order by coalesce(octet_length(b.blob), 0), b.channel, b.version) as running_bytes
      from unnest(%(channels)s::text[], %(versions)s::text[]) as wanted (channel, version)
      join checkpoint_blobs b on b.thread_id = %(thread_id)s and b.checkpoint_ns = %(checkpoint_ns)s
                             and b.channel = wanted.channel and b.version = wanted.version) sized

-- name: own_channels
-- Plain values are kept in the document. Smallest first until the byte budget is spent.
select channel, version, size_bytes, case when running_bytes <= %(bytes)s then value::text end as body
from (select item.key as channel, coalesce(checkpoint -> 'channel_versions' ->> item.key, '') as version, item.value,
             pg_column_size(item.value) as size_bytes,
             sum(pg_column_size(item.value)) over (order by pg_column_size(item.value), item.key) as running_bytes
      from checkpoints,
           jsonb_each(case when jsonb_typeof(checkpoint -> 'channel_values') = 'object'
                           then checkpoint -> 'channel_values' end) item
      where thread_id = %(thread_id)s and checkpoint_ns = %(checkpoint_ns)s and checkpoint_id = %(checkpoint_id)s
        and item.key = any(%(channels)s)) sized

-- name: writes
-- LangGraph's own order of a step's writes. Bodies are handed over until the byte budget is spent.
select checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, size_bytes,
       case when %(bodies)s and running_bytes <= %(bytes)s then blob end as blob
from (select w.checkpoint_ns, w.checkpoint_id, w.task_id, {task_path} as task_path, w.idx, w.channel,
             coalesce(w.type, '') as type, w.blob, octet_length(w.blob) as size_bytes,
             sum(octet_length(w.blob)) over (order by octet_length(w.blob), w.checkpoint_id, w.task_id, w.idx) as running_bytes
      from checkpoint_writes w
      where w.thread_id = %(thread_id)s and w.checkpoint_ns = %(checkpoint_ns)s
        and w.checkpoint_id = any(%(checkpoint_ids)s)
        and (%(channels)s::text[] is null or w.channel = any(%(channels)s))) sized
order by checkpoint_id, task_path collate "C", task_id collate "C", idx
limit %(rows)s
