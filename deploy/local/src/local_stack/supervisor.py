"""One supervisord a stack: keeps the programs running, restarts what dies, and is asked over its Unix socket. Knows nothing about what they are."""

import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import psutil
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]  # supervisor ships no types

from local_stack.layout import Layout

LOG_BYTES_MAX = 20 * 1024 * 1024
_START_SECONDS_MAX = 20.0
_STOP_SECONDS_MAX = 75.0
"""Longer than any program of the stack may take."""
_PAUSE_SECONDS = 0.05
_SWEEP_SECONDS_MAX = 10.0
KILLED = -1
"""Supervisord's exit status of what a signal ended."""
_MARK = "HAWKER_STACK_FOLDER"
"""In the environment of every process of a stack, so that it is known again whoever is its parent."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds_max: int = 20
    directory: Path = Path("/")


class SupervisorError(Exception):
    """The supervisor did not start, or refused what it was asked."""


class Supervisor:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def pid(self) -> int | None:
        """The running supervisord's, or None. A stale file of a killed one does not count."""
        with suppress(OSError, ValueError, psutil.Error):
            pid = int(self._layout.supervisor_pid.read_text())
            if str(self._layout.supervisor_config) in psutil.Process(pid).cmdline():
                return pid
        return None

    def keep(self, processes: Sequence[Process]) -> None:
        """Runs exactly these: starts what is new, ends what is gone, restarts what changed, leaves the rest alone."""
        self._write(processes)
        if self.pid is None:
            self.sweep()
            self._launch()
            return
        rpc = self._rpc()
        [[added, changed, removed]] = rpc.reloadConfig()
        for name in (*changed, *removed):
            rpc.stopProcessGroup(name)
            rpc.removeProcessGroup(name)
        for name in (*added, *changed):
            rpc.addProcessGroup(name)

    def shut_down(self) -> None:
        """Ends everything and waits until it is gone; also what a supervisord that was killed has left behind."""
        pid = self.pid
        if pid is not None:
            process = psutil.Process(pid)
            process.terminate()
            _those_that_stay([process], _STOP_SECONDS_MAX)
        self.sweep()

    def sweep(self, patience_seconds: float = _SWEEP_SECONDS_MAX) -> None:
        """Ends processes of this stack that nobody looks after any more."""
        left = [process for process in psutil.process_iter() if self._is_ours(process)]
        for process in left:
            _tell(process, signal.SIGTERM)
            _tell(process, signal.SIGCONT)  # A stopped one hears nothing.
        for process in _those_that_stay(left, patience_seconds):
            _tell(process, signal.SIGKILL)

    def destroy(self) -> None:
        """Ends everything at once, with -9, the supervisor first so that it starts nothing again."""
        if pid := self.pid:
            _tell(psutil.Process(pid), signal.SIGKILL)
        self.sweep(patience_seconds=0)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(_MARK) == str(self._layout.folder)
        except (psutil.Error, OSError):
            return False

    def end(self) -> None:
        """Asks for the end of everything and does not wait."""
        if pid := self.pid:
            os.kill(pid, signal.SIGTERM)

    def states(self) -> Mapping[str, str]:
        """Each process's state in supervisord's words: RUNNING, BACKOFF, FATAL and so on. Empty when nothing runs."""
        return {info["name"]: info["statename"] for info in self._infos()}

    def process_id(self, name: str) -> int | None:
        return next((info["pid"] or None for info in self._infos() if info["name"] == name), None)

    def process_ids(self) -> Mapping[str, int]:
        return {info["name"]: info["pid"] for info in self._infos() if info["pid"]}

    def stop(self, name: str) -> None:
        self._rpc().stopProcess(name)

    def exit_status(self, name: str) -> int:
        """Of one that does not run; KILLED where a signal ended it, as one does that took too long to stop."""
        return next(int(info["exitstatus"]) for info in self._infos() if info["name"] == name)

    def start(self, name: str) -> None:
        self._rpc().startProcess(name)

    def send(self, name: str, signal_name: str) -> None:
        self._rpc().signalProcess(name, signal_name)

    def _infos(self) -> Sequence[Mapping[str, Any]]:  # Any: supervisord's XML-RPC answers are untyped
        if self.pid is None:
            return []
        return cast("Sequence[Mapping[str, Any]]", self._rpc().getAllProcessInfo())  # reason as above

    def _rpc(self) -> Any:  # Any: an XML-RPC proxy has whatever methods the server has
        if self.pid is None:
            raise SupervisorError(f"no stack runs in {self._layout.folder}")
        transport = SupervisorTransport(serverurl=f"unix://{self._layout.supervisor_socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def _launch(self) -> None:
        self._layout.supervisor_socket.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._layout.supervisor_config)],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env={**_clean_environment(), _MARK: str(self._layout.folder)},
        )
        if done.returncode != 0:
            raise SupervisorError(f"supervisord did not start: {done.stderr.strip()}{done.stdout.strip()}")
        limit = time.monotonic() + _START_SECONDS_MAX
        while self.pid is None or not self._layout.supervisor_socket.exists():
            if time.monotonic() > limit:
                raise SupervisorError(f"supervisord did not start: see {self._layout.logs / 'supervisord.log'}")
            time.sleep(_PAUSE_SECONDS)

    def _write(self, processes: Sequence[Process]) -> None:
        config = self._layout.supervisor_config
        config.touch(mode=0o600)  # Environments hold the stack's own secrets.
        config.write_text("\n".join([_head(self._layout), *(_section(process, self._layout.logs) for process in processes)]))


def _tell(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _those_that_stay(processes: Sequence[psutil.Process], seconds_max: float) -> Sequence[psutil.Process]:
    """Waits for their end. A dead one that its parent never asked about (a container's first process may not) counts as ended."""
    limit = time.monotonic() + seconds_max
    while (alive := [process for process in processes if _lives(process)]) and time.monotonic() < limit:
        time.sleep(_PAUSE_SECONDS)
    return alive


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _clean_environment() -> Mapping[str, str]:
    """Ours less HAWKER_…: what a process gets is in the table alone, not in whoever's shell started the stack."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HAWKER_")}


def _head(layout: Layout) -> str:
    user = "user=root\n" if os.geteuid() == 0 else ""
    return f"""[unix_http_server]
file={_literal(layout.supervisor_socket)}
chmod=0700

[supervisord]
{user}pidfile={_literal(layout.supervisor_pid)}
logfile={_literal(layout.logs / "supervisord.log")}
childlogdir={_literal(layout.logs)}
logfile_maxbytes=5MB
silent=true

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def _section(process: Process, logs: Path) -> str:
    environment = ",".join(f"{name}={_quoted(value)}" for name, value in process.environment.items())
    user = f"user={process.user}\n" if process.user else ""
    return f"""[program:{process.name}]
command={_literal(" ".join(_quoted(part) for part in process.command))}
environment={_literal(environment)}
directory={_literal(process.directory)}
{user}autorestart=true
startsecs=0
stopsignal={process.stop_signal}
stopwaitsecs={process.stop_seconds_max}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={_literal(logs / f"{process.name}.log")}
stdout_logfile_maxbytes={LOG_BYTES_MAX}
stdout_logfile_backups=1
"""


def _quoted(value: str) -> str:
    """A value as supervisord's parser reads it back."""
    assert "\n" not in value, "supervisord's configuration has one line a value"
    assert not {"'", '"'} <= set(value), "supervisord's parser knows quotes but no escapes"
    return f"'{value}'" if '"' in value else f'"{value}"'


def _literal(value: object) -> str:
    """Without its percent signs being read as formats."""
    return str(value).replace("%", "%%")
