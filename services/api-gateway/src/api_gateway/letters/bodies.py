"""Dead letters as JSON: what people send about them, and what they get."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from hawker.contracts.dead_letters import SELECTION_LETTERS_MAX, LetterState
from hawker.contracts.words import Id

PLAIN = r"^[^\x00]*$"
"""PostgreSQL knows no NUL character."""
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)

type Origin = Annotated[str, Field(min_length=1, max_length=400, pattern=PLAIN, examples=["hawker.outcomes/3/1742"])]
type Word = Annotated[str, Field(min_length=1, max_length=300, pattern=PLAIN)]
type Since = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]


class LetterFilter(BaseModel):
    """Which letters; each field that is there narrows it. `all` says that none is meant to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job_id: Id | None = None
    topic: Word | None = Field(default=None, description="Where they lay at first.", examples=["hawker.requests"])
    type: Word | None = Field(default=None, examples=["hawker.task.succeeded.v1"])
    reason: Word | None = Field(default=None, description="Any part of the reason.")
    since: Since | None = Field(default=None, description="Dead at this moment or later.")
    until: Since | None = Field(default=None, description="Dead before this moment.")


class WaitingFilter(LetterFilter):
    all: bool = False

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        narrows = self.model_dump(exclude={"all"}, exclude_none=True)
        if bool(narrows) == self.all:
            raise ValueError('say which by at least one field, or {"all": true} alone')
        return self


class Selection(BaseModel):
    """Letters by their origins, or the oldest waiting ones that fit a filter."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"origins": ["hawker.requests/0/17"]}, {"filter": {"reason": "KeyError"}}]},
    )
    origins: tuple[Origin, ...] = Field(default=(), max_length=SELECTION_LETTERS_MAX)
    filter: WaitingFilter | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.origins) == (self.filter is not None):
            raise ValueError("send `origins` or `filter`, one of the two")
        return self


class Outcome(StrEnum):
    REDRIVEN = "redriven"
    DISCARDED = "discarded"
    ALREADY_REDRIVEN = "already redriven"
    ALREADY_DISCARDED = "already discarded"
    REFUSED = "refused"


class LetterResult(BaseModel):
    origin: str
    result: Outcome
    reason: str | None = Field(default=None, description="Why it was refused, or what else there is to say.")


class Handled(BaseModel):
    """One result for each letter that was meant, and for those that went with it because they are of one job."""

    results: list[LetterResult]
    more: bool = Field(default=False, description="The filter fits more letters than one call handles: ask again.")


class DeadLetterBody(BaseModel):
    origin: str = Field(examples=["hawker.outcomes/3/1742"], description="Where it lay at first, and its name here.")
    tenant_id: str | None = Field(default=None, description="Null where the letter does not say whose it is.")
    job_id: str | None = Field(default=None, description="Letters of one job are redriven together, in order.")
    reason: str
    topic: str
    type: str | None = None
    event_id: str | None = None
    at: AwareDatetime
    state: LetterState
    value_bytes: int = Field(description="How long the value was.")
    is_cut: bool = Field(default=False, description="The value was too long to be kept whole.")
    stays: str | None = Field(default=None, description="Why a redrive would be refused.")
    closed_by: str | None = None
    closed_at: AwareDatetime | None = None
    request_id: str | None = None


class ParkedJobBody(BaseModel):
    """A job that stands still until somebody says how to go on."""

    tenant_id: str
    job_id: str
    reason: str
    letters_waiting: int = Field(description="Redrive or discard these; where there are none, unpark the job itself.")


class ParkedJobs(BaseModel):
    items: list[ParkedJobBody]
    more: bool = Field(default=False, description="There are more of them than are shown.")


class HeaderBody(BaseModel):
    """`value` where it is text, else `base64`."""

    name: str
    value: str | None = None
    base64: str | None = None


class DeadLetterDetail(DeadLetterBody):
    """The whole letter, without what looks like a secret. `value` where it is JSON, else `value_base64`."""

    partition: int
    offset: int
    key: str | None = None
    key_base64: str | None = None
    headers: list[HeaderBody] = []
    value: JsonValue = None
    value_base64: str | None = None
    kept_bytes: int = Field(description="How much of the value is here; less than `value_bytes` where it was cut.")
