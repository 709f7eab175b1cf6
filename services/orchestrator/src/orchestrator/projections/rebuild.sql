-- name: tables_beside
-- `{table}` is a read model of ours; the keys and types are the live table's own.
create table {schema}.{table} (like public.{table} including all);
select hawker_guard('{schema}.{table}');

-- name: hold
-- The live projector waits from here to the end of the transaction, so both sides stand at one place.
select partition, position from checkpoints where projection = $1 order by partition for update;

-- name: positions
select partition, position from checkpoints where projection = $1;

-- name: remove_wrong
delete from public.{table} where ({key}) in (
    select {key} from (select * from public.{table} except all select * from {schema}.{table}) as wrong
);

-- name: put_right
insert into public.{table} select * from {schema}.{table} on conflict do nothing;
