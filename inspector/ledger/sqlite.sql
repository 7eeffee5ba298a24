-- Everything that is ever asked of a SQLite ledger. {workers}, {counts} and {errors} stand for the tables' names.

-- name: tables
select count(*) from sqlite_master where type in ('table', 'view') and name in ('{workers}', '{counts}', '{errors}')

-- name: exists
select exists (select 1 from {workers})

-- name: workers
select report, (:now - updated_at) / 1e6 as ago from {workers} order by updated_at desc, worker_id limit :limit

-- name: changes
select updated_at, thread_key, thread_id from {counts}
where (updated_at, thread_key) > (:after, :key)
  and typeof(updated_at) = 'integer' and typeof(thread_key) = 'text' and typeof(thread_id) = 'text'
order by updated_at, thread_key
limit :limit

-- name: counts
-- The rows heard of last, a bounded number a thread. `total` is how many of its thread there are.
select thread_key, worker_id, slot, reads, misses, checkpoints, writes, first_at, last_at, last_read_at, last_miss_at,
       case when :recent then recent else '[]' end as recent, total
from (
    select *, row_number() over (partition by thread_key order by last_at desc, worker_id, slot) as place,
           count(*) over (partition by thread_key) as total
    from {counts} where thread_key in (select value from json_each(:keys))
)
where place <= :of_one
order by thread_key, place
limit :rows

-- name: errors
select worker_id, slot, error, count from {errors}
where thread_key = :key order by last_at desc, worker_id, slot, error limit :rows

-- name: reports
select worker_id, hostname, report from {workers} where worker_id in (select value from json_each(:worker_ids))
