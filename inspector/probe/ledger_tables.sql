-- The ledger's tables in Postgres. The probe runs this where it finds no tables, `inspector grants` prints it.
-- {workers}, {counts} and {errors} stand for the tables' names, {index} for the index's.

-- name: postgres
create table if not exists {workers} (
    worker_id text primary key,
    hostname text not null,
    pid bigint not null,
    started_at double precision not null,
    seen_at double precision not null,
    batch bigint not null,
    report jsonb not null,
    updated_at timestamptz not null default clock_timestamp()
);
create table if not exists {counts} (
    thread_key text not null,
    worker_id text not null,
    slot integer not null,
    thread_id text not null,
    reads bigint not null,
    misses bigint not null,
    checkpoints bigint not null,
    writes bigint not null,
    first_at double precision not null,
    last_at double precision not null,
    last_read_at double precision,
    last_miss_at double precision,
    recent text[] not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (thread_key, worker_id, slot)
) with (autovacuum_vacuum_scale_factor = 0.02); -- every addition to a row leaves an old version of it, in the index too
create index if not exists {index} on {counts} (updated_at, thread_key);
create table if not exists {errors} (
    thread_key text not null,
    worker_id text not null,
    slot integer not null,
    error text not null,
    count bigint not null,
    last_at double precision not null,
    primary key (thread_key, worker_id, slot, error)
);
