-- depends: 0010_read_models
-- Why a job stands still until an operator says how to go on; null for all others. `parked_offset` says which fact the column follows.
alter table jobs add column parked text, add column parked_offset bigint not null default -1;
