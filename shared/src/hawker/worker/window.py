"""The window of attempts in flight, as a pure data structure: what may begin, and which offset may be committed.

    offsets    4   5   6   7   8
              [ ]  x  [ ]  x   x       x finished, [ ] under way
    commit     ^ the oldest unfinished one, whatever finished after it

Nothing here awaits, reads a clock or opens a socket.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to one place in the window. `generation` tells apart the times a partition was ours.

    `perhaps_begun`: the record lay there before the partition was ours, so a former owner may have begun with it.
    """

    partition: int
    generation: int
    offset: int
    perhaps_begun: bool = False


@dataclass(slots=True)
class _Partition:
    generation: int
    found_until: int
    unfinished: deque[int] = field(default_factory=deque)
    """In order; may begin with finished ones only inside `finish`."""
    finished: set[int] = field(default_factory=set)
    next: int | None = None
    """After the newest offset ever admitted."""
    committed: int | None = None
    closing: bool = False

    @property
    def position(self) -> int | None:
        return self.unfinished[0] if self.unfinished else self.next

    def span(self, offset: int) -> int:
        return offset - self.unfinished[0] if self.unfinished else 0

    def admit(self, offset: int) -> None:
        assert self.next is None or offset >= self.next, "a partition's records come in order"
        self.unfinished.append(offset)
        self.next = offset + 1

    def finish(self, offset: int) -> None:
        self.finished.add(offset)
        while self.unfinished and self.unfinished[0] in self.finished:
            self.finished.remove(self.unfinished.popleft())


class Window:
    """All partitions of one worker. At most `in_flight_max` attempts in all; at most `span_max` offsets from a partition's oldest to its newest."""

    def __init__(self, *, in_flight_max: int, span_max: int) -> None:
        self._in_flight_max = in_flight_max
        self._span_max = span_max
        self._partitions: dict[int, _Partition] = {}
        self._generation = 0
        self._in_flight: set[Ticket] = set()

    @property
    def in_flight(self) -> int:
        """Attempts under way, those of lost partitions included: they still use the process."""
        return len(self._in_flight)

    def unfinished(self, partitions: Iterable[int]) -> int:
        """Attempts under way that still hold back these partitions' offsets."""
        return sum(len(self._partitions[number].unfinished) for number in partitions if number in self._partitions)

    @property
    def partitions(self) -> tuple[int, ...]:
        return tuple(self._partitions)

    def open(self, partition: int, found_until: int) -> int | None:
        """The partition's generation, opened now if it was not; None while it is closing.

        `found_until` is the partition's end as it was when it became ours.
        """
        found = self._partitions.get(partition)
        if found is None:
            self._generation += 1
            found = self._partitions[partition] = _Partition(self._generation, found_until)
        return None if found.closing else found.generation

    def is_open(self, partition: int, generation: int) -> bool:
        found = self._partitions.get(partition)
        return found is not None and found.generation == generation and not found.closing

    def has_room(self, partition: int, offset: int) -> bool:
        return len(self._in_flight) < self._in_flight_max and self._partitions[partition].span(offset) < self._span_max

    def admit(self, partition: int, offset: int) -> Ticket:
        found = self._partitions[partition]
        assert not found.closing, "a closing partition takes nothing more"
        found.admit(offset)
        ticket = Ticket(partition, found.generation, offset, perhaps_begun=offset < found.found_until)
        self._in_flight.add(ticket)
        return ticket

    def finish(self, ticket: Ticket) -> None:
        """The attempt ended and its outcome is in the log. One of a lost partition moves no offset."""
        self._in_flight.discard(ticket)
        found = self._partitions.get(ticket.partition)
        if found is not None and found.generation == ticket.generation:
            found.finish(ticket.offset)

    def due(self) -> dict[int, int]:
        """What to commit: by partition, the offset to begin again with. Only what moved since `committed`."""
        positions = {
            number: partition.position for number, partition in self._partitions.items() if partition.position != partition.committed
        }
        return {number: position for number, position in positions.items() if position is not None}

    def committed(self, positions: Mapping[int, int]) -> None:
        for number, position in positions.items():
            if number in self._partitions:
                self._partitions[number].committed = position

    def closing(self, partition: int) -> None:
        """Admit nothing more; what runs may still move the offset."""
        if partition in self._partitions:
            self._partitions[partition].closing = True

    def close(self, partition: int) -> None:
        """The partition is no longer ours: whatever ends from now on moves nothing."""
        self._partitions.pop(partition, None)
