"""Ends a stack when the process that asked for it is gone: a killed test run leaves no Kafka behind. Runs as one of the stack's own processes."""

import sys
import time
from pathlib import Path

import psutil

from local_stack.layout import layout
from local_stack.supervisor import Process, Supervisor

_LOOK_SECONDS = 1.0


def leash(folder: Path, holder: psutil.Process) -> Process:
    """The process to add to a stack that must not outlive its holder."""
    command = [sys.executable, "-m", "local_stack.leash", str(folder), str(holder.pid), str(holder.create_time())]
    return Process("leash", command)


def main() -> None:
    folder, pid, created = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    while _lives(pid, created):
        time.sleep(_LOOK_SECONDS)
    Supervisor(layout(folder)).end()


def _lives(pid: int, created: float) -> bool:
    try:
        return psutil.Process(pid).create_time() == created
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    main()
