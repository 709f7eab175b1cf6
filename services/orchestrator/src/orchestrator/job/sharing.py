"""What many jobs have alike is one object: a batch of 100,000 jobs has a handful of plans, and every fact that is read brings a copy of its own."""

from functools import lru_cache

from pydantic import TypeAdapter

from hawker.contracts.facts import TaskSpec
from orchestrator.job.state import Task, Waiting

PLANS_MAX = 1_000
"""Plans differ by marketplace and by the number of pictures and variants. One more than this costs memory, nothing else."""

_PLAN = TypeAdapter(tuple[TaskSpec, ...])
_UNTOUCHED = Waiting()


def shared_plan(plan: tuple[TaskSpec, ...]) -> tuple[TaskSpec, ...]:
    """The one object of all plans that are equal to this one."""
    return _plan(_PLAN.dump_json(plan))


@lru_cache(maxsize=PLANS_MAX)
def _plan(written: bytes) -> tuple[TaskSpec, ...]:
    return _PLAN.validate_json(written)


@lru_cache(maxsize=PLANS_MAX)
def untouched(count: int) -> tuple[Task, ...]:
    """So many tasks that were never tried."""
    return (_UNTOUCHED,) * count
