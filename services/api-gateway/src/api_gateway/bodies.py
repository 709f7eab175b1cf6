"""What people send and what they get, as JSON. The shapes of /v1 stand here and nowhere else."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from hawker.contracts.failures import Failure
from hawker.contracts.limits import BATCH_ITEMS_MAX, CHUNK_ITEMS_MAX, JOB_WAIT_SECONDS_DEFAULT, JOB_WAIT_SECONDS_MAX
from hawker.contracts.listings import Listing, Product
from hawker.contracts.words import Action, BatchStatus, Id, JobStatus, Marketplace, Priority, TaskKind, TaskStatus

_MUG: dict[str, JsonValue] = {
    "handle": "blue-mug",
    "title": "Blue mug",
    "description": "<p>Holds a pint.</p>",
    "variants": [{"sku": "MUG-BLUE", "price": "12.50", "quantity": 4}],
    "images": [{"url": "https://shop.example/blue-mug.jpg", "position": 1}],
}


class _Order(BaseModel):
    """What a batch and a job have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marketplace: Marketplace
    action: Action
    account: Id = "main"
    priority: Priority = Priority.NORMAL
    wait_seconds_max: Annotated[
        int, Field(ge=1, le=JOB_WAIT_SECONDS_MAX, description="A job that has not ended after this long expires.")
    ] = JOB_WAIT_SECONDS_DEFAULT


class BatchOrder(_Order):
    """One bulk operation: its products now, or only their number and the products after it in parts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"marketplace": "ebay", "action": "publish", "products": [_MUG]},
                {"marketplace": "etsy", "action": "publish", "priority": 2, "item_count": 500},
            ]
        }
    )
    products: tuple[Product, ...] = Field(default=(), max_length=BATCH_ITEMS_MAX)
    item_count: int | None = Field(default=None, ge=1, le=BATCH_ITEMS_MAX)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if not self.products and self.item_count is None:
            raise ValueError("send `products`, or `item_count` now and the products to /items")
        if self.products and self.item_count not in {None, len(self.products)}:
            raise ValueError(f"item_count says {self.item_count}, there are {len(self.products)} products; leave one of the two out")
        return self


class ItemsOrder(BaseModel):
    """Some products of a batch that was announced by `item_count`. Parts are numbered from 0; the same number again changes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"sequence": 0, "products": [_MUG]}]})

    sequence: int = Field(ge=0, lt=BATCH_ITEMS_MAX)
    products: tuple[Product, ...] = Field(min_length=1, max_length=CHUNK_ITEMS_MAX)


class JobOrder(_Order):
    """One action on one product."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"marketplace": "ebay", "action": "publish", "product": _MUG}]})
    product: Product


class Progress(BaseModel):
    """Of a batch: its jobs. Of a job: its tasks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"total": 4, "running": 1, "completed": 2, "failed": 1, "percent": 75.0}]})

    total: int
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    expired: int = 0
    percent: float = Field(default=0.0, description="How much has ended, however it ended.")


class BatchBody(BaseModel):
    id: str
    marketplace: Marketplace
    action: Action
    account: str
    priority: Priority
    status: BatchStatus
    progress: Progress
    reason: str | None = None
    requested_at: AwareDatetime
    ended_at: AwareDatetime | None = None


class TaskBody(BaseModel):
    id: str = Field(examples=["5f0c…:3"], description="job:position")
    job_id: str
    position: int
    name: str
    kind: TaskKind
    operation: str = Field(examples=["ebay.create_offer"])
    status: TaskStatus
    attempt: int
    retry_count: int
    result: dict[str, JsonValue] | None = None
    failure: Failure | None = None
    waited_ms: int | None = None
    took_ms: int | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class JobBody(BaseModel):
    """`tasks` are there where one job was asked for; lists leave them out."""

    id: str
    batch_id: str | None = None
    marketplace: Marketplace
    action: Action
    account: str
    handle: str
    title: str
    priority: Priority
    status: JobStatus
    retry_count: int = 0
    reason: str | None = None
    failure: Failure | None = None
    listing: Listing | None = None
    tasks: list[TaskBody] = []
    progress: Progress
    created_at: AwareDatetime
    due_at: AwareDatetime | None = Field(default=None, description="When a resting job tries again.")
    ended_at: AwareDatetime | None = None


class TaskDetail(TaskBody):
    job: JobBody


class ListingBody(BaseModel):
    marketplace: Marketplace
    account: str
    handle: str
    listing: Listing
    job_id: str
    listed_at: AwareDatetime


class HistoryBody(BaseModel):
    """One fact, as the journal has it."""

    offset: int
    type: str = Field(examples=["hawker.task.completed.v1"])
    at: AwareDatetime
    position: int | None = None
    body: dict[str, JsonValue]


class Page[T](BaseModel):
    """`next_cursor` goes into `?cursor=` for the next page; null on the last. `totals` counts the whole list by status."""

    items: list[T]
    next_cursor: str | None = None
    totals: dict[str, int] = {}


class Accepted(BaseModel):
    """The wish is in the log; what came of it shows at `location`."""

    request_id: str
    location: str = Field(examples=["/v1/jobs/5f0c…"])


class ItemsAccepted(BaseModel):
    batch_id: str
    sequence: int
    item_count: int
