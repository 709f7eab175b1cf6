"""What is known of a snapshot without opening it: of which journal's place, in which version, with which checksums."""

from dataclasses import dataclass
from datetime import datetime

from hawker.contracts.recorded import Position

VERSION = 1
"""Of the state's shape and of the codec's. A change of either, or of what a fact does to the state, is another version; others are ignored."""


@dataclass(frozen=True, slots=True)
class Head:
    """The snapshot is the fold of journal `partition` up to `position`.

    `anchor` is the id of the last fact in it, so that another journal of the same name is told apart.
    `checksum` is of the state, as an operator compares it; `digest` is of the chunks, in order.
    """

    partition: int
    position: Position
    version: int
    anchor: str
    checksum: str
    digest: str
    jobs_live: int
    bytes: int
    taken_at: datetime
