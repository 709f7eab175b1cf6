"""What a round leaves behind to be judged, as values. Collected in `collect`, judged in `verdict`; nothing is read or decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import Fact
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Recorded
from tests.chaos.plan import Plan, Strike


@dataclass(frozen=True, slots=True)
class Hit:
    """A strike that was carried out. `confirmed` only when it was seen to have hit: the process was gone, or stood still, and came back."""

    strike: Strike
    confirmed: bool
    gone_seconds: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        seen = f"away {self.gone_seconds:.1f} s" if self.confirmed else "NOT SEEN TO HIT"
        return f"{self.strike}: {seen}{f', {self.note}' if self.note else ''}"


class Asked(StrEnum):
    BATCH = "batch"
    JOB = "job"
    CANCEL_BATCH = "cancel batch"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the gateway said yes to. `subject` is the batch's or the job's id; `took_seconds` counts from the first try to the yes."""

    asked: Asked
    tenant: str
    subject: str
    request_id: str | None
    items: int
    took_seconds: float


@dataclass(frozen=True, slots=True)
class Told:
    """What an orchestrator said of a shard when it let it go."""

    shard: int
    checksum: str
    positions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Letter:
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What the people who submitted saw. `odd` are answers that no gateway should give."""

    wishes: Sequence[Wish] = ()
    unanswered: Sequence[str] = ()
    odd: Sequence[str] = ()
    answers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StandIns:
    """As their control API answers: counts by marketplace, and what was planned there and how often it fired."""

    counts: Mapping[str, Mapping[str, Any]]  # Any: JSON of the control API
    fired: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """`differences` by table: rows of the read models that are not what the journal says. `positions` is how far they are."""

    positions: Mapping[int, int]
    differences: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    plan: Plan
    targets: Mapping[str, Sequence[str]]
    hits: Sequence[Hit]
    intake: Intake
    journal: Mapping[int, Sequence[Recorded[Fact]]]
    """By shard, committed facts alone, in order."""
    commands: Sequence[ExecuteTask]
    outcomes: Mapping[str, Outcome]
    """By place."""
    letters: Sequence[Letter]
    told: Sequence[Told]
    stand_ins: StandIns
    rows: Rows
    forced: Sequence[str] = ()
    """Who was told to end in peace and had to be killed."""
    unhealed: Sequence[str] = ()
    """What was not there again when the faults were off."""
