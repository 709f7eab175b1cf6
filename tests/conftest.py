"""Fixtures of all tests: a real Kafka and a real PostgreSQL, started once a run when the first test asks, shared by all workers of that run."""

from collections.abc import Iterator

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from hawker.contracts.topics import Topics
from local_stack.stack import Stack
from tests.support import databases, fresh_topics, providers
from tests.support.run import Run

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # How fast an example runs says something of the machine, nothing of the code.

STACK_SECONDS_MAX = 300
"""Of a test that uses the whole stack, its start included."""
_RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = Run.join()


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(_RUN, None)
    if run is not None and run.is_ours:
        providers.withdraw(run.folder)
        run.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the whole stack share one, on one xdist worker, and may wait for it to start."""
    for item in items:
        if isinstance(item, pytest.Function) and "stack" in item.fixturenames:
            item.add_marker(pytest.mark.stack)
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group("stack"))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(STACK_SECONDS_MAX))


@pytest.fixture(autouse=True)
def _log_lines_go_where_they_went() -> Iterator[None]:
    """A test that sets the log up, as a process does, would leave later tests one that writes to its own closed stdout."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """What all workers of this test run share."""
    return pytestconfig.stash[_RUN]


@pytest.fixture(scope="session")
def kafka_bootstrap(run: Run) -> str:
    """The address of a real broker."""
    return run.once("kafka", lambda: providers.kafka(run.folder))


@pytest.fixture
def topics(kafka_bootstrap: str) -> Iterator[Topics]:
    """The names of topics of this test's own, which exist: 4 shards, 4 command partitions."""
    names = fresh_topics.make(kafka_bootstrap)
    yield names
    fresh_topics.drop(kafka_bootstrap, names)


@pytest.fixture(scope="session")
def postgres_dsn(run: Run) -> str:
    """A database as a superuser, who may create others."""
    return run.once("postgres", lambda: providers.postgres(run.folder))


@pytest.fixture
def database(run: Run, postgres_dsn: str) -> Iterator[str]:
    """The DSN of a migrated database of this test's own."""
    template = run.once("template", lambda: databases.migrated_template(postgres_dsn))
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        name = databases.copy(connection, template)
        yield databases.dsn_of(postgres_dsn, name)
        databases.drop(connection, name)


@pytest.fixture(scope="session")
def stack(run: Run) -> Iterator[Stack]:
    """All of it as processes, shared by the tests of a run: whoever adds a process or a fault takes it away again."""
    with Stack(run.folder / "stack", latency_ms=20).running() as whole:
        yield whole
