"""What workers tell: how an attempt ended, what a marketplace said of its pace, who is connected. Never a decision."""

from typing import ClassVar

from pydantic import Field

from hawker.contracts.failures import Failure
from hawker.contracts.words import Id, Marketplace, Model, Moment, Result


class _Outcome(Model):
    type_name: ClassVar[str]
    tenant_id: Id


class _AttemptEnded(_Outcome):
    """`waited_ms`: from dispatch to the worker's start. `took_ms`: from there to the end."""

    job_id: Id
    position: int = Field(ge=0)
    attempt: int = Field(ge=1)
    waited_ms: int = Field(ge=0)
    took_ms: int = Field(ge=0)


class TaskSucceeded(_AttemptEnded):
    type_name = "hawker.task.succeeded.v1"
    result: Result = Field(default_factory=dict)


class TaskFailed(_AttemptEnded):
    """`look_first`: the command may have been begun before this try of it, so whatever the failure says, the next one must look."""

    type_name = "hawker.task.failed.v1"
    failure: Failure
    look_first: bool = False


class AccountThrottled(_Outcome):
    """A marketplace asked for a pause on this account, until `until`."""

    type_name = "hawker.account.throttled.v1"
    account_id: Id
    marketplace: Marketplace
    until: Moment


class PluginConnected(_Outcome):
    """A seller's browser is connected. `partition` of the plugin commands reaches it; a later `epoch` (milliseconds since 1970) supersedes."""

    type_name = "hawker.plugin.connected.v1"
    account_id: Id
    marketplace: Marketplace
    session: Id
    epoch: int
    partition: int = Field(ge=0)


class PluginDisconnected(_Outcome):
    type_name = "hawker.plugin.disconnected.v1"
    account_id: Id
    marketplace: Marketplace
    session: Id
    epoch: int


type Outcome = TaskSucceeded | TaskFailed | AccountThrottled | PluginConnected | PluginDisconnected
