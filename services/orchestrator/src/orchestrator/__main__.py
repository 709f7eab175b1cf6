"""`python -m orchestrator run` decides; `project` keeps the read models; `verify` checks a live orchestrator against its journal."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from hawker.kafka.errors import Unavailable, UnreadableFact
from hawker.kafka.settings import KafkaSettings
from hawker.telemetry.process import run_process
from orchestrator.wiring import run_projections, run_rebuild, run_shards, run_verification


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    if asked.verb == "project" and asked.rebuild:
        return run_process("projector", lambda _: run_rebuild(KafkaSettings()))
    if asked.verb == "project":
        return run_process("projector", lambda stop: run_projections(KafkaSettings(), stop))
    if asked.verb == "verify":
        return _verify(asked.shard, watch=asked.watch)
    return run_process("orchestrator", lambda stop: run_shards(KafkaSettings(), stop))


def _verify(shards: Sequence[int], *, watch: bool) -> int:
    verdicts: list[int] = []

    async def serve(stop: asyncio.Event) -> None:
        verdicts.append(await run_verification(KafkaSettings(), shards, stop, watch=watch))

    return run_process("verify", serve, Unavailable, UnreadableFact) or verdicts[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchestrator", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="own shards: fold the journal, decide, command")
    project = verbs.add_parser("project", help="write the facts into the read models")
    project.add_argument("--rebuild", action="store_true", help="build them anew beside the live ones, put right what differs, and end")
    verify = verbs.add_parser(
        "verify", help="fold the journal beside the live orchestrator and compare; exit 0 equal, 1 not, 2 nothing to compare"
    )
    verify.add_argument("--shard", type=int, nargs="+", default=(), metavar="N", help="only these (default: all)")
    verify.add_argument("--watch", action="store_true", help="go on with every new snapshot, until interrupted")
    return parser


if __name__ == "__main__":
    sys.exit(main())
