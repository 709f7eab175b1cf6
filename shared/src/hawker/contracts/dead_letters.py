"""The dead letters' own words: the headers beside a letter's original ones, and the record that says what became of it.

A letter is known by its origin: two with the same origin are one letter, written again after a crash.
"""

from enum import StrEnum
from typing import ClassVar

from hawker.contracts.words import Id, Model, Moment

ORIGIN = "hawker-origin"
"""`topic/partition/offset` of the record, and `#n` for the n-th input of a request that carried several."""
REASON = "hawker-reason"
SUBJECT = "hawker-subject"
"""The job that the input is about; letters of one job are redriven together, in order."""
AT = "hawker-dead-at"
VALUE_BYTES = "hawker-value-bytes"
"""How long the value was; set where it had to be cut."""


class Closing(StrEnum):
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


class DeadLetterClosed(Model):
    """An operator dealt with the letter of this origin. A second closing changes nothing."""

    type_name: ClassVar[str] = "hawker.dead-letter.closed.v1"
    origin: str
    how: Closing
    by: str
    at: Moment
    request_id: Id


class LetterState(StrEnum):
    WAITING = "waiting"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"


SELECTION_LETTERS_MAX = 200
"""Letters that one call may redrive or discard."""
