"""Dead letters as the gateway tells of them, and which ones are meant. Values only; nothing here does I/O."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from hawker.contracts.dead_letters import LetterState
from hawker.contracts.words import Model, Moment


class DeadLetter(Model):
    """What could not be used. Known by its `origin`, which is where it lay at first."""

    origin: str
    tenant_id: str | None = None
    job_id: str | None = None
    """Letters of one job are redriven together, in order."""
    reason: str = ""
    topic: str = ""
    type: str | None = None
    event_id: str | None = None
    at: Moment
    state: LetterState
    value_bytes: int = 0
    is_cut: bool = False
    stays: str | None = None
    """Why a redrive would be refused."""
    closed_by: str | None = None
    closed_at: Moment | None = None
    request_id: str | None = None


class Header(Model):
    name: str
    value: str | None = None
    base64: str | None = None


class WholeLetter(DeadLetter):
    """`value` where it is JSON, else `value_base64`."""

    partition: int = 0
    offset: int = 0
    key: str | None = None
    key_base64: str | None = None
    headers: tuple[Header, ...] = ()
    value: JsonValue = None
    value_base64: str | None = None
    kept_bytes: int = 0


class Handled(StrEnum):
    REDRIVEN = "redriven"
    DISCARDED = "discarded"
    ALREADY_REDRIVEN = "already redriven"
    ALREADY_DISCARDED = "already discarded"
    REFUSED = "refused"


class LetterResult(Model):
    """What became of one letter, and why not what was asked for."""

    origin: str
    result: Handled
    reason: str | None = None


class LetterResults(Model):
    results: tuple[LetterResult, ...] = ()
    more: bool = False


class ParkedJob(Model):
    """A job that stands still until somebody says how to go on: by its letters, or where none waits by `unpark`."""

    tenant_id: str
    job_id: str
    reason: str = ""
    letters_waiting: int = 0


class ParkedJobs(Model):
    items: tuple[ParkedJob, ...] = ()
    more: bool = False


class LetterFilter(Model):
    """Which letters; what is None narrows nothing."""

    job_id: str | None = None
    topic: str | None = None
    type: str | None = None
    reason: str | None = None
    """Any part of it."""
    since: datetime | None = None
    until: datetime | None = None

    def query(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.model_dump(mode="json", exclude_none=True).items()}
