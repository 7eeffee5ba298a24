-- The newest threads without a look at all of them.

-- name: heap
-- How many blocks the table has, where it has one heap of its own.
select pg_relation_size(oid) / current_setting('block_size')::int as blocks
from pg_class where oid = to_regclass('checkpoints') and relkind = 'r'

-- name: threads_in_blocks
select thread_id, max(checkpoint_id) as last_id, count(*) as rows from checkpoints
where ctid >= %(low)s::tid and ctid < %(high)s::tid group by thread_id

-- name: any_threads
select thread_id, max(checkpoint_id) as last_id, count(*) as rows
from (select thread_id, checkpoint_id from checkpoints limit %(rows)s) found group by thread_id
