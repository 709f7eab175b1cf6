-- Row-level security shows each caller its own tenant's rows; so no query here names a tenant.

-- name: batch
select * from batches where batch_id = $1;

-- name: batches
select * from batches
where ($1::text is null or marketplace = $1)
    and ($2::text is null or status = $2)
    and ($3::bigint is null or accepted_offset < $3)
order by accepted_offset desc
limit $4;

-- name: batch_totals
select status, count(*) as count from batches
where ($1::text is null or marketplace = $1)
group by status;

-- name: job
select * from jobs where job_id = $1;

-- name: job_tasks
select * from tasks where job_id = $1 order by position;

-- name: jobs
select page.*, counts.*
from (
    select * from jobs
    where ($1::text is null or batch_id = $1)
        and ($2::text is null or marketplace = $2)
        and ($3::text is null or status = $3)
        and ($4::bigint is null or accepted_offset < $4)
    order by accepted_offset desc
    limit $5
) as page
cross join lateral (
    select
        count(*) as tasks_total,
        count(*) filter (where status = 'pending') as tasks_pending,
        count(*) filter (where status = 'processing') as tasks_running,
        count(*) filter (where status = 'success') as tasks_completed,
        count(*) filter (where status in ('failed', 'timeout')) as tasks_failed,
        count(*) filter (where status = 'cancelled') as tasks_cancelled
    from tasks
    where tasks.job_id = page.job_id
) as counts
order by page.accepted_offset desc;

-- name: job_totals
-- The batches' rows count their jobs already; only jobs outside any batch are counted here. Items still to come are pending.
select status, sum(count)::bigint as count
from (
    select counted.status, counted.count
    from batches
    cross join lateral (
        values
        ('pending', item_count - missing - running - paused - completed - failed - cancelled - expired),
        ('running', running),
        ('paused', paused),
        ('completed', completed),
        ('failed', failed),
        ('cancelled', cancelled),
        ('expired', expired)
    ) as counted (status, count)
    where ($1::text is null or batch_id = $1) and ($2::text is null or marketplace = $2)
    union all
    select status, count(*) as count from jobs
    where $1::text is null and batch_id is null and ($2::text is null or marketplace = $2)
    group by status
) as found
group by status
having sum(count) > 0;

-- name: task
select * from tasks where job_id = $1 and position = $2;

-- name: tasks
-- The newest job's tasks first, each job's in their order.
select * from tasks
where ($1::text is null or job_id = $1)
    and ($2::text is null or status = $2)
    and ($3::text is null or kind = $3)
    and ($4::bigint is null or accepted_offset < $4 or (accepted_offset = $4 and position > $5))
order by accepted_offset desc, position
limit $6;

-- name: task_totals
-- Of one job: nobody keeps count of all tasks there ever were, and counting them takes the longer the more there are.
select status, count(*) as count from tasks
where job_id = $1 and ($2::text is null or kind = $2)
group by status;

-- name: listings
select * from listings
where ($1::text is null or marketplace = $1)
    and ($2::text is null or handle = $2)
    and ($3::bigint is null or journal_offset < $3)
order by journal_offset desc
limit $4;

-- name: job_history
select * from history where job_id = $1 and ($2::bigint is null or journal_offset > $2) order by journal_offset limit $3;

-- name: batch_history
select * from history where batch_id = $1 and ($2::bigint is null or journal_offset > $2) order by journal_offset limit $3;

-- name: intake
select
    intake.*,
    -- One subquery for each kind: with an "or" of the two, neither would find its index.
    coalesce(
        (
            select body ->> 'reason' from history
            where intake.kind = 'job' and job_id = intake.id
                and type = 'hawker.request.refused.v1' and body ->> 'request_type' = 'hawker.job.requested.v1'
            order by journal_offset desc limit 1
        ),
        (
            select body ->> 'reason' from history
            where intake.kind = 'batch' and batch_id = intake.id
                and type = 'hawker.request.refused.v1' and body ->> 'request_type' = 'hawker.batch.requested.v1'
            order by journal_offset desc limit 1
        )
    ) as refused_because
from intake
where id = $1 and kind = $2;

-- name: enter
insert into intake (tenant_id, id, kind, idempotency_key, fingerprint, summary, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing;

-- name: entered
select id, kind, fingerprint, created_at from intake where id = $1 or idempotency_key = $2 order by (idempotency_key = $2) desc nulls last limit 1;

-- name: migrations
select migration_id from _yoyo_migration;
