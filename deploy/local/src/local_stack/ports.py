"""The ports of one stack: the usual ones where they are free, others where not, remembered so that a restart keeps them."""

import json
import random
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

USUAL: Mapping[str, int] = {
    "kafka": 9092,
    "kafka-controller": 9093,
    "postgres": 5432,
    "gateway": 8080,
    "bridge": 8090,
    "sandbox-ebay": 8101,
    "sandbox-etsy": 8102,
    "sandbox-flea": 8103,
    "sandbox-pictures": 8104,
    "sandbox-control": 8105,
}
_FREE_RANGE = range(10_000, 32_000)
"""Below the range from which the system takes ports for outgoing connections, so that nobody is given ours between two starts."""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(taken: Sequence[int] = ()) -> int:
    chance = random.Random()
    while True:
        port = chance.choice(_FREE_RANGE)
        if port not in taken and is_free(port):
            return port


class Ports:
    """Hands out one port a name; asks the machine only the first time."""

    def __init__(self, file: Path, *, usual: bool) -> None:
        self._file = file
        self._usual = usual
        self._known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def __getitem__(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = self._choose(name)
            self._file.write_text(json.dumps(self._known, indent=2) + "\n")
        return self._known[name]

    def _choose(self, name: str) -> int:
        wanted = USUAL.get(name)
        if self._usual and wanted is not None and is_free(wanted):
            return wanted
        return free_port(tuple(self._known.values()))

    def forget_taken(self) -> None:
        """For a stack that does not run: a remembered port that someone else took meanwhile is given up."""
        self._known = {name: port for name, port in self._known.items() if is_free(port)}
