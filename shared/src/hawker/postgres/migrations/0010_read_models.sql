-- What people ask about: batches, jobs, tasks, listings, history. Written by the projector alone, from the journal alone.

-- Roles belong to the whole server: another database's migration may make them at this very moment.
do $$
begin
    create role hawker_reader nologin;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
    create role hawker_projector nologin;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
    if not pg_has_role(current_user, 'hawker_reader', 'SET') then execute 'grant hawker_reader to current_user'; end if;
    if not pg_has_role(current_user, 'hawker_projector', 'SET') then execute 'grant hawker_projector to current_user'; end if;
end $$;

create table checkpoints (
    projection text not null,
    partition int not null,
    position bigint not null default 0,
    moved_at timestamptz not null default now(),
    primary key (projection, partition)
);
grant select, insert, update on checkpoints to hawker_projector;
grant select on checkpoints to hawker_reader;

-- Ids compare byte by byte, whatever language the server speaks.
-- Offsets: a tenant lives on one partition, so `accepted_offset` orders what it has, and `journal_offset` says which fact a row follows.
create table batches (
    tenant_id text collate "C" not null,
    batch_id text collate "C" not null,
    account_id text not null,
    marketplace text not null,
    action text not null,
    priority smallint not null,
    status text not null,
    item_count int not null,
    running int not null default 0,
    paused int not null default 0,
    completed int not null default 0,
    failed int not null default 0,
    cancelled int not null default 0,
    expired int not null default 0,
    missing int not null default 0,
    reason text,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    accepted_offset bigint not null,
    journal_offset bigint not null,
    primary key (tenant_id, batch_id)
);
create index batches_by_age on batches (tenant_id, accepted_offset desc);

create table jobs (
    tenant_id text collate "C" not null,
    job_id text collate "C" not null,
    batch_id text collate "C",
    account_id text not null,
    marketplace text not null,
    action text not null,
    handle text not null,
    title text not null,
    priority smallint not null,
    status text not null,
    began boolean not null default false,
    retry_count int not null default 0,
    reason text,
    failure jsonb,
    listing jsonb,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    due_at timestamptz,
    ended_at timestamptz,
    accepted_offset bigint not null,
    journal_offset bigint not null,
    primary key (tenant_id, job_id)
) with (fillfactor = 80);
create index jobs_by_age on jobs (tenant_id, accepted_offset desc);
create index jobs_by_batch on jobs (tenant_id, batch_id, accepted_offset desc) where batch_id is not null;

-- No index on what changes, so that most updates stay inside their page.
create table tasks (
    tenant_id text collate "C" not null,
    job_id text collate "C" not null,
    position int not null,
    name text not null,
    kind text not null,
    operation text not null,
    status text not null,
    attempt int not null default 0,
    retry_count int not null default 0,
    result jsonb,
    failure jsonb,
    waited_ms bigint,
    took_ms bigint,
    started_at timestamptz,
    ended_at timestamptz,
    accepted_offset bigint not null,
    journal_offset bigint not null,
    primary key (tenant_id, job_id, position)
) with (fillfactor = 60);
create index tasks_by_age on tasks (tenant_id, accepted_offset desc, position);

create table listings (
    tenant_id text collate "C" not null,
    marketplace text not null,
    account_id text not null,
    handle text not null,
    listing_id text not null,
    url text not null,
    skus jsonb not null,
    job_id text collate "C" not null,
    listed_at timestamptz not null,
    journal_offset bigint not null,
    primary key (tenant_id, marketplace, account_id, handle)
);

create table history (
    tenant_id text collate "C" not null,
    partition int not null,
    journal_offset bigint not null,
    type text not null,
    batch_id text collate "C",
    job_id text collate "C",
    position int,
    at timestamptz not null,
    body jsonb not null,
    primary key (partition, journal_offset)
);
create index history_by_job on history (tenant_id, job_id, journal_offset) where job_id is not null;
create index history_by_batch on history (tenant_id, batch_id, journal_offset) where batch_id is not null;

-- One rule for all of them, and for the tables that a rebuild makes beside them: readers see their own tenant, and without a tenant nothing.
create function hawker_guard(guarded regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', guarded);
    execute format('alter table %s force row level security', guarded);
    execute format('create policy own_tenant on %s for select to hawker_reader using (tenant_id = current_setting(''hawker.tenant'', true))', guarded);
    execute format('create policy all_tenants on %s to hawker_projector using (true) with check (true)', guarded);
    execute format('grant select on %s to hawker_reader', guarded);
    execute format('grant select, insert, update, delete on %s to hawker_projector', guarded);
end $$;

do $$
begin
    perform hawker_guard(read_model) from unnest(array['batches', 'jobs', 'tasks', 'listings', 'history']::regclass[]) as read_model;
end $$;

-- The gateway says which migrations it waits for.
grant select on _yoyo_migration to hawker_reader;
