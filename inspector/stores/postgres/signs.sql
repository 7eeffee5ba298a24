-- What the server shows of its condition. Views of the catalogue and of the server's state; no table's rows but those of
-- checkpoint_migrations. All of it can be asked by every login; what a view hides from this one comes as null.

-- name: signs_sessions
-- Sessions in this database that are not ours (another process of the dashboard has our login and name). Who writes
-- holds its lock on the table until the transaction ends, and pg_locks shows that to everybody, as backend_xid shows that
-- something was written at all. State, times and address of another role's session need pg_read_all_stats.
with ours as (
    select to_regclass(name)::oid as relation
    from unnest(array['checkpoints', 'checkpoint_blobs', 'checkpoint_writes']) as name),
writers as (
    select distinct l.pid from pg_locks l
    where l.locktype = 'relation' and l.granted and l.mode = 'RowExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database())
      and l.relation in (select relation from ours))
select a.pid as number, coalesce(a.application_name, '') as application, coalesce(a.usename, '') as login,
       coalesce(host(a.client_addr), '') as address, coalesce(a.state, '') as state,
       a.backend_start is null as hidden, a.backend_xid::text as transaction,
       extract(epoch from clock_timestamp() - a.backend_start)::float8 as age_seconds,
       extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
       w.pid is not null and a.backend_xid is not null as holds_writes
from pg_stat_activity a left join writers w on w.pid = a.pid
where a.datname = current_database() and a.usesysid is not null and a.pid <> pg_backend_pid()
  and coalesce(a.backend_type, 'client backend') = 'client backend'
  and not (a.application_name = current_setting('application_name') and a.usename = session_user)
order by holds_writes desc, a.backend_start desc nulls last, a.pid
limit %(rows)s

-- name: signs_connections
-- Of all databases. The server's own processes and a physical standby's take no slot of these.
select count(*) as used,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - coalesce(current_setting('reserved_connections', true), '0')::int as "limit",
       count(*) filter (where backend_start is null) as hidden
from pg_stat_activity
where datid is not null and usesysid is not null and coalesce(backend_type, 'client backend') = 'client backend'

-- name: signs_indexes
-- Invalid ones, but not those that somebody is building at this moment: CREATE INDEX CONCURRENTLY holds this lock, and so
-- does VACUUM, of which only the server's own is left out here.
select i.indexrelid::regclass::text as name
from pg_index i
where not i.indisvalid
  and i.indrelid in (select to_regclass(name)::oid
                     from unnest(array['checkpoints', 'checkpoint_blobs', 'checkpoint_writes']) as name)
  and not exists (
      select from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.usesysid is not null
      where l.locktype = 'relation' and l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock')
order by 1

-- name: signs_schemas
-- Of the other schemas that hold checkpoint tables, what their table of checkpoints holds, by the server's counters.
select n.nspname as schema, greatest(pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0) as rows,
       pg_stat_get_dead_tuples(c.oid) as dead_rows, pg_relation_size(c.oid) as size_bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'checkpoints' and c.relkind in ('r', 'p') and n.nspname <> %(schema)s
  and n.nspname <> 'information_schema' and left(n.nspname, 3) <> 'pg_'
  and (select count(*) = 5 from pg_attribute a
        where a.attrelid = c.oid and not a.attisdropped
          and a.attname in ('thread_id', 'checkpoint_ns', 'checkpoint_id', 'checkpoint', 'metadata'))
order by n.nspname limit 200

-- name: signs_search_path
-- What a session of this login begins with: ours has another one by now.
select reset_val as search_path, session_user as login from pg_settings where name = 'search_path'

-- name: signs_tables
select t.name, case when c.reltuples >= 0 then greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid))
                    else nullif(pg_stat_get_live_tuples(c.oid), 0) end as rows,
       pg_stat_get_dead_tuples(c.oid) as dead_rows, pg_total_relation_size(c.oid) as size_bytes
from unnest(array['checkpoints', 'checkpoint_blobs', 'checkpoint_writes']) with ordinality as t (name, place)
join pg_class c on c.oid = to_regclass(t.name)
order by t.place

-- name: signs_migration
-- The table is not on every login's list.
select case when has_table_privilege(c.oid, 'SELECT') then 'readable' else 'hidden' end as access
from pg_class c where c.oid = to_regclass('checkpoint_migrations')
