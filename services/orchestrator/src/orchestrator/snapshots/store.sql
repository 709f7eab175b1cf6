-- name: heads
select partition, position, version, anchor, checksum, digest, jobs_live, bytes, taken_at
from snapshots
where journal = $1 and partition = $2
order by position desc;

-- name: load
select chunk from snapshot_chunks where journal = $1 and partition = $2 and position = $3 order by number;

-- name: begin
-- Two owners may save one place: the second waits here for the first, then finds it taken.
insert into snapshots (journal, partition, position, version, anchor, checksum, digest, jobs_live, bytes, taken_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing
returning position;

-- name: chunk
insert into snapshot_chunks (journal, partition, position, number, chunk) values ($1, $2, $3, $4, $5);

-- name: drop_older
-- By position: one that comes late drops itself and nothing newer.
delete from snapshots
where journal = $1 and partition = $2
    and position not in (select position from snapshots where journal = $1 and partition = $2 order by position desc limit $3);
