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

-- A tenant's admin sees the tenant's own. An operator's transaction acts as a role of its own and sees all: an "or" in the readers' policy
-- would keep every reader from every index.
do $$
begin
    create role hawker_operator nologin;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
    if not pg_has_role(current_user, 'hawker_operator', 'SET') then execute 'grant hawker_operator to current_user'; end if;
    perform hawker_guard('dead_letters');
end $$;
create policy all_tenants_to_operator on dead_letters for select to hawker_operator using (true);
grant select on dead_letters to hawker_operator;
