"""The machine, as the checks see it: programs, modules, ports, processes. The only place of doctor that touches the system."""

import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hawker.cli.access import Access
from hawker.cli.world import World

PROGRAM_SECONDS_MAX = 20.0
CONNECT_SECONDS_MAX = 0.5


@dataclass(frozen=True)
class Machine:
    world: World

    @cached_property
    def access(self) -> Access:
        return self.world.access()

    @property
    def runs_the_stack(self) -> bool:
        """Whether the services are meant to run here: yes, unless another gateway is named and no stack was ever started."""
        return self.access.stack is not None or self.access.api_url_source != "HAWKER_API_URL"

    def which(self, program: str) -> str | None:
        return shutil.which(program, path=self.world.environ.get("PATH"))

    def run(self, command: Sequence[str]) -> str | None:
        """What the command prints, on both ways out; None when it does not run."""
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace", timeout=PROGRAM_SECONDS_MAX)  # noqa: S603  # fixed programs, found on PATH
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout + done.stderr if done.returncode == 0 else None

    def has_module(self, name: str) -> bool:
        return importlib.util.find_spec(name) is not None

    def glob(self, pattern: str) -> Sequence[str]:
        return sorted(str(path) for path in Path("/").glob(pattern))

    def is_taken(self, port: int) -> bool:
        with socket.socket() as probe:
            probe.settimeout(CONNECT_SECONDS_MAX)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def is_alive(self, pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True
