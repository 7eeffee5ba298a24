-- Everything that the probe sends to a SQLite ledger. {workers}, {counts} and {errors} stand for the tables' names.
-- `recent` is a JSON list of texts; `updated_at` is in whole microseconds since 1970.

-- name: tables
select count(*) from sqlite_master where type = 'table' and name in ('{workers}', '{counts}', '{errors}')

-- name: create_workers
create table if not exists {workers} (
    worker_id text primary key,
    hostname text not null,
    pid integer not null,
    started_at real not null,
    seen_at real not null,
    batch integer not null,
    report text not null,
    updated_at integer not null
)

-- name: create_counts
create table if not exists {counts} (
    thread_key text not null,
    worker_id text not null,
    slot integer not null,
    thread_id text not null,
    reads integer not null,
    misses integer not null,
    checkpoints integer not null,
    writes integer not null,
    first_at real not null,
    last_at real not null,
    last_read_at real,
    last_miss_at real,
    recent text not null,
    updated_at integer not null,
    primary key (thread_key, worker_id, slot)
)

-- name: create_index
create index if not exists {counts}_changes on {counts} (updated_at, thread_key)

-- name: create_errors
create table if not exists {errors} (
    thread_key text not null,
    worker_id text not null,
    slot integer not null,
    error text not null,
    count integer not null,
    last_at real not null,
    primary key (thread_key, worker_id, slot, error)
)

-- name: known_batch
select batch from {workers} where worker_id = :worker_id

-- name: report
insert into {workers} (worker_id, hostname, pid, started_at, seen_at, batch, report, updated_at)
values (:worker_id, :hostname, :pid, :started_at, :seen_at, :batch, :report, :now)
on conflict (worker_id) do update
set hostname = excluded.hostname, pid = excluded.pid, started_at = excluded.started_at, seen_at = excluded.seen_at,
    batch = max(batch, excluded.batch), report = excluded.report, updated_at = excluded.updated_at

-- name: recent
-- One row, and so one step: a JSON list of (thread key, slot, recent). `:keys` is a JSON list.
select json_group_array(json_array(thread_key, slot, recent)) from {counts}
where worker_id = :worker_id and thread_key in (select value from json_each(:keys))

-- name: add_counts
-- {{rows}} stands for as many lists of question marks as there are rows: one statement is one step.
-- max and min of two values are null where one is; coalesce gives the other.
insert into {counts} (thread_key, slot, thread_id, reads, misses, checkpoints, writes, first_at, last_at, last_read_at,
                      last_miss_at, recent, worker_id, updated_at)
values {{rows}}
on conflict (thread_key, worker_id, slot) do update
set reads = reads + excluded.reads,
    misses = misses + excluded.misses,
    checkpoints = checkpoints + excluded.checkpoints,
    writes = writes + excluded.writes,
    first_at = min(first_at, excluded.first_at),
    last_at = max(last_at, excluded.last_at),
    last_read_at = coalesce(max(last_read_at, excluded.last_read_at), last_read_at, excluded.last_read_at),
    last_miss_at = coalesce(max(last_miss_at, excluded.last_miss_at), last_miss_at, excluded.last_miss_at),
    recent = excluded.recent,
    updated_at = excluded.updated_at

-- name: add_error
insert into {errors} (thread_key, worker_id, slot, error, count, last_at)
values (:thread_key, :worker_id, :slot, :error, :count, :last_at)
on conflict (thread_key, worker_id, slot, error) do update
set count = count + excluded.count, last_at = max(last_at, excluded.last_at)

-- name: prune_counts
delete from {counts} where rowid in (
    select rowid from {counts} where updated_at < :before * 1000000 order by updated_at, thread_key limit :rows
)
returning thread_key, worker_id, slot

-- name: prune_errors
delete from {errors} where thread_key = ? and worker_id = ? and slot = ?

-- name: prune_workers
delete from {workers} where rowid in (select rowid from {workers} where updated_at < :before * 1000000 limit :rows)
