"""What the orchestrator asks of workers: one attempt of one task, self-contained."""

from typing import ClassVar

from pydantic import Field

from hawker.contracts.words import Id, Marketplace, Model, Moment, Result, TaskKind


class ExecuteTask(Model):
    """Carry out one attempt.

    `attempt` is a fencing token: a later attempt makes an earlier one's outcome void.
    `input` holds what the plan picked of the product and of earlier results.
    `look_first` says that an earlier attempt's outcome is unknown: look before acting.
    After `deadline` the outcome is void: do not begin.
    `session` names the browser session that a `plugin_http` task is for.
    """

    type_name: ClassVar[str] = "hawker.task.execute.v1"
    tenant_id: Id
    account_id: Id
    marketplace: Marketplace
    job_id: Id
    position: int = Field(ge=0)
    attempt: int = Field(ge=1)
    kind: TaskKind
    operation: str
    input: Result
    look_first: bool = False
    dispatched_at: Moment
    timeout_seconds: float = Field(gt=0)
    deadline: Moment
    session: str | None = None

    @property
    def command_id(self) -> str:
        return f"{self.job_id}:{self.position}:{self.attempt}"


type Command = ExecuteTask
