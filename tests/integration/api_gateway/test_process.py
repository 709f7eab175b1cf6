"""The gateway as a process: starts before what it needs, says what it waits for, drains on SIGTERM."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from hawker.contracts.topics import Topics
from tests.integration.api_gateway.conftest import Issuer

START_SECONDS_MAX = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def until(self, path: str, status: int) -> httpx.Response:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                if (answer := self.client.get(path)).status_code == status:
                    return answer
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"{path} did not answer {status}"
            assert self.process.poll() is None, "the gateway has ended"
            time.sleep(0.1)


type Start = Callable[[str, str, str], Process]
"""Kafka's address, the database's, the topics' prefix."""


@pytest.fixture
def start(issuer: Issuer) -> Iterator[Start]:
    started: list[Process] = []

    def start(bootstrap: str, dsn: str, prefix: str) -> Process:
        port = free_port()
        environment = os.environ | {
            "HAWKER_KAFKA_BOOTSTRAP": bootstrap,
            "HAWKER_KAFKA_TOPIC_PREFIX": prefix,
            "HAWKER_POSTGRES_DSN": dsn,
            "HAWKER_JWKS_URL": issuer.jwks.as_uri(),
            "HAWKER_GATEWAY_PORT": str(port),
        }
        process = subprocess.Popen([sys.executable, "-m", "api_gateway"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        started.append(Process(port, process))
        return started[-1]

    yield start
    for one in started:
        one.client.close()
        one.process.kill()
        one.process.wait()


def test_it_serves_and_ends_with_zero_on_sigterm(start: Start, kafka_bootstrap: str, database: str, topics: Topics, issuer: Issuer) -> None:
    gateway = start(kafka_bootstrap, database, topics.prefix)
    gateway.until("/health/ready", 200)
    token = issuer.token("demo")
    answer = gateway.client.get("/v1/batches", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "server" not in answer.headers
    large = gateway.client.post("/v1/batches", content=b" " * 10_000_000, headers={"content-type": "application/json"})
    assert large.status_code == 413
    gateway.process.send_signal(signal.SIGTERM)
    output, _ = gateway.process.communicate(timeout=30)
    assert gateway.process.returncode == 0
    assert token.encode() not in output


def test_it_starts_without_kafka_and_postgres_and_says_so(start: Start, issuer: Issuer) -> None:
    gateway = start(f"127.0.0.1:{free_port()}", f"postgresql://me:hunter2@127.0.0.1:{free_port()}/nothing", "nowhere")
    gateway.until("/health/live", 200)
    waiting = gateway.until("/health/ready", 503).json()["waiting_for"]
    assert len(waiting) == 2
    assert "PostgreSQL" in waiting[0]
    assert "Kafka" in waiting[1]
    answer = gateway.client.get("/v1/batches", headers={"Authorization": f"Bearer {issuer.token('demo')}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    gateway.process.send_signal(signal.SIGTERM)
    output, _ = gateway.process.communicate(timeout=30)
    assert gateway.process.returncode == 0
    assert b"hunter2" not in output
