"""CPU time and memory by process of a stack, read from the operating system; a server's children count as its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from local_stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Reading:
    cpu_seconds: float
    memory_mib: float


def read(stack: Stack) -> Mapping[str, Reading]:
    return {name: _reading(pid) for name in stack.supervisor.states() if (pid := stack.supervisor.process_id(name)) is not None}


def cpu_between(before: Mapping[str, Reading], after: Mapping[str, Reading]) -> Mapping[str, float]:
    """CPU seconds by process, of those that lived all the time."""
    return {name: after[name].cpu_seconds - before[name].cpu_seconds for name in after if name in before}


def _reading(pid: int) -> Reading:
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    times = [process.cpu_times() for process in family]
    gone = root.cpu_times()
    cpu_seconds = sum(time.user + time.system for time in times) + gone.children_user + gone.children_system
    return Reading(cpu_seconds, sum(map(_bytes, family)) / 2**20)


def _bytes(process: psutil.Process) -> int:
    """What PostgreSQL's processes share is counted once: each has its part of it. Where the system does not tell, what is its own."""
    info = process.memory_full_info()
    return int(getattr(info, "pss", info.uss))
