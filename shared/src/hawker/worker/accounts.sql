-- name: find_account
select profile::text from connected_accounts where tenant_id = $1 and marketplace = $2 and account_id = $3;

-- name: limit_wait
select set_config('lock_timeout', $1, true);

-- name: lock_tokens
-- One refresher an account over all replicas: the others wait here and then find the new tokens.
select key_id, tokens from connected_accounts where tenant_id = $1 and marketplace = $2 and account_id = $3 for update;

-- name: store_tokens
update connected_accounts set key_id = $4, tokens = $5, expires_at = $6, updated_at = now()
where tenant_id = $1 and marketplace = $2 and account_id = $3;

-- name: put_account
insert into connected_accounts (tenant_id, marketplace, account_id, profile, key_id, tokens, expires_at)
values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)
on conflict (tenant_id, marketplace, account_id) do update
set profile = excluded.profile, key_id = excluded.key_id, tokens = excluded.tokens, expires_at = excluded.expires_at, updated_at = now();

-- name: lock_older
select tenant_id, marketplace, account_id, key_id, tokens from connected_accounts where key_id <> $1
order by tenant_id, marketplace, account_id for update;

-- name: reseal_tokens
update connected_accounts set key_id = $4, tokens = $5, updated_at = now() where tenant_id = $1 and marketplace = $2 and account_id = $3;
