-- depends: 0010_read_models
-- What the gateway took in: the answer to a GET before the projection has the row, and the memory of Idempotency-Keys.

create table intake (
    tenant_id text not null,
    id text not null,
    kind text not null,
    idempotency_key text,
    fingerprint text not null,
    summary jsonb not null,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);
create unique index intake_by_key on intake (tenant_id, idempotency_key);

alter table intake enable row level security;
alter table intake force row level security;
create policy own_tenant on intake to hawker_reader
using (tenant_id = current_setting('hawker.tenant', true)) with check (tenant_id = current_setting('hawker.tenant', true));
grant select, insert on intake to hawker_reader;
