"""How many jobs one shard takes on: those that live, and those that its open batches have announced. New work past that is refused, nothing else is."""

from orchestrator.core.state import Shard

JOB_BYTES_MAX = 4 * 1024
"""What a shard keeps of one job beside its product, at the most; most jobs take a quarter of it."""
LIVE_JOBS_MAX = 250_000
"""Two batches of the largest size, and room for everybody else beside them: at most 1 GB beside the products, 250 MB of jobs that wait."""


def why_full(shard: Shard, count: int) -> str | None:
    """The reason why `count` more jobs are too many; None if there is room. An accepted batch has room for all its items already."""
    taken = shard.live_count + shard.announced_count
    if taken + count <= LIVE_JOBS_MAX:
        return None
    return f"there is no room for {count} more jobs: {taken} of at most {LIVE_JOBS_MAX} are in work here; ask again when some have ended"
