"""From a dispatched task to the command that asks for it: self-contained, small, and always the same."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import TaskDispatched, TaskSpec
from hawker.contracts.words import Result
from orchestrator.job.state import Live, Succeeded

PRODUCT = "product"


class PickError(LookupError):
    """A pick names something that neither the product nor an earlier result has."""


def command(job: Live, fact: TaskDispatched) -> ExecuteTask:
    order = job.order
    spec = order.plan[fact.position]
    return ExecuteTask(
        tenant_id=order.tenant_id,
        account_id=order.account_id,
        marketplace=order.marketplace,
        job_id=order.job_id,
        position=fact.position,
        attempt=fact.attempt,
        kind=spec.kind,
        operation=spec.operation,
        input=pick(job, spec),
        look_first=fact.look_first,
        dispatched_at=fact.at,
        timeout_seconds=spec.timeout_seconds,
        deadline=fact.deadline,
        session=fact.session,
    )


def pick(job: Live, spec: TaskSpec) -> Result:
    """What `spec.picks` names. Raises PickError."""
    sources = _Sources(job)
    return {key: _follow(sources, path) for key, path in spec.picks.items()}


class _Sources:
    """The product and the results so far, by name. Their JSON is parsed when it is asked for, and once."""

    def __init__(self, job: Live) -> None:
        self._written: Mapping[str, bytes] = {
            spec.name: task.result for spec, task in zip(job.order.plan, job.tasks, strict=True) if isinstance(task, Succeeded)
        } | {PRODUCT: job.order.product}
        self._read: dict[str, Any] = {}  # Any: JSON

    def __getitem__(self, name: str) -> Any:  # Any: JSON
        if name not in self._read:
            self._read[name] = from_json(self._written[name])
        return self._read[name]


def _follow(sources: _Sources, path: str | tuple[str, ...]) -> Any:  # Any: JSON
    if isinstance(path, tuple):
        return [_follow(sources, one) for one in path]
    name, *steps = path.split(".")
    try:
        value = sources[name]
        for step in steps:
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (LookupError, TypeError, ValueError):
        raise PickError(f"{path} is not there") from None
    return value
