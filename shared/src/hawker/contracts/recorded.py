"""A message where it lies in the log, one on its way there, and one that could not be read."""

from dataclasses import dataclass, field

from hawker.contracts.envelope import Envelope

type Position = int
"""The offset of the next record to read."""
type Positions = dict[str, Position]
"""By topic, within one shard's partition."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record's own bytes."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Recorded[M]:
    """`raw` is kept of inputs, which may have to go on as they came: a newer sender's fields and headers are nothing to this program."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope
    message: M
    raw: Raw | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> str:
        """`topic/partition/offset`, as facts name their cause."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Outgoing[M]:
    """`partition` is None where the writer chooses. `value` is the message as bytes, where it was encoded before."""

    message: M
    envelope: Envelope
    partition: int | None = None
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A record that is no message. Its bytes are kept for the dead letters and never logged."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    reason: str
