-- The aggregates of many threads: one pass over their checkpoints, in the order of the primary key.

-- name: in_place_order
-- The rows of a part lie anywhere. A bitmap has them fetched in the order of their places, each page once and many pages
-- ahead, which on a table that is not in memory is most of the time. The planner's usual costs make it a close call. 0 says
-- that the system cannot read ahead.
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'on', true),
       set_config('enable_hashagg', 'off', true), set_config('random_page_cost', '40', true),
       case when current_setting('effective_io_concurrency') <> '0'
            then set_config('effective_io_concurrency', '64', true) end

-- name: threads
-- Along the primary key a plain thread is a chain: every row's parent is the row before it, and the input that it knows of
-- is the one before it knew, or a later one. Then nothing has two children, no parent is gone, no id sorts before its
-- parent's, and each later input is one more turn. A thread with any other row is `odd` and left to thread_aggregates,
-- which states the rule in full; so is one where other nodes than LangGraph's own consumed an input.
--
-- A thread is settled when nothing is left to do at its newest root checkpoint: no task left a mark on it, it is deaf (its
-- document holds no value of a channel that decides what runs next, nor of one that a node listens to), no such value is
-- held beside it. \x90 is an empty list in MessagePack, \xc70f... an empty set: what
-- Sends and joins leave behind.
--
-- OFFSET 0 keeps the planner from computing an expression once for each place that uses it, and has only the few columns
-- sorted that are left of the documents.
with chains as materialized (
    select thread_id,
           count(*) as checkpoints,
           count(*) filter (where before_id is null) as namespaces,
           max(checkpoint_id) filter (where after_id is null) as last_id,
           max(checkpoint_id) filter (where before_id is null and root) as first_root_id,
           max(checkpoint_id) filter (where after_id is null and root) as last_root_id,
           bool_or(rebuilt) as rebuilt,
           string_agg(host, E'\x1f') as hosts,
           count(*) filter (where newest is distinct from before_newest and newest is not null) as turns,
           bool_or(parent_checkpoint_id is distinct from before_id
                   or (before_newest is not null and (newest is null or newest collate "C" < before_newest collate "C"))
                   or (input and seen is distinct from before_newest)
                   or (before_id is null and newest !~ '^0*[0-2]([.]|$)')) as odd,
           bool_or(named) as named
    from (
        select *, lag(checkpoint_id) over chain as before_id, lead(checkpoint_id) over chain as after_id,
               lag(newest) over chain as before_newest
        from (
            select thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, root, input, rebuilt, seen, host,
                   case when input then coalesce(put, seen) else seen end as newest, {named} as named
            from (
                select thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, metadata,
                       checkpoint_ns = '' as root,
                       checkpoint_ns = '' and metadata ->> 'source' = 'input' as input,
                       metadata ? 'counters_since_delta_snapshot' as rebuilt,
                       {host} as host,
                       case when checkpoint_ns = '' then checkpoint #>> '{versions_seen,__start__,__start__}' end as seen,
                       case when checkpoint_ns = '' and metadata ->> 'source' = 'input'
                            then checkpoint #>> '{channel_versions,__start__}' end as put
                from checkpoints where {range}
                offset 0) stored
            order by thread_id, checkpoint_ns, checkpoint_id offset 0) told
        window chain as (partition by thread_id, checkpoint_ns order by checkpoint_id)) chained
    group by thread_id
), found as materialized (
    select c.*, checkpoint -> 'channel_versions' as versions,
           jsonb_array_length(jsonb_path_query_array(checkpoint, '$.versions_seen.*.__start__', '{}', true))
             <> (checkpoint #> '{versions_seen,__start__,__start__}' is not null)::int
              + (checkpoint #> '{versions_seen,__interrupt__,__start__}' is not null)::int as started_elsewhere,
           (checkpoint -> 'channel_values' = '{}'
              or (jsonb_path_exists(checkpoint, '$.channel_values.keyvalue()
                      ? (@.key starts with "branch:to:" || @.key starts with "join:" || @.key starts with "__")',
                      '{}', true) is false
                  and jsonb_path_exists(checkpoint, '$.versions_seen.keyvalue()
                      ? (@.key == "__start__" || !(@.key starts with "__")).value.keyvalue()
                      ? (@.key != "__start__" && !(@.key starts with "branch:to:") && !(@.key starts with "join:"))',
                      '{}', true) is false))
             and jsonb_array_length(jsonb_path_query_array(checkpoint, '$.versions_seen.*.__pregel_tasks', '{}', true))
               = (checkpoint #> '{versions_seen,__interrupt__,__pregel_tasks}' is not null)::int as deaf,
           case when {named} then told end as metadata
    from chains c left join lateral (
        select checkpoint, metadata, metadata::text as told, {host} as host from checkpoints
        where thread_id = c.thread_id and checkpoint_ns = '' and checkpoint_id = c.last_root_id offset 0) newest on true
), w as (
    select thread_id, count(*) as writes, max(checkpoint_id) filter (where checkpoint_ns = '' and idx < 0) as marked
    from checkpoint_writes where {range} group by thread_id
), deciding as materialized (
    select thread_id, channel, version from checkpoint_blobs
    where {range} and checkpoint_ns = ''
      and (channel in ('__start__', '__pregel_tasks') or starts_with(channel, 'branch:to:') or starts_with(channel, 'join:'))
    order by thread_id
), newest as materialized (
    select d.* from found f join deciding d on d.thread_id = f.thread_id where f.versions ->> d.channel = d.version
), held as (
    select distinct n.thread_id
    from newest n join checkpoint_blobs b on b.thread_id = n.thread_id and b.checkpoint_ns = ''
                                         and b.channel = n.channel and b.version = n.version
    where b.type <> 'empty'
      and not (b.type = 'msgpack' and b.blob in ('\x90', '\xc70f0093a86275696c74696e73a373657490'))
)
select f.thread_id, f.turns, f.checkpoints, coalesce(w.writes, 0), f.namespaces, f.last_id, coalesce(f.first_root_id, ''),
       coalesce(f.last_root_id, ''), f.rebuilt, f.hosts, f.odd is true or f.started_elsewhere is true,
       f.deaf and held.thread_id is null and coalesce(w.marked < f.last_root_id, true),
       f.named, case when octet_length(f.metadata) <= 1000 then f.metadata end
from found f left join w on w.thread_id = f.thread_id left join held on held.thread_id = f.thread_id
order by f.thread_id

-- name: thread_aggregates
-- `turns` is the number of distinct versions of the `__start__` channel
-- that were consumed by a node or put by an input: each accepted input gives that channel a new version, resumes,
-- replays and updates do not. A parent that is gone, or a first checkpoint that already saw a later input (a first one has
-- version 1, or 2 when a Command came first), makes the number a lower bound: pruning and deletion leave that behind.
with c as materialized (
    select thread_id, checkpoint_ns, checkpoint_id,
           parent_checkpoint_id,
           metadata ->> 'source' as source,
           checkpoint -> 'versions_seen' as versions_seen,
           checkpoint -> 'channel_versions' ->> '__start__' as start_version
    from checkpoints where thread_id = any(%(thread_ids)s)
), inputs as (
    select c.thread_id, c.checkpoint_id, c.parent_checkpoint_id, seen.value ->> '__start__' as version
    from c, jsonb_each(case when jsonb_typeof(versions_seen) = 'object' then versions_seen end) seen
    where c.checkpoint_ns = '' and (left(seen.key, 2) <> '__' or seen.key = '__start__')
      and jsonb_typeof(seen.value) = 'object'
    union all
    select thread_id, checkpoint_id, parent_checkpoint_id, start_version from c
    where checkpoint_ns = '' and source = 'input'
), turns as (
    select thread_id, count(distinct version) as turns from inputs group by thread_id
), twins as (
    select thread_id from c where source in ('input', 'loop') and parent_checkpoint_id is not null
    group by thread_id, checkpoint_ns, parent_checkpoint_id having count(*) > 1
), gone as (
    select distinct c.thread_id from c
    where c.checkpoint_ns = '' and c.parent_checkpoint_id is not null and not exists (
        select from c p where p.thread_id = c.thread_id and p.checkpoint_ns = '' and p.checkpoint_id = c.parent_checkpoint_id)
), late as (
    select thread_id from inputs
    where parent_checkpoint_id is null and split_part(version, '.', 1) ~ '^[0-9]{1,40}$'
    group by thread_id, checkpoint_id having min(split_part(version, '.', 1)::numeric) > 2
)
select c.thread_id,
       coalesce(bool_or(c.checkpoint_id < c.parent_checkpoint_id), false) as clock_skew,
       coalesce((select t.turns from turns t where t.thread_id = c.thread_id), 0) as turns,
       exists (select from twins t where t.thread_id = c.thread_id) as siblings,
       exists (select from gone g where g.thread_id = c.thread_id)
         or exists (select from late l where l.thread_id = c.thread_id) as turns_is_lower_bound
from c group by c.thread_id

-- name: thread_hosts
-- Checkpoints put, by the first of the metadata keys that names a host.
select thread_id, coalesce(host.name, '') as host, count(*) as checkpoints
from checkpoints
left join lateral (
    select left(metadata ->> k.key, 255) as name from unnest(%(host_keys)s::text[]) with ordinality as k (key, place)
    where jsonb_typeof(metadata -> k.key) in ('string', 'number') and metadata ->> k.key <> ''
    order by k.place limit 1) host on true
where thread_id = any(%(thread_ids)s)
group by 1, 2

-- name: thread_metadata
-- The newest root checkpoint that carries the caller's own keys: rows written by update_state from a history config lack
-- them. CASE, because a WHERE clause is evaluated in any order and one odd row must not spoil the read of the others.
select distinct on (thread_id) thread_id,
       (select jsonb_object_agg(m.key, m.value)
          from jsonb_each(case when jsonb_typeof(metadata) = 'object' then metadata end) m
         where octet_length(m.value::text) <= 1000) as metadata
from checkpoints
where thread_id = any(%(thread_ids)s) and checkpoint_ns = ''
  and case when jsonb_typeof(metadata) = 'object'
           then metadata - array['source', 'step', 'parents', 'counters_since_delta_snapshot'] <> '{}' end
order by thread_id, checkpoint_id desc

-- name: thread_heads
select {checkpoint_columns}
from (select c.* from unnest(%(threads)s::text[], %(newest)s::text[]) as head (thread, newest)
      join checkpoints c on c.thread_id = head.thread and c.checkpoint_ns = '' and c.checkpoint_id = head.newest)
         checkpoints,
     {inline_values}

-- name: head_control
-- Bodies of the channels that decide which tasks come next, smallest first until the byte budget is spent.
select thread_id, channel, version, type, size_bytes, case when running_bytes <= %(bytes)s then blob end as blob
from (select b.thread_id, b.channel, b.version, b.type, b.blob, coalesce(octet_length(b.blob), 0) as size_bytes,
             sum(coalesce(octet_length(b.blob), 0))
                 over (order by coalesce(octet_length(b.blob), 0), b.thread_id, b.channel, b.version) as running_bytes
      from unnest(%(thread_ids)s::text[], %(channels)s::text[], %(versions)s::text[])
               as wanted (thread_id, channel, version)
      join checkpoint_blobs b on b.thread_id = wanted.thread_id and b.checkpoint_ns = ''
                             and b.channel = wanted.channel and b.version = wanted.version
      where b.type <> 'empty') sized

-- name: head_writes
select w.thread_id, w.checkpoint_ns, w.checkpoint_id, w.task_id, {task_path} as task_path, w.idx, w.channel,
       coalesce(w.type, '') as type, octet_length(w.blob) as size_bytes, null::bytea as blob
from unnest(%(thread_ids)s::text[], %(checkpoint_ids)s::text[]) as head (thread_id, checkpoint_id)
join checkpoint_writes w on w.thread_id = head.thread_id and w.checkpoint_ns = '' and w.checkpoint_id = head.checkpoint_id
where w.idx < 0
order by w.thread_id, {task_path} collate "C", w.task_id collate "C", w.idx
limit %(rows)s
