"""Messages to a memory log, one by one, and the way out for inputs that a shard must not decide. No transactions."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from hawker.contracts.envelope import Envelope
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import Request
from hawker.kafka.errors import Unavailable
from hawker.testing.log import MemoryLog
from hawker.testing.points import Point, Visit, nothing_happens

type Input = Request | Outcome | Undecodable


@dataclass(frozen=True, slots=True)
class DeadLetter:
    recorded: Recorded[Input]
    reason: str
    subject: str | None
    origin: str


class MemoryPublisher:
    """Says everything as `source`. After Unavailable a message may be in the log or not."""

    def __init__(self, log: MemoryLog, source: str, visit: Visit = nothing_happens) -> None:
        self._log = log
        self._source = source
        self._visit = visit

    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None:
        """Returns when it is in the log. Raises Unavailable."""
        name: str = getattr(message, "type_name", "")
        envelope = Envelope(id, name, self._source, time or datetime.now(UTC), traceparent)
        try:
            await self._visit(Point.PUBLISHING)
            self._log.append(topic, key, message, envelope)
            await self._visit(Point.PUBLISHED)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault


class MemoryOutbox:
    """Keeps the dead letters with their reasons, and sends on what lies on a wrong partition."""

    def __init__(self, log: MemoryLog, visit: Visit = nothing_happens) -> None:
        self._log = log
        self._visit = visit
        self.dead_letters: list[DeadLetter] = []

    async def forward(self, recorded: Recorded[Input]) -> None:
        """Under the right key now; its id stays, so that a repeat is known."""
        message = recorded.message
        assert not isinstance(message, Undecodable), "what cannot be read has no tenant to go to"
        await self._pass(Point.PUBLISHING)
        self._log.append(recorded.topic, message.tenant_id, message, recorded.envelope)
        await self._pass(Point.PUBLISHED)

    async def dead_letter(self, recorded: Recorded[Input], reason: str, *, subject: str | None, origin: str) -> None:
        await self._pass(Point.PUBLISHING)
        self.dead_letters.append(DeadLetter(recorded, reason, subject, origin))
        await self._pass(Point.PUBLISHED)

    async def _pass(self, point: Point) -> None:
        try:
            await self._visit(point)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault
