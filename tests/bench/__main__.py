"""`make bench`: the figures of the street on this machine. They inform; nothing passes or fails by them.

make bench                                  one job alone, many jobs at once, a chain
make bench ARGS="batch --products 100000"   one large batch, and small ones of another tenant beside it
make bench ARGS=memory                      bytes of a job in a shard
make bench ARGS="recovery --jobs 100000"    a shard comes back, by its whole journal and by a snapshot
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvloop
from rich.console import Console

from local_stack.stack import Stack
from tests.bench import batch, chain, memory, recovery, screen
from tests.bench.load import alone, load

LATENCY_MS = 20
JOBS = 2_000
PRODUCTS = 100_000
COUNTS = (1_000, 10_000, 100_000)
LIVE_JOBS = 100_000
ENDED_JOBS = 5_000

type Part = Callable[[argparse.Namespace, Console], None]


def main() -> None:
    asked = _parser().parse_args()
    PARTS[asked.part](asked, Console(width=120))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(part="street", jobs=JOBS, latency_ms=LATENCY_MS)
    parts = parser.add_subparsers(dest="part", metavar="PART")
    street = parts.add_parser("street", help="what is measured when no part is named")
    street.add_argument("--jobs", type=int, default=JOBS, help="jobs of the load (default: %(default)s)")
    street.add_argument("--latency-ms", type=int, default=LATENCY_MS, help="of each call of the stand-ins (default: %(default)s)")
    large = parts.add_parser("batch", help="one large batch")
    large.add_argument("--products", type=int, default=PRODUCTS, help="(default: %(default)s; that takes about 20 minutes)")
    sizes = parts.add_parser("memory", help="bytes of a job in a shard")
    sizes.add_argument("counts", type=int, nargs="*", default=COUNTS, help="of jobs (default: 1000 10000 100000)")
    back = parts.add_parser("recovery", help="a shard comes back, by its whole journal and by a snapshot")
    back.add_argument("--jobs", type=int, default=LIVE_JOBS, help="live jobs of one shard (default: %(default)s)")
    back.add_argument("--ended", type=int, default=ENDED_JOBS, help="jobs that have run to their end before (default: %(default)s)")
    return parser


def _street(asked: argparse.Namespace, console: Console) -> None:
    with _stack(console, latency_ms=asked.latency_ms) as stack:
        with console.status("One eBay job alone"):
            screen.seconds(console, "one eBay job of seven tasks alone, dispatch to end", asyncio.run(alone(stack)))
        with console.status(f"{asked.jobs} jobs at once"):
            measured = asyncio.run(load(stack, asked.jobs))
        screen.load(console, measured)
        for name in ("orchestrator", "ebay-worker"):
            stack.supervisor.stop(name)  # The chain brings its own.
        with console.status("A chain of five tasks alone"):
            seconds = uvloop.run(chain.measure(stack.kafka_settings))  # As the services run.
        screen.seconds(console, f"a chain of {chain.TASKS} tasks of {chain.CALL_SECONDS * 1000:.0f} ms alone, request to end", seconds)


def _batch(asked: argparse.Namespace, console: Console) -> None:
    with _stack(console, sellers=batch.SELLERS, more=batch.BROWSERS) as stack, console.status(f"A batch of {asked.products} products"):
        measured = asyncio.run(batch.measure(stack, asked.products))
    screen.batch(console, measured)


def _memory(asked: argparse.Namespace, console: Console) -> None:
    for figure in memory.measure(asked.counts):
        screen.size(console, figure)


def _recovery(asked: argparse.Namespace, console: Console) -> None:
    recovery.measure(console, asked.jobs, asked.ended)


@contextmanager
def _stack(console: Console, **how: object) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="hawker-bench-") as folder:
        with console.status("Starting the stack"):
            stack = Stack(Path(folder), **how)  # type: ignore[arg-type]  # its own keywords, handed on
        with stack.running():
            yield stack


PARTS: Mapping[str, Part] = {"street": _street, "batch": _batch, "memory": _memory, "recovery": _recovery}


if __name__ == "__main__":
    main()
