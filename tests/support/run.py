"""What the processes of one test run share: a folder in which each thing is made once, by whoever asks first. Knows nothing about Kafka or PostgreSQL."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_FOLDER_VARIABLE = "HAWKER_TEST_RUN_FOLDER"
_HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Run:
    folder: Path
    is_ours: bool
    """Whether this process began the run, and so ends it; xdist's workers only join."""

    @staticmethod
    def join() -> "Run":
        """The run that our parent began, or a new one."""
        if given := os.environ.get(_FOLDER_VARIABLE):
            return Run(Path(given), is_ours=False)
        folder = Path(tempfile.mkdtemp(prefix="hawker-tests-"))
        folder.chmod(0o755)  # PostgreSQL may run as another user, who must be able to walk in.
        (folder / _HOLDER).write_text(str(os.getpid()))
        os.environ[_FOLDER_VARIABLE] = str(folder)  # xdist starts its workers with our environment.
        return Run(folder, is_ours=True)

    def end(self) -> None:
        os.environ.pop(_FOLDER_VARIABLE, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    def once(self, name: str, make: Callable[[], str]) -> str:
        """What `make` returned to the first process of the run that asked; the others wait for it."""
        answer = self.folder / f"{name}.once"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not answer.exists():
                answer.write_text(make())
        return answer.read_text()


def holder_of(folder: Path) -> int:
    """The process whose end ends the run."""
    return int((folder / _HOLDER).read_text())
