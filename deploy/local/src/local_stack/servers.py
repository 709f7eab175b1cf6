"""Kafka and PostgreSQL of one stack: their processes, their addresses, and the wait until they answer."""

import socket
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local_stack import kafka, postgres
from local_stack.layout import Layout
from local_stack.ports import Ports
from local_stack.supervisor import Process

READY_SECONDS_MAX = 60.0
_PAUSE_SECONDS = 0.1


class NotReadyError(Exception):
    """Something did not answer in time; its text says what."""


def kafka_process(layout: Layout, ports: Ports) -> Process:
    """Its folder is prepared, the process is not started."""
    command = kafka.prepare(layout, port=ports["kafka"], controller_port=ports["kafka-controller"])
    return Process("kafka", command, stop_seconds_max=30)


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


def wait_until(ready: Callable[[], bool], what: str, *, seconds_max: float = READY_SECONDS_MAX) -> None:
    limit = time.monotonic() + seconds_max
    while not ready():
        if time.monotonic() > limit:
            raise NotReadyError(f"{what} did not answer within {seconds_max:.0f} s")
        time.sleep(_PAUSE_SECONDS)


def accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _create_database(dsn: str) -> bool:
    name = urlsplit(dsn).path.lstrip("/")
    try:
        with closing(psycopg.connect(f"{dsn.removesuffix(name)}postgres", autocommit=True, connect_timeout=2)) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            return True
    except psycopg.OperationalError:
        return False
