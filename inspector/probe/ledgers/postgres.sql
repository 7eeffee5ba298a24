-- Everything that the probe sends to a Postgres ledger. {workers}, {counts} and {errors} stand for the tables' names.

-- name: enter
-- Local to the transaction: behind a pooler a session's settings reach other people's sessions. The dashboard looks back
-- fifteen seconds for transactions that were under way: no statement, and no pause between two, may take so long.
select set_config('statement_timeout', '5s', true),
       set_config('idle_in_transaction_session_timeout', '5s', true),
       set_config('search_path', case when %(schema)s <> '' then quote_ident(%(schema)s)
                                      else current_setting('search_path') end, true)

-- name: missing
-- Whether a table is missing, as this login's search path goes.
select to_regclass(%(workers)s) is null or to_regclass(%(counts)s) is null or to_regclass(%(errors)s) is null as missing

-- name: advance
-- Answers with a row only when this batch is new. Waits for a transaction that writes the same batch and whose answer was
-- lost, and then sees what became of it.
insert into {workers} as w (worker_id, hostname, pid, started_at, seen_at, batch, report, updated_at)
values (%(worker_id)s, %(hostname)s, %(pid)s, %(started_at)s, %(seen_at)s, %(batch)s, %(report)s::jsonb, clock_timestamp())
on conflict (worker_id) do update
set hostname = excluded.hostname, pid = excluded.pid, started_at = excluded.started_at, seen_at = excluded.seen_at,
    batch = excluded.batch, report = excluded.report, updated_at = excluded.updated_at
where w.batch < excluded.batch
returning w.batch

-- name: report
update {workers}
set hostname = %(hostname)s, pid = %(pid)s, started_at = %(started_at)s, seen_at = %(seen_at)s, report = %(report)s::jsonb,
    updated_at = clock_timestamp()
where worker_id = %(worker_id)s and seen_at <= %(seen_at)s

-- name: add_errors
insert into {errors} as e (thread_key, worker_id, slot, error, count, last_at)
select thread_key, %(worker_id)s, slot, error, count, last_at
from jsonb_to_recordset(%(errors)s::jsonb)
    as new (thread_key text, slot integer, error text, count bigint, last_at double precision)
order by thread_key, slot, error
on conflict (thread_key, worker_id, slot, error) do update
set count = e.count + excluded.count, last_at = greatest(e.last_at, excluded.last_at)

-- name: add_counts
-- The last statement of its transaction: between a row's `updated_at` and the moment others see it little may lie.
insert into {counts} as c (thread_key, worker_id, slot, thread_id, reads, misses, checkpoints, writes, first_at, last_at,
                           last_read_at, last_miss_at, recent, updated_at)
select thread_key, %(worker_id)s, slot, thread_id, reads, misses, checkpoints, writes, first_at, last_at,
       last_read_at, last_miss_at, recent, clock_timestamp()
from jsonb_to_recordset(%(counts)s::jsonb)
    as new (thread_key text, slot integer, thread_id text, reads bigint, misses bigint, checkpoints bigint,
            writes bigint, first_at double precision, last_at double precision, last_read_at double precision,
            last_miss_at double precision, recent text[])
order by thread_key, slot
on conflict (thread_key, worker_id, slot) do update
set reads = c.reads + excluded.reads,
    misses = c.misses + excluded.misses,
    checkpoints = c.checkpoints + excluded.checkpoints,
    writes = c.writes + excluded.writes,
    first_at = least(c.first_at, excluded.first_at),
    last_at = greatest(c.last_at, excluded.last_at),
    last_read_at = greatest(c.last_read_at, excluded.last_read_at),
    last_miss_at = greatest(c.last_miss_at, excluded.last_miss_at),
    recent = (c.recent || excluded.recent)[greatest(1, cardinality(c.recent) + cardinality(excluded.recent) - %(keep)s + 1):],
    updated_at = clock_timestamp()

-- name: prune_counts
-- Rows that somebody else is writing or removing are left for the next time: pruning waits for nobody. That goes for the
-- errors too: whoever writes has their rows before it asks for those of the counts.
with old as (
    select ctid from {counts} where updated_at < to_timestamp(%(before)s)
    order by updated_at, thread_key limit %(rows)s for update skip locked
), gone as (
    delete from {counts} c using old where c.ctid = old.ctid
    returning c.thread_key, c.worker_id, c.slot
), free as (
    select e.ctid from {errors} e join gone using (thread_key, worker_id, slot) for update of e skip locked
), errors as (
    delete from {errors} e using free where e.ctid = free.ctid
)
select count(*) as removed from gone

-- name: prune_workers
delete from {workers} w using (
    select ctid from {workers} where updated_at < to_timestamp(%(before)s) limit %(rows)s for update skip locked
) old
where w.ctid = old.ctid
