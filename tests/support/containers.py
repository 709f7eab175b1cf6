"""Kafka and PostgreSQL as containers, for machines with Docker. Notes what it started, so that another process of the run can end it."""

from pathlib import Path

import docker
import docker.errors
from testcontainers.core.container import DockerContainer

from local_stack.ports import free_port
from local_stack.servers import wait_for_kafka, wait_for_postgres

KAFKA_IMAGE = "apache/kafka:4.4.0"
POSTGRES_IMAGE = "postgres:18"
_NOTE = "containers"
_KAFKA = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENERS": "PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
}


def kafka(folder: Path) -> str:
    port = free_port()  # Chosen first: the broker must tell its clients the port they see.
    container = DockerContainer(KAFKA_IMAGE, env=_KAFKA | {"KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}"})
    _start(folder, container.with_bind_ports(9092, port))
    wait_for_kafka(f"127.0.0.1:{port}")
    return f"127.0.0.1:{port}"


def postgres(folder: Path) -> str:
    port = free_port()
    container = DockerContainer(POSTGRES_IMAGE, env={"POSTGRES_PASSWORD": "postgres"}, command="-c max_connections=200")
    _start(folder, container.with_bind_ports(5432, port))
    dsn = f"postgresql://postgres:postgres@127.0.0.1:{port}/hawker"
    wait_for_postgres(dsn)
    return dsn


def remove(folder: Path) -> None:
    """Removes the containers that this run started."""
    note = folder / _NOTE
    for identity in note.read_text().split() if note.exists() else ():
        try:
            docker.from_env().containers.get(identity).remove(force=True, v=True)
        except docker.errors.NotFound:
            continue  # The reaper of testcontainers was quicker.


def _start(folder: Path, container: DockerContainer) -> None:
    container.start()
    with (folder / _NOTE).open("a") as note:
        note.write(f"{container.get_wrapped_container().id}\n")
