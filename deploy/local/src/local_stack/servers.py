"""Kafka and PostgreSQL of one stack: their processes, their addresses, and the wait until they answer."""

import base64
import hashlib
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local_stack import kafka_archive, postgres
from local_stack.jars import fetch_jars
from local_stack.java import java
from local_stack.kafka import Broker, Cluster, Node
from local_stack.layout import Layout
from local_stack.ports import Ports
from local_stack.supervisor import Process
from local_stack.wait import accepts, wait_until


def kafka_process(layout: Layout, ports: Ports) -> Process:
    """One broker alone. Its folder is prepared, the process is not started."""
    return kafka_processes(layout, ports, 1)[0]


def kafka_processes(layout: Layout, ports: Ports, brokers: int) -> Sequence[Process]:
    """Brokers of one cluster. Their folders are prepared, the processes are not started."""
    runtime, jars = java(), fetch_jars()
    archive = kafka_archive.archive(runtime, jars)
    nodes = [Node(number, ports[_name("kafka", number)], ports[_name("kafka-controller", number)]) for number in range(1, brokers + 1)]
    cluster = Cluster(_cluster_id(layout), nodes)
    found = [Broker(runtime, jars, layout.folder / _name("kafka", node.number), node, cluster, archive) for node in nodes]
    for broker in found:
        broker.format()
    return [Process(_name("kafka", broker.node.number), broker.command(), stop_seconds_max=30) for broker in found]


def kafka_bootstrap(ports: Ports, brokers: int = 1) -> str:
    return ",".join(f"127.0.0.1:{ports[_name('kafka', number)]}" for number in range(1, brokers + 1))


def _name(what: str, number: int) -> str:
    """The first of them is called as the only one is."""
    return what if number == 1 else f"{what}-{number}"


def _cluster_id(layout: Layout) -> str:
    """The same for all brokers of a stack. Two letters stand for base 64's signs: Kafka's tool takes a first - for an option."""
    digest = hashlib.sha256(layout.mark.encode()).digest()[:16]
    return base64.b64encode(digest, altchars=b"ab").decode().rstrip("=")


def postgres_process(layout: Layout, ports: Ports) -> Process:
    """Its folder is prepared, the process is not started."""
    server = postgres.prepare(layout, port=ports["postgres"])
    return Process("postgres", server.command, user=server.user, stop_signal="INT")  # INT: end the sessions, write, go.


def postgres_dsn(layout: Layout, ports: Ports) -> str:
    """Of the database `hawker`, as superuser."""
    return postgres.dsn(layout, port=ports["postgres"])


def wait_for_kafka(bootstrap: str) -> None:
    """Returns when every broker listens."""
    for address in bootstrap.split(","):
        host, port = address.rsplit(":", 1)
        wait_until(partial(accepts, host, int(port)), f"Kafka at {address}")


def wait_for_postgres(dsn: str) -> None:
    """Returns when the server answers and the DSN's database exists."""
    wait_until(lambda: _create_database(dsn), "PostgreSQL")


def _create_database(dsn: str) -> bool:
    name = urlsplit(dsn).path.lstrip("/")
    try:
        with closing(psycopg.connect(f"{dsn.removesuffix(name)}postgres", autocommit=True, connect_timeout=2)) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            return True
    except psycopg.OperationalError:
        return False
