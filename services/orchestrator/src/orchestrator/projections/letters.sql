-- name: add_letter
-- The same letter again, after a crash of whoever wrote it, changes nothing: the first place keeps the order.
insert into dead_letters (
    origin, tenant_id, subject, reason, topic, type, event_id, key, header_names, header_values, value, value_bytes, at, partition, letter_offset
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict do nothing;

-- name: close_letter
-- The first word stands.
update dead_letters set state = $2, closed_by = $3, closed_at = $4, request_id = $5 where origin = $1 and state = 'waiting';

-- name: forget_closed
-- Only what is dealt with is ever forgotten here; what waits stays, also when the topic has let go of it.
delete from dead_letters where state <> 'waiting' and closed_at < now() - make_interval(days => $1);

-- name: letters_beside
create table {schema}.dead_letters (like public.dead_letters including all);
select hawker_guard('{schema}.dead_letters');

-- name: remove_wrong
-- Only where the topic still reaches: `$1` are its partitions, `$2` where they begin now.
delete from public.dead_letters using unnest($1::int[], $2::bigint[]) as kept (partition, first_offset)
where dead_letters.partition = kept.partition and dead_letters.letter_offset >= kept.first_offset and origin in (
    select origin from (select * from public.dead_letters except all select * from {schema}.dead_letters) as wrong
);

-- name: put_right
insert into public.dead_letters select * from {schema}.dead_letters on conflict do nothing;
