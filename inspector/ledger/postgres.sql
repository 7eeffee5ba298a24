-- Everything that is ever asked of a Postgres ledger. {workers}, {counts} and {errors} stand for the tables' names.
-- They are found through the transaction's search_path, which holds the ledger's schema alone.

-- name: find_schemas
-- Schemas that hold all three tables: the wanted one, those on the search path, those this login may read, any other.
select n.nspname as schema,
       has_schema_privilege(n.oid, 'USAGE')
           and bool_and(has_table_privilege(c.oid, 'SELECT')) as readable,
       current_user as login
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = any(%(tables)s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname <> 'information_schema' and left(n.nspname, 3) <> 'pg_'
group by n.oid, n.nspname
having count(*) = 3
order by n.nspname = %(wanted)s desc, array_position(current_schemas(false), n.nspname) nulls last, readable desc, n.nspname
limit 1

-- name: exists
select exists (select from {workers}) as found

-- name: workers
select report::text as report, (extract(epoch from clock_timestamp()) - extract(epoch from updated_at))::float8 as ago
from {workers} order by updated_at desc, worker_id limit %(limit)s

-- name: now
-- Before the transaction's snapshot by a hair: whatever this snapshot does not show is committed later than this.
select (extract(epoch from transaction_timestamp()) * 1000000)::bigint as now

-- name: changes
-- Times are whole microseconds since 1970, which is all that the column holds.
select thread_key, thread_id, (extract(epoch from updated_at) * 1000000)::bigint as updated_at
from {counts}
where (updated_at, thread_key) > (to_timestamp(0) + %(after)s::bigint * interval '1 microsecond', %(key)s)
  and updated_at < 'infinity'
order by updated_at, thread_key
limit %(limit)s

-- name: counts
-- The rows heard of last, a bounded number a thread. `total` is how many of its thread there would be, one more than the
-- bound where there are more than that.
select c.* from unnest(%(keys)s::text[]) as wanted (thread_key)
cross join lateral (
    select *, count(*) over () as total from (
        select thread_key, worker_id, slot, reads, misses, checkpoints, writes, first_at, last_at, last_read_at,
               last_miss_at, case when %(recent)s then recent else '{{}}' end as recent
        from {counts} where thread_key = wanted.thread_key
        order by last_at desc, worker_id, slot limit %(of_one)s + 1
    ) newest
    order by last_at desc, worker_id, slot limit %(of_one)s
) c
limit %(rows)s

-- name: errors
select worker_id, slot, error, count from {errors}
where thread_key = %(key)s order by last_at desc, worker_id, slot, error limit %(rows)s

-- name: reports
select worker_id, hostname, report::text as report from {workers} where worker_id = any(%(worker_ids)s)
