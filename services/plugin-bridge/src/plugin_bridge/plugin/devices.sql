-- name: find_device
select tenant_id, account_id, marketplace, credential_hash from devices where device_id = $1 and revoked_at is null;

-- name: add_device
insert into devices (device_id, tenant_id, account_id, marketplace, credential_hash) values ($1, $2, $3, $4, $5);

-- name: revoke_device
update devices set revoked_at = now() where device_id = $1 and revoked_at is null returning device_id;

-- name: find_revoked
-- A device whose row is gone counts as revoked.
select asked.device_id from unnest($1::text[]) as asked (device_id)
left join devices using (device_id)
where devices.device_id is null or devices.revoked_at is not null;
