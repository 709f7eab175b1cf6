"""Workers of the simulation: commands into attempts and outcomes into the log, with the real window of offsets. They decide nothing."""

import asyncio
from datetime import timedelta

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import AccountThrottled, Outcome, TaskFailed
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane
from hawker.testing.log import MemoryLog, Message
from hawker.testing.publisher import MemoryPublisher
from hawker.worker.window import Ticket, Window
from tests.simulation.faults import Fault
from tests.simulation.marketplace import Answer, StandIn
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock

COMMIT_SECONDS_MAX = 3.0
"""A position is committed now and then; what was done since comes again after a death."""
OFFSETS_MAX = 10_000


class Worker:
    """Carries out the commands of one lane, from one death to the next. `done` is what it committed."""

    def __init__(self, lane: Lane, log: MemoryLog, stand_in: StandIn, scene: Scene) -> None:
        self._topic = log.topics.commands(lane)
        self._log = log
        self._stand_in = stand_in
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._publisher = MemoryPublisher(log, f"{lane}-worker")
        self._window = Window(in_flight_max=OFFSETS_MAX, span_max=OFFSETS_MAX)
        self._committed = dict.fromkeys(range(log.count(self._topic)), 0)
        self._told: set[str] = set()

    async def run(self) -> None:
        while True:
            self._window = Window(in_flight_max=OFFSETS_MAX, span_max=OFFSETS_MAX)
            work = [self._scene.spawn(self._serve(number), f"{self._topic}/{number}") for number in self._committed]
            work.append(self._scene.spawn(self._commit_now_and_then(), f"{self._topic} commits"))
            await asyncio.sleep(self._scene.chance.uniform(10, 30))
            while not self._scene.strikes(Fault.WORKER_CRASH, self._topic):
                await asyncio.sleep(self._scene.chance.uniform(10, 30))
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    def check(self) -> None:
        """What counts as done has its outcome in the log. Raises AssertionError."""
        for number, position in self._committed.items():
            for recorded in self._log.partition(self._topic, number).committed(0, position):
                assert isinstance(recorded.message, ExecuteTask), "the topic holds commands alone"
                untold = recorded.message.command_id not in self._told
                assert not untold, f"a command is done when its outcome is in the log: {recorded.message.command_id}"

    async def _serve(self, number: int) -> None:
        """One partition, from what is committed on. What lay there before may have been begun."""
        place = self._log.partition(self._topic, number)
        place.news.add(news := asyncio.Event())
        self._window.open(number, place.stable_end)
        following = self._committed[number]
        async with asyncio.TaskGroup() as attempts:
            while True:
                news.clear()
                for recorded in place.committed(following, place.stable_end):
                    following = recorded.offset + 1
                    attempts.create_task(self._carry(recorded, self._window.admit(number, recorded.offset)))
                await news.wait()

    async def _commit_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._scene.chance.uniform(0, COMMIT_SECONDS_MAX))
            due = self._window.due()
            self._committed.update(due)
            self._window.committed(due)

    async def _carry(self, recorded: Recorded[Message], ticket: Ticket) -> None:
        command = recorded.message
        assert isinstance(command, ExecuteTask), "the topic holds commands alone"
        if self._scene.strikes(Fault.COMMAND_TWICE, command.command_id):
            self._scene.spawn(self._attempt(command, perhaps_begun=True), "another worker")
        await self._attempt(command, perhaps_begun=ticket.perhaps_begun)
        self._window.finish(ticket)

    async def _attempt(self, command: ExecuteTask, *, perhaps_begun: bool) -> None:
        await self._stand_in.takes_time()
        waited_ms = max(0, round((self._clock.now() - command.dispatched_at).total_seconds() * 1000))
        answer = await self._stand_in.carry_out(command, perhaps_begun=perhaps_begun)
        outcome = answer.model_copy(update={"waited_ms": waited_ms})
        self._scene.tell("worker", f"{command.command_id} {command.operation}: {_said(outcome)}")
        if not self._scene.strikes(Fault.OUTCOME_LOST, command.command_id):
            if self._scene.strikes(Fault.OUTCOME_LATE, command.command_id):
                await asyncio.sleep(self._scene.chance.uniform(30, 90))
            await self._tell(command, outcome)
        self._told.add(command.command_id)

    async def _tell(self, command: ExecuteTask, outcome: Answer) -> None:
        if isinstance(outcome, TaskFailed) and outcome.failure.kind is FailureKind.THROTTLED:
            await self._say(command, self._throttled(command, outcome), ".throttled")
        await self._say(command, outcome, ".outcome")
        if self._scene.strikes(Fault.OUTCOME_TWICE, command.command_id):
            await asyncio.sleep(self._scene.chance.expovariate(0.2))
            await self._say(command, outcome, ".outcome")

    def _throttled(self, command: ExecuteTask, outcome: TaskFailed) -> AccountThrottled:
        until = self._clock.now() + timedelta(seconds=outcome.failure.retry_after_seconds or 0)
        about = {"tenant_id": command.tenant_id, "account_id": command.account_id, "marketplace": command.marketplace}
        return AccountThrottled.model_validate({**about, "until": until})

    async def _say(self, command: ExecuteTask, outcome: Outcome, suffix: str) -> None:
        await self._publisher.publish(
            self._log.topics.outcomes, command.tenant_id, outcome, id=command.command_id + suffix, time=self._clock.now()
        )


def _said(outcome: Answer) -> str:
    return f"failed, {outcome.failure.kind}" if isinstance(outcome, TaskFailed) else "succeeded"
