"""The projector on a real log and a real database: it follows, survives, and shares the work."""

from collections.abc import Callable, Sequence

import asyncpg

from hawker.contracts.facts import Fact
from hawker.contracts.partitioning import partition_of
from tests.integration.projections.conftest import Journal, RunningProjector, until
from tests.integration.projections.stories import random_story

COUNT = "select count(*) from history"
type Start = Callable[[], RunningProjector]


def of_tenant(tenant: str, facts: Sequence[Fact]) -> list[Fact]:
    return [fact.model_copy(update={"tenant_id": tenant}) for fact in facts]


async def test_facts_become_rows(journal: Journal, rows: asyncpg.Connection, start_projector: Start) -> None:
    start_projector()
    facts = random_story(3).facts
    await journal.say(*facts[:20])
    await until(rows, COUNT, 20)
    await journal.say(*facts[20:])
    await until(rows, COUNT, len(facts))


async def test_a_projector_that_is_killed_and_started_again_leaves_the_same_rows(
    journal: Journal, rows: asyncpg.Connection, start_projector: Start
) -> None:
    facts = random_story(4, steps=120).facts
    first = start_projector()
    await journal.say(*facts[:50])
    await until(rows, COUNT, 50)
    await journal.say(*facts[50:100])
    await first.kill()
    await journal.say(*facts[100:])
    start_projector()
    await until(rows, COUNT, len(facts))
    jobs, tasks = [await rows.fetch(f"select * from {table} order by 1, 2, 3") for table in ("jobs", "tasks")]  # noqa: S608 - names of ours
    await rows.execute("truncate batches, jobs, tasks, listings, history, checkpoints")
    await until(rows, COUNT, len(facts))
    assert await rows.fetch("select * from jobs order by 1, 2, 3") == jobs
    assert await rows.fetch("select * from tasks order by 1, 2, 3") == tasks


async def test_it_goes_on_when_its_connections_are_lost(journal: Journal, rows: asyncpg.Connection, start_projector: Start) -> None:
    start_projector()
    facts = random_story(5).facts
    await journal.say(*facts[:20])
    await until(rows, COUNT, 20)
    await rows.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hawker'")
    await journal.say(*facts[20:])
    await until(rows, COUNT, len(facts))


async def test_two_projectors_share_the_partitions_and_a_third_of_them_may_leave(
    journal: Journal, rows: asyncpg.Connection, start_projector: Start
) -> None:
    tenants = [f"tenant-{n}" for n in range(8)]
    assert len({partition_of(tenant, 4) for tenant in tenants}) > 1
    facts = random_story(6).facts
    first = start_projector()
    start_projector()
    for tenant in tenants[:4]:
        await journal.say(*of_tenant(tenant, facts))
    await until(rows, COUNT, 4 * len(facts))
    await first.stop()
    for tenant in tenants[4:]:
        await journal.say(*of_tenant(tenant, facts))
    await until(rows, COUNT, 8 * len(facts))
    same = await rows.fetchval(
        "select count(distinct (per.jobs, per.tasks)) from (select count(distinct j.job_id) jobs, count(*) tasks, j.tenant_id from jobs j join tasks t using (tenant_id, job_id) group by j.tenant_id) per"
    )
    assert same == 1
