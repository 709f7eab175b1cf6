-- name: begin
insert into checkpoints (projection, partition)
select $1, partition from unnest($2::int[]) as asked (partition)
on conflict do nothing;

-- name: positions
select partition, position from checkpoints where projection = $1 and partition = any($2::int[]);

-- name: advance
-- Rows are locked in one order, so two projectors wait for each other and never deadlock.
with held as (
    select partition, position from checkpoints
    where projection = $1 and partition = any($2::int[])
    order by partition
    for update
)
update checkpoints set position = move.after, moved_at = now()
from unnest($2::int[], $3::bigint[], $4::bigint[]) as move (partition, before, after), held
where checkpoints.projection = $1
    and checkpoints.partition = move.partition
    and held.partition = move.partition
    and held.position = move.before
returning checkpoints.partition;
