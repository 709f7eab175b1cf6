-- The browsers that sellers paired, each with the hash of its credential. The credential itself is nowhere.
create table devices (
    device_id text primary key,
    tenant_id text not null,
    account_id text not null,
    marketplace text not null,
    credential_hash bytea not null,
    paired_at timestamptz not null default now(),
    revoked_at timestamptz
);

create index devices_by_account on devices (tenant_id, marketplace, account_id);
