"""The projector on a real log and a real database: it follows, survives, and shares the work."""

from collections.abc import Callable, Sequence

import asyncpg

from hawker.contracts.facts import Fact
from hawker.contracts.partitioning import partition_of
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.rebuild import rebuild
from tests.integration.projections.conftest import TABLES, Journal, RunningProjector, everything, until
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
    second = start_projector()
    await until(rows, COUNT, len(facts))
    await second.kill()
    rows_of_two = await everything(rows)
    await rows.execute(f"truncate {', '.join(TABLES)}, checkpoints")
    start_projector()
    await until(rows, COUNT, len(facts))
    assert await everything(rows) == rows_of_two


async def test_it_goes_on_when_its_connections_are_lost(journal: Journal, rows: asyncpg.Connection, start_projector: Start) -> None:
    start_projector()
    facts = random_story(5).facts
    await journal.say(*facts[:20])
    await until(rows, COUNT, 20)
    # Only of this test's own database: others run on the same server.
    await rows.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hawker' and datname = current_database()"
    )
    await journal.say(*facts[20:])
    await until(rows, COUNT, len(facts))


async def test_two_projectors_share_the_partitions_and_one_of_them_may_leave(
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


async def test_a_rebuild_finds_nothing_to_put_right(
    journal: Journal, rows: asyncpg.Connection, start_projector: Start, kafka: KafkaSettings, postgres: PostgresSettings
) -> None:
    projector = start_projector()
    facts = random_story(7).facts
    await journal.say(*facts, *of_tenant("another", facts))
    await until(rows, COUNT, 2 * len(facts))
    await projector.stop()
    assert (await rebuild(kafka, postgres)).none


async def test_a_rebuild_puts_right_what_is_wrong_missing_or_too_much(
    journal: Journal, rows: asyncpg.Connection, start_projector: Start, kafka: KafkaSettings, postgres: PostgresSettings
) -> None:
    start_projector()
    facts = random_story(8).facts
    await journal.say(*facts)
    await until(rows, COUNT, len(facts))
    right = await everything(rows)
    await rows.execute("update jobs set status = 'pending', title = 'wrong'")
    await rows.execute("delete from tasks where position = 0")
    await rows.execute("insert into listings select 'nobody', marketplace, 'x', 'x', 'x', 'x', '[]', 'x', now(), 0 from jobs limit 1")
    found = await rebuild(kafka, postgres)
    assert found.wrong == {"batches": 0, "jobs": len(right["jobs"]), "tasks": 0, "listings": 1, "history": 0, "dead_letters": 0}
    assert found.put["tasks"] == len(right["jobs"])
    assert await everything(rows) == right
    await journal.say(*of_tenant("demo", random_story(9).facts[:1]))  # The live projector goes on from where it was.
    await until(rows, COUNT, len(facts) + 1)
