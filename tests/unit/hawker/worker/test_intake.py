"""From records to outcomes, without a log: what is admitted, what is dropped, and what must stop the worker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from hawker.contracts.codec import encode
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace, Result, TaskKind
from hawker.kafka.errors import Unavailable
from hawker.telemetry import metrics
from hawker.worker.handler import Worker
from hawker.worker.intake import Intake
from hawker.worker.window import Window
from tests.support.counting import counting
from tests.support.stillness import stand_still


@dataclass
class Written:
    """A record as the log would give it."""

    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    topic: str = "commands"
    timestamp: int = 0
    key: bytes | None = None


@dataclass
class Told:
    """Reports, kept; `away` stands for a log that stays away."""

    outcomes: list[TaskSucceeded | TaskFailed] = field(default_factory=list)
    letters: list[Recorded[Undecodable]] = field(default_factory=list)
    away: bool = False

    async def outcome(self, _: ExecuteTask, told: TaskSucceeded | TaskFailed) -> None:
        if self.away:
            raise Unavailable("the log stays away")
        self.outcomes.append(told)

    async def undecodable(self, letter: Recorded[Undecodable]) -> None:
        self.letters.append(letter)


@dataclass
class Work:
    """A handler that waits to be released, job by job."""

    begun: list[str] = field(default_factory=list)
    looked_first: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, command: ExecuteTask, _: str) -> Result:
        self.begun.append(command.job_id)
        if command.look_first:
            self.looked_first.append(command.job_id)
        await self.release.wait()
        return {}


def record(offset: int, *, partition: int = 0) -> Written:
    now = datetime.now(UTC)
    command = ExecuteTask(
        tenant_id="demo",
        account_id="main",
        marketplace=Marketplace.EBAY,
        job_id=f"job-{offset}",
        position=0,
        attempt=1,
        kind=TaskKind.DIRECT_HTTP,
        operation="do",
        input={},
        dispatched_at=now,
        timeout_seconds=20,
        deadline=now + timedelta(seconds=60),
    )
    envelope = Envelope(id=command.command_id, type=command.type_name, source="test", time=now)
    return Written(offset, encode(command), to_headers(envelope), partition)


class Room:
    def __init__(self, *, in_flight_max: int = 10, end: int = 0, still_seconds_max: float = 60) -> None:
        self.work, self.told = Work(), Told()
        self.window = Window(in_flight_max=in_flight_max, span_max=100)

        async def connect(_: ExecuteTask) -> str:
            return "account"

        worker = Worker("worker", Lane.EBAY, {"do": self.work}, connect)
        self.intake = Intake(worker, self.window, self.told, lambda _: end, still_seconds_max=still_seconds_max)

    async def settled(self) -> None:
        """Let everything that can run do so."""
        for _ in range(20):
            await asyncio.sleep(0)


async def test_no_more_begins_than_the_window_has_room_for() -> None:
    room = Room(in_flight_max=2)
    taking = asyncio.create_task(room.intake.take([record(offset) for offset in range(4)]))
    await room.settled()
    assert room.work.begun == ["job-0", "job-1"]
    assert not taking.done()
    room.work.release.set()
    await taking
    await room.settled()
    assert room.window.due() == {0: 4}


async def test_what_a_lost_partition_sent_is_dropped_and_others_go_on() -> None:
    room = Room(in_flight_max=1)
    taking = asyncio.create_task(room.intake.take([record(0), record(1), record(7, partition=1)]))
    await room.settled()
    finishing = asyncio.create_task(room.intake.finish([0], 5))
    await room.settled()
    room.work.release.set()
    await finishing
    await taking
    await room.settled()
    assert room.work.begun == ["job-0", "job-7"]
    assert room.window.due() == {0: 1, 1: 8}


async def test_a_worker_that_stood_still_gives_up_what_ran_and_begins_nothing_until_the_group_has_spoken() -> None:
    room = Room(still_seconds_max=0.5)
    await room.intake.take([record(0)])
    await room.settled()
    stand_still(1)
    await asyncio.sleep(0.01)
    (told,) = room.told.outcomes
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.UNKNOWN
    taking = asyncio.create_task(room.intake.take([record(1)]))
    await room.settled()
    assert room.work.begun == ["job-0"]
    await asyncio.wait_for(taking, 10)
    await room.settled()
    assert room.work.begun == ["job-0", "job-1"]
    await room.intake.stop()


async def test_what_came_before_a_worker_stood_still_is_dropped_when_the_group_takes_the_partition_back() -> None:
    room = Room(still_seconds_max=0.5)
    await room.intake.take([record(0)])
    stand_still(1)
    await asyncio.sleep(0.01)
    taking = asyncio.create_task(room.intake.take([record(1)]))
    await room.settled()
    await room.intake.finish([0], 5)
    await asyncio.wait_for(taking, 5)
    assert "job-1" not in room.work.begun
    await room.intake.stop()


async def test_finishing_waits_only_so_long() -> None:
    room = Room()
    await room.intake.take([record(0)])
    await room.intake.finish([0], 0.01)
    assert room.window.due() == {0: 0}
    await room.intake.stop()
    assert room.told.outcomes == []


async def test_stopping_lets_go_of_what_still_waits_for_room() -> None:
    room = Room(in_flight_max=1)
    taking = asyncio.create_task(room.intake.take([record(0), record(1)]))
    await room.settled()
    await room.intake.stop()
    await asyncio.wait_for(taking, 5)
    assert room.work.begun == ["job-0"]
    assert room.window.due() == {0: 0}


async def test_an_outcome_that_cannot_be_told_stops_the_worker_and_its_offset_stays() -> None:
    room = Room()
    room.told.away = True
    room.work.release.set()
    await room.intake.take([record(0), record(1)])
    with pytest.raises(Unavailable):
        await asyncio.wait_for(room.intake.failed, 5)
    assert room.window.due() == {0: 0}


async def test_records_out_of_order_stop_the_worker_instead_of_being_lost() -> None:
    room = Room()
    await room.intake.take([record(5)])
    await room.intake.take([record(4)])
    with pytest.raises(AssertionError, match="in order"):
        await asyncio.wait_for(room.intake.failed, 5)
    await room.intake.stop()


async def test_what_lay_there_already_is_looked_at_first() -> None:
    room = Room(end=6)
    room.work.release.set()
    await room.intake.take([record(5), record(6)])
    await room.settled()
    assert room.work.looked_first == ["job-5"]


async def test_what_cannot_be_read_becomes_a_letter_with_its_place_and_holds_nothing_back() -> None:
    room = Room()
    room.work.release.set()
    await room.intake.take([Written(3, b"{", [("ce_type", b"\xff")]), record(4)])
    await room.settled()
    assert [letter.place for letter in room.told.letters] == ["commands/0/3"]
    assert room.window.due() == {0: 5}


async def test_attempts_are_counted_by_how_they_ended_and_while_they_run() -> None:
    with counting() as told:
        room = Room()
        await room.intake.take([record(0), record(1)])
        await room.settled()
        assert told.value(metrics.ATTEMPTS_IN_FLIGHT, lane="ebay") == 2
        room.work.release.set()
        await room.settled()
        assert told.value(metrics.ATTEMPTS_IN_FLIGHT, lane="ebay") == 0
        assert told.value(metrics.ATTEMPTS_ENDED, lane="ebay", result="succeeded") == 2
        assert told.value(metrics.ATTEMPT_SECONDS, lane="ebay") == 2
