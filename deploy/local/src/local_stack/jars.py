"""Kafka's own jars, resolved with Maven into a folder that all stacks of a checkout share. Runs no broker."""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_stack.layout import CHECKOUT, DEFAULT_FOLDER
from local_stack.missing import MissingError, install

JARS = DEFAULT_FOLDER / "kafka-libs"
POM = CHECKOUT / "deploy" / "local" / "pom.xml"


def fetch_jars() -> Path:
    """The folder with the jars; fetched once for each version of the pom."""
    with alone("kafka-libs"):
        stamp = JARS / "pom.sha256"
        wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            _fetch()
            stamp.write_text(wanted)
    return JARS


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Two stacks that start at once prepare what they share one after the other."""
    DEFAULT_FOLDER.mkdir(parents=True, exist_ok=True)
    with (DEFAULT_FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch() -> None:
    shutil.rmtree(JARS, ignore_errors=True)
    JARS.mkdir(parents=True)
    maven = install("mvn", ["maven"], "it fetches Kafka's jars")
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}", "-DincludeScope=runtime"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise MissingError(f"Maven could not fetch Kafka's jars:\n{done.stdout.strip()[-2000:]}")
