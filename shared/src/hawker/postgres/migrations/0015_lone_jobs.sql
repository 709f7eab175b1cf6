-- depends: 0010_read_models
-- Jobs outside any batch are counted when their list is looked at; those of batches are counted already.
create index jobs_alone on jobs (tenant_id, marketplace) where batch_id is null;
