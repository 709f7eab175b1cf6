"""From records to attempts in flight: admits what the window has room for, tells each outcome, and only then frees its offset.

Knows the window and the attempts; never the consumer's own machinery.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from hawker.contracts.codec import COMMANDS
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.envelope import Envelope
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.kafka.client import Record
from hawker.kafka.records import read
from hawker.telemetry import metrics
from hawker.telemetry.tracing import consumer_span
from hawker.worker.attempt import attempt
from hawker.worker.handler import Worker
from hawker.worker.pulse import Pulse
from hawker.worker.window import Ticket, Window


class Tells(Protocol):
    """Returns when what it tells is in the log."""

    async def outcome(self, command: ExecuteTask, told: TaskSucceeded | TaskFailed) -> None: ...
    async def undecodable(self, letter: Recorded[Undecodable]) -> None: ...


class Intake[A]:
    """`end_of` gives a partition's end as the last fetch saw it. `still_seconds_max` is how long the process may stand still."""

    def __init__(
        self, worker: Worker[A], window: Window, reports: Tells, end_of: Callable[[int], int], *, still_seconds_max: float
    ) -> None:
        self._worker = worker
        self._window = window
        self._reports = reports
        self._end_of = end_of
        self._changed = asyncio.Event()
        self._pulse = Pulse(still_seconds_max, still_seconds_max, self._changed.set)
        self._pulse.start()
        self._running: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Fails with what no attempt may survive: an outcome could not be told."""

    async def take(self, records: Sequence[Record]) -> None:
        """Returns when all are under way. What a lost partition still sent is dropped: its next owner reads it again."""
        try:
            await self._take(records)
        except Exception as fault:  # noqa: BLE001 - FastStream would log it and go on behind records that nobody carries out
            self._fail(fault)

    async def _take(self, records: Sequence[Record]) -> None:
        # Before the first await: what was fetched belongs to the partitions as they are ours now.
        generations = {number: self._window.open(number, self._end_of(number)) for number in {record.partition for record in records}}
        for record in records:
            generation = generations[record.partition]
            if generation is not None and await self._has_room(record, generation):
                self._begin(record)

    async def finish(self, partitions: Collection[int], seconds_max: float) -> None:
        """Admit nothing more of these and wait until what runs has ended, or until the time is over."""
        for number in partitions:
            self._window.closing(number)
        self._changed.set()
        try:
            async with asyncio.timeout(seconds_max):
                while self._window.unfinished(partitions):
                    await self._next_change()
        except TimeoutError:
            return

    async def stop(self) -> None:
        """Give up what still runs or waits: its offsets are not committed, so its commands come again."""
        for number in self._window.partitions:
            self._window.closing(number)
        self._changed.set()
        self._pulse.stop()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _has_room(self, record: Record, generation: int) -> bool:
        """False when the partition was lost while we waited."""
        while self._window.is_open(record.partition, generation):
            if self._pulse.is_steady and self._window.has_room(record.partition, record.offset):
                return True
            await self._next_change()
        return False

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _begin(self, record: Record) -> None:
        ticket = self._window.admit(record.partition, record.offset)
        task = asyncio.create_task(self._carry_out(record, ticket))
        self._running.add(task)
        task.add_done_callback(self._ended)
        self._tell_in_flight()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._tell_in_flight()
        self._changed.set()
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._fail(fault)

    def _tell_in_flight(self) -> None:
        metrics.level(metrics.ATTEMPTS_IN_FLIGHT, len(self._running), lane=self._worker.lane)

    def _fail(self, fault: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(fault)

    async def _carry_out(self, record: Record, ticket: Ticket) -> None:
        recorded = read(record, COMMANDS)
        with consumer_span(record.topic, recorded.envelope.traceparent, _about(record)):
            match recorded.message:
                case Undecodable() as letter:
                    await self._reports.undecodable(_addressed(record, recorded.envelope, letter))
                case ExecuteTask() as command:
                    looking = _looking_first(command, ticket)
                    told = await attempt(self._worker, looking, self._pulse.guarded)
                    _measure(self._worker.lane, told)
                    await self._reports.outcome(looking, told)
                case other:
                    raise AssertionError(f"COMMANDS has {type(other).__name__}, and no worker carries it out")
        self._window.finish(ticket)


def _about(record: Record) -> dict[str, str | int]:
    return {"messaging.destination.partition.id": str(record.partition), "messaging.kafka.offset": record.offset}


def _measure(lane: str, told: TaskSucceeded | TaskFailed) -> None:
    result = told.failure.kind.value if isinstance(told, TaskFailed) else "succeeded"
    metrics.count(metrics.ATTEMPTS_ENDED, lane=lane, result=result)
    metrics.record(metrics.ATTEMPT_SECONDS, told.took_ms / 1000, lane=lane)
    metrics.record(metrics.ATTEMPT_WAIT_SECONDS, told.waited_ms / 1000, lane=lane)


def _addressed(record: Record, envelope: Envelope, letter: Undecodable) -> Recorded[Undecodable]:
    return Recorded(record.topic, record.partition, record.offset, envelope, letter)


def _looking_first(command: ExecuteTask, ticket: Ticket) -> ExecuteTask:
    """What a former owner of the partition may have begun with is looked at before it is acted on."""
    return command.model_copy(update={"look_first": True}) if ticket.perhaps_begun else command
