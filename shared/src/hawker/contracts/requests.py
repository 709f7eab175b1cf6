"""What people and other services ask for. A request may be refused, or be a repeat and change nothing."""

from typing import ClassVar

from pydantic import Field

from hawker.contracts.limits import (
    BATCH_ITEMS_MAX,
    CHUNK_ITEMS_MAX,
    JOB_WAIT_SECONDS_DEFAULT,
    JOB_WAIT_SECONDS_MAX,
    ORIGIN_CHARACTERS_MAX,
    PARKED_INPUTS_MAX,
    TYPE_CHARACTERS_MAX,
)
from hawker.contracts.listings import Product
from hawker.contracts.words import Action, Id, Marketplace, Model, Moment, Priority


class _Request(Model):
    type_name: ClassVar[str]
    tenant_id: Id
    requested_at: Moment


class BatchRequested(_Request):
    """One bulk operation. Its `item_count` products follow as BatchItemsAdded."""

    type_name = "hawker.batch.requested.v1"
    batch_id: Id
    account_id: Id
    marketplace: Marketplace
    action: Action
    priority: Priority = Priority.NORMAL
    item_count: int = Field(ge=1, le=BATCH_ITEMS_MAX)
    wait_seconds_max: int = Field(default=JOB_WAIT_SECONDS_DEFAULT, ge=1, le=JOB_WAIT_SECONDS_MAX)


class BatchItemsAdded(_Request):
    """A chunk of a batch's products; chunks are numbered from 0 and may arrive twice or out of order."""

    type_name = "hawker.batch.items-added.v1"
    batch_id: Id
    sequence: int = Field(ge=0, lt=BATCH_ITEMS_MAX)
    products: tuple[Product, ...] = Field(min_length=1, max_length=CHUNK_ITEMS_MAX)


class JobRequested(_Request):
    """One action on one product, outside any batch."""

    type_name = "hawker.job.requested.v1"
    job_id: Id
    account_id: Id
    marketplace: Marketplace
    action: Action
    priority: Priority = Priority.NORMAL
    product: Product
    wait_seconds_max: int = Field(default=JOB_WAIT_SECONDS_DEFAULT, ge=1, le=JOB_WAIT_SECONDS_MAX)


class _JobControl(_Request):
    request_id: Id
    job_id: Id


class JobCancelRequested(_JobControl):
    """Stop the job: what has not run is cancelled, what has stays."""

    type_name = "hawker.job.cancel-requested.v1"


class JobRetryRequested(_JobControl):
    """Begin again from what failed, with a fresh count of retries."""

    type_name = "hawker.job.retry-requested.v1"


class JobPauseRequested(_JobControl):
    """Start nothing more until resumed; what runs may end."""

    type_name = "hawker.job.pause-requested.v1"


class JobResumeRequested(_JobControl):
    type_name = "hawker.job.resume-requested.v1"


class ParkedInput(Model):
    """An input out of the dead letters, as it was: its type, its JSON and where it first lay."""

    type: str = Field(max_length=TYPE_CHARACTERS_MAX)
    value: str
    origin: str = Field(max_length=ORIGIN_CHARACTERS_MAX)


class JobUnparkRequested(_JobControl):
    """An operator's word on a parked job: meet these inputs now, in this order, then let the job go on. None of them means go on without."""

    type_name = "hawker.job.unpark-requested.v1"
    inputs: tuple[ParkedInput, ...] = Field(default=(), max_length=PARKED_INPUTS_MAX)


class BatchCancelRequested(_Request):
    """Cancel every job of the batch that has not ended, and refuse the items that have not come."""

    type_name = "hawker.batch.cancel-requested.v1"
    request_id: Id
    batch_id: Id


type Request = (
    BatchRequested
    | BatchItemsAdded
    | JobRequested
    | JobCancelRequested
    | JobRetryRequested
    | JobPauseRequested
    | JobResumeRequested
    | JobUnparkRequested
    | BatchCancelRequested
)
