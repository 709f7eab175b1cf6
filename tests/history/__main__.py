"""`make history VERSION=n`: records a journal of this version on a real Kafka, with what it means today, for every later version to read."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from hawker.contracts.codec import FACTS, encode
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from tests.history.story import record
from tests.support import databases, freezing, fresh_topics, providers, recordings
from tests.support.run import Run


def main() -> int:
    parser = argparse.ArgumentParser(prog="make history", description=__doc__)
    parser.add_argument("version", help="the version that is about to be released")
    version: str = parser.parse_args().version
    path = recordings.FOLDER / f"{version}.jsonl"
    if path.exists():
        sys.stderr.write(f"{path.name} is recorded already, and a history never changes: record the next version\n")
        return 1
    run = Run.join()
    try:
        _freeze(version, path, run)
    finally:
        providers.withdraw(run.folder)
        run.end()
    return 0


def _freeze(version: str, path: Path, run: Run) -> None:
    bootstrap = run.once("kafka", lambda: providers.kafka(run.folder))
    topics = fresh_topics.make(bootstrap)
    facts = asyncio.run(record(bootstrap, topics))
    missing = FACTS.keys() - {recorded.message.type_name for recorded in facts}
    assert not missing, f"the story tells no {sorted(missing)}: let tests/history/story.py do so"
    path.write_text("".join(f"{line}\n" for line in _lines(facts, topics.prefix)), encoding="utf-8")
    dsn = run.once("postgres", lambda: providers.postgres(run.folder))
    freezing.freeze_state(version)
    freezing.freeze_trail(version)
    freezing.freeze_schemas(version)
    asyncio.run(freezing.freeze_rows(version, databases.dsn_of(dsn, databases.migrated_template(dsn))))
    freezing.write_digests()
    sys.stdout.write(f"{version}: {len(facts)} facts of {len(FACTS)} kinds\n")


def _lines(facts: Sequence[Recorded[Fact]], prefix: str) -> list[str]:
    """As the records lie, under the usual names of topics."""
    return [json.dumps(_record(recorded), sort_keys=True).replace(prefix, "hawker") for recorded in facts]


def _record(recorded: Recorded[Fact]) -> dict[str, object]:
    envelope = recorded.envelope
    return {
        "partition": recorded.partition,
        "offset": recorded.offset,
        "id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "time": envelope.time.isoformat(),
        "traceparent": envelope.traceparent,
        "cause": envelope.cause,
        "value": encode(recorded.message).decode(),
    }


if __name__ == "__main__":
    sys.exit(main())
