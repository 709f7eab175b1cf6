"""A dead letter as a value: what the lists show of it, and its bytes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hawker.contracts.dead_letters import LetterState


@dataclass(frozen=True, slots=True)
class Letter:
    """Without its headers and its value: these are read when they are needed, for a letter may be half a mebibyte."""

    origin: str
    tenant_id: str | None
    subject: str | None
    reason: str
    topic: str
    type: str | None
    event_id: str | None
    at: datetime
    partition: int
    letter_offset: int
    state: LetterState
    closed_by: str | None
    closed_at: datetime | None
    request_id: str | None
    key: bytes | None
    has_value: bool
    value_bytes: int
    kept_bytes: int

    @property
    def job(self) -> tuple[str, str] | None:
        """Tenant and id of the job that it is about."""
        return None if self.tenant_id is None or self.subject is None else (self.tenant_id, self.subject)

    @property
    def is_empty(self) -> bool:
        return self.key is None and not self.has_value

    @property
    def is_cut(self) -> bool:
        return self.kept_bytes < self.value_bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it came."""

    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


type Raws = Mapping[str, Raw]
"""By origin."""
