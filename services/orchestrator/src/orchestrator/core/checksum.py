"""One number for a shard's whole state, so that live and replayed state can be compared from afar."""

from collections.abc import Iterable
from hashlib import blake2b

from pydantic_core import to_json

from orchestrator.core.state import Shard


def checksum(shard: Shard) -> str:
    """Over the values, not over the indexes: those follow from them."""
    digest = blake2b(digest_size=16)
    for line in sorted(_lines(shard)):
        digest.update(line)
    return digest.hexdigest()


def _lines(shard: Shard) -> Iterable[bytes]:
    for name, job in shard.jobs.items():
        kinds = () if not hasattr(job, "tasks") else tuple(type(task).__name__ for task in job.tasks)
        yield to_json(["job", name, type(job).__name__, kinds, job])
    for name, batch in shard.batches.items():
        yield to_json(["batch", name, batch])
    for account, until in shard.pauses.items():
        yield to_json(["pause", account, until])
    for account, session in shard.sessions.items():
        yield to_json(["session", account, session])
    for name, parked in shard.parked.items():
        yield to_json(["parked", name, parked])
    for key in shard.answered:
        yield to_json(["answered", key])
    for topic, position in shard.positions.items():
        yield to_json(["position", topic, position])
