-- What tells a store's changes without reading it: the server's own counters, and where new rows lie.

-- name: pulse
-- What moves with any change to plain tables, as one text, told without planning a join: most looks end here. The insert
-- position of the log moves with every change at once, the row counters up to ten seconds late.
select concat_ws('|', pg_current_snapshot(),
           case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end,
           current_setting('track_counts'), pg_postmaster_start_time(),
           pg_relation_filenode(to_regclass('checkpoints')), pg_relation_filenode(to_regclass('checkpoint_writes')),
           pg_stat_get_tuples_inserted(to_regclass('checkpoints')),
           pg_stat_get_tuples_deleted(to_regclass('checkpoints')),
           pg_stat_get_tuples_inserted(to_regclass('checkpoint_writes')),
           pg_stat_get_tuples_deleted(to_regclass('checkpoint_writes'))) as pulse,
       extract(epoch from clock_timestamp())::float8 as now

-- name: state
-- Counters and files are those of the partitions where a table has some; a view or a foreign table has neither. An index
-- that begins with checkpoint_id, where the owner has one, finds new rows better than anything else.
select pg_current_snapshot()::text as snapshot,
       pg_is_in_recovery() as standby,
       current_setting('track_counts')::bool as counted,
       pg_postmaster_start_time()::text as started,
       (select stats_reset::text from pg_stat_database where datname = current_database()) as reset,
       c.ins as c_ins, c.del as c_del, c.blocks as c_blocks, c.files as c_files,
       w.ins as w_ins, w.del as w_del, w.blocks as w_blocks, w.files as w_files,
       (select relkind from pg_class where oid = 'checkpoints'::regclass)::text as c_kind,
       (select relkind from pg_class where oid = 'checkpoint_writes'::regclass)::text as w_kind,
       exists (select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
               where i.indrelid = to_regclass('checkpoints') and i.indisvalid and i.indpred is null
                 and m.amname = 'btree' and a.attname = 'checkpoint_id') as c_ordered,
       exists (select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
               where i.indrelid = to_regclass('checkpoint_writes') and i.indisvalid and i.indpred is null
                 and m.amname = 'btree' and a.attname = 'checkpoint_id') as w_ordered
from (select sum(pg_stat_get_tuples_inserted(relid))::bigint as ins,
             sum(pg_stat_get_tuples_deleted(relid))::bigint as del,
             sum(pg_relation_size(relid) / current_setting('block_size')::int)::bigint as blocks,
             array_agg(pg_relation_filenode(relid)::bigint order by relid) as files
        from (select coalesce(p.relid, c.oid) as relid from pg_class c left join pg_partition_tree(c.oid) p on p.isleaf
               where c.oid = to_regclass('checkpoints')) parts where pg_relation_filenode(relid) is not null) c,
     (select sum(pg_stat_get_tuples_inserted(relid))::bigint as ins,
             sum(pg_stat_get_tuples_deleted(relid))::bigint as del,
             sum(pg_relation_size(relid) / current_setting('block_size')::int)::bigint as blocks,
             array_agg(pg_relation_filenode(relid)::bigint order by relid) as files
        from (select coalesce(p.relid, c.oid) as relid from pg_class c left join pg_partition_tree(c.oid) p on p.isleaf
               where c.oid = to_regclass('checkpoint_writes')) parts where pg_relation_filenode(relid) is not null) w

-- name: new_in_blocks
-- Rows of a part of the table that the earlier snapshot did not see. `xmin` is the transaction that wrote a row; the
-- earlier snapshot saw none of those that began after it, nor of those that were under way.
select thread_id, count(*) as found, max((ctid::text::point)[0])::bigint as block
from {table}
where ctid >= %(low)s::tid and ctid < %(high)s::tid
  and (age(xmin) <= age(%(next)s::xid) or (age(xmin) <= age(%(oldest)s::xid) and xmin::text = any(%(running)s)))
group by thread_id

-- name: new_by_id
select thread_id, count(*) as found, 0 as block
from {table}
where checkpoint_id > %(first_id)s
  and (age(xmin) <= age(%(next)s::xid) or (age(xmin) <= age(%(oldest)s::xid) and xmin::text = any(%(running)s)))
group by thread_id

-- name: threads_since
-- Through the whole of the primary key: an id is no leading column of it, and still spares the look at each row.
select distinct thread_id from {table} where checkpoint_id > %(first_id)s

-- name: blocks_since
-- The same, with the block that holds each thread's newest row: where new rows go now.
select thread_id, max(checkpoint_id) as checkpoint_id,
       (array_agg((ctid::text::point)[0]::bigint order by checkpoint_id desc))[1] as block
from {table} where checkpoint_id > %(first_id)s group by thread_id

-- name: use_indexes
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)

-- name: extent
-- The planner's estimate, renewed by VACUUM and ANALYZE; -1 says that neither has ever run.
select sum(part.reltuples)::bigint as rows
from pg_class c left join pg_partition_tree(c.oid) p on p.isleaf join pg_class part on part.oid = coalesce(p.relid, c.oid)
where c.oid = to_regclass('checkpoints') and part.relkind = 'r' having min(part.reltuples) >= 0
