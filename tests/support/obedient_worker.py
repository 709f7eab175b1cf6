"""A worker that does whatever it is told and says that it succeeded: for tests of the orchestrator alone, on a real Kafka."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hawker.contracts.codec import COMMANDS
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.outcomes import Outcome
from hawker.contracts.topics import Lane
from hawker.kafka import client
from hawker.kafka.producer import Publisher
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from tests.support.stories import succeeded

type Answer = Callable[[ExecuteTask], Outcome | None]


@dataclass
class ObedientWorker:
    """`seen` counts commands by id: more than one means that a command was asked for twice."""

    seen: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def obedient_worker(settings: KafkaSettings, answer: Answer = succeeded) -> AsyncIterator[ObedientWorker]:
    """Serves every lane until the block ends. Answers None are kept quiet about."""
    worker = ObedientWorker()
    publisher = Publisher(settings, "obedient-worker")
    consumer = client.consumer(settings, "obedient-worker", auto_offset_reset="earliest")
    await publisher.start()
    await client.open_client(consumer)
    topics = settings.topics
    consumer.assign([client.TopicPartition(topics.commands(lane), p) for lane in Lane for p in range(settings.command_partitions)])
    serving = asyncio.create_task(_serve(worker, consumer, publisher, topics.outcomes, answer))
    try:
        yield worker
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await client.close_client(consumer)
        await publisher.stop()


async def _serve(worker: ObedientWorker, consumer: client.Consumer, publisher: Publisher, outcomes: str, answer: Answer) -> None:
    while True:
        found = await consumer.getmany(timeout_ms=1000)
        sent = []
        for records in found.values():
            for record in records:
                command = read(record, COMMANDS).message
                assert isinstance(command, ExecuteTask), "a command that cannot be read"
                worker.seen[command.command_id] += 1
                outcome = answer(command)
                if outcome is not None:
                    sent.append(await publisher.send(outcomes, command.tenant_id, outcome, id=f"{command.command_id}.outcome"))
        await asyncio.gather(*sent)
