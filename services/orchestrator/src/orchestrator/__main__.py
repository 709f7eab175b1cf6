"""`python -m orchestrator run` decides; `python -m orchestrator project` keeps the read models."""

import argparse
import sys
from collections.abc import Sequence

from hawker.kafka.settings import KafkaSettings
from hawker.telemetry.process import run_process
from orchestrator.wiring import run_projections, run_rebuild, run_shards


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    if asked.verb == "project" and asked.rebuild:
        return run_process("projector", lambda _: run_rebuild(KafkaSettings()))
    if asked.verb == "project":
        return run_process("projector", lambda stop: run_projections(KafkaSettings(), stop))
    return run_process("orchestrator", lambda stop: run_shards(KafkaSettings(), stop))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchestrator", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="own shards: fold the journal, decide, command")
    project = verbs.add_parser("project", help="write the facts into the read models")
    project.add_argument("--rebuild", action="store_true", help="build them anew beside the live ones, put right what differs, and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
