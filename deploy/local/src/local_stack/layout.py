"""Where one stack keeps its files: all under one folder that may be deleted at any time. Knows paths, starts nothing."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
DEFAULT_FOLDER = CHECKOUT / ".hawker"
"""The developer's own stack, and the cache of Kafka's jars that all stacks of a checkout share."""

_SOCKET_PATH_LENGTH_MAX = 100
"""A Unix socket's path may have 107 bytes; longer folders get a socket in the temporary folder."""


@dataclass(frozen=True, slots=True)
class Layout:
    folder: Path

    @property
    def mark(self) -> str:
        """Tells two stacks of one machine apart wherever a name leaves the folder."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]

    @property
    def kafka(self) -> Path:
        return self.folder / "kafka"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def ports(self) -> Path:
        return self.folder / "ports.json"

    @property
    def facts(self) -> Path:
        """What the stack tells `hawker doctor` and people's scripts: ports, addresses, the token's file, process ids."""
        return self.folder / "stack.json"

    def device(self, tenant: str) -> Path:
        """The way in of a seller's browser."""
        return self.secrets / f"device-{tenant}.json"

    @property
    def seeded(self) -> Path:
        """Which run of the stand-in marketplaces knows our accounts."""
        return self.folder / "seeded"

    @property
    def supervisor_config(self) -> Path:
        return self.folder / "supervisord.conf"

    @property
    def supervisor_pid(self) -> Path:
        return self.folder / "supervisord.pid"

    @property
    def supervisor_socket(self) -> Path:
        near = self.folder / "supervisor.sock"
        return near if len(str(near)) <= _SOCKET_PATH_LENGTH_MAX else Path(tempfile.gettempdir()) / f"hawker-{self.mark}.sock"

    def make(self) -> None:
        for folder in (self.folder, self.kafka, self.logs, self.secrets):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.chmod(0o700)


def layout(folder: Path) -> Layout:
    return Layout(folder.resolve())
