"""Brings a database to the schema of this version. Forward only; may start twice at once; doing it again changes nothing."""

import re
from contextlib import closing
from importlib.resources import as_file, files

import psycopg
from yoyo import get_backend, read_migrations  # type: ignore[import-untyped]  # yoyo ships no types

LOCK = 0x4841574B
"""Any number that only migrations of Hawker use: "HAWK"."""
LOCK_SECONDS_MAX = 60


def migrate(dsn: str) -> tuple[str, ...]:
    """Applies what is missing and gives the names of it. Raises psycopg.Error."""
    with as_file(files("hawker.postgres").joinpath("migrations")) as folder, closing(psycopg.connect(dsn, autocommit=True)) as guard:
        # The server frees this lock when its owner dies; yoyo's own is a row that a killed process would leave for ever.
        guard.execute(f"set lock_timeout = '{LOCK_SECONDS_MAX}s'".encode())
        guard.execute("select pg_advisory_lock(%s)", [LOCK])
        return _apply(dsn, str(folder))


def known() -> frozenset[str]:
    """The names of all migrations of this version."""
    names = (file.name for file in files("hawker.postgres").joinpath("migrations").iterdir())
    return frozenset(name.removesuffix(".sql") for name in names if name.endswith(".sql"))


def _apply(dsn: str, folder: str) -> tuple[str, ...]:
    with closing(_Backend(dsn)) as yoyo:
        yoyo.backend.break_lock()  # We hold the real one, so whoever left this row is dead.
        missing = yoyo.backend.to_apply(read_migrations(folder))
        yoyo.backend.apply_migrations(missing)
        return tuple(one.id for one in missing)


class _Backend:
    """yoyo's connection, which has no close of its own."""

    def __init__(self, dsn: str) -> None:
        self.backend = get_backend(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", dsn))

    def close(self) -> None:
        self.backend.connection.close()
