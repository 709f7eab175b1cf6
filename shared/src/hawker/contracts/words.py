"""The words of the language: marketplaces, actions, kinds and statuses, one meaning each."""

from enum import IntEnum, StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

type Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
type Result = dict[str, Any]  # Any: JSON. Pydantic's JsonValue would call Python for every value, on the hottest path there is.
"""What a task leaves behind for the tasks after it: small JSON."""
type Moment = AwareDatetime


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored, so that an older reader takes a newer message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Marketplace(StrEnum):
    EBAY = "ebay"
    ETSY = "etsy"
    FLEA = "flea"
    """Reached only through the seller's own browser."""


class Action(StrEnum):
    PUBLISH = "publish"
    UPDATE = "update"
    DELETE = "delete"
    SYNC = "sync"


class TaskKind(StrEnum):
    DIRECT_HTTP = "direct_http"
    PLUGIN_HTTP = "plugin_http"
    DB_OPERATION = "db_operation"
    FILE_OPERATION = "file_operation"


class Priority(IntEnum):
    CRITICAL = 1
    HIGH = 2
    NORMAL = 3
    LOW = 4


class BatchStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIALLY_FAILED = "partially_failed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TaskStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
