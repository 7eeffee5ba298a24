-- Everything that is ever sent to a SQLite checkpoint store, after the session's own settings.
-- Sizes by length(), which looks at a value's header alone.

-- name: columns
select 'checkpoints' as "table", name from pragma_table_info('checkpoints')
union all
select 'writes', name from pragma_table_info('writes')

-- name: facts
select sqlite_version() as version, page_count * page_size as size_bytes, journal_mode
from pragma_page_count, pragma_page_size, pragma_journal_mode

-- name: signs
-- The greatest rowid is at the end of each table's tree.
select page_count as pages, page_size, freelist_count as free,
       (select max(rowid) from checkpoints) as checkpoints, (select max(rowid) from writes) as writes
from pragma_page_count, pragma_page_size, pragma_freelist_count

-- name: newest_types
-- A sample of the newest rows: the type is stored before the document, so no document is read.
select distinct coalesce(type, '') as type from (select type from checkpoints order by rowid desc limit 200)

-- name: thread_counts
select c.thread_id, c.checkpoints, coalesce(w.writes, 0) as writes, c.last_checkpoint_id
from (select thread_id, count(*) as checkpoints, max(checkpoint_id) as last_checkpoint_id
        from checkpoints group by thread_id) c
left join (select thread_id, count(*) as writes from writes group by thread_id) w on w.thread_id = c.thread_id

-- name: thread_checkpoints
select {checkpoint_columns} from checkpoints where thread_id = :thread_id

-- name: thread_writes
select count(*) as writes from writes where thread_id = :thread_id

-- name: head_writes
select {write_columns} from writes
where thread_id = :thread_id and checkpoint_ns = '' and checkpoint_id = :checkpoint_id and idx < 0
order by task_id, idx limit :rows

-- name: namespaces
select checkpoint_ns, count(*) as checkpoints,
       min(checkpoint_id) as first_checkpoint_id, max(checkpoint_id) as last_checkpoint_id
from checkpoints where thread_id = :thread_id
group by checkpoint_ns order by checkpoint_ns = '' desc, min(checkpoint_id) desc, checkpoint_ns limit :rows

-- name: calls
select checkpoint_ns, checkpoint_id, metadata from checkpoints
where thread_id = :thread_id and checkpoint_ns in (select value from json_each(:namespaces))
order by checkpoint_id desc limit :rows

-- name: marks_at
select distinct w.checkpoint_ns, w.checkpoint_id, w.channel
from json_each(:places) as place
cross join writes w on w.thread_id = :thread_id and w.checkpoint_ns = json_extract(place.value, '$[0]')
                   and w.checkpoint_id = json_extract(place.value, '$[1]')
where w.idx < 0

-- name: stored_at
select c.checkpoint_ns, c.checkpoint_id
from json_each(:places) as place
cross join checkpoints c on c.thread_id = :thread_id and c.checkpoint_ns = json_extract(place.value, '$[0]')
                        and c.checkpoint_id = json_extract(place.value, '$[1]')

-- name: checkpoints
-- Any text is less than an empty blob: that is the beginning where :before is null.
select {checkpoint_columns} from checkpoints
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns and checkpoint_id < coalesce(:before, x'')
order by checkpoint_id desc limit :rows

-- name: checkpoint
select {checkpoint_columns} from checkpoints
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns and checkpoint_id = :checkpoint_id

-- name: outline
-- Metadata alone, and the documents of those whose ids tell no time.
select thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, metadata,
       coalesce(length(checkpoint), 0) as size_bytes,
       case when checkpoint_id not glob :usual then checkpoint end as checkpoint
from checkpoints
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns and checkpoint_id > :after
order by checkpoint_id desc limit :rows

-- name: newer_checkpoints
select checkpoint_id from checkpoints
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns and checkpoint_id > :checkpoint_id
order by checkpoint_id limit :rows

-- name: place
select count(*) filter (where checkpoint_id < :checkpoint_id) as older,
       count(*) filter (where checkpoint_id > :checkpoint_id) as newer
from checkpoints where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns

-- name: inputs
select {checkpoint_columns} from checkpoints
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns
  and checkpoint_id >= :since and checkpoint_id < :before
order by checkpoint_id

-- name: writes
-- LangGraph's own order of a step's writes.
select {write_columns} from writes
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns
  and checkpoint_id in (select value from json_each(:checkpoint_ids))
  and (:channels is null or channel in (select value from json_each(:channels)))
order by checkpoint_id, task_path, task_id, idx limit :rows

-- name: write_body
select value from writes
where thread_id = :thread_id and checkpoint_ns = :checkpoint_ns and checkpoint_id = :checkpoint_id
  and task_id = :task_id and idx = :idx

-- name: newest_threads
-- The greatest number of a row is about how many rows there are.
select thread_id, max(checkpoint_id) as last_id, count(*) as rows,
       (select coalesce(max(rowid), 0) from checkpoints) as total
from (select thread_id, checkpoint_id from checkpoints order by rowid desc limit :rows) group by thread_id
