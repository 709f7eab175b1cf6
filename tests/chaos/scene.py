"""The stack that a round is played on: how many of each process there are, and whose. Starts nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from local_stack.programs import PROGRAMS
from local_stack.seed import Seller
from local_stack.stack import Stack
from tests.chaos.plan import BROKER

BROKERS = 3
SELLERS = (Seller("demo"), Seller("west"), Seller("acme"))
"""On three of the four shards; each has accounts at all marketplaces and a browser."""
LATENCY_MS = 20
COUNTS: Mapping[str, int] = {
    BROKER: BROKERS,
    "postgres": 1,
    "orchestrator": 2,
    "projector": 2,
    "gateway": 2,
    "ebay-worker": 2,
    "etsy-worker": 2,
    "plugin-bridge": 2,
    "browser": len(SELLERS),
}
TARGETS: Mapping[str, Sequence[str]] = {
    program: tuple(program if number == 1 else f"{program}-{number}" for number in range(1, count + 1)) for program, count in COUNTS.items()
}


def scene(folder: Path) -> Stack:
    more = [name for program in PROGRAMS for name in TARGETS.get(program, ())[1:]]
    return Stack(folder, latency_ms=LATENCY_MS, brokers=BROKERS, sellers=SELLERS, more=more)
