"""The local stack: its ports before it runs, its processes once it does."""

from collections.abc import Mapping, Sequence

from hawker.cli.doctor.finding import Finding, note, ok, wrong
from hawker.cli.doctor.machine import Machine

PORTS: Mapping[str, int] = {"Kafka": 9092, "PostgreSQL": 5432, "gateway": 8080, "plugin bridge": 8081}
"""The usual ones; the stack takes others where these are taken."""


def ports(machine: Machine) -> Sequence[Finding]:
    if machine.access.stack is not None or not machine.runs_the_stack:
        return []
    taken = [f"{port} ({name})" for name, port in PORTS.items() if machine.is_taken(port)]
    if not taken:
        return [ok("Ports", f"free: {', '.join(map(str, PORTS.values()))}")]
    return [note("Ports", f"taken by other programs: {', '.join(taken)}", "Nothing: `make up` takes other ports.")]


def processes(machine: Machine) -> Sequence[Finding]:
    stack = machine.access.stack
    if stack is None:
        return [note("Local stack", "none in this folder or above it", "Start one with `make up`.")] if machine.runs_the_stack else []
    dead = [name for name, pid in stack.processes.items() if not machine.is_alive(pid)]
    if not dead:
        return [ok("Local stack", f"{machine.access.stack_path}: {len(stack.processes)} processes")]
    advice = "Start it again with `make up`; `make logs` shows why a process ended."
    return [wrong("Local stack", f"not running: {', '.join(dead)}", advice)]
