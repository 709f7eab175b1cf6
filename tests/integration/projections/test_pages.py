"""Pages of facts become rows: the same ones, however the journal was cut, and however often it comes."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import JobStatus
from hawker.postgres.checkpoint import Superseded
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.job.state import Active, Job, Paused, Resting, Running, Stopped, Succeeded
from orchestrator.projections.fold import fold
from orchestrator.projections.store import ROLE, Store
from orchestrator.projections.write import write
from tests.integration.projections.conftest import TABLES, everything
from tests.integration.projections.stories import pages, random_story, recorded
from tests.support.row_stories import ROW_STORIES, cuts
from tests.support.stories import Story, job_requested, product

SEEDS = range(5)


@pytest.fixture
async def store(postgres: PostgresSettings) -> AsyncIterator[Store]:
    pool = await open_pool(postgres, role=ROLE)
    yield Store(pool)
    await pool.close()


async def project(store: Store, journal: Sequence[Recorded[Fact]], size: int) -> None:
    positions = await store.positions([0])
    for page in pages(journal, size):
        positions = await store.project(page, positions)


async def empty(rows: asyncpg.Connection) -> None:
    await rows.execute(f"truncate {', '.join(TABLES)}, checkpoints")


@pytest.mark.parametrize("seed", SEEDS)
async def test_rows_are_the_same_however_the_journal_is_cut(seed: int, store: Store, rows: asyncpg.Connection) -> None:
    journal = recorded(random_story(seed).facts)
    await project(store, journal, size=1)
    one_by_one = await everything(rows)
    for size in (3, 17, len(journal)):
        await empty(rows)
        await project(store, journal, size)
        assert await everything(rows) == one_by_one, f"seed {seed}, pages of {size}"


@pytest.mark.parametrize("name", ROW_STORIES)
async def test_a_row_that_once_depended_on_the_cut_does_so_no_more(name: str, rows: asyncpg.Connection) -> None:
    facts, said = ROW_STORIES[name]
    for cut in cuts(recorded(facts), pages_max=3):
        transaction = rows.transaction()
        await transaction.start()
        for page in (*cut, *cut):  # The second time they change nothing.
            await write(rows, fold(page))
        row = await rows.fetchrow("select * from jobs")
        await transaction.rollback()
        assert row is not None
        assert {column: row[column] for column in said} == said, f"cut at {[page[0].offset for page in cut]}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_rows_say_what_the_orchestrator_knows(seed: int, store: Store, rows: asyncpg.Connection) -> None:
    story = random_story(seed)
    await project(store, recorded(story.facts), size=25)
    found = {row["job_id"]: row["status"] for row in await rows.fetch("select job_id, status from jobs")}
    assert found == {job_id: status_of(story, job) for job_id, job in story.shard.jobs.items()}
    waiting = {row["job_id"]: row["parked"] for row in await rows.fetch("select job_id, parked from jobs where parked is not null")}
    assert waiting == {job_id: parked.reason for job_id, parked in story.shard.parked.items()}
    deadlines = {row["job_id"]: row["expires_at"] for row in await rows.fetch("select job_id, expires_at from jobs")}
    tasks = {(row["job_id"], row["position"]): row["status"] for row in await rows.fetch("select job_id, position, status from tasks")}
    for job_id, job in story.shard.jobs.items():
        if isinstance(job, Active | Resting | Paused):
            assert deadlines[job_id] == job.expires_at
        if isinstance(job, Active | Resting | Paused | Stopped):
            for position, task in enumerate(job.tasks):
                assert (tasks[job_id, position] == "success") == isinstance(task, Succeeded)
                assert (tasks[job_id, position] == "processing") == isinstance(task, Running)


def status_of(story: Story, job: Job) -> str:
    match job:
        case Active() | Resting():
            return JobStatus.RUNNING if round_has_begun(story, job.order.job_id) else JobStatus.PENDING
        case Paused():
            return JobStatus.PAUSED
        case _:
            return job.status


def round_has_begun(story: Story, job_id: str) -> bool:
    about = [type(fact).__name__ for fact in story.facts if getattr(fact, "job_id", None) == job_id]
    rounds = [place for place, name in enumerate(about) if name in {"JobAccepted", "JobRetryScheduled", "JobRetryStarted"}]
    return "TaskDispatched" in about[rounds[-1] :]


MISCOUNTED = """
select batch_id from batches cross join lateral (
    select
        count(*) filter (where jobs.status = 'running') as running,
        count(*) filter (where jobs.status = 'paused') as paused,
        count(*) filter (where jobs.status = 'completed') as completed,
        count(*) filter (where jobs.status = 'failed') as failed,
        count(*) filter (where jobs.status = 'cancelled') as cancelled,
        count(*) filter (where jobs.status = 'expired') as expired
    from jobs where jobs.batch_id = batches.batch_id
) as jobs
where (batches.running, batches.paused, batches.completed, batches.failed, batches.cancelled, batches.expired)
    <> (jobs.running, jobs.paused, jobs.completed, jobs.failed, jobs.cancelled, jobs.expired)
"""


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_batch_counts_what_its_jobs_are_at_every_moment(seed: int, store: Store, rows: asyncpg.Connection) -> None:
    story = random_story(seed)
    positions = await store.positions([0])
    for page in pages(recorded(story.facts), 6):
        positions = await store.project(page, positions)
        assert await rows.fetch(MISCOUNTED) == [], f"seed {seed}, up to {positions}"
    open_ones = {row["batch_id"] for row in await rows.fetch("select batch_id from batches where status in ('pending', 'running')")}
    assert open_ones == {batch.batch_id for batch in story.shard.batches.values() if not batch.ended}, f"seed {seed}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_page_that_comes_again_changes_nothing(seed: int, store: Store, rows: asyncpg.Connection) -> None:
    journal = recorded(random_story(seed).facts)
    await project(store, journal, size=20)
    before = await everything(rows)
    async with store.pool.acquire() as connection:
        for page in pages(journal, 13):
            await write(connection, fold(page))
            assert await everything(rows) == before, f"seed {seed}, from {page[0].offset}"


async def test_of_two_projectors_at_one_place_only_one_writes(store: Store, rows: asyncpg.Connection) -> None:
    journal = recorded(random_story(1).facts)
    start = await store.positions([0])
    await store.project(journal[:10], start)
    before = await everything(rows)
    with pytest.raises(Superseded):
        await store.project(journal[:20], start)
    assert await everything(rows) == before


async def test_text_that_postgres_cannot_hold_does_not_stop_the_projection(store: Store, rows: asyncpg.Connection) -> None:
    story = Story()
    story.tell(job_requested(product=product().model_copy(update={"title": "a\x00b"})))
    await project(store, recorded(story.facts), size=10)
    assert await rows.fetchval("select title from jobs") == "a\ufffdb"
