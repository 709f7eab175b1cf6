"""One browser's live connection: tasks go out, answers are matched to whoever asked. Reads no socket and decides nothing about failures."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from hawker.contracts.plugin import (
    ACK_SECONDS,
    TASKS_IN_FLIGHT_MAX,
    Ack,
    Cancel,
    CloseCode,
    FromBridge,
    Nack,
    Task,
    TaskResult,
)
from plugin_bridge.plugin.devices import Device


class Line(Protocol):
    """The socket, as a session needs it. `send` raises ConnectionError once it is closed, and FrameError for a frame over the limit."""

    async def send(self, frame: FromBridge) -> None: ...
    async def close(self, code: CloseCode) -> None: ...


@dataclass(frozen=True, slots=True)
class Lost:
    """The line broke, or nobody acknowledged. `sent`: the browser may have begun."""

    sent: bool


type Answer = TaskResult | Nack | Lost


@dataclass(slots=True, eq=False)
class _Asked:
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)
        self.acked.set()


@dataclass(slots=True, eq=False)
class Session:
    """`epoch` (milliseconds since 1970) and `partition` are what the orchestrator was last told; `known` are the tasks that the browser remembers."""

    device: Device
    line: Line
    known: frozenset[str]
    epoch: int = 0
    partition: int | None = None
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the orchestrator is being told, so that connected and disconnected stay in order."""
    ended: bool = False
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TASKS_IN_FLIGHT_MAX))
    _cancels: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, task: Task) -> Answer:
        """Waits for a free slot, the ack and the answer. Asking again for what is under way waits for the same answer.

        Raises FrameError where the task is too large to be sent.
        """
        under_way = self._asked.get(task.task_id)
        if under_way is not None:
            return await asyncio.shield(under_way.answer)
        asked = self._asked[task.task_id] = _Asked()
        try:
            async with self._slots:
                return await self._exchange(task, asked)
        except asyncio.CancelledError:
            self._cancel(task)
            raise
        finally:
            asked.settle(Lost(sent=True))  # Whoever waits beside us must not wait for ever.
            del self._asked[task.task_id]

    def hear(self, frame: Ack | TaskResult | Nack) -> None:
        """An answer nobody waits for is dropped: its command was redelivered or has ended."""
        asked = self._asked.get(frame.task_id)
        match frame:
            case _ if asked is None:
                return
            case Ack():
                asked.acked.set()
            case TaskResult() | Nack():
                asked.settle(frame)

    def end(self) -> None:
        """The line is gone: everyone who waits learns it now."""
        self.ended = True
        for asked in self._asked.values():
            asked.settle(Lost(sent=True))

    async def _exchange(self, task: Task, asked: _Asked) -> Answer:
        if self.ended:
            return Lost(sent=False)
        try:
            await self.line.send(task)
        except ConnectionError:
            return Lost(sent=True)  # A part of it may have left, the whole of it too.
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await asked.acked.wait()
        except TimeoutError:
            self._cancel(task)
            return Lost(sent=True)
        return await asked.answer

    def _cancel(self, task: Task) -> None:
        """Tells the browser, without making a cancelled caller wait."""
        if self.ended:
            return
        telling = asyncio.create_task(self._send_cancel(task))
        self._cancels.add(telling)
        telling.add_done_callback(self._cancels.discard)

    async def _send_cancel(self, task: Task) -> None:
        with suppress(ConnectionError):  # Then the browser is gone, and with it the one who could have stopped.
            await self.line.send(Cancel(task_id=task.task_id))
