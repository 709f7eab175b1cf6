-- Row-level security shows an admin the tenant's own letters and an operator all; so no query here names a tenant for that.

-- name: letters
-- Newest first. `$8` to `$10` are the place after which the page begins.
select
    origin, tenant_id, subject, reason, topic, type, event_id, at, partition, letter_offset, state, closed_by, closed_at, request_id,
    key, value is not null as has_value, value_bytes, octet_length(value) as kept_bytes
from dead_letters
where ($1::text is null or subject = $1)
    and ($2::text is null or topic = $2)
    and ($3::text is null or type = $3)
    and ($4::text is null or position(lower($4) in lower(reason)) > 0)
    and ($5::timestamptz is null or at >= $5)
    and ($6::timestamptz is null or at < $6)
    and ($7::text is null or state = $7)
    and ($8::timestamptz is null or (at, partition, letter_offset) < ($8, $9::int, $10::bigint))
order by at desc, partition desc, letter_offset desc
limit $11;

-- name: totals
select state as status, count(*) as count from dead_letters
where ($1::text is null or subject = $1)
    and ($2::text is null or topic = $2)
    and ($3::text is null or type = $3)
    and ($4::text is null or position(lower($4) in lower(reason)) > 0)
    and ($5::timestamptz is null or at >= $5)
    and ($6::timestamptz is null or at < $6)
group by state;

-- name: waiting
-- Oldest first.
select origin from dead_letters
where ($1::text is null or subject = $1)
    and ($2::text is null or topic = $2)
    and ($3::text is null or type = $3)
    and ($4::text is null or position(lower($4) in lower(reason)) > 0)
    and ($5::timestamptz is null or at >= $5)
    and ($6::timestamptz is null or at < $6)
    and state = 'waiting'
order by at, partition, letter_offset
limit $7;

-- name: named
select
    origin, tenant_id, subject, reason, topic, type, event_id, at, partition, letter_offset, state, closed_by, closed_at, request_id,
    key, value is not null as has_value, value_bytes, octet_length(value) as kept_bytes
from dead_letters
where origin = any($1::text[])
order by at, partition, letter_offset;

-- name: of_job
-- What waits of one job, in the order in which it came.
select
    origin, tenant_id, subject, reason, topic, type, event_id, at, partition, letter_offset, state, closed_by, closed_at, request_id,
    key, value is not null as has_value, value_bytes, octet_length(value) as kept_bytes
from dead_letters
where tenant_id = $1 and subject = $2 and state = 'waiting'
order by partition, letter_offset
limit $3;

-- name: parked
-- Jobs that stand still, and how many of their letters wait. `$1` is one job's id or null.
select jobs.tenant_id, jobs.job_id, jobs.parked as reason, count(dead_letters.origin) as letters_waiting
from jobs
left join dead_letters on dead_letters.tenant_id = jobs.tenant_id and dead_letters.subject = jobs.job_id and dead_letters.state = 'waiting'
where jobs.parked is not null and ($1::text is null or jobs.job_id = $1)
group by jobs.tenant_id, jobs.job_id
order by jobs.tenant_id, jobs.job_id
limit $2;

-- name: raw
select origin, key, header_names, header_values, value from dead_letters where origin = any($1::text[]);
