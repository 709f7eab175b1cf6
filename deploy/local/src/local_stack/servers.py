"""Kafka and PostgreSQL of one stack: their processes, their addresses, and the wait until they answer."""

from contextlib import closing
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local_stack import kafka_archive, postgres
from local_stack.jars import fetch_jars
from local_stack.java import java
from local_stack.kafka import Broker
from local_stack.layout import Layout
from local_stack.ports import Ports
from local_stack.supervisor import Process
from local_stack.wait import accepts, wait_until


def kafka_process(layout: Layout, ports: Ports) -> Process:
    """Its folder is prepared, the process is not started."""
    runtime, jars = java(), fetch_jars()
    archive = kafka_archive.archive(runtime, jars)
    broker = Broker(runtime, jars, layout.kafka, ports["kafka"], ports["kafka-controller"], archive)
    broker.format()
    return Process("kafka", broker.command(), stop_seconds_max=30)


def kafka_bootstrap(ports: Ports) -> str:
    return f"127.0.0.1:{ports['kafka']}"


def postgres_process(layout: Layout, ports: Ports) -> Process:
    """Its folder is prepared, the process is not started."""
    server = postgres.prepare(layout, port=ports["postgres"])
    return Process("postgres", server.command, user=server.user, stop_signal="INT")  # INT: end the sessions, write, go.


def postgres_dsn(layout: Layout, ports: Ports) -> str:
    """Of the database `hawker`, as superuser."""
    return postgres.dsn(layout, port=ports["postgres"])


def wait_for_kafka(bootstrap: str) -> None:
    host, port = bootstrap.rsplit(":", 1)
    wait_until(lambda: accepts(host, int(port)), "Kafka")


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
