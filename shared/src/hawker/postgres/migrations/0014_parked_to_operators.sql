-- depends: 0012_dead_letters 0013_parked_jobs
-- An operator sees whatever stands still, also a job that no letter speaks of: what broke it may have been a timer.
create policy parked_to_operator on jobs for select to hawker_operator using (parked is not null);
grant select on jobs to hawker_operator;
create index jobs_parked on jobs (tenant_id, job_id) where parked is not null;
