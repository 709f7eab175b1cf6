-- name: add_batches
insert into batches (
    tenant_id, batch_id, account_id, marketplace, action, priority, item_count, requested_at, expires_at,
    accepted_offset, journal_offset, status
)
select *, new.journal_offset, 'pending'
from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::int[], $8::timestamptz[], $9::timestamptz[], $10::bigint[]
) as new (tenant_id, batch_id, account_id, marketplace, action, priority, item_count, requested_at, expires_at, journal_offset)
on conflict do nothing;

-- name: change_batches
update batches set
    status = coalesce(change.status, batches.status),
    missing = coalesce(change.missing, batches.missing),
    reason = coalesce(change.reason, batches.reason),
    ended_at = coalesce(change.ended_at, batches.ended_at),
    journal_offset = change.journal_offset
from unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::bigint[]
) as change (tenant_id, batch_id, status, missing, reason, ended_at, journal_offset)
where batches.tenant_id = change.tenant_id
    and batches.batch_id = change.batch_id
    and batches.journal_offset < change.journal_offset;

-- name: add_jobs
insert into jobs (
    tenant_id, job_id, batch_id, account_id, marketplace, action, handle, title, priority, created_at, expires_at,
    accepted_offset, journal_offset, status
)
select *, new.journal_offset, 'pending'
from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::smallint[],
    $10::timestamptz[], $11::timestamptz[], $12::bigint[]
) as new (
    tenant_id, job_id, batch_id, account_id, marketplace, action, handle, title, priority, created_at, expires_at, journal_offset
)
on conflict do nothing;

-- name: park_jobs
-- A job's status stays as it was: it says what the job was doing when it was parked. What was said before it was accepted is no news of it.
update jobs set
    parked = change.parked,
    expires_at = coalesce(change.expires_at, jobs.expires_at),
    parked_offset = change.journal_offset
from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[]) as change (
    tenant_id, job_id, parked, expires_at, journal_offset
)
where jobs.tenant_id = change.tenant_id
    and jobs.job_id = change.job_id
    and jobs.accepted_offset < change.journal_offset
    and jobs.parked_offset < change.journal_offset;

-- name: change_jobs
-- The batches' counts move in the same statement by what the jobs' statuses moved, so they are always the sum over the jobs.
-- `before` reads the rows as they were when the statement began.
with change as (
    select * from unnest(
        $1::text[], $2::text[], $3::text[], $4::boolean[], $5::bigint[], $6::int[], $7::text[], $8::text[], $9::text[],
        $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::bigint[]
    ) as given (
        tenant_id, job_id, status, began, opened_at_offset, retry_count, reason, failure, listing,
        expires_at, due_at, ended_at, journal_offset
    )
),

before as (
    select tenant_id, job_id, jobs.batch_id, jobs.status, change.opened_at_offset
    from jobs inner join change using (tenant_id, job_id)
),

after as (
    update jobs set
        status = case
            when change.status <> 'resumed' then change.status
            when coalesce(change.began, jobs.began) then 'running'
            else 'pending'
        end,
        began = coalesce(change.began, jobs.began),
        retry_count = coalesce(change.retry_count, jobs.retry_count),
        reason = change.reason,
        failure = change.failure::jsonb,
        listing = coalesce(change.listing::jsonb, jobs.listing),
        expires_at = coalesce(change.expires_at, jobs.expires_at),
        due_at = change.due_at,
        ended_at = change.ended_at,
        journal_offset = change.journal_offset
    from change
    where jobs.tenant_id = change.tenant_id
        and jobs.job_id = change.job_id
        and jobs.journal_offset < change.journal_offset
        -- A running job that goes on running needs no new row, unless it was paused and resumed meanwhile: it may live longer then.
        and not (jobs.status = 'running' and change.status = 'running' and change.retry_count is null and change.expires_at is null)
    returning jobs.tenant_id, jobs.job_id, jobs.status
),

moved as (
    select
        before.tenant_id, before.batch_id,
        sum((after.status = 'running')::int - (before.status = 'running')::int) as running,
        sum((after.status = 'paused')::int - (before.status = 'paused')::int) as paused,
        sum((after.status = 'completed')::int - (before.status = 'completed')::int) as completed,
        sum((after.status = 'failed')::int - (before.status = 'failed')::int) as failed,
        sum((after.status = 'cancelled')::int - (before.status = 'cancelled')::int) as cancelled,
        sum((after.status = 'expired')::int - (before.status = 'expired')::int) as expired,
        max(before.opened_at_offset) as opened_at_offset
    from before inner join after using (tenant_id, job_id)
    where before.batch_id is not null
    group by before.tenant_id, before.batch_id
)

update batches set
    running = batches.running + moved.running,
    paused = batches.paused + moved.paused,
    completed = batches.completed + moved.completed,
    failed = batches.failed + moved.failed,
    cancelled = batches.cancelled + moved.cancelled,
    expired = batches.expired + moved.expired,
    -- The first task of a batch opens it; one that comes after its end (a person retried a job) opens it again.
    status = case
        when moved.opened_at_offset > batches.journal_offset or (moved.opened_at_offset is not null and batches.status = 'pending')
            then 'running'
        else batches.status
    end,
    ended_at = case when moved.opened_at_offset > batches.journal_offset then null else batches.ended_at end
from moved
where batches.tenant_id = moved.tenant_id and batches.batch_id = moved.batch_id;

-- name: add_tasks
insert into tasks (tenant_id, job_id, position, name, kind, operation, accepted_offset, journal_offset, status)
select *, new.journal_offset, 'pending'
from unnest(
    $1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[]
) as new (tenant_id, job_id, position, name, kind, operation, journal_offset)
on conflict do nothing;

-- name: change_tasks
update tasks set
    status = change.status,
    attempt = coalesce(change.attempt, tasks.attempt),
    retry_count = coalesce(change.retry_count, tasks.retry_count),
    result = change.result::jsonb,
    failure = change.failure::jsonb,
    waited_ms = change.waited_ms,
    took_ms = change.took_ms,
    started_at = case when change.status <> 'pending' then coalesce(change.started_at, tasks.started_at) end,
    ended_at = change.ended_at,
    journal_offset = change.journal_offset
from unnest(
    $1::text[], $2::text[], $3::int[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
    $11::timestamptz[], $12::timestamptz[], $13::bigint[]
) as change (
    tenant_id, job_id, position, status, attempt, retry_count, result, failure, waited_ms, took_ms, started_at, ended_at, journal_offset
)
where tasks.tenant_id = change.tenant_id
    and tasks.job_id = change.job_id
    and tasks.position = change.position
    and tasks.journal_offset < change.journal_offset;

-- name: cancel_tasks
update tasks set status = 'cancelled', ended_at = stopped.at, journal_offset = stopped.journal_offset
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[]) as stopped (tenant_id, job_id, at, journal_offset)
where tasks.tenant_id = stopped.tenant_id
    and tasks.job_id = stopped.job_id
    and tasks.journal_offset < stopped.journal_offset
    and tasks.status in ('pending', 'processing');

-- name: put_listings
-- Two jobs of one page may have listed one product: the later one counts.
insert into listings (tenant_id, marketplace, account_id, handle, listing_id, url, skus, job_id, listed_at, journal_offset)
select distinct on (jobs.tenant_id, jobs.marketplace, jobs.account_id, jobs.handle)
    jobs.tenant_id, jobs.marketplace, jobs.account_id, jobs.handle,
    new.listing_id, new.url, new.skus::jsonb, new.job_id, new.listed_at, new.journal_offset
from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[]
) as new (tenant_id, job_id, listing_id, url, skus, listed_at, journal_offset)
inner join jobs using (tenant_id, job_id)
order by jobs.tenant_id, jobs.marketplace, jobs.account_id, jobs.handle, new.journal_offset desc
on conflict (tenant_id, marketplace, account_id, handle) do update set
    listing_id = excluded.listing_id,
    url = excluded.url,
    skus = excluded.skus,
    job_id = excluded.job_id,
    listed_at = excluded.listed_at,
    journal_offset = excluded.journal_offset
where listings.journal_offset < excluded.journal_offset;

-- name: add_history
insert into history (tenant_id, partition, journal_offset, type, batch_id, job_id, position, at, body)
select tenant_id, partition, journal_offset, type, batch_id, job_id, position, at, body::jsonb
from unnest(
    $1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[], $9::text[]
) as new (tenant_id, partition, journal_offset, type, batch_id, job_id, position, at, body)
on conflict do nothing;
