"""A Kafka broker from its own jars: one node, KRaft, as a plain process. Makes files and a command line; the supervisor runs it."""

import base64
import hashlib
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from local_stack.java import java
from local_stack.layout import CHECKOUT, DEFAULT_FOLDER, Layout
from local_stack.missing import MissingError, install

HEAP_MB_MAX = 384
JARS = DEFAULT_FOLDER / "kafka-libs"
POM = CHECKOUT / "deploy" / "local" / "pom.xml"


def fetch_jars() -> Path:
    """The folder with Kafka's jars; resolved with Maven once for each version of the pom."""
    stamp = JARS / "pom.sha256"
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return JARS
    shutil.rmtree(JARS, ignore_errors=True)
    JARS.mkdir(parents=True)
    maven = install("mvn", ["maven"], "it fetches Kafka's jars")
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}", "-DincludeScope=runtime"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise MissingError(f"Maven could not fetch Kafka's jars:\n{done.stdout.strip()[-2000:]}")
    stamp.write_text(wanted)
    return JARS


def prepare(layout: Layout, *, port: int, controller_port: int) -> Sequence[str]:
    """The command that runs the broker; its folder is formatted the first time."""
    jars = fetch_jars()
    properties = layout.kafka / "server.properties"
    properties.write_text(_properties(layout.kafka / "data", port, controller_port))
    logging = layout.kafka / "log4j2.properties"
    logging.write_text(files("local_stack").joinpath("log4j2.properties").read_text())
    runtime = [java(), "-cp", f"{jars}/*", f"-Dlog4j2.configurationFile={logging}"]
    if not (layout.kafka / "data" / "meta.properties").exists():
        _format(runtime, properties)
    return [*runtime, f"-Xmx{HEAP_MB_MAX}m", "-XX:+UseSerialGC", "kafka.Kafka", str(properties)]


def _format(runtime: Sequence[str], properties: Path) -> None:
    cluster = base64.b64encode(uuid.uuid4().bytes, altchars=b"ab").decode().rstrip("=")
    quick = [*runtime, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    subprocess.run(quick, check=True, capture_output=True)


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
        "log.index.size.max.bytes": str(1024 * 1024),
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
