-- depends: 0010_read_models
-- The dead letters, for whoever handles them: each as it came, and what became of it. Written by the projector alone, from the topic alone.

-- `tenant_id` is null where the letter does not say whose it is. `key`, headers and `value` are the record's own bytes; `value_bytes` is how long
-- the value was, also where it had to be cut. `partition` and `letter_offset` are the letter's own place, which gives the order.
create table dead_letters (
    origin text collate "C" primary key,
    tenant_id text collate "C",
    subject text collate "C",
    reason text not null,
    topic text not null,
    type text,
    event_id text,
    key bytea,
    header_names text [] not null,
    header_values bytea [] not null,
    value bytea,
    value_bytes bigint not null,
    at timestamptz not null,
    partition int not null,
    letter_offset bigint not null,
    state text not null default 'waiting',
    closed_by text,
    closed_at timestamptz,
    request_id text
);
create index dead_letters_by_age on dead_letters (at desc, partition desc, letter_offset desc);
create index dead_letters_by_subject on dead_letters (tenant_id, subject, partition, letter_offset) where subject is not null;
create index dead_letters_closed on dead_letters (closed_at) where state <> 'waiting';

-- A tenant's admin sees the tenant's own; an operator, who says so in the transaction, sees all; a query that says neither sees nothing.
do $$
begin
    perform hawker_guard('dead_letters');
end $$;
drop policy own_tenant on dead_letters;
create policy own_tenant_or_operator on dead_letters for select to hawker_reader
using (tenant_id = current_setting('hawker.tenant', true) or current_setting('hawker.operator', true) = 'all tenants');
