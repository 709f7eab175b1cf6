-- Which listing a product has on an account: an index for workers, rebuildable from the journal.
create table listing_links (
    tenant_id text not null,
    marketplace text not null,
    account_id text not null,
    handle text not null,
    listing_id text not null,
    url text not null default '',
    skus text[] not null default '{}',
    saved_at timestamptz not null default now(),
    primary key (tenant_id, marketplace, account_id, handle)
);
