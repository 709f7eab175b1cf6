"""A Kafka broker from its own jars, KRaft, as a plain process, alone or one of several. Makes files and a command line; the supervisor runs it."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

HEAP_MB_MAX = 384
HEAP_MB_OF_SEVERAL_MAX = 300
REPLICATION_MAX = 3
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java's first compiler and simplest collector: on few cores what the others spend on themselves is missing elsewhere."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where a broker, which is a controller too, listens."""

    number: int
    port: int
    controller_port: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers that keep each other's copies; `id` is 16 bytes in base 64."""

    id: str
    nodes: Sequence[Node]

    @property
    def replication(self) -> int:
        return min(REPLICATION_MAX, len(self.nodes))

    @property
    def in_sync_min(self) -> int:
        """One broker may be away and records are still taken."""
        return max(1, self.replication - 1)

    @property
    def heap_mb_max(self) -> int:
        return HEAP_MB_MAX if len(self.nodes) == 1 else HEAP_MB_OF_SEVERAL_MAX


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker, its files in `folder`."""

    java: str
    jars: Path
    folder: Path
    node: Node
    cluster: Cluster
    archive: Path | None = None
    """Of loaded classes; a start without it takes longer."""

    def format(self) -> None:
        """Writes its settings; makes its data folder the first time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(_properties(self.folder / "data", self.node, self.cluster))
        self._logging.write_text(files("local_stack").joinpath("log4j2.properties").read_text())
        if not (self.folder / "data" / "meta.properties").exists():
            storage = self._java("kafka.tools.StorageTool", "format", "-t", self.cluster.id, "-c", str(self._properties))
            subprocess.run(storage, check=True, capture_output=True)

    def command(self, *options: str) -> Sequence[str]:
        """Runs it until SIGTERM."""
        return self._java(f"-Xmx{self.cluster.heap_mb_max}m", *options, "kafka.Kafka", str(self._properties))

    def _java(self, *arguments: str) -> Sequence[str]:
        shared = [] if self.archive is None else [f"-XX:SharedArchiveFile={self.archive}"]
        return [self.java, *_QUICK, *shared, "-cp", f"{self.jars}/*", f"-Dlog4j2.configurationFile={self._logging}", *arguments]

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _logging(self) -> Path:
        return self.folder / "log4j2.properties"


def _properties(data: Path, node: Node, cluster: Cluster) -> str:
    lines = {
        "process.roles": "broker,controller",
        "node.id": str(node.number),
        "controller.quorum.voters": ",".join(f"{each.number}@127.0.0.1:{each.controller_port}" for each in cluster.nodes),
        "listeners": f"PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        **_copies(cluster),
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


def _copies(cluster: Cluster) -> Mapping[str, str]:
    """Of Kafka's own topics; those of Hawker are made with settings of their own. One broker has nothing to replicate to."""
    replicas, in_sync = str(cluster.replication), str(cluster.in_sync_min)
    return {
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
    }
