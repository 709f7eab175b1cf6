"""An archive of the classes that a broker loads: with it a start costs half. Made once for each Java; without it a start only takes longer."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from local_stack import kafka
from local_stack.jars import alone
from local_stack.ports import free_port
from local_stack.wait import NotReadyError, accepts, wait_until

_STOP_SECONDS_MAX = 60
_CLUSTER_ID = "aGF3a2VyLXRyYWluaW5nMQ"


def archive(java: str, jars: Path) -> Path | None:
    """The archive for this Java, made if need be; None where it cannot be made."""
    file = jars / f"broker-{hashlib.sha256(os.path.realpath(java).encode()).hexdigest()[:8]}.jsa"
    with alone("kafka-archive"):
        if not file.exists():
            _make(java, jars, file)
    return file if file.stat().st_size else None


def _make(java: str, jars: Path, file: Path) -> None:
    """Runs a broker once and lets Java write down what it loaded. An empty file remembers that this Java cannot."""
    with tempfile.TemporaryDirectory(prefix="hawker-kafka-") as folder:
        made = Path(folder) / "broker.jsa"
        node = kafka.Node(1, port=free_port(), controller_port=free_port())
        broker = kafka.Broker(java, jars, Path(folder), node, kafka.Cluster(_CLUSTER_ID, (node,)))
        broker.format()
        with subprocess.Popen(
            broker.command(f"-XX:ArchiveClassesAtExit={made}"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                wait_until(lambda: accepts("127.0.0.1", node.port), "Kafka")
                process.terminate()
                process.wait(_STOP_SECONDS_MAX)
            except (NotReadyError, subprocess.TimeoutExpired):
                process.kill()
        file.write_bytes(made.read_bytes() if made.exists() else b"")
