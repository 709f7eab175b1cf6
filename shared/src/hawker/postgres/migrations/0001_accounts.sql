-- The accounts that sellers connected, and the only place where their tokens lie: encrypted, bound to their row, readable by workers alone.
create table connected_accounts (
    tenant_id text not null,
    marketplace text not null,
    account_id text not null,
    profile jsonb not null default '{}',
    key_id text not null,
    tokens bytea not null,
    expires_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, marketplace, account_id)
);
