"""What a shard's owner tells the operators in numbers. Looks at what happened, and changes nothing."""

from collections import Counter

from hawker.contracts.topics import LANES
from hawker.telemetry import metrics
from orchestrator.core.state import Shard
from orchestrator.core.turn import Turn


def tell_acquired(partition: int, shard: Shard, seconds: float) -> None:
    metrics.count(metrics.SHARDS_ACQUIRED)
    metrics.record(metrics.RECOVERY_SECONDS, seconds)
    _tell_jobs(partition, shard)


def tell_turn(partition: int, shard: Shard, turn: Turn, seconds: float) -> None:
    """After its commit."""
    metrics.record(metrics.TURN_SECONDS, seconds)
    metrics.record(metrics.TURN_INPUTS, turn.inputs_taken)
    metrics.record(metrics.TURN_FACTS, len(turn.facts))
    for lane, commands in Counter(LANES[sent.message.marketplace] for sent in turn.commands).items():
        metrics.count(metrics.COMMANDS_DISPATCHED, commands, lane=lane)
    _tell_jobs(partition, shard)


def forget_shard(partition: int) -> None:
    """Whoever owns it next tells of it."""
    for gauge in (metrics.JOBS_LIVE, metrics.JOBS_PARKED):
        metrics.forget(gauge, shard=str(partition))


def _tell_jobs(partition: int, shard: Shard) -> None:
    metrics.level(metrics.JOBS_LIVE, shard.live_count, shard=str(partition))
    metrics.level(metrics.JOBS_PARKED, len(shard.parked), shard=str(partition))
