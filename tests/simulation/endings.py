"""What comes after the end of some runs: days pass, all that was asked is asked again, and the log deletes what is old. Then work goes on."""

import asyncio
from typing import cast

from hawker.contracts.recorded import Recorded, Undecodable
from hawker.testing.log import MemoryLog, Message
from orchestrator.core.memory import FORGET_MAX
from orchestrator.core.state import MEMORY
from tests.invariants.ledger import BrokenError
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualLoop
from tests.simulation.watch import Watch

DAYS = (2.0, 6.9, 7.5, 20.0)
"""Before and after a shard forgets."""
DAY_SECONDS = 24 * 3600.0


async def days_pass(scene: Scene) -> float:
    """For all clocks alike. How many days."""
    days = scene.chance.choice(DAYS)
    scene.faults.fired[Fault.DAYS] += 1
    scene.tell("weather", f"{days} days pass")
    cast("VirtualLoop", asyncio.get_running_loop()).pass_time(days * DAY_SECONDS)  # The run is on no other loop.
    await asyncio.sleep(1.0)
    return days


def say_again(log: MemoryLog) -> None:
    """Requests and outcomes, as they were, by somebody who never heard of an answer."""
    for topic in (log.topics.requests, log.topics.outcomes):
        for place in [log.partition(topic, number) for number in range(log.shards)]:
            for recorded in list(place.committed(0, place.stable_end)):
                _repeat(log, recorded)


def delete_what_is_old(log: MemoryLog, watch: Watch, scene: Scene) -> None:
    """Retention is longer than a shard may be behind: what it deletes was read."""
    scene.faults.fired[Fault.RETENTION] += 1
    for topic in (log.topics.requests, log.topics.outcomes):
        for number in range(log.shards):
            log.delete_before(topic, number, watch.shard(number).positions.get(topic, 0))


def check_forgotten(watch: Watch, days: float) -> None:
    """A shard that went on after its memory was over keeps nothing of what had ended before. Raises BrokenError."""
    for number, ledger in enumerate(watch.ledgers):
        shard = watch.shard(number)
        kept = [
            name
            for name, job in ledger.jobs.items()
            if job.ended_at is not None and job.ended_at < ledger.now - MEMORY and name in shard.jobs
        ]
        if kept and len(ledger.jobs) < FORGET_MAX:
            raise BrokenError(f"what is over is forgotten: {days} days later shard {number} still knows {kept[:5]}")


def _repeat(log: MemoryLog, recorded: Recorded[Message]) -> None:
    message = recorded.message
    if not isinstance(message, Undecodable):
        log.append(recorded.topic, str(getattr(message, "tenant_id", "")), message, recorded.envelope)
