-- name: find_link
select listing_id from listing_links where tenant_id = $1 and marketplace = $2 and account_id = $3 and handle = $4;

-- name: save_link
-- One row a product and account; the latest listing wins, the same one again changes nothing.
insert into listing_links (tenant_id, marketplace, account_id, handle, listing_id, url, skus)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenant_id, marketplace, account_id, handle) do update
set listing_id = excluded.listing_id, url = excluded.url, skus = excluded.skus, saved_at = now()
where (listing_links.listing_id, listing_links.url, listing_links.skus) is distinct from (excluded.listing_id, excluded.url, excluded.skus);
