"""Who gives the tests Kafka and PostgreSQL: a given cluster, else Docker where it answers, else the local stack's own processes. Never nobody.

HAWKER_TEST_KAFKA_BOOTSTRAP and HAWKER_TEST_POSTGRES_DSN (a superuser's) name given ones. A developer's own `make up` is never used.
"""

import os
from contextlib import suppress
from pathlib import Path

import docker
import docker.errors
import psutil

from local_stack.layout import Layout, layout
from local_stack.leash import leash
from local_stack.ports import Ports
from local_stack.servers import kafka_bootstrap, kafka_process, postgres_dsn, postgres_process, wait_for_kafka, wait_for_postgres
from local_stack.supervisor import Process, Supervisor
from tests.support import containers
from tests.support.run import holder_of

_DOCKER_ANSWER_SECONDS = 5


def kafka(folder: Path) -> str:
    """A broker's address."""
    if given := os.environ.get("HAWKER_TEST_KAFKA_BOOTSTRAP"):
        return given
    if docker_answers():
        return containers.kafka(folder)
    own = _own_stack(folder, "kafka")
    ports = Ports(own.ports, usual=False)
    _run(own, kafka_process(own, ports), folder)
    wait_for_kafka(kafka_bootstrap(ports))
    return kafka_bootstrap(ports)


def postgres(folder: Path) -> str:
    """A superuser's DSN."""
    if given := os.environ.get("HAWKER_TEST_POSTGRES_DSN"):
        return given
    if docker_answers():
        return containers.postgres(folder)
    own = _own_stack(folder, "postgres")
    ports = Ports(own.ports, usual=False)
    _run(own, postgres_process(own, ports), folder)
    wait_for_postgres(postgres_dsn(own, ports))
    return postgres_dsn(own, ports)


def withdraw(folder: Path) -> None:
    """Ends what was started for this run, and nothing else."""
    containers.remove(folder)
    ours = [Supervisor(layout(folder / name)) for name in ("kafka", "postgres")]
    for supervisor in ours:
        supervisor.end()  # All at once, then wait for each.
    for supervisor in ours:
        supervisor.shut_down()


def docker_answers() -> bool:
    with suppress(docker.errors.DockerException):
        client = docker.from_env(timeout=_DOCKER_ANSWER_SECONDS)
        return bool(client.ping())
    return False


def _own_stack(folder: Path, name: str) -> Layout:
    own = layout(folder / name)
    own.make()
    return own


def _run(own: Layout, process: Process, folder: Path) -> None:
    Supervisor(own).keep([process, leash(own.folder, psutil.Process(holder_of(folder)))])
