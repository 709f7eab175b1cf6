"""The dead letters: what could not be read or kept failing, as it came, with where it lay and why it is here. Never drops one."""

from collections.abc import Sequence
from datetime import datetime

from hawker.contracts.dead_letters import AT, ORIGIN, REASON, SUBJECT, VALUE_BYTES
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.kafka.clock import SystemClock
from hawker.kafka.producer import Publisher
from hawker.telemetry import metrics

REASON_CHARACTERS_MAX = 1000
KEY_BYTES_MAX = 4 * 1024
"""A compressed record may hold far more than a record of ours may."""
HEADERS_BYTES_MAX = 32 * 1024
"""Original headers are kept in order up to this; a stranger's could be of any size."""


class DeadLetters:
    def __init__(self, publisher: Publisher, topic: str) -> None:
        self._publisher = publisher
        self._topic = topic
        self._clock = SystemClock()

    async def put(
        self,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
        origin: str,
        reason: str,
        subject: str | None = None,
    ) -> None:
        """Returns when the letter is in the log. Raises Unavailable: put it again, its origin tells the repeat."""
        written = await self._publisher.write(
            self._topic,
            key=key[:KEY_BYTES_MAX] if key is not None else origin.encode(),
            value=None if value is None else value[:MESSAGE_BYTES_MAX],
            headers=[*_kept(headers), *_why(origin, reason, subject, value, self._clock.now())],
        )
        await written
        metrics.count(metrics.INPUTS_PUT_ASIDE, topic=origin.rsplit("/", 2)[0])

    async def put_recorded(self, recorded: Recorded[Undecodable]) -> None:
        letter = recorded.message
        await self.put(key=letter.key, value=letter.value, headers=letter.headers, origin=recorded.place, reason=letter.reason)


def _kept(headers: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    kept, room = [], HEADERS_BYTES_MAX
    for name, value in headers:
        room -= len(name.encode()) + len(value or b"")
        if room < 0:
            break
        kept.append((name, value or b""))
    return kept


def _why(origin: str, reason: str, subject: str | None, value: bytes | None, at: datetime) -> list[tuple[str, bytes]]:
    why = [(ORIGIN, origin.encode()), (REASON, reason[:REASON_CHARACTERS_MAX].encode()), (AT, at.isoformat().encode())]
    if subject is not None:
        why.append((SUBJECT, subject.encode()))
    if value is not None and len(value) > MESSAGE_BYTES_MAX:
        why.append((VALUE_BYTES, str(len(value)).encode()))
    return why
