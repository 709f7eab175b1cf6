"""The indexes that follow from the values: what is ready, what is in flight, what is due, who is alive."""

from hawker.contracts.facts import AttemptDeferred, AttemptFailed, AttemptTimedOut, TaskCompleted, TaskDispatched
from hawker.contracts.words import TaskKind
from orchestrator.core.state import Shard
from orchestrator.core.timers import JobExpires, LeaseEnds, RestEnds
from orchestrator.dispatch.ready import Ready
from orchestrator.job.state import Active, Live, Paused, Resting, Running, is_ready, ready

type TaskFact = TaskDispatched | TaskCompleted | AttemptFailed | AttemptTimedOut | AttemptDeferred


def job_began(shard: Shard, job: Live) -> None:
    order = job.order
    shard.accepted_count += 1
    shard.ages[order.job_id] = shard.accepted_count
    shard.timers.set(job.expires_at, JobExpires(order.job_id))
    if order.batch_id is not None:
        shard.live_by_batch.setdefault(order.batch_id, {})[order.job_id] = None


def job_ended(shard: Shard, before: Live) -> None:
    order = before.order
    del shard.ages[order.job_id]
    for task in before.tasks:
        if isinstance(task, Running):
            shard.lanes[order.lane].window.ended()
    if order.batch_id is not None:
        shard.live_by_batch.get(order.batch_id, {}).pop(order.job_id, None)


def job_turned(shard: Shard, job: Live) -> None:
    match job:
        case Resting():
            shard.timers.set(job.due_at, RestEnds(job.order.job_id))
            shard.timers.set(job.expires_at, JobExpires(job.order.job_id))
        case Active():
            shard.timers.set(job.expires_at, JobExpires(job.order.job_id))
            all_ready(shard, job)
        case Paused():
            pass


def job_parked(shard: Shard, job: Live) -> None:
    """What is at the workers takes no room any more: a job that nobody moves must not hold up the others."""
    for task in job.tasks:
        if isinstance(task, Running):
            shard.lanes[job.order.lane].window.ended()


def job_unparked(shard: Shard, job: Live) -> None:
    """Its leases, its rest and its deadline go on; what ended meanwhile is due at once."""
    for position, task in enumerate(job.tasks):
        if isinstance(task, Running):
            shard.lanes[job.order.lane].window.dispatched()
            shard.timers.set(task.lease_until, LeaseEnds(job.order.job_id, position, task.attempt))
    job_turned(shard, job)


def all_ready(shard: Shard, job: Active) -> None:
    for position in ready(job):
        _push(shard, job, position)


def task_changed(shard: Shard, job: Live, fact: TaskFact) -> None:
    window = shard.lanes[job.order.lane].window
    match fact:
        case TaskDispatched():
            window.dispatched()
            shard.timers.set(fact.lease_until, LeaseEnds(fact.job_id, fact.position, fact.attempt))
        case TaskCompleted():
            window.ended()
            window.measured(fact.waited_ms)
            _push_dependants(shard, job, fact.position)
        case AttemptFailed():
            window.ended()
            window.measured(fact.waited_ms)
        case AttemptTimedOut():
            window.ended()
        case AttemptDeferred():
            window.ended()
            if isinstance(job, Active):
                _push(shard, job, fact.position)


def _push_dependants(shard: Shard, job: Live, position: int) -> None:
    if not isinstance(job, Active):
        return
    for later in range(position + 1, len(job.tasks)):
        if position in job.order.plan[later].needs and is_ready(job, later):
            _push(shard, job, later)


def _push(shard: Shard, job: Active, position: int) -> None:
    order = job.order
    entry = Ready(shard.ages[order.job_id], position, order.job_id)
    in_browser = order.plan[position].kind is TaskKind.PLUGIN_HTTP
    shard.lanes[order.lane].ready.push(order.priority, order.account, entry, in_browser=in_browser)
