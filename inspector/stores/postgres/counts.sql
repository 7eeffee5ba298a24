-- Every thread's counts, in parts that follow each other in the order of the primary keys, each read in a short snapshot.

-- name: range_end
-- The last thread of a part of so many checkpoints; none where fewer are left.
select thread_id from checkpoints where thread_id {after} order by thread_id offset %(rows)s limit 1

-- name: next_thread
select thread_id from checkpoints where thread_id {after} order by thread_id limit 1

-- name: in_key_order
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_hashagg', 'off', true), set_config('cursor_tuple_fraction', '1', true)

-- name: range_checkpoints
select thread_id, count(*), max(checkpoint_id) from checkpoints where {range} group by thread_id

-- name: range_writes
select thread_id, count(*) from checkpoint_writes where {range} group by thread_id
