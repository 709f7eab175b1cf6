"""`python -m orchestrator run` decides; `python -m orchestrator project` keeps the read models."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence

import uvloop
from pydantic import ValidationError

from hawker.kafka.settings import KafkaSettings
from orchestrator.wiring import run_projections, run_shards


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        return uvloop.run(_serve(asked))
    except ValidationError as fault:
        return _complain("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)))


async def _serve(asked: argparse.Namespace) -> int:
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await _what(asked, stop)
    return 0


def _what(asked: argparse.Namespace, stop: asyncio.Event) -> Coroutine[None, None, None]:
    kafka = KafkaSettings()
    match asked:
        case argparse.Namespace(verb="project"):
            return run_projections(kafka, stop)
        case _:
            return run_shards(kafka, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchestrator", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="own shards: fold the journal, decide, command")
    verbs.add_parser("project", help="write the facts into the read models")
    return parser


def _complain(reason: str) -> int:
    sys.stderr.write(f"orchestrator: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
