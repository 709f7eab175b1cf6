"""A Kafka broker from its own jars: one node, KRaft, as a plain process. Makes files and a command line; the supervisor runs it."""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

HEAP_MB_MAX = 384
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java's first compiler and simplest collector: on few cores what the others spend on themselves is missing elsewhere."""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker, its files in `folder`."""

    java: str
    jars: Path
    folder: Path
    port: int
    controller_port: int
    archive: Path | None = None
    """Of loaded classes; a start without it takes longer."""

    def format(self) -> None:
        """Writes its settings; makes its data folder the first time."""
        self._properties.write_text(_properties(self.folder / "data", self.port, self.controller_port))
        self._logging.write_text(files("local_stack").joinpath("log4j2.properties").read_text())
        if not (self.folder / "data" / "meta.properties").exists():
            cluster = base64.b64encode(uuid.uuid4().bytes, altchars=b"ab").decode().rstrip("=")
            storage = self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties))
            subprocess.run(storage, check=True, capture_output=True)

    def command(self, *options: str) -> Sequence[str]:
        """Runs it until SIGTERM."""
        return self._java(f"-Xmx{HEAP_MB_MAX}m", *options, "kafka.Kafka", str(self._properties))

    def _java(self, *arguments: str) -> Sequence[str]:
        shared = [] if self.archive is None else [f"-XX:SharedArchiveFile={self.archive}"]
        return [self.java, *_QUICK, *shared, "-cp", f"{self.jars}/*", f"-Dlog4j2.configurationFile={self._logging}", *arguments]

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _logging(self) -> Path:
        return self.folder / "log4j2.properties"


def _properties(data: Path, port: int, controller_port: int) -> str:
    lines = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        # One broker: nothing to replicate to, nobody to wait for.
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        # Small: tens of partitions and megabytes, not thousands.
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
        "log.segment.delete.delay.ms": "1000",
        "log.index.size.max.bytes": str(1024 * 1024),
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
